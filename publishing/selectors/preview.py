"""A post as its network will show it, cut into pieces that a page can mark up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from publishing.channels import text as counting
from publishing.channels.base import Draft, Limits
from publishing.channels.registry import channels
from publishing.models import MediaRendition, PendingPost, SocialAccount
from publishing.services.networks import account_facts
from publishing.services.renditions import is_taken, renditions_of

from .facts import facts_in

Renditions = Sequence[MediaRendition | None] | None


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
    """A picture or video by the name under which members may open it: the fitted file where there
    is one. `note` says what was changed, `problem` why it cannot go out."""

    name: str
    alt: str
    is_video: bool = False
    note: str = ""
    problem: str = ""
    size: str = ""
    is_waiting: bool = False
    """It is still to be made to fit."""


@dataclass(frozen=True, slots=True)
class Later:
    """A later part of a thread, or the first comment, as it is counted."""

    label: str
    pieces: Sequence[Piece]
    used: int
    most: int | None
    is_over: bool

    @property
    def size(self) -> str:
        return f"{self.used} of {self.most}" if self.most is not None else f"{self.used}"


@dataclass(frozen=True, slots=True)
class Preview:
    """`used` of `most` as the network counts; `most` is None where it is not installed."""

    pieces: Sequence[Piece]
    media: Sequence[Shown]
    used: int
    most: int | None
    is_over: bool
    title: str = ""
    later: Sequence[Later] = ()
    remarks: Sequence[str] = ()
    """What the network's channel has to say of it: a price, where the link goes."""

    @property
    def size(self) -> str:
        return f"{self.used} of {self.most}" if self.most is not None else f"{self.used}"

    @property
    def is_waiting(self) -> bool:
        return any(each.is_waiting for each in self.media)


def preview(
    *,
    platform: str,
    content: str,
    hashtags: Iterable[str] = (),
    link: str = "",
    media: Sequence[Mapping[str, Any]] = (),
    sources: Sequence[str] = (),
    account: SocialAccount | None = None,
    title: str = "",
    thread: Sequence[str] = (),
    first_comment: str = "",
    renditions: Renditions = None,
) -> Preview:
    """Text, hashtags and link put together and shortened as the platform does it.

    `sources` are sentences of the material; what the text has from them is marked as fact. With the
    account its own limits count, and media are shown as they were made to fit: by `renditions`,
    which are read where they are not given.
    """
    channel = channels.get(platform)
    shown_media = _media(media, account, renditions)
    if channel is None:
        composed = counting.compose(content, hashtags, link)
        pieces = _pieces(composed, (), sources)
        return Preview(pieces, shown_media, len(composed), None, is_over=False, title=title)
    facts = account_facts(account) if account else None
    limits = channel.limits_for(facts)
    draft = Draft(
        content,
        tuple(hashtags),
        link or None,
        title=title,
        thread=tuple(thread),
        first_comment=first_comment,
    )
    composed = channel.compose(draft)
    count = counting.measure_text(composed, limits, has_media=bool(media))
    shown, links = counting.displayed(composed, limits)
    return Preview(
        _pieces(shown, links, sources),
        shown_media,
        count.used,
        count.limit,
        count.over,
        title=title,
        later=[*_parts(thread, limits), *_comment(first_comment, limits)],
        remarks=channel.remarks(draft, facts),
    )


def preview_of(
    post: PendingPost, *, sources: Sequence[str] = (), renditions: Renditions = None
) -> Preview:
    """A post as it stands, with all its parts."""
    return preview(
        platform=post.platform,
        content=post.content,
        hashtags=post.hashtags,
        link=post.link,
        media=post.media,
        sources=sources,
        account=post.account,
        title=post.title,
        thread=post.thread,
        first_comment=post.first_comment,
        renditions=renditions,
    )


def _media(
    media: Sequence[Mapping[str, Any]], account: SocialAccount | None, rows: Renditions
) -> list[Shown]:
    if rows is None:
        rows = renditions_of(media, account) if account else [None] * len(media)
    return [_shown(each, row, account) for each, row in zip(media, rows, strict=True)]


def _shown(
    medium: Mapping[str, Any], row: MediaRendition | None, account: SocialAccount | None
) -> Shown:
    reference = row.fitted if row is not None and row.fitted else medium["reference"]
    kind = row.content_type if row is not None and row.content_type else medium["content_type"]
    return Shown(
        name=reference.rpartition("/")[2],
        alt=medium.get("alt", ""),
        is_video=str(kind).startswith("video/"),
        note=row.note if row else "",
        problem=row.problem if row else "",
        size=_size(row) if row else "",
        is_waiting=row is None and account is not None and is_taken(medium, account),
    )


def _size(row: MediaRendition) -> str:
    """Such as "1080 × 608, 0.4 MB" or, of a video, "1080 × 608, 12 s, 3.1 MB"."""
    parts = [f"{row.width} × {row.height}"] if row.width and row.height else []
    parts += [f"{row.duration_seconds:.0f} s"] if row.duration_seconds else []
    parts += [f"{row.size_bytes / 1_000_000:.1f} MB"] if row.size_bytes else []
    return ", ".join(parts)


def _parts(thread: Sequence[str], limits: Limits) -> list[Later]:
    found = []
    for number, text in enumerate(thread, start=2):
        count = counting.measure_text(counting.compose(text), limits)
        shown, links = counting.displayed(text, limits)
        pieces = _pieces(shown, links, ())
        found.append(Later(f"Part {number}", pieces, count.used, count.limit, count.over))
    return found


def _comment(text: str, limits: Limits) -> list[Later]:
    if not text:
        return []
    used, most = counting.comment_length(text, limits), limits.comment_max
    shown, links = counting.displayed(text, limits)
    is_over = most is not None and used > most
    return [Later("First comment", _pieces(shown, links, ()), used, most, is_over)]


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
