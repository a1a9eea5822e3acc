"""What the article networks share: drafts are plain text, these want HTML or Markdown, a title, an
address of the article's own, and tags instead of hashtags.

Hashtags become tags and are taken out of the text (`Limits.hashtags_in_text`); those that a person
wrote inside a sentence stay. The link is the last paragraph unless the text has it already.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.utils.text import slugify

from .base import (
    Accepted,
    AccountFacts,
    Channel,
    CrashPoint,
    CredentialField,
    Draft,
    Limits,
    Payload,
    Session,
    option,
)
from .errors import SENTENCES, UNPARSABLE, ChannelError, Outcome
from .rest import Answer
from .servers import is_loopback, misfit
from .text import LINK, clean_hashtags

SLUG_WORDS_MOST = 60
REVIEW_SECONDS = 3600.0
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>~|])")
_LINE_START = re.compile(r"^(\s*)([#+=-])|^(\s*\d+)([.)])(?=\s)")
_ENTITY = re.compile(r"(&)(?=#?\w+;)")
_LIQUID = re.compile(r"\{(?=[{%])")

CANONICAL = CredentialField(
    "canonical_url",
    "Original address",
    help="When the article was published elsewhere first: its address there, so that search "
    "engines know which one is the original.",
    required=False,
)


class ArticleChannel(Channel):
    """A channel whose posts have a title and a body, and whose hashtags are tags."""

    tags_max: ClassVar[int]

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        wrong = [
            f"“{value}” is no web address: write one that starts with https://."
            for name in ("canonical_url", "cover_image")
            if (value := option(draft, account, name)) and not _is_web_address(value)
        ]
        return (*super().problems(draft, account), *wrong)

    def clean_tag(self, tag: str) -> str:
        """A hashtag as this platform spells tags; "" for one that it cannot have."""
        return tag

    def tags(self, draft: Draft) -> list[str]:
        """The draft's hashtags as the platform's tags, each once."""
        spelled = (self.clean_tag(tag) for tag in clean_hashtags(draft.hashtags))
        return list(dict.fromkeys(tag for tag in spelled if tag))[: self.tags_max]


def slug_for(title: str, account: AccountFacts, occurrence_key: str) -> str:
    """An address that is this occurrence's alone: the title's words and 48 bits of its key."""
    key = hashlib.sha256(f"{account.remote_id}|{occurrence_key}".encode()).hexdigest()[:12]
    words = slugify(title)[:SLUG_WORDS_MOST].strip("-")
    return f"{words}-{key}" if words else key


def paragraphs(text: str) -> list[str]:
    """What blank lines separate; single line breaks stay inside."""
    return [part for part in _PARAGRAPHS.split(text.strip()) if part.strip()]


def as_html(paragraph: str) -> str:
    """The inside of a <p>: escaped, with links and line breaks."""
    lines = (_woven(line, _as_text, _anchor) for line in paragraph.split("\n"))
    return "<br>".join(lines)


def html_of(text: str) -> str:
    return "\n".join(f"<p>{as_html(each)}</p>" for each in paragraphs(text))


def as_markdown(text: str) -> str:
    """Markdown that reads as the plain text did: nothing in it becomes markup by accident."""
    return "\n\n".join(
        "  \n".join(_woven(line.strip(), _escaped, lambda url: f"<{url}>") for line in lines)
        for lines in (part.split("\n") for part in paragraphs(text))
    )


def markdown_image(address: str, alt: str) -> str:
    """A picture with its description, whose line breaks and brackets would end it early."""
    return f"![{_MARKDOWN.sub(_BACKSLASH, ' '.join(alt.split()))}](<{address}>)"


def html_image(address: str, alt: str, attributes: str = "") -> str:
    return f'<img src="{html.escape(address)}" alt="{html.escape(alt)}"{attributes} />'


def site_address(typed: str, field: str = "site") -> str:
    """A site's address as people type it, with the folder that it lives in; no trailing slash.

    Raises ChannelError for the form: http is refused, since a key would travel unprotected.
    """
    typed = typed.strip()
    address = (typed if "://" in typed else f"https://{typed}").rstrip("/")
    if not _is_web_address(address) or "?" in address or "#" in address:
        raise misfit("Write the site's address, for example https://blog.example.com.", field)
    if address.startswith("http://") and not is_loopback(address):
        raise misfit("The key would travel unprotected over http: write https.", field)
    return address


def web_link(told: Any) -> str:
    """An address that somebody's server told, if a browser may be sent there; else ""."""
    address = str(told or "")
    return address if _is_web_address(address) else ""


def needed(values: Mapping[str, str], name: str, sentence: str) -> str:
    """A value of the connect form; raises ChannelError with the sentence when it is empty."""
    if value := values.get(name, "").strip():
        return value
    raise misfit(sentence, name)


def for_the_form(error: ChannelError, field: str, sentence: str) -> ChannelError:
    """A refused key as the connect form says it; every other failure stays what it is."""
    if not error.reconnect:
        return error
    return misfit(sentence, field)


def page_or(
    read: Callable[[int, Any], tuple[str, str]],
) -> Callable[[int, Any], tuple[str, str]]:
    """An error reader that says `PAGE` of an answer that is no JSON, as firewalls give."""

    def reads_error(status: int, body: Any) -> tuple[str, str]:
        return (PAGE, "") if body is None else read(status, body)

    return reads_error


PAGE = "page"
"""Code of an error that came as a web page, so not from the software that was asked."""


def not_now(label: str) -> ChannelError:
    """A step before the post is out was answered with something that cannot be read."""
    sentence = SENTENCES[Outcome.NOT_SENT].format(label=label)
    return ChannelError(sentence, code=UNPARSABLE)


def upload_each(
    payload: Payload,
    session: Session,
    limits: Limits,
    send: Callable[[int, bytes, str, str], Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Every picture and video of the payload once: what the handle has is there already.

    `send` gets number, bytes, content type and description, and returns what the platform calls the
    file. Kept in the handle as `media`, with what was changed about a picture among the `notes`.
    """
    # A web process never sends, so it need not load what works on pictures.
    from .media import fit_image

    for number, item in enumerate(payload["media"], start=1):
        done = session.handle.get("media", [])
        if len(done) >= number:
            continue
        data, kind, notes = session.media(item["reference"]), str(item["type"]), []
        if kind.startswith("image/"):
            fitted = fit_image(data, limits, name=f"Picture {number}")
            data, kind, notes = fitted.data, fitted.content_type, [fitted.note]
        session.fault(CrashPoint.MEDIA_UPLOADING)
        file = {**send(number, data, kind, item["alt"]), "alt": item["alt"], "type": kind}
        session.fault(CrashPoint.MEDIA_RECEIVED)
        noted = [*session.handle.get("notes", []), *filter(None, notes)]
        session.save_handle({**session.handle, "media": [*done, file], "notes": noted})
    uploaded: list[dict[str, Any]] = session.handle.get("media", [])
    return uploaded


def frozen_media(draft: Draft) -> list[dict[str, str]]:
    return [
        {"reference": each.reference, "alt": each.alt, "type": each.content_type}
        for each in draft.media
    ]


def waiting() -> Accepted:
    """A draft that is left to the site's people on purpose, or by a rule of theirs."""
    return Accepted(REVIEW_SECONDS, "Waits on the site until somebody publishes it there.")


def thrown_away(label: str) -> ChannelError:
    return ChannelError(
        f"Somebody threw the draft away in {label} before it was out.",
        permanent=True,
        code="trashed",
    )


def list_of(answer: Answer, *path: str) -> list[Mapping[str, Any]]:
    """A list of objects in an answer; [] when something else stands there."""
    value = answer.dig(*path) if path else answer.body
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def names_in(typed: str) -> list[str]:
    """Names that a person separated by commas."""
    return [name for part in typed.split(",") if (name := part.strip())]


def same_words(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two texts say the same, whatever blanks lie between."""
    return " ".join(one).split() == " ".join(other).split()


def _woven(line: str, plain: Callable[[str], str], link: Callable[[str], str]) -> str:
    pieces, position = [], 0
    for match in LINK.finditer(line):
        pieces += [plain(line[position : match.start()]), link(match.group(0))]
        position = match.end()
    return "".join([*pieces, plain(line[position:])])


_BACKSLASH = r"\\\1"


def _escaped(words: str) -> str:
    """Plain words in Markdown. Liquid tags, which some platforms run, are broken as well."""
    words = _ENTITY.sub(_BACKSLASH, _MARKDOWN.sub(_BACKSLASH, words))
    words = _LINE_START.sub(lambda found: "\\".join(part or "" for part in _halves(found)), words)
    return _LIQUID.sub("&#123;", words).replace("&#123;{", "&#123;&#123;")


def _halves(found: re.Match[str]) -> tuple[str, str]:
    before, sign, number, dot = found.groups()
    return (before or "", sign) if sign else (number, dot)


def _as_text(words: str) -> str:
    return html.escape(words, quote=False)


def _anchor(url: str) -> str:
    address = html.escape(url)
    return f'<a href="{address}">{address}</a>'


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and has_host
