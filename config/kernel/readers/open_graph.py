"""What a page says of itself to those who link to it: Open Graph, and else its title and text.

Source: ogp.me, read 2026-11; Twitter's card names are taken where Open Graph says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from config.kernel.readers.html import parsed_page

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

TITLE_CHARACTERS = 300
DESCRIPTION_CHARACTERS = 1_000
SITE_CHARACTERS = 120
_NOT_SHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class OpenGraph:
    """Plain words, cut to what a card shows; `picture` is an absolute address or empty."""

    title: str
    description: str
    site_name: str
    picture: str


def read_open_graph(data: bytes, *, url: str, charset: str | None = None) -> OpenGraph:
    """Reads a page's head. Raises Unreadable for what is no HTML; fetches nothing."""
    root = parsed_page(data, charset)
    said = _metas(root)
    titles = [said.get(name, "") for name in ("og:title", "twitter:title")]
    titles.append(" ".join(root.xpath("string((//title)[1])").split()))
    words = [said.get(name, "") for name in ("og:description", "twitter:description")]
    words.append(said.get("description", ""))
    pictures = [
        said.get(name, "")
        for name in ("og:image:secure_url", "og:image:url", "og:image", "twitter:image")
    ]
    return OpenGraph(
        title=_first(titles)[:TITLE_CHARACTERS],
        description=_first(words)[:DESCRIPTION_CHARACTERS],
        site_name=said.get("og:site_name", "")[:SITE_CHARACTERS],
        picture=_absolute(_first(pictures), url),
    )


def _metas(root: HtmlElement) -> dict[str, str]:
    """Name to content; where a name is said twice, the first counts."""
    found: dict[str, str] = {}
    for meta in root.xpath("//meta[@content]"):
        name = (meta.get("property") or meta.get("name") or "").strip().lower()
        words = " ".join(_NOT_SHOWN.sub("", meta.get("content")).split())
        if name and words:
            found.setdefault(name, words)
    return found


def _first(words: list[str]) -> str:
    return next((each for each in words if each), "")


def _absolute(address: str, url: str) -> str:
    try:
        found = urljoin(url, address) if address else ""
    except ValueError:
        return ""
    return found if found.startswith(("https://", "http://")) else ""
