"""What people say to the bot in its Discord channel, and the answers.

Heard are messages that answer one of the bot's or name it, read from the channel's history by id,
which carries the time. What one person says to the bot in the channel is one conversation. Threads
opened on a message are channels of their own and are not read.

Source: discord.com/developers/docs, "Message" (message_reference, referenced_message, mentions,
nonce) and "Gateway: Message Content Intent", as of 2026-11: a bot without that intent still gets
the words of messages that answer or name it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .base import AccountFacts, Handle, Heard, Hearing
from .errors import before_sending
from .listening import FIRST_SPAN, Author, oldest_first
from .readback import moment
from .rest import Rest, dig

PAGE = 100
PAGES_READ = 5


@dataclass(frozen=True, slots=True)
class Inbox:
    """One channel's history, as the bot sees it."""

    rest: Rest
    channel: str
    bot: str
    web: str
    now: datetime

    def listen(self, cursor: Handle, first_id: int) -> Hearing:
        """`first_id` is where the first reading begins."""
        after = int(cursor.get("after") or first_id)
        rows: list[Mapping[str, Any]] = []
        for _ in range(PAGES_READ):
            page = self._page(after)
            rows += page
            after = max([after, *(int(str(row["id"])) for row in page)])
            if len(page) < PAGE:
                return self._hearing(rows, after, is_all=True)
        return self._hearing(rows, after, is_all=False)

    def _page(self, after: int) -> list[Mapping[str, Any]]:
        answer = self.rest.get(
            f"/channels/{self.channel}/messages", {"after": after, "limit": PAGE}
        )
        rows = answer.body
        if not isinstance(rows, list) or any(not str(dig(row, "id")).isdigit() for row in rows):
            raise before_sending(self.rest.unreadable(answer), self.rest.label)
        return rows

    def _hearing(self, rows: list[Mapping[str, Any]], after: int, *, is_all: bool) -> Hearing:
        heard = [each for row in rows if (each := self._heard(row)) is not None]
        return Hearing(oldest_first(heard), {"after": str(after)}, is_all)

    def _heard(self, row: Mapping[str, Any]) -> Heard | None:
        author = str(dig(row, "author", "id") or "")
        above = str(dig(row, "message_reference", "message_id") or "")
        if author == self.bot:
            return self._ours(row, above) if above else None
        if not author or dig(row, "author", "bot") or dig(row, "webhook_id"):
            return None
        is_answer = str(dig(row, "referenced_message", "author", "id")) == self.bot
        if not is_answer and self.bot not in _named(row):
            return None
        hangs_deeper = dig(row, "referenced_message", "message_reference", "message_id")
        return Heard(
            remote_id=str(row["id"]),
            conversation=f"{self.channel}|{author}",
            kind="comment" if is_answer else "mention",
            text=_words(row),
            said_at=self._said_at(row),
            parent=above,
            under=above if is_answer and not hangs_deeper else "",
            **_author(row),
            url=self._address(row),
            handle={"id": str(row["id"])},
        )

    def _ours(self, row: Mapping[str, Any], above: str) -> Heard:
        return Heard(
            remote_id=str(row["id"]),
            conversation="",
            kind="comment",
            text=_words(row),
            said_at=self._said_at(row),
            parent=above,
            **_author(row),
            url=self._address(row),
            is_ours=True,
        )

    def _said_at(self, row: Mapping[str, Any]) -> datetime:
        return min(moment(row.get("timestamp")) or self.now, self.now)

    def _address(self, row: Mapping[str, Any]) -> str:
        return f"{self.web}/{self.channel}/{row['id']}"


def inbox_of(account: AccountFacts, rest: Rest, web: str, now: datetime) -> Inbox:
    settings = account.settings
    address = f"{web}/channels/{settings.get('guild_id', '@me')}"
    return Inbox(rest, account.remote_id, str(settings.get("bot_id", "")), address, now)


def begin(now: datetime) -> datetime:
    """Where the first reading begins."""
    return now - FIRST_SPAN


def answer_body(heard: Heard, text: str, channel: str, key: str) -> dict[str, Any]:
    """An answer that calls nobody but the one it answers."""
    digest = hashlib.sha256(f"{channel}|answer|{key}".encode()).hexdigest()
    return {
        "content": text.strip(),
        "nonce": digest[:25],
        "enforce_nonce": True,
        "allowed_mentions": {"parse": [], "replied_user": True},
        "message_reference": {"message_id": heard.handle["id"], "fail_if_not_exists": True},
        "attachments": [],
    }


def _named(row: Mapping[str, Any]) -> set[str]:
    told = row.get("mentions")
    return {str(dig(each, "id")) for each in told} if isinstance(told, list) else set()


def _words(row: Mapping[str, Any]) -> str:
    words, attached = str(row.get("content") or "").strip(), row.get("attachments")
    files = len(attached) if isinstance(attached, list) else 0
    return words or f"({files} file{'s' if files != 1 else ''} without words)"


def _author(row: Mapping[str, Any]) -> Author:
    name = str(dig(row, "author", "username") or "")
    return {
        "author_id": str(dig(row, "author", "id") or ""),
        "author_name": str(dig(row, "author", "global_name") or name),
        "author_handle": name,
        "author_url": "",
    }
