"""A post as its network will show it, cut into pieces that a page can mark up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publishing.channels import text as counting
from publishing.channels.registry import channels


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `kind` is text, link or tag."""

    kind: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """`used` of `most` as the network counts; `most` is None where it is not installed."""

    pieces: Sequence[Piece]
    media: Sequence[Mapping[str, Any]]
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
) -> Preview:
    """Text, hashtags and link put together and shortened as the platform does it."""
    composed = counting.compose(content, hashtags, link)
    channel = channels.get(platform)
    if channel is None:
        return Preview(_pieces(composed, ()), media, len(composed), None, is_over=False)
    count = counting.measure_text(composed, channel.limits)
    shown, links = counting.displayed(composed, channel.limits)
    return Preview(_pieces(shown, links), media, count.used, count.limit, count.over)


def limits_json(platform: str) -> str:
    """The platform's limits for the browser's counter; "{}" counts without a limit."""
    channel = channels.get(platform)
    return json.dumps(channel.limits.as_json()) if channel else "{}"


def platform_label(platform: str) -> str:
    channel = channels.get(platform)
    return channel.label if channel else platform


def _pieces(text: str, links: Iterable[counting.LinkSpan]) -> list[Piece]:
    spans = [(span.start, span.end, "link", span.url) for span in links]
    taken = [range(start, end) for start, end, _, _ in spans]
    for match in counting.HASHTAG.finditer(text):
        if not any(match.start() in each for each in taken):
            spans.append((match.start(), match.end(), "tag", ""))
    pieces: list[Piece] = []
    position = 0
    for start, end, kind, url in sorted(spans):
        if start > position:
            pieces.append(Piece("text", text[position:start]))
        pieces.append(Piece(kind, text[start:end], url))
        position = end
    return pieces + ([Piece("text", text[position:])] if position < len(text) else [])
