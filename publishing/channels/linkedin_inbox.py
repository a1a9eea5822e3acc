"""Comments under a LinkedIn page's posts, and the answers.

LinkedIn lists comments post by post, so those under the page's latest posts are read, with the
replies to each comment that has some. Who writes is told by a number alone, without a name. A
person's own profile is not read: LinkedIn gives no app the right to.

Source: LinkedIn's page "Comments API" (comments on an entity, replies by the comment's address,
parentComment) as of 2026-11. Not verified against the live service: that
the list comes newest first when asked so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .base import Handle, Heard, Hearing, Published
from .errors import before_sending
from .linkedin_errors import not_understood
from .linkedin_shapes import comments_of, moment, urn_of_comment
from .listening import Author, Reading, oldest_first, read_down
from .rest import Answer, Rest, count, dig

PAGE = 50
PAGES_READ = 4
POSTS_READ = 10
REPLIES_READ = 5
"""Comments of a page of comments whose replies are asked for, newest first."""

NAMELESS = "Somebody on LinkedIn"

Row = Mapping[str, Any]
Calling = Callable[[Callable[[Rest], Answer]], Answer]


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page's comments."""

    calling: Calling
    page: str
    label: str
    now: datetime

    def listen(self, cursor: Handle, posts: Sequence[Published]) -> Hearing:
        readings = [(post, self._under(post, cursor)) for post in posts[:POSTS_READ]]
        heard = [
            each
            for post, read in readings
            for row in read.new
            if (each := self._heard(row, post)) is not None
        ]
        following = {name: value for _, read in readings for name, value in read.cursor.items()}
        return Hearing(oldest_first(heard), following, all(read.is_all for _, read in readings))

    def _under(self, post: Published, cursor: Handle) -> Reading[Row]:
        def page(token: str) -> tuple[Sequence[Row], str]:
            start = int(token or 0)
            rows = self._list(post.remote_id, start)
            following = str(start + PAGE) if len(rows) == PAGE else ""
            return list(self._with_replies(rows, post.remote_id)), following

        return read_down(
            post.remote_id, cursor, self.now, page=page, dates=_dates, most_pages=PAGES_READ
        )

    def _with_replies(self, rows: Sequence[Row], post: str) -> Iterator[Row]:
        asked = 0
        for row in rows:
            urn = urn_of_comment(row, post)
            yield {**row, "urn": urn}
            if count(dig(row, "commentsSummary", "aggregatedTotalComments")) and (
                asked < REPLIES_READ
            ):
                asked += 1
                for reply in self._list(urn, 0):
                    yield {**reply, "urn": urn_of_comment(reply, urn), "above": urn}

    def _list(self, urn: str, start: int) -> list[Row]:
        path = f"{comments_of(urn)}?count={PAGE}&start={start}&sort=REVERSE_CHRONOLOGICAL"
        answer = self.calling(lambda api: api.get(path))
        rows = answer.dig("elements")
        if not isinstance(rows, list):
            raise before_sending(not_understood(self.label), self.label)
        return [row for row in rows if dig(row, "id")]

    def _heard(self, row: Row, post: Published) -> Heard | None:
        actor, above = str(row.get("actor") or ""), str(row.get("above") or "")
        is_ours = actor == self.page
        if is_ours and not above:
            return None
        return Heard(
            remote_id=str(row["urn"]),
            conversation="" if is_ours else f"{post.remote_id}|{actor}",
            kind="comment",
            text=str(dig(row, "message", "text") or "").strip() or "(no words)",
            said_at=min(moment(dig(row, "created", "time")), self.now),
            parent=above,
            under=post.remote_id,
            **_author(actor),
            url=post.url,
            is_ours=is_ours,
            handle={"post": post.remote_id, "parent": above or str(row["urn"])},
        )


def _dates(row: Row) -> list[tuple[datetime, str]]:
    told = dig(row, "created", "time")
    return [(moment(told), str(row["urn"]))] if told else []


def _author(actor: str) -> Author:
    """LinkedIn tells apps no names of people who comment."""
    return {
        "author_id": actor,
        "author_name": NAMELESS,
        "author_handle": "",
        "author_url": "",
    }


def answer_path(heard: Heard) -> str:
    return comments_of(str(heard.handle["parent"]))


def answer_body(heard: Heard, text: str, page: str) -> dict[str, Any]:
    return {
        "actor": page,
        "object": heard.handle["post"],
        "parentComment": heard.handle["parent"],
        "message": {"text": text.strip()},
    }
