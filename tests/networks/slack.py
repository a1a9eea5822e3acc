"""Slack, as its Web API answers: everything in a 200, flat threads, files shown at last."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from publishing.channels.slack import Slack
from publishing.channels.text import LINK

from .base import RETRY_AFTER_SECONDS, Item, Reply, Request, Stage, route
from .consent import APP, ConsentNetwork

CHANNEL, BOT, PLACE = "C0HARBOUR1", "U0WARREN01", "https://harbour.slack.com"


@dataclass(slots=True)
class File:
    id: str
    kind: str = ""
    alt: str = ""
    data: bytes = b""


class SlackNetwork(ConsentNetwork):
    scopes = Slack.scopes
    scope_separator = ","

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, File] = {}
        self.is_member = True
        self.joined = False
        self.rotates_at_consent = False
        self.tells_stamp = False
        """Whether showing files answers with the message's time stamp already."""
        self.shows_metadata = True

    def admit(self, request: Request) -> Reply | None:
        is_open = request.path == "/oauth.v2.access" or request.path.startswith("/upload/")
        return None if is_open or self.is_let_in(request) else self.refusal(401)

    def refusal(self, status: int) -> Reply:
        if status == 429:
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return Reply(429, {"ok": False, "error": "ratelimited"}, headers)
        if status == 500:
            return Reply(500, {"ok": False, "error": "internal_error"})
        code = {401: "invalid_auth", 403: "not_in_channel"}[status]
        return Reply(200, {"ok": False, "error": code})

    def refused_grant(self) -> Reply:
        return Reply(200, {"ok": False, "error": "invalid_refresh_token"})

    @route("POST", "/oauth.v2.access", renews=True)
    def token(self, request: Request) -> Reply:
        reply = self.give_tokens(request)
        if reply.status != 200 or "access_token" not in reply.body:
            return reply if reply.status == 200 else Reply(200, {"ok": False, **reply.body})
        told = {"ok": True, "bot_user_id": BOT, "team": {"id": "T01", "name": "Harbour"}}
        body = {**reply.body, **told, "token_type": "bot"}
        if "refresh_token" not in request.form and not self.rotates_at_consent:
            body.pop("refresh_token")
            body.pop("expires_in")
        return Reply(200, body)

    @route("POST", "/auth.test")
    @route("GET", "/auth.test")
    def who(self, request: Request) -> Reply:
        told = {"url": f"{PLACE}/", "team": "Harbour", "team_id": "T01", "user_id": BOT}
        return Reply(200, {"ok": True, **told, "bot_id": "B01"})

    @route("GET", "/conversations.list")
    def channels(self, request: Request) -> Reply:
        if not request.query.get("cursor"):
            page = [
                {"id": "C0OTHER001", "name": "other", "is_member": False, "is_private": False},
                {"id": "C0SECRET01", "name": "secret", "is_member": False, "is_private": True},
            ]
            return _page({"channels": page}, "more")
        return _page({"channels": [self._channel()]}, "")

    @route("GET", "/conversations.info")
    def info(self, request: Request) -> Reply:
        return Reply(200, {"ok": True, "channel": self._channel()})

    def _channel(self) -> dict[str, Any]:
        told = {"id": CHANNEL, "name": "news", "is_archived": False, "is_private": False}
        return {**told, "is_member": self.is_member}

    @route("POST", "/conversations.join")
    def join(self, request: Request) -> Reply:
        self.joined = True
        return Reply(200, {"ok": True, "channel": self._channel()})

    # Files

    @route("GET", "/files.getUploadURLExternal")
    def place(self, request: Request) -> Reply:
        file = File(f"F{self.next_id()}", alt=request.query.get("alt_txt", ""))
        ending = request.query["filename"].rpartition(".")[2]
        file.kind = "video" if ending in ("mp4", "quicktime") else "image"
        self.files[file.id] = file
        address = f"{self.address}/upload/{file.id}"
        return Reply(200, {"ok": True, "upload_url": address, "file_id": file.id})

    @route("POST", r"/upload/(?P<file>F\d+)")
    def upload(self, request: Request, file: str) -> Reply:
        self.files[file].data = request.body
        return Reply(200, f"OK - {len(request.body)}")

    @route("POST", "/files.completeUploadExternal", makes_post=True)
    def show(self, request: Request) -> Reply:
        told = request.json
        media: list[Mapping[str, Any]] = [
            {"kind": file.kind, "alt": file.alt, "id": file.id, "bytes": file.data}
            for file in (self.files.pop(each["id"], None) for each in told["files"])
            if file is not None
        ]
        if not media:
            return Reply(200, {"ok": False, "error": "file_not_found"})
        item = self._keep(told["initial_comment"], told.get("thread_ts", ""), "", media)
        shares = {"public": {CHANNEL: [{"ts": item.id}]}} if self.tells_stamp else {}
        files = [{"id": each["id"], "title": "", "shares": shares} for each in told["files"]]
        return Reply(200, {"ok": True, "files": files})

    # Messages

    @route("POST", "/chat.postMessage", makes_post=True)
    def create(self, request: Request) -> Reply:
        told = request.json
        under = told.get("thread_ts", "")
        if under and under not in self.items:
            return Reply(200, {"ok": False, "error": "thread_not_found"})
        key = told["metadata"]["event_payload"]["key"]
        item = self._keep(told["text"], under, key, [])
        shown = {"channel": CHANNEL, "ts": item.id, "message": self._shown(item)}
        return Reply(200, {"ok": True, **shown})

    def _keep(self, text: str, under: str, key: str, media: list[Mapping[str, Any]]) -> Item:
        stamp = f"{time.time():.3f}{int(self.next_id()) % 1000:03d}"
        words = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        # Threads are flat here; what stands above is the message before it.
        thread = [each.id for each in self.items.values() if each.facts["thread"] == under]
        above = (thread or [under])[-1] if under else ""
        kind = "comment" if under else "post"
        facts = {"thread": under, "sent": text}
        return self.keep(Item(stamp, words, above, kind, key, media, facts))

    @route("GET", "/conversations.history")
    def history(self, request: Request) -> Reply:
        alone = [each for each in self.items.values() if not each.facts["thread"]]
        return self._listed(reversed(alone), request)

    @route("GET", "/conversations.replies")
    def replies(self, request: Request) -> Reply:
        first = self.items.get(request.query["ts"])
        if first is None:
            return Reply(200, {"ok": False, "error": "thread_not_found"})
        below = [each for each in self.items.values() if each.facts["thread"] == first.id]
        return self._listed([first, *below], request, always=first.id)

    def _listed(self, items: Any, request: Request, always: str = "") -> Reply:
        oldest = datetime.fromtimestamp(float(request.query.get("oldest", 0)), UTC)
        later = [each for each in items if each.id == always or each.at > oldest]
        return _page({"messages": [self._shown(each) for each in later]}, "")

    def _shown(self, item: Item) -> dict[str, Any]:
        text = LINK.sub(lambda match: f"<{match.group(0)}>", item.facts["sent"])
        shown: dict[str, Any] = {
            "type": "message",
            "ts": item.id,
            "user": item.facts.get("user", BOT),
            "text": text,
            "reactions": [{"name": "anchor", "count": 2}],
        }
        if item.key and self.shows_metadata:
            payload = {"event_type": "warren_post", "event_payload": {"key": item.key}}
            shown["metadata"] = payload
        if item.media:
            shown["files"] = [{"id": each["id"]} for each in item.media]
        return shown

    @route("POST", "/chat.delete")
    def remove(self, request: Request) -> Reply:
        if self.items.pop(request.json["ts"], None) is None:
            return Reply(200, {"ok": False, "error": "message_not_found"})
        return Reply(200, {"ok": True})


def _page(body: dict[str, Any], cursor: str) -> Reply:
    return Reply(200, {"ok": True, **body, "response_metadata": {"next_cursor": cursor}})


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with SlackNetwork() as network:
        assert isinstance(network, SlackNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "slack.api": network.address,
        }
        facts = {"place": PLACE, "user_id": BOT, "is_private": False, "is_member": True}
        yield Stage(
            account=AccountFacts(CHANNEL, "news", settings=facts),
            vault=network.vault(),
            network=network,
            app=APP,
            answer=network.consent,
        )
