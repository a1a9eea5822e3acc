"""A post as its network will show it, cut into pieces that a page can mark up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from publishing.channels import text as counting
from publishing.channels.base import Draft
from publishing.channels.registry import channels

from .facts import facts_in


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `kind` is text, link, tag or fact. A fact's `note` is where it comes from,
    and `source` the number of that sentence, from 1."""

    kind: str
    text: str
    url: str = ""
    note: str = ""
    source: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture by the name under which members may open it."""

    name: str
    alt: str


@dataclass(frozen=True, slots=True)
class Preview:
    """`used` of `most` as the network counts; `most` is None where it is not installed."""

    pieces: Sequence[Piece]
    media: Sequence[Shown]
    used: int
    most: int | None
    is_over: bool

    @property
    def size(self) -> str:
        return f"{self.used} of {self.most}" if self.most is not None else f"{self.used}"


def preview(
    *,
    platform: str,
    content: str,
    hashtags: Iterable[str] = (),
    link: str = "",
    media: Sequence[Mapping[str, Any]] = (),
    sources: Sequence[str] = (),
) -> Preview:
    """Text, hashtags and link put together and shortened as the platform does it.

    `sources` are sentences of the material; what the text has from them is marked as fact.
    """
    shown_media = [Shown(each["reference"].rpartition("/")[2], each["alt"]) for each in media]
    channel = channels.get(platform)
    if channel is None:
        composed = counting.compose(content, hashtags, link)
        pieces = _pieces(composed, (), sources)
        return Preview(pieces, shown_media, len(composed), None, is_over=False)
    composed = channel.compose(Draft(content, tuple(hashtags), link or None))
    count = counting.measure_text(composed, channel.limits)
    shown, links = counting.displayed(composed, channel.limits)
    pieces = _pieces(shown, links, sources)
    return Preview(pieces, shown_media, count.used, count.limit, count.over)


def limits_json(platform: str) -> str:
    """The platform's limits for the browser's counter; "{}" counts without a limit."""
    channel = channels.get(platform)
    return json.dumps(channel.limits.as_json()) if channel else "{}"


def _pieces(text: str, links: Iterable[counting.LinkSpan], sources: Sequence[str]) -> list[Piece]:
    spans = {range(each.start, each.end): Piece("link", "", each.url) for each in links}
    for match in counting.HASHTAG.finditer(text):
        _mark(spans, range(match.start(), match.end()), Piece("tag", ""))
    for fact in facts_in(text, sources):
        note = Piece("fact", "", note=sources[fact.source], source=fact.source + 1)
        _mark(spans, range(fact.start, fact.end), note)
    pieces: list[Piece] = []
    position = 0
    for span in sorted(spans, key=lambda each: each.start):
        if span.start > position:
            pieces.append(Piece("text", text[position : span.start]))
        pieces.append(replace(spans[span], text=text[span.start : span.stop]))
        position = span.stop
    return pieces + ([Piece("text", text[position:])] if position < len(text) else [])


def _mark(spans: dict[range, Piece], span: range, piece: Piece) -> None:
    """What is marked already keeps its mark."""
    if not any(span.start < other.stop and other.start < span.stop for other in spans):
        spans[span] = piece
