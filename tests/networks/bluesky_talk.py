"""People who reply, mention and quote on Bluesky: the lists that the AppView gives of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from werkzeug import Request

from publishing.channels.base import Published
from publishing.channels.xrpc import record_key
from tests.peers.fake_atproto import Answer, FakeNetwork

from .base import Item
from .talk import Person

POSTS = "app.bsky.feed.post"


class BlueskyTalk:
    page = 50
    has_markup = False
    tells_ours = True

    def __init__(self, fake: FakeNetwork, us: str) -> None:
        self.fake, self.us = fake, us
        self.views: dict[str, dict[str, Any]] = {}
        """Posts of others and our answers on the network's pages, as listed, by their address."""
        self.reasons: dict[str, str] = {}
        self.root = self._keep(us, "Our post", datetime(2026, 1, 5, tzinfo=UTC), None)
        self.lists = {
            "app.bsky.notification.listNotifications": self.notifications,
            "app.bsky.feed.getAuthorFeed": self.feed,
        }
        self.person = Person("did:plc:annaannaannaannaannaann", "Anna", "anna.test")

    def posts(self) -> tuple[Published, ...]:
        return (Published(self.root, ""),)

    def say(
        self, kind: str, text: str, *, at: datetime, person: Person | None = None, after: str = ""
    ) -> str:
        who = person or self.person
        above = after or (self.root if kind == "comment" else "")
        uri = self._keep(who.id, text, at, above or None, who)
        self.reasons[uri] = "reply" if above else "mention"
        return uri

    def say_as_us(self, text: str, *, after: str, at: datetime) -> str:
        uri = self._keep(self.us, text, at, after)
        # What a person writes in the app stands in the repository like everything else.
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        self.fake.accounts[repo].records[(collection, rkey)] = self.views[uri]["record"]
        return uri

    def take_down(self, remote_id: str) -> None:
        self.views.pop(remote_id)

    def answers(self) -> Sequence[Item]:
        return [
            Item(f"at://{self.us}/{POSTS}/{rkey}", record["text"], record["reply"]["parent"]["uri"])
            for (_, rkey), record in self.fake.accounts[self.us].records.items()
            if "reply" in record
        ]

    def notifications(self, request: Request) -> Answer:
        rows = [
            {**view, "reason": self.reasons[uri], "isRead": False, **self._subject(uri)}
            for uri, view in self.views.items()
            if uri in self.reasons
        ]
        return _page("notifications", rows, request)

    def _subject(self, uri: str) -> dict[str, str]:
        return {"reasonSubject": self.root} if self.reasons[uri] == "reply" else {}

    def feed(self, request: Request) -> Answer:
        """Our posts, each with what it answers. A post that is gone is told of as such."""
        rows = [
            {"post": view, **({"reply": self._above(view)} if "reply" in view["record"] else {})}
            for view in self._ours()
        ]
        return _page("feed", rows, request)

    def _ours(self) -> list[dict[str, Any]]:
        listed = {uri: view for uri, view in self.views.items() if self._is_ours(uri)}
        for (_, rkey), record in self.fake.accounts[self.us].records.items():
            uri = f"at://{self.us}/{POSTS}/{rkey}"
            if uri not in listed:
                at = datetime.fromisoformat(record["createdAt"])
                listed[uri] = self._view(uri, record, at, None)
        return list(listed.values())

    def _above(self, view: dict[str, Any]) -> dict[str, Any]:
        uri = view["record"]["reply"]["parent"]["uri"]
        gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        return {"root": gone, "parent": self.views.get(uri, gone)}

    def _is_ours(self, uri: str) -> bool:
        return uri.startswith(f"at://{self.us}/")

    def _keep(
        self, did: str, text: str, at: datetime, after: str | None, person: Person | None = None
    ) -> str:
        uri = f"at://{did}/{POSTS}/{record_key(f'{did}{text}{len(self.views)}', at)}"
        record: dict[str, Any] = {"$type": POSTS, "text": text, "createdAt": _iso(at)}
        if after:
            record["reply"] = {"root": self._root(after), "parent": _reference(after)}
        self.views[uri] = self._view(uri, record, at, person)
        return uri

    def _root(self, uri: str) -> dict[str, str]:
        above = self.views[uri]["record"].get("reply")
        root: dict[str, str] = above["root"] if above else _reference(uri)
        return root

    def _view(
        self, uri: str, record: dict[str, Any], at: datetime, person: Person | None
    ) -> dict[str, Any]:
        did = uri.removeprefix("at://").split("/")[0]
        who = person or Person(did, "Harbour", "harbour.test")
        author = {"did": did, "handle": who.handle, "displayName": who.name}
        return {**_reference(uri), "author": author, "record": record, "indexedAt": _iso(at)}


def _page(name: str, rows: list[dict[str, Any]], request: Request) -> Answer:
    """Newest first, from where the cursor says."""

    def listed(row: dict[str, Any]) -> tuple[str, str]:
        view = row.get("post", row)
        return view["indexedAt"], view["uri"]

    rows = sorted(rows, key=listed, reverse=True)
    start, limit = int(request.args.get("cursor", "0")), int(request.args["limit"])
    page = rows[start : start + limit]
    more = {"cursor": str(start + limit)} if start + limit < len(rows) else {}
    return 200, {name: page, **more}


def _reference(uri: str) -> dict[str, str]:
    return {"uri": uri, "cid": f"bafy{hashlib.sha256(uri.encode()).hexdigest()}"}


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
