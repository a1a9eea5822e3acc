"""HTML: the main text, without what readers of the page do not see.

Text that a page hides (and that extractors keep) is a way to speak to a model behind people's
backs, so hidden elements and comments go before anything else looks at the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from config.kernel.readers.base import Extracted, Unreadable, cleaned, extracted
from config.kernel.readers.text import decoded

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

FEWEST_CHARACTERS = 80  # of a page's main text; less is a menu or an empty frame

_HIDDEN_STYLE = re.compile(
    r"display:none|visibility:(hidden|collapse)|font-size:0(?![.\d])|(?<!-)opacity:0(?![.\d])"
    r"|(?<!-)color:transparent|text-indent:-\d{3,}|(left|top|right):-\d{3,}"
    r"|clip:rect\(0|clip-path:inset\((50|100)%"
)
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{1,2000})\}")
_SIMPLE_SELECTOR = re.compile(r"[.#][\w-]{1,100}\Z")
_STYLE_CHARACTERS = 100_000
_NEVER_SHOWN = ("template", "script", "style")
_COLOR = re.compile(r"(?<![-\w])color:([^;!]+)")
_BACKGROUND = re.compile(r"background(?:-color)?:([^;!]+)")
_NOT_PROSE = ("script", "style", "noscript", "template", "svg", "iframe", "form", "button", "pre")
_SAME_COLOR = {"white": "#fff", "#ffffff": "#fff", "black": "#000", "#000000": "#000"}
_BLOCKS = {
    *("p", "div", "section", "article", "main", "blockquote", "table", "ul", "ol", "dl", "figure"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "aside", "hr", "details", "body"),
}
_LINES = {"li", "tr", "br", "dt", "dd", "figcaption", "summary"}
_META_LANGUAGE = "//meta[@http-equiv='content-language']/@content"
_PAYWALL = re.compile(r'"isAccessibleForFree"\s*:\s*"?(false|"False")', re.IGNORECASE)


@dataclass(frozen=True)
class PlainText:
    text: str
    heading: str
    links: list[str]
    images: list[str]


def read_html(data: bytes | str, *, url: str = "", charset: str | None = None) -> Extracted:
    """The main text of a page or an HTML file.

    Raises Unreadable when it has none, with the likely cause (paywall, script, no words).
    """
    import trafilatura

    source = decoded(data, charset or _declared_charset(data)) if isinstance(data, bytes) else data
    root = _parsed(source)
    title, language, images = _title(root), _language(root), list(_cover(root, url))
    is_paid = bool(_PAYWALL.search(source))
    _drop_hidden(root)
    links = list(_links(root, url))
    text = trafilatura.extract(
        root, url=url or None, include_comments=False, include_tables=True, favor_recall=True
    )
    if not text or len(text) < FEWEST_CHARACTERS:
        whole = plain_text(root)
        text = whole.text if len(whole.text) > len(text or "") else text
    if is_paid and len(text or "") < 10 * FEWEST_CHARACTERS:
        raise Unreadable(
            "The page shows its text to paying readers only. Paste the text, or upload it.",
            code="page_behind_paywall",
            field="url",
        )
    if not text or not text.strip():
        raise Unreadable(
            "The page has no text to read; it may build it with a script. Paste the text instead.",
            code="page_without_text",
            field="url",
        )
    return extracted(text, title=title, language=language, links=links, images=images)


def parsed_page(data: bytes, charset: str | None = None) -> HtmlElement:
    """A page as its elements, by its own encoding. Raises Unreadable for an empty one."""
    return _parsed(decoded(data, charset or _declared_charset(data)))


def read_links(data: bytes, *, url: str, charset: str | None = None) -> list[str]:
    """Where a page leads: menus too, each address once; links that it hides lead nowhere."""
    root = _parsed(decoded(data, charset or _declared_charset(data)))
    _drop_hidden(root)
    return list(dict.fromkeys(_addresses(root.xpath("//a/@href"), url)))


def read_alternates(
    data: bytes, *, url: str, kinds: Iterable[str], charset: str | None = None
) -> list[str]:
    """What a page names as itself in another form, <link rel="alternate">, of the kinds given."""
    root = _parsed(decoded(data, charset or _declared_charset(data)))
    wanted = [
        link.get("href")
        for link in root.xpath("//link[@href]")
        if "alternate" in (link.get("rel") or "").lower().split()
        and (link.get("type") or "").strip().lower() in set(kinds)
    ]
    return list(dict.fromkeys(_addresses(wanted, url)))


def plain_text(source: str | HtmlElement) -> PlainText:
    """All of it in reading order, without guessing what is the main part."""
    root = _parsed(source) if isinstance(source, str) else source
    for element in list(root.iter(*_NOT_PROSE)):
        _drop(element)
    pieces = "".join(_pieces(root))
    lines = (" ".join(line.split()).replace(" , ", ", ") for line in pieces.split("\n"))
    headings = [" ".join(h.text_content().split()) for h in root.iter("h1", "h2")]
    return PlainText(
        text=re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(),
        heading=headings[0] if headings else "",
        links=list(_links(root, "")),
        images=[src for src in root.xpath("//img/@src") if src.startswith("http")],
    )


def visible_text(source: str) -> str:
    """A piece of markup as its readers see it; "" when nothing of it is seen."""
    if "<" not in source and "&" not in source:
        return cleaned(source)
    try:
        root = _parsed(f"<div>{source}</div>")
    except Unreadable:
        return ""
    _drop_hidden(root)
    return cleaned(plain_text(root).text)


def _pieces(element: Any) -> Iterator[str]:
    tag = element.tag if isinstance(element.tag, str) else ""
    if tag in _BLOCKS:
        yield "\n\n"
    elif tag in _LINES:
        yield "\n- " if tag == "li" else "\n"
    elif tag in ("td", "th") and element.getprevious() is not None:
        yield ", "
    if tag:
        yield re.sub(r"\s+", " ", element.text or "")
    for child in element:
        yield from _pieces(child)
        yield re.sub(r"\s+", " ", child.tail or "")
    if tag in _BLOCKS:
        yield "\n\n"


def _parsed(source: str) -> HtmlElement:
    from lxml import etree, html  # type: ignore[import-untyped]

    # lxml refuses a str that declares an encoding in an XML prologue.
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", source)
    try:
        parser = html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=False)
        return html.document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Unreadable(
            "The page is empty or damaged. Paste its text instead.", code="page_damaged"
        ) from None


def _drop_hidden(root: HtmlElement) -> None:
    hiding = _hiding_selectors(root)
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag in ("html", "body"):
            continue
        is_unseen = element.tag in _NEVER_SHOWN or bool(hiding & _selectors_of(element))
        if is_unseen or _is_hidden(element):
            _drop(element)


def _hiding_selectors(root: HtmlElement) -> set[str]:
    """Classes and ids that the page's own style sheets hide, as ".name" and "#name"."""
    found: set[str] = set()
    for sheet in root.iter("style"):
        for selectors, style in _RULE.findall((sheet.text or "")[:_STYLE_CHARACTERS]):
            if _HIDDEN_STYLE.search(re.sub(r"\s+", "", style.lower())):
                names = (selector.strip() for selector in selectors.split(","))
                found |= {name for name in names if _SIMPLE_SELECTOR.match(name)}
    return found


def _selectors_of(element: HtmlElement) -> set[str]:
    names = {f".{name}" for name in element.get("class", "").split()}
    own = element.get("id", "")
    return names | {f"#{own}"} if own else names


def _is_hidden(element: HtmlElement) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden", "").lower() == "true":
        return True
    style = re.sub(r"\s+", "", element.get("style", "").lower())
    if not style:
        return False
    ink, paper = _COLOR.search(style), _BACKGROUND.search(style)
    if ink and paper and _plain_color(ink.group(1)) == _plain_color(paper.group(1)):
        return True
    return bool(_HIDDEN_STYLE.search(style))


def _plain_color(color: str) -> str:
    return _SAME_COLOR.get(color, color)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _declared_charset(data: bytes | str) -> str | None:
    if isinstance(data, str):
        return None
    found = re.search(rb"""<meta[^>]+charset=["']?([\w-]+)""", data[:4096], re.IGNORECASE)
    return found.group(1).decode("ascii") if found else None


def _title(root: HtmlElement) -> str:
    for path in ("//meta[@property='og:title']/@content", "//title/text()", "//h1"):
        for found in root.xpath(path):
            text = found if isinstance(found, str) else found.text_content()
            if text.strip():
                return " ".join(text.split())
    return ""


def _language(root: HtmlElement) -> str | None:
    declared = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    return declared or next(iter(root.xpath(_META_LANGUAGE)), None)


def _cover(root: HtmlElement, url: str) -> Iterator[str]:
    for path in (
        "//meta[@property='og:image']/@content",
        "//article//img/@src",
        "//main//img/@src",
    ):
        for source in root.xpath(path):
            address = urljoin(url, source.strip())
            if address.startswith(("http://", "https://")):
                yield address


def _links(root: HtmlElement, url: str) -> Iterator[str]:
    places = root.xpath("//article") or root.xpath("//main") or [root]
    yield from _addresses((href for place in places for href in place.xpath(".//a/@href")), url)


def _addresses(hrefs: Iterable[str], url: str) -> Iterator[str]:
    for href in hrefs:
        try:
            address = urljoin(url, href.strip())
        except ValueError:
            continue  # an address such as http://[ is nobody's
        if address.startswith(("http://", "https://")):
            yield address
