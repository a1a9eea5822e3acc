"""Comments under a YouTube channel's videos, and the answers.

Threads of all videos come as one list, newest first by their first comment; the replies inside a
thread stand with it, and where there are more than came along they are asked for. So a reply is
heard while its thread is among the newest of the first page. Comments that wait for review there
are not heard.

Source: YouTube Data API v3, pages "CommentThreads: list" (allThreadsRelatedToChannelId), "Comments:
list" and "Comments: insert", as of 2026-11. Reading costs one unit a page, an answer fifty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .base import ChannelError, Handle, Heard, Hearing
from .listening import Author, oldest_first, read_down
from .readback import moment
from .rest import Answer, Rest, dig

PAGE = 100
PAGES_READ = 3
LONG_THREADS_READ = 5
"""Threads a reading whose replies are asked for by themselves, a unit each."""
RECENT = timedelta(days=7)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inbox:
    """One channel's comments. `get` is (resource, parameters) to the answer."""

    get: Callable[[str, Mapping[str, Any]], Answer]
    untold: Callable[[Answer], ChannelError]
    channel: str
    address: Callable[[str, str], str]
    now: datetime

    def listen(self, cursor: Handle) -> Hearing:
        read = read_down(
            "comments", cursor, self.now, page=self._page, dates=_dates, most_pages=PAGES_READ
        )
        heard = [each for row in read.new if (each := self._heard(row)) is not None]
        return Hearing(oldest_first(heard), read.cursor, read.is_all)

    def _page(self, token: str) -> tuple[Sequence[Row], str]:
        params = {
            "part": "snippet,replies",
            "allThreadsRelatedToChannelId": self.channel,
            "order": "time",
            "maxResults": PAGE,
            "textFormat": "plainText",
        }
        answer = self.get("commentThreads", {**params, **({"pageToken": token} if token else {})})
        threads = answer.dig("items")
        if not isinstance(threads, list):
            raise self.untold(answer)
        return list(self._flat(threads)), str(answer.dig("nextPageToken") or "")

    def _flat(self, threads: Iterable[Row]) -> Iterator[Row]:
        """First comments and, after each, its replies."""
        asked = 0
        for thread in threads:
            first, replies = dig(thread, "snippet", "topLevelComment"), _replies(thread)
            if not dig(first, "id"):
                continue
            more = int(dig(thread, "snippet", "totalReplyCount") or 0) > len(replies)
            if more and asked < LONG_THREADS_READ and self._is_alive(replies):
                asked, replies = asked + 1, self._all_replies(str(first["id"]))
            video = str(dig(thread, "snippet", "videoId") or dig(first, "snippet", "videoId") or "")
            yield {**first, "video": video, "thread": str(first["id"])}
            for reply in replies:
                yield {**reply, "video": video, "thread": str(first["id"]), "is_reply": True}

    def _is_alive(self, replies: Sequence[Row]) -> bool:
        dates = [at for row in replies if (at := moment(dig(row, "snippet", "publishedAt")))]
        return not dates or max(dates) >= self.now - RECENT

    def _all_replies(self, thread: str) -> list[Row]:
        params = {"part": "snippet", "parentId": thread, "maxResults": PAGE}
        answer = self.get("comments", {**params, "textFormat": "plainText"})
        rows = answer.dig("items")
        if not isinstance(rows, list):
            raise self.untold(answer)
        return [row for row in rows if dig(row, "id")]

    def _heard(self, row: Row) -> Heard | None:
        said, author = row.get("snippet") or {}, _author(row)
        is_ours = author["author_id"] == self.channel
        if is_ours and not row.get("is_reply"):
            return None
        number, video = str(row["id"]), str(row["video"])
        return Heard(
            remote_id=number,
            conversation="" if is_ours else f"{video}|{author['author_id'] or number}",
            kind="comment",
            text=str(said.get("textOriginal") or said.get("textDisplay") or "").strip(),
            said_at=min(moment(said.get("publishedAt")) or self.now, self.now),
            parent=str(row["thread"]) if row.get("is_reply") else "",
            under=video,
            **author,
            url=self.address(video, number),
            is_ours=is_ours,
            # YouTube knows replies to a thread's first comment only.
            handle={"thread": str(row["thread"])},
        )


def _replies(thread: Row) -> list[Row]:
    told = dig(thread, "replies", "comments")
    return [row for row in told if dig(row, "id")] if isinstance(told, list) else []


def _dates(row: Row) -> list[tuple[datetime, str]]:
    at = moment(dig(row, "snippet", "publishedAt"))
    return [(at, str(row["id"]))] if at else []


def _author(row: Row) -> Author:
    name = str(dig(row, "snippet", "authorDisplayName") or "")
    return {
        "author_id": str(dig(row, "snippet", "authorChannelId", "value") or ""),
        "author_name": name.removeprefix("@"),
        "author_handle": name if name.startswith("@") else "",
        "author_url": str(dig(row, "snippet", "authorChannelUrl") or ""),
    }


def send_answer(rest: Rest, heard: Heard, text: str) -> str:
    """The new comment's id."""
    said = {"parentId": heard.handle["thread"], "textOriginal": text.strip()}
    answer = rest.call(
        "POST",
        "/youtube/v3/comments",
        makes_post=True,
        params={"part": "snippet"},
        json={"snippet": said},
    )
    if not answer.dig("id"):
        raise rest.unreadable(answer)
    return str(answer.dig("id"))
