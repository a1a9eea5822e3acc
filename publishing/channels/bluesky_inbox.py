"""What people say to a Bluesky account, and the answers.

Heard are replies, mentions and quotes, from the account's notifications, and what the account
itself answered, from its own feed. Chat is not read: it is another service with a permission of its
own. An answer is a post whose key comes from the answer's own, so putting it again changes nothing.

Source: the lexicons app.bsky.notification.listNotifications, app.bsky.feed.getAuthorFeed and
app.bsky.feed.post as of 2026-11; both lists come newest first, with a cursor for older pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import richtext
from .atproto import Repository
from .atproto_records import parts
from .base import AccountFacts, Handle, Heard, Hearing, Kind, Limits, Payload
from .bluesky_addresses import POSTS
from .errors import ChannelError
from .listening import Author, oldest_first, read_down
from .readback import moment
from .rest import dig
from .text import displayed
from .xrpc import record_key

REASONS = ("reply", "mention", "quote")
PAGE = 50
PAGES_READ = 6
"""Of each list in one reading; more is read at once in the next."""

Calls = Callable[[str, Mapping[str, Any]], dict[str, Any]]
Address = Callable[[str, str], str]
"""(handle or DID, record key) to the post's address on the web."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """One account's notifications and answers."""

    ask: Calls
    account: AccountFacts
    address: Address
    now: datetime

    def listen(self, cursor: Handle) -> Hearing:
        theirs, their_cursor, is_all = self._read(
            "notifications", "app.bsky.notification.listNotifications", cursor
        )
        ours, our_cursor, ours_is_all = self._read("feed", "app.bsky.feed.getAuthorFeed", cursor)
        heard = [each for view in theirs if (each := self._theirs(view)) is not None]
        heard += [each for view in ours if (each := self._ours(view)) is not None]
        return Hearing(oldest_first(heard), {**their_cursor, **our_cursor}, is_all and ours_is_all)

    def _read(
        self, name: str, method: str, cursor: Handle
    ) -> tuple[list[dict[str, Any]], Handle, bool]:
        def page(token: str) -> tuple[list[dict[str, Any]], str]:
            return self._page(name, method, token)

        read = read_down(name, cursor, self.now, page=page, dates=_dates, most_pages=PAGES_READ)
        return read.new, read.cursor, read.is_all

    def _page(self, name: str, method: str, page: str) -> tuple[list[dict[str, Any]], str]:
        params: dict[str, Any] = {"limit": PAGE}
        if name == "feed":
            params |= {"actor": self.account.remote_id, "filter": "posts_with_replies"}
        else:
            params |= {"reasons": list(REASONS)}
        if page:
            params["cursor"] = page
        answer = self.ask(method, params)
        views = answer.get(name)
        if not isinstance(views, list):
            raise ChannelError("Bluesky's answer could not be read. Warren asks again later.")
        return [view for view in views if isinstance(view, dict)], str(answer.get("cursor") or "")

    def _theirs(self, view: Mapping[str, Any]) -> Heard | None:
        """A notification that is somebody's post; likes and what cannot be read are none."""
        author = str(dig(view, "author", "did") or "")
        text = dig(view, "record", "text")
        is_other = author and author != self.account.remote_id
        if view.get("reason") not in REASONS or not is_other or not isinstance(text, str):
            return None
        own = {"uri": str(view["uri"]), "cid": str(view.get("cid") or "")}
        root = _reference(dig(view, "record", "reply", "root")) or own
        under = self._own_of(root["uri"], str(view.get("reasonSubject") or ""))
        return Heard(
            remote_id=own["uri"],
            conversation=f"{root['uri']}|{author}",
            kind="comment" if view["reason"] == "reply" or under else "mention",
            text=text,
            said_at=_said_at(view),
            parent=str(dig(view, "record", "reply", "parent", "uri") or ""),
            under=under,
            **self._author(view["author"]),
            url=self._url(own["uri"], view["author"]),
            handle={"parent": own, "root": root},
        )

    def _ours(self, item: Mapping[str, Any]) -> Heard | None:
        """A post of our own feed that answers somebody else."""
        view, above = item.get("post"), dig(item, "reply", "parent")
        them = str(dig(above, "author", "did") or "")
        us = self.account.remote_id
        text = dig(view, "record", "text")
        if dig(view, "author", "did") != us or them in ("", us) or not isinstance(text, str):
            return None
        assert isinstance(view, dict)
        root = _reference(dig(view, "record", "reply", "root")) or {"uri": str(view["uri"])}
        return Heard(
            remote_id=str(view["uri"]),
            conversation=f"{root['uri']}|{them}",
            kind="comment" if self._own_of(root["uri"]) else "mention",
            text=text,
            said_at=_said_at(view),
            parent=str(dig(view, "record", "reply", "parent", "uri") or ""),
            under=self._own_of(root["uri"]),
            **self._author(view["author"]),
            url=self._url(str(view["uri"]), view["author"]),
            is_ours=True,
        )

    def _own_of(self, *addresses: str) -> str:
        """The first of these that is a post of ours."""
        ours = f"at://{self.account.remote_id}/"
        return next((each for each in addresses if each.startswith(ours)), "")

    def _author(self, author: Mapping[str, Any]) -> Author:
        handle = str(author.get("handle") or "")
        return {
            "author_id": str(author.get("did") or ""),
            "author_name": str(author.get("displayName") or handle),
            "author_handle": handle,
            "author_url": self.address(handle, "") if handle else "",
        }

    def _url(self, uri: str, author: Mapping[str, Any]) -> str:
        who = str(author.get("handle") or author.get("did") or "")
        return self.address(who, uri.rpartition("/")[2])


def asking(repository: Repository, label: str) -> Calls:
    """Calls in the account's name. A server without an AppView is told of as such."""

    def ask(method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        answer = repository.ask_appview(method, params)
        if answer is None:
            raise ChannelError(
                f"This {label} server shows nobody's replies, so there is nothing to read here.",
                permanent=True,
                code="no_appview",
            )
        return answer

    return ask


def answer_payload(
    heard: Heard, text: str, account: AccountFacts, limits: Limits, *, key: str, at: datetime
) -> Payload:
    """An answer as a post's payload: the same key and moment give the same record."""
    shown, links = displayed(text.strip(), limits)
    record: dict[str, Any] = {
        "$type": POSTS,
        "text": shown,
        "createdAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "reply": {"root": heard.handle["root"], "parent": heard.handle["parent"]},
    }
    if facets := richtext.facets(shown, links):
        record["facets"] = facets
    return {
        "repo": account.remote_id,
        "handle": account.handle,
        "rkey": record_key(f"{account.remote_id}|answer|{key}", at),
        "record": record,
        "mentions": richtext.mentions(shown, links),
        "media": [],
        "kind": Kind.POST,
    }


def _dates(view: Mapping[str, Any]) -> Iterator[tuple[datetime, str]]:
    """When the network listed it, and its address; nothing for what has neither."""
    listed = view.get("post", view)
    at, uri = moment(dig(listed, "indexedAt")), dig(listed, "uri")
    if at is not None and isinstance(uri, str) and _is_post(uri):
        yield at, uri


def _said_at(view: Mapping[str, Any]) -> datetime:
    """When it was written, but never after it was listed: people's clocks say anything."""
    listed = moment(view.get("indexedAt"))
    written = moment(dig(view, "record", "createdAt"))
    assert listed is not None
    return min(written, listed) if written else listed


def _reference(value: Any) -> dict[str, str] | None:
    uri, cid = dig(value, "uri"), dig(value, "cid")
    if not isinstance(uri, str) or not isinstance(cid, str) or not _is_post(uri):
        return None
    return {"uri": uri, "cid": cid}


def _is_post(uri: str) -> bool:
    try:
        return uri.startswith("at://") and all(parts(uri))
    except ValueError:
        return False
