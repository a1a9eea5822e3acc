"""RSS and Atom: what a feed tells of, as plain text, out of bytes that somebody else fetched.

Nothing is ever asked of the network or of the disk here: the parser gets a stream, since it would
take bytes or a text for a file's name or for an address. Declarations of a document's type go
before it looks, and with them every entity of the feed's own; what a reader of the feed would not
see goes before anything is kept.
"""

from __future__ import annotations

import hashlib
import re
from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.parsers import expat

from config.kernel.readers.base import Unreadable
from config.kernel.readers.html import read_alternates, visible_text
from config.kernel.readers.text import decoded

FEED_BYTES = 2 * 1024 * 1024
# What is not well formed is read by a patient parser, whose time grows faster than the text.
LOOSE_BYTES = 256 * 1024
DEEPEST = 60  # elements inside one another
MOST_ENTRIES = 50
ENTRY_CHARACTERS = 30_000
TITLE_CHARACTERS = 300
_HEAD_BYTES = 64 * 1024
_KINDS = {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_SUBSET_END = re.compile(r"\]\s*+>")
_PERIODS = {"hourly": 60, "daily": 1_440, "weekly": 10_080, "monthly": 43_200, "yearly": 43_200}


@dataclass(frozen=True)
class FeedEntry:
    """One thing that a feed tells of. `key` is the same whenever the same thing is told again.

    `text` is all that the feed itself gives, plain. `url` is absolute or empty.
    """

    key: str
    title: str
    text: str
    url: str = ""
    said_at: datetime | None = None


@dataclass(frozen=True)
class ReadFeed:
    """`minutes` is how long the feed asks to be left alone between two polls, 0 if it does not.

    `entries` are at most 50, the newest first, those without a date in the feed's own order.
    """

    title: str
    language: str
    minutes: int
    entries: tuple[FeedEntry, ...]


def read_feed(data: bytes, *, url: str) -> ReadFeed:
    """Raises Unreadable for what is no feed, or is one that no honest reader would take."""
    import feedparser  # type: ignore[import-untyped, unused-ignore]

    if len(data) > FEED_BYTES:
        raise Unreadable(
            f"The feed has {len(data) / 1_048_576:.1f} MB; at most 2 MB are read. "
            "Give a shorter one.",
            code="feed_too_large",
            field="url",
        )
    plain = _without_declaration(data)
    _refuse_shape(plain)
    said: Any = feedparser.parse(
        BytesIO(plain),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not said.get("version") and not said.entries:
        raise Unreadable(
            "That is no RSS or Atom feed. Give the address of one, or of a site that has one.",
            code="feed_unknown",
            field="url",
        )
    head: Any = said.feed
    return ReadFeed(
        title=visible_text(_text(head.get("title")))[:TITLE_CHARACTERS],
        language=_text(head.get("language")).partition("-")[0].strip().casefold()[:3],
        minutes=_minutes(head),
        entries=tuple(_newest(_entries(said.entries, url))),
    )


def feed_addresses(data: bytes, *, url: str, charset: str | None = None) -> list[str]:
    """The feeds that a page names as its own, in its order; none if it is no page."""
    try:
        return read_alternates(data, url=url, kinds=_KINDS, charset=charset)
    except Unreadable:
        return []


def _without_declaration(data: bytes) -> bytes:
    """UTF-8 without an XML head and without <!DOCTYPE …>, in which entities are declared."""
    head = data[:200].decode("latin-1")
    named = re.search(r"""<\?xml[^>]*encoding=["']([\w.-]{1,40})["']""", head)
    text = _DECLARED.sub("", decoded(data, named[1] if named else None), count=1)
    place = text.find("<!DOCTYPE", 0, _HEAD_BYTES)
    if place >= 0:
        opens, ends = text.find("[", place), text.find(">", place)
        if 0 <= opens < ends:
            closes = _SUBSET_END.search(text, opens, place + _HEAD_BYTES)
            ends = closes.end() - 1 if closes else -1
        text = text[:place] + (text[ends + 1 :] if ends >= 0 else "")
    return text.strip().encode()


def _refuse_shape(data: bytes) -> None:
    """A feed is flat and well formed, or at least short. Raises Unreadable."""
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(
                "The feed is nested deeper than any feed needs. Give another one.",
                code="feed_too_deep",
                field="url",
            )

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        if len(data) > LOOSE_BYTES:
            raise Unreadable(
                "The feed is broken: it is no well-formed XML. Its site has to mend it.",
                code="feed_broken",
                field="url",
            ) from None


def _entries(said: list[Any], base: str) -> Iterator[FeedEntry]:
    for entry in said[: MOST_ENTRIES * 4]:
        url = _absolute(_text(entry.get("link")), base)
        title = visible_text(_text(entry.get("title"))).replace("\n", " ")[:TITLE_CHARACTERS]
        told = [_text(entry.get("summary"))]
        told += [_text(part.get("value")) for part in entry.get("content") or []]
        text = max((visible_text(one[: ENTRY_CHARACTERS * 4]) for one in told), key=len)
        name = _text(entry.get("id")) or url or f"{title}\n{text}"
        if not (title or text):
            continue
        yield FeedEntry(
            key=hashlib.sha256(name.encode("utf-8", "replace")).hexdigest(),
            title=title or text[:120],
            text=text[:ENTRY_CHARACTERS],
            url=url,
            said_at=_moment(entry.get("published_parsed") or entry.get("updated_parsed")),
        )


def _newest(entries: Iterator[FeedEntry]) -> list[FeedEntry]:
    once = {entry.key: entry for entry in reversed(list(entries))}
    told = list(reversed(once.values()))
    dated = sorted(
        (entry for entry in told if entry.said_at),
        key=lambda entry: entry.said_at or datetime.min.replace(tzinfo=UTC),
        reverse=True,
    )
    return [*dated, *(entry for entry in told if not entry.said_at)][:MOST_ENTRIES]


def _minutes(head: Any) -> int:
    """RSS 2.0 `ttl` in minutes, or the syndication module's period and frequency."""
    told = _text(head.get("ttl")).strip()
    if told.isdecimal():
        return min(int(told[:6]), _PERIODS["monthly"])
    period = _PERIODS.get(_text(head.get("sy_updateperiod")).strip().lower(), 0)
    often = _text(head.get("sy_updatefrequency")).strip()
    return period // max(1, int(often[:4])) if often.isdecimal() else period


def _moment(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (OverflowError, OSError, TypeError, ValueError):
        return None


def _absolute(href: str, base: str) -> str:
    if not href.strip():
        return ""
    try:
        address = urljoin(base, href.strip())
        parts = urlsplit(address)
        is_place = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    has_blank = any(character.isspace() for character in address)
    return address if is_place and len(address) <= 2_000 and not has_blank else ""


def _text(value: Any) -> str:
    return value.replace("\x00", "") if isinstance(value, str) else ""
