"""What people say on Meta's networks: comments under the account's posts, posts that tag it, and
messages. Each network has its own names for the fields and its own permissions.

Comments are read from the account's latest posts, as one list for each post; replies stand with the
comments that they answer. Meta gives out messages of conversations newest first, of each the latest
only, so more than MESSAGES_A_CONVERSATION between two readings lose the oldest.

Source: Meta's pages "Object Comments", "Page Tagged", "Conversations" (Messenger Platform), "IG
Media Comments", "IG User Tags" and "Conversations API" of Instagram, as of 2026-11. Not verified
against the live service: that each list comes newest first where the page only says so of some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .base import ChannelError, Handle, Heard, Hearing
from .errors import before_sending
from .listening import Author, Reading, oldest_first, read_down
from .readback import moment
from .rest import Rest, dig

POSTS_READ: Final = 25
PAGE: Final = 50
PAGES_READ: Final = 4
MESSAGES_A_CONVERSATION: Final = 25

Row = Mapping[str, Any]
Calling = Callable[[Callable[[Rest], Any]], Any]


@dataclass(frozen=True, slots=True)
class Names:
    """How one network calls what a comment, a tagging post and their lists have."""

    posts: str
    """The edge of the account's posts."""
    comments: str
    """Fields of a comment."""
    order: Mapping[str, str]
    """What the list of comments has to be asked for to come newest first and flat."""
    link: str
    text: str
    at: str
    tagged: str
    tagged_fields: str
    tagged_text: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """One account's comments, taggings and messages; `us` are the ids and names it speaks under."""

    calling: Calling
    names: Names
    account: str
    us: frozenset[str]
    now: datetime
    label: str

    def listen(
        self, cursor: Handle, *, comments: bool, tagged: bool, messages: str, platform: str
    ) -> Hearing:
        """`messages` is whose conversations are read, "" for nobody's."""
        readings: list[tuple[Reading[Row], Callable[[Row], Heard | None]]] = []
        if comments:
            readings += self._under_posts(cursor)
        if tagged:
            readings.append((self._edge("tagged", cursor), self._tagging))
        if messages:
            readings.append((self._messages(messages, platform, cursor), self._message))
        heard = [each for read, make in readings for row in read.new if (each := make(row))]
        following = {name: value for read, _ in readings for name, value in read.cursor.items()}
        return Hearing(oldest_first(heard), following, all(read.is_all for read, _ in readings))

    # Comments

    def _under_posts(
        self, cursor: Handle
    ) -> Iterator[tuple[Reading[Row], Callable[[Row], Heard | None]]]:
        names = self.names
        order = "".join(f".{name}({value})" for name, value in names.order.items())
        nested = f"id,{names.link},comments{order}.limit({PAGE}){{{names.comments}}}"
        told = self._ask(names.posts, {"fields": nested, "limit": str(POSTS_READ)})
        for post in _rows(told, self.label):
            if number := str(post.get("id") or ""):
                yield self._of_post(number, post, cursor), self._commenting(number)

    def _of_post(self, number: str, post: Row, cursor: Handle) -> Reading[Row]:
        """The first page came with the post itself."""

        def page(token: str) -> tuple[Sequence[Row], str]:
            told: Any = post.get("comments") or {"data": []}
            if token:
                fields = {"fields": self.names.comments, "limit": str(PAGE), "after": token}
                told = self._ask(f"/{number}/comments", {**fields, **self.names.order})
            return list(_flat(_rows(told, self.label))), _next(told)

        return self._read(f"post {number}", cursor, page, self.names.at)

    def _commenting(self, post: str) -> Callable[[Row], Heard | None]:
        def make(row: Row) -> Heard | None:
            author = _author(row)
            parent = str(dig(row, "parent", "id") or row.get("parent_id") or "")
            is_ours = author["author_id"] in self.us or author["author_handle"] in self.us
            if is_ours and not parent:
                return None
            who = author["author_id"] or author["author_handle"] or str(row["id"])
            return Heard(
                remote_id=str(row["id"]),
                conversation="" if is_ours else f"{post}|{who}",
                kind="comment",
                text=_words(row, self.names.text),
                said_at=self._said_at(row, self.names.at),
                parent=parent,
                under=post,
                **author,
                url=str(row.get(self.names.link) or ""),
                is_ours=is_ours,
                # Answers stand under the first comment: deeper is not possible everywhere.
                handle={"id": parent or str(row["id"])},
            )

        return make

    # Posts that tag the account

    def _edge(self, name: str, cursor: Handle) -> Reading[Row]:
        def page(token: str) -> tuple[Sequence[Row], str]:
            fields = {"fields": self.names.tagged_fields, "limit": str(PAGE)}
            told = self._ask(self.names.tagged, {**fields, **({"after": token} if token else {})})
            return _rows(told, self.label), _next(told)

        return self._read(name, cursor, page, self.names.at)

    def _tagging(self, row: Row) -> Heard | None:
        author = _author(row)
        if author["author_id"] in self.us or author["author_handle"] in self.us:
            return None
        number = str(row["id"])
        return Heard(
            remote_id=number,
            conversation=f"tag {number}|{author['author_id'] or author['author_handle']}",
            kind="mention",
            text=_words(row, self.names.tagged_text),
            said_at=self._said_at(row, self.names.at),
            **author,
            url=str(row.get(self.names.link) or ""),
            handle={"id": number, "tag": True},
        )

    # Messages

    def _messages(self, whose: str, platform: str, cursor: Handle) -> Reading[Row]:
        inner = f"messages.limit({MESSAGES_A_CONVERSATION}){{id,message,created_time,from}}"
        asked = {"platform": platform, "fields": f"id,updated_time,participants,{inner}"}

        def page(token: str) -> tuple[Sequence[Row], str]:
            told = self._ask(
                f"/{whose}/conversations",
                {**asked, "limit": str(PAGE), **({"after": token} if token else {})},
            )
            talks = _rows(told, self.label)
            return [row for talk in talks for row in self._of_talk(talk)], _next(told)

        return self._read("messages", cursor, page, "created_time")

    def _of_talk(self, talk: Row) -> Iterator[Row]:
        people = dig(talk, "participants", "data")
        others = [p for p in people or () if str(dig(p, "id")) not in self.us]
        for row in dig(talk, "messages", "data") or ():
            if dig(row, "id"):
                yield {**row, "talk": str(talk.get("id")), "with": others[0] if others else {}}

    def _message(self, row: Row) -> Heard | None:
        author = _author(row)
        is_ours = author["author_id"] in self.us
        return Heard(
            remote_id=str(row["id"]),
            conversation=f"talk {row['talk']}",
            kind="message",
            text=_words(row, "message"),
            said_at=self._said_at(row, "created_time"),
            **author,
            is_ours=is_ours,
            handle={"id": str(row["id"]), "to": str(dig(row, "with", "id") or "")},
        )

    # Lists

    def _read(
        self,
        name: str,
        cursor: Handle,
        page: Callable[[str], tuple[Sequence[Row], str]],
        at: str,
    ) -> Reading[Row]:
        def dates(row: Row) -> Iterable[tuple[datetime, str]]:
            said = moment(row.get(at))
            return [(said, str(row["id"]))] if said and row.get("id") else []

        return read_down(name, cursor, self.now, page=page, dates=dates, most_pages=PAGES_READ)

    def _ask(self, path: str, params: Mapping[str, str]) -> Any:
        return self.calling(lambda api: api.get(path, params)).body

    def _said_at(self, row: Row, name: str) -> datetime:
        return min(moment(row.get(name)) or self.now, self.now)


def without_permission(label: str, permission: str) -> ChannelError:
    return ChannelError(
        f"{label} lets Warren read what people say only with the permission {permission}, which "
        "this account did not give. The operator adds it to the app (docs/inbox.md), then connect "
        "the account again.",
        permanent=True,
        code="scope_missing",
    )


def send_answer(api: Rest, path: str, **request: Any) -> str:
    answer = api.call("POST", path, makes_post=True, **request)
    made = answer.dig("id") or answer.dig("message_id")
    if not made:
        raise api.unreadable(answer)
    return str(made)


def _flat(rows: Iterable[Row]) -> Iterator[Row]:
    """Comments and, after each, the replies that came inside it."""
    for row in rows:
        yield row
        for reply in dig(row, "replies", "data") or ():
            if dig(reply, "id"):
                yield {"parent_id": row.get("id"), **reply}


def _rows(told: Any, label: str) -> list[Row]:
    rows = dig(told, "data")
    if not isinstance(rows, list):
        error = ChannelError(f"{label}'s answer could not be read.", code="unreadable")
        raise before_sending(error, label)
    return [row for row in rows if isinstance(row, dict) and row.get("id")]


def _next(told: Any) -> str:
    if not dig(told, "paging", "next"):
        return ""
    return str(dig(told, "paging", "cursors", "after") or "")


def _words(row: Row, name: str) -> str:
    return str(row.get(name) or "").strip() or "(no words)"


def _author(row: Row) -> Author:
    number = str(dig(row, "from", "id") or "")
    handle = str(dig(row, "from", "username") or row.get("username") or "")
    return {
        "author_id": number or handle,
        "author_name": str(dig(row, "from", "name") or handle),
        "author_handle": handle,
        "author_url": "",
    }
