"""What people say to a Mastodon account, and the answers.

Heard are mentions and quotes, as the account's notifications list them; where one hangs in a thread
its root is asked for. What only the mentioned see ("direct") is a message. What the account itself
answered comes from its own statuses.

Source: docs.joinmastodon.org, pages "notifications", "statuses", "accounts", as of 2026-11: lists
come newest first; `max_id` gives older ones, `min_id` the ones right after an id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .base import AccountFacts, Handle, Heard, Hearing
from .errors import ChannelError
from .listening import FIRST_SPAN, Author, oldest_first, without_markup
from .mastodon_server import account_number
from .readback import moment
from .rest import dig

TYPES = ("mention", "quote")
PAGE = 20
PAGES_READ = 2
"""Of each list in one reading: every mention in a thread takes a call more, and servers allow 300
in five minutes."""

Get = Callable[[str, Mapping[str, Any]], Any]
"""(path, parameters) to the parsed answer."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """One account's notifications and own answers."""

    get: Get
    account: AccountFacts
    label: str
    now: datetime

    @property
    def ours(self) -> str:
        return account_number(self.account)

    def listen(self, cursor: Handle) -> Hearing:
        told, their_cursor, is_all = self._read(
            "heard", "/api/v1/notifications", {"types[]": list(TYPES)}, cursor
        )
        said, our_cursor, ours_is_all = self._read(
            "own",
            f"/api/v1/accounts/{self.ours}/statuses",
            {"exclude_reblogs": "true"},
            cursor,
        )
        heard = [each for row in told if (each := self._theirs(row)) is not None]
        heard += [each for row in said if (each := self._ours(row)) is not None]
        return Hearing(oldest_first(heard), {**their_cursor, **our_cursor}, is_all and ours_is_all)

    # Lists

    def _read(
        self, name: str, path: str, params: Mapping[str, Any], cursor: Handle
    ) -> tuple[list[Mapping[str, Any]], Handle, bool]:
        """What is new in a list, how far it is read then, and whether nothing is left."""
        kept = cursor.get(name) or {}
        if "newest" in kept and not kept.get("max_id"):
            return self._forward(name, path, params, str(kept["newest"]))
        return self._backward(name, path, params, kept)

    def _forward(
        self, name: str, path: str, params: Mapping[str, Any], newest: str
    ) -> tuple[list[Mapping[str, Any]], Handle, bool]:
        found: list[Mapping[str, Any]] = []
        for _ in range(PAGES_READ):
            page = self._page(path, {**params, "min_id": newest})
            found += page
            newest = str(page[0]["id"]) if page else newest
            if len(page) < PAGE:
                return found, {name: {"newest": newest}}, True
        return found, {name: {"newest": newest}}, False

    def _backward(
        self, name: str, path: str, params: Mapping[str, Any], kept: Mapping[str, Any]
    ) -> tuple[list[Mapping[str, Any]], Handle, bool]:
        """The first reading, back to a week before it began; it may take several calls."""
        floor = moment(kept.get("floor")) or self.now - FIRST_SPAN
        newest, oldest = str(kept.get("newest", "")), str(kept.get("max_id", ""))
        found: list[Mapping[str, Any]] = []
        for _ in range(PAGES_READ):
            page = self._page(path, {**params, **({"max_id": oldest} if oldest else {})})
            newest = newest or (str(page[0]["id"]) if page else "")
            young = [row for row in page if (moment(row.get("created_at")) or floor) >= floor]
            found += young
            if len(page) < PAGE or len(young) < len(page):
                read = {"newest": newest} if newest else {"floor": floor.isoformat()}
                return found, {name: read}, True
            oldest = str(page[-1]["id"])
        left = {"newest": newest, "max_id": oldest, "floor": floor.isoformat()}
        return found, {name: left}, False

    def _page(self, path: str, params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        answer = self.get(path, {**params, "limit": PAGE})
        if not isinstance(answer, list) or any(not dig(row, "id") for row in answer):
            raise self._unreadable()
        return answer

    def _unreadable(self) -> ChannelError:
        return ChannelError(
            f"{self.label}'s answer could not be read. Warren asks again later.", code="unreadable"
        )

    # What a row says

    def _theirs(self, row: Mapping[str, Any]) -> Heard | None:
        """A notification's status; one that is gone by now, or our own, is nothing."""
        status = row.get("status")
        author = str(dig(status, "account", "id") or "")
        if row.get("type") not in TYPES or not author or author == self.ours:
            return None
        assert isinstance(status, dict)
        thread = self._thread(status)
        if thread is None:
            return None
        own = [each for each in thread if dig(each, "account", "id") == self.ours]
        is_direct = status.get("visibility") == "direct"
        root = str(thread[0]["id"])
        return Heard(
            remote_id=str(status["id"]),
            conversation=f"direct|{author}" if is_direct else f"{root}|{author}",
            kind="message" if is_direct else "comment" if own else "mention",
            text=_words(status),
            said_at=self._said_at(status),
            parent=str(status.get("in_reply_to_id") or ""),
            under=str(own[0]["id"]) if own else "",
            **_author(status),
            url=str(status.get("url") or status.get("uri") or ""),
            handle={
                "id": str(status["id"]),
                "visibility": str(status.get("visibility") or "public"),
                "acct": str(dig(status, "account", "acct") or ""),
            },
        )

    def _thread(self, status: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
        """From the root down to this status; None when it is no longer there."""
        if not status.get("in_reply_to_id"):
            return [status]
        try:
            answer = self.get(f"/api/v1/statuses/{status['id']}/context", {})
        except ChannelError as error:
            if error.extra.get("http_status") == 404:
                return None
            raise
        above = dig(answer, "ancestors")
        if not isinstance(above, list):
            raise self._unreadable()
        return [*(each for each in above if dig(each, "id")), status]

    def _ours(self, status: Mapping[str, Any]) -> Heard | None:
        """A status of our own that answers somebody else; its place is that of what it answers."""
        whom = str(status.get("in_reply_to_account_id") or "")
        if not status.get("in_reply_to_id") or whom in ("", self.ours):
            return None
        return Heard(
            remote_id=str(status["id"]),
            conversation="",
            kind="message" if status.get("visibility") == "direct" else "comment",
            text=_words(status),
            said_at=self._said_at(status),
            parent=str(status["in_reply_to_id"]),
            **_author(status),
            url=str(status.get("url") or status.get("uri") or ""),
            is_ours=True,
        )

    def _said_at(self, status: Mapping[str, Any]) -> datetime:
        return min(moment(status.get("created_at")) or self.now, self.now)


def addressed(heard: Heard, text: str) -> str:
    """The text after the name of whom it is for, unless it names them: else nobody is told."""
    name = f"@{heard.handle['acct']}"
    words = text.strip()
    named = {word.strip(".,:;!?").casefold() for word in words.split()}
    return words if name.casefold() in named else f"{name} {words}"


def address_length(heard: Heard) -> int:
    """What `addressed` adds, as servers count it: without the name of the person's server."""
    return len(str(heard.handle.get("acct", "")).partition("@")[0]) + len("@ ")


def answer_request(
    heard: Heard, text: str, account: AccountFacts, key: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Body and headers of an answer, seen by as many as what it answers."""
    body = {
        "status": addressed(heard, text),
        "in_reply_to_id": heard.handle["id"],
        "visibility": heard.handle["visibility"],
    }
    digest = hashlib.sha256(f"{account_number(account)}|answer|{key}".encode()).hexdigest()
    return body, {"Idempotency-Key": digest}


def without_permission(error: ChannelError, label: str) -> ChannelError:
    """A refusal of reading alone, which says nothing against posting."""
    if error.extra.get("http_status") != 403:
        return error
    return ChannelError(
        f"{label} does not let Warren read what people say to this account. Connect it again and "
        "leave every box ticked.",
        permanent=True,
        code="scope_missing",
    )


def _words(status: Mapping[str, Any]) -> str:
    warning, words = str(status.get("spoiler_text") or ""), str(status.get("content") or "")
    return "\n\n".join(each for each in (warning, without_markup(words)) if each)


def _author(status: Mapping[str, Any]) -> Author:
    account = status.get("account") or {}
    acct = str(dig(account, "acct") or "")
    return {
        "author_id": str(dig(account, "id") or ""),
        "author_name": str(dig(account, "display_name") or dig(account, "username") or acct),
        "author_handle": acct,
        "author_url": str(dig(account, "url") or ""),
    }
