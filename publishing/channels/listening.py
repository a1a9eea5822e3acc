"""What channels that read and answer people have in common: how far they have read, words without
markup, and what an answer must be before it is sent."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypedDict, TypeVar

from .base import AccountFacts, Channel, Handle, Heard
from .errors import ChannelError
from .readback import moment
from .text import comment_length

FIRST_SPAN: Final = timedelta(days=7)
"""How far back the first reading of an account goes."""
OVERLAP: Final = timedelta(minutes=2)
"""How late a network may list something that was said earlier."""
MOST_SEEN: Final = 500

_BREAK = re.compile(r"<br\s*/?>|</(?:div|li)\s*>", re.IGNORECASE)
_PARAGRAPH = re.compile(r"</(?:p|blockquote|h[1-6]|ul|ol)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a list that is sorted by time was read, as it is kept in a cursor.

    Things of the last minutes are known by their ids too, so that one which appears late is not
    lost and none is given twice.
    """

    since: datetime
    seen: frozenset[str] = frozenset()

    @classmethod
    def of(cls, cursor: Handle, name: str, now: datetime) -> Mark:
        """As `cursor[name]` says; from a week ago where it says nothing."""
        kept = cursor.get(name)
        since = moment(kept.get("since")) if isinstance(kept, dict) else None
        if since is None or not isinstance(kept, dict):
            return cls(now - FIRST_SPAN)
        return cls(since, frozenset(str(each) for each in kept.get("seen", ())))

    @property
    def floor(self) -> datetime:
        """Nothing older has to be read."""
        return self.since - OVERLAP if self.seen else self.since

    def is_new(self, at: datetime, remote_id: str) -> bool:
        return at >= self.floor and remote_id not in self.seen

    def after(self, things: Iterable[tuple[datetime, str]]) -> Mark:
        """With these read as well, whether they are new or not."""
        read = list(things)
        since = max([self.since, *(at for at, _ in read)])
        near = [(at, each) for at, each in read if at >= since - OVERLAP]
        seen = {each for _, each in sorted(near, reverse=True)[:MOST_SEEN]}
        if since < self.since + OVERLAP:
            seen |= self.seen
        return Mark(since, frozenset(seen))

    def as_cursor(self) -> Handle:
        return {"since": self.since.isoformat(), "seen": sorted(self.seen)}


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Reading(Generic[Row]):
    """One reading of a list: what is new, its part of the cursor, whether nothing is left."""

    new: list[Row]
    cursor: Handle
    is_all: bool


def read_down(
    name: str,
    cursor: Handle,
    now: datetime,
    *,
    page: Callable[[str], tuple[Sequence[Row], str]],
    dates: Callable[[Row], Iterable[tuple[datetime, str]]],
    most_pages: int,
) -> Reading[Row]:
    """Read a list that comes newest first, page after page, down to what was read before.

    `page` gives the rows of a page by its token ("" is the first) and the next token ("" at the
    end), `dates` the (moment, id) that a row is known by, none for a row that is nothing. Where the
    pages are not enough, the cursor keeps the next page and what the mark will be.
    """
    mark = Mark.of(cursor, name, now)
    left = cursor.get(f"{name}_left") or {}
    head = Mark.of(left, "head", now) if left else mark
    token, new, passed = str(left.get("page", "")), list[Row](), list[tuple[datetime, str]]()
    for _ in range(most_pages):
        rows, token = page(token)
        dated = [(at, each, row) for row in rows for at, each in dates(row)]
        passed += [(at, each) for at, each, _ in dated if at >= mark.floor]
        new += [row for at, each, row in dated if mark.is_new(at, each)]
        if not token or not rows or (dated and min(at for at, _, _ in dated) < mark.floor):
            return Reading(new, {name: head.after(passed).as_cursor(), f"{name}_left": {}}, True)
    rest = {"page": token, "head": head.after(passed).as_cursor()}
    return Reading(new, {name: mark.as_cursor(), f"{name}_left": rest}, False)


class Author(TypedDict):
    """Who speaks, as `Heard` takes it."""

    author_id: str
    author_name: str
    author_handle: str
    author_url: str


def without_markup(text: str) -> str:
    """The words of a piece of HTML as people read them; line breaks stay, tags and entities go."""
    lines = _TAG.sub("", _PARAGRAPH.sub("\n\n", _BREAK.sub("\n", text)))
    plain = html.unescape(lines).replace("\xa0", " ").replace("\r", "")
    return _BLANK_LINES.sub("\n\n", "\n".join(each.strip() for each in plain.split("\n"))).strip()


def refuse_misfit(channel: Channel, room: int | None, text: str, account: AccountFacts) -> None:
    """Raise ChannelError (refused) when this cannot be sent as an answer; no network.

    `room` is what the channel's `answer_room` says.
    """
    if room is None:
        raise _refused(
            f"{channel.label} lets nobody answer this from outside: answer it on {channel.label}.",
            "no_answers",
        )
    if not text.strip():
        raise _refused("Write an answer first.", "does_not_fit")
    used = comment_length(text, channel.limits_for(account))
    if used > room:
        raise _refused(
            f"{channel.label} takes {room} characters here and the answer has {used}: shorten it "
            f"by {used - room}.",
            "does_not_fit",
        )


def oldest_first(heard: Iterable[Heard]) -> tuple[Heard, ...]:
    return tuple(sorted(heard, key=lambda each: (each.said_at, each.remote_id)))


def _refused(sentence: str, code: str) -> ChannelError:
    return ChannelError(sentence, permanent=True, code=code)
