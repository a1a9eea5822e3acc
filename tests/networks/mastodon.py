"""Mastodon, as version 4.7 answers: statuses in HTML, files that take their time, a key that is
kept an hour, and rate limits with a date and no Retry-After."""

from __future__ import annotations

import email.parser
import email.policy
import html
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from publishing.channels.mastodon import Mastodon
from publishing.channels.mastodon_server import account_key
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Reply, Request, Stage, route
from .consent import ConsentNetwork
from .mastodon_talk import ACCOUNT, MastodonTalk

LOOKS_WHILE_WORKING = 2
OPEN = ("/api/v1/apps", "/api/v2/instance")
"""Paths that need no token."""


class MastodonNetwork(ConsentNetwork):
    scopes = Mastodon.scopes

    def __init__(self) -> None:
        super().__init__()
        self.apps: dict[str, str] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, tuple[datetime, str]] = {}
        self.most = 500
        self.moved = ""
        self.talk = MastodonTalk(self)

    def admit(self, request: Request) -> Reply | None:
        is_open = request.path.startswith("/oauth/") or request.path in OPEN
        return None if is_open or self.is_let_in(request) else self.refusal(401)

    def refusal(self, status: int) -> Reply:
        words = {
            401: "The access token is invalid",
            403: "This action is outside the authorized scopes",
            429: "Too many requests",
        }
        reset = datetime.now(UTC) + timedelta(seconds=RETRY_AFTER_SECONDS)
        headers = limited(300, 0, reset) if status == 429 else {}
        return Reply(status, {"error": words.get(status, "Something went wrong")}, headers)

    def _is_our_app(self, request: Request, form: Any) -> bool:
        return form.get("client_secret") in {self.apps.get(form.get("client_id", ""))}

    def issue(self) -> dict[str, Any]:
        """Tokens that never end, as this software gives them."""
        told = super().issue()
        return {
            "access_token": told["access_token"],
            "token_type": "Bearer",
            "scope": told["scope"],
            "created_at": int(datetime.now(UTC).timestamp()),
        }

    @route("POST", "/api/v1/apps")
    def register(self, request: Request) -> Reply:
        number = self.next_id()
        self.apps[f"client-{number}"] = f"client-secret-{number}"
        told = {
            "id": number,
            "name": request.form["client_name"],
            "scopes": request.form["scopes"].split(),
            "redirect_uri": request.form["redirect_uris"],
            "redirect_uris": [request.form["redirect_uris"]],
            "client_id": f"client-{number}",
            "client_secret": f"client-secret-{number}",
        }
        return Reply(200, told)

    @route("POST", "/oauth/token", renews=True)
    def token(self, request: Request) -> Reply:
        return self.give_tokens(request)

    @route("POST", "/oauth/revoke")
    def revoke(self, request: Request) -> Reply:
        self.access.discard(request.form["token"])
        return Reply(200, {})

    @route("GET", "/api/v1/accounts/verify_credentials")
    def who(self, request: Request) -> Reply:
        told = {
            "id": ACCOUNT,
            "username": "harbour",
            "acct": "harbour",
            "display_name": "The Harbour",
            "locked": False,
            "url": f"{self.address}/@harbour",
            "avatar": f"{self.address}/avatars/original/missing.png",
            **({"moved": {"acct": self.moved}} if self.moved else {}),
        }
        return Reply(200, told, self._calls())

    @route("GET", "/api/v2/instance")
    def instance(self, request: Request) -> Reply:
        statuses = {
            "max_characters": self.most,
            "max_media_attachments": 4,
            "characters_reserved_per_url": 23,
        }
        files = {
            "description_limit": 10_000,
            "image_size_limit": 16_777_216,
            "video_size_limit": 103_809_024,
        }
        told = {"statuses": statuses, "media_attachments": files}
        return Reply(200, {"domain": "localhost", "version": "4.7.3", "configuration": told})

    @route("POST", "/api/v2/media")
    def upload(self, request: Request) -> Reply:
        parts = _parts(request)
        _, kind, data = parts["file"]
        if not data:
            return Reply(422, {"error": "Validation failed: File can't be blank"})
        number, is_video = self.next_id(), kind.startswith("video/")
        self.files[number] = {
            "kind": "video" if is_video else "image",
            "alt": parts["description"][2].decode(),
            "looks": LOOKS_WHILE_WORKING if is_video else 0,
        }
        headers = limited(30, 29, datetime.now(UTC) + timedelta(minutes=20))
        return Reply(202 if is_video else 200, self._shown_file(number), headers)

    @route("GET", r"/api/v1/media/(?P<number>\d+)")
    def look_at_file(self, request: Request, number: str) -> Reply:
        if number not in self.files:
            return Reply(404, {"error": "Record not found"})
        file = self.files[number]
        file["looks"] = max(0, file["looks"] - 1)
        return Reply(206 if file["looks"] else 200, self._shown_file(number), self._calls())

    def _shown_file(self, number: str) -> dict[str, Any]:
        file = self.files[number]
        address = None if file["looks"] else f"{self.address}/system/{number}"
        return {"id": number, "type": file["kind"], "url": address, "description": file["alt"]}

    @route("POST", "/api/v1/statuses", makes_post=True)
    def post(self, request: Request) -> Reply:
        key, told = request.headers.get("idempotency-key", ""), request.json
        with self.lock:
            made, number = self.keys.get(key, (None, ""))
            if made is not None and datetime.now(UTC) - made < timedelta(hours=1):
                return Reply(200, self.shown(self.items[number]), self._posts())
            if wrong := self._misfit(told):
                return Reply(422, {"error": wrong})
            item = self.keep(
                Item(
                    self.next_id(),
                    told["status"],
                    parent=told.get("in_reply_to_id") or "",
                    key=key,
                    media=[self.files[number] for number in told.get("media_ids", ())],
                    facts={"spoiler": told.get("spoiler_text", ""), **told},
                )
            )
            self.keys[key] = (datetime.now(UTC), item.id)
        return Reply(200, self.shown(item), self._posts())

    def _misfit(self, told: dict[str, Any]) -> str:
        counted = re.sub(r"https?://\S+", "x" * 23, told["status"])
        counted = re.sub(r"(?<!\w)(@\w+)@[\w.-]+", r"\1", counted)
        if not counted and not told.get("media_ids"):
            return "Validation failed: Text can't be blank"
        if len(counted) + len(told.get("spoiler_text", "")) > self.most:
            return f"Validation failed: Text character limit of {self.most} exceeded"
        if any(number not in self.files for number in told.get("media_ids", ())):
            return "Validation failed: Media could not be found"
        if any(self.files[number]["looks"] for number in told.get("media_ids", ())):
            return "Cannot attach files that have not finished processing. Try again in a moment!"
        return ""

    @route("GET", rf"/api/v1/accounts/{ACCOUNT}/statuses")
    def timeline(self, request: Request) -> Reply:
        shown = [self.shown(item) for item in self.items.values() if not item.facts.get("by")]
        return Reply(200, paged(shown, request.query), self._calls())

    @route("GET", "/api/v1/notifications")
    def notifications(self, request: Request) -> Reply:
        if "read:notifications" in self.withheld:
            return self.refusal(403)
        return Reply(200, paged(self.talk.notifications(), request.query), self._calls())

    @route("GET", r"/api/v1/statuses/(?P<number>\d+)/context")
    def context(self, request: Request, number: str) -> Reply:
        if number not in self.items:
            return Reply(404, {"error": "Record not found"})
        told = {"ancestors": self.talk.above(number), "descendants": []}
        return Reply(200, told, self._calls())

    @route("GET", r"/api/v1/statuses/(?P<number>\d+)")
    def status(self, request: Request, number: str) -> Reply:
        if number not in self.items:
            return Reply(404, {"error": "Record not found"})
        return Reply(200, self.shown(self.items[number]), self._calls())

    @route("GET", r"/api/v1/statuses/(?P<number>\d+)/source")
    def source(self, request: Request, number: str) -> Reply:
        item = self.items[number]
        told = {"id": number, "text": item.text, "spoiler_text": item.facts["spoiler"]}
        return Reply(200, told, self._calls())

    @route("DELETE", r"/api/v1/statuses/(?P<number>\d+)")
    def delete(self, request: Request, number: str) -> Reply:
        if (item := self.items.pop(number, None)) is None:
            return Reply(404, {"error": "Record not found"})
        return Reply(200, {**self.shown(item), "text": item.text})

    def shown(self, item: Item) -> dict[str, Any]:
        paragraphs = html.escape(item.text).replace("\n\n", "</p><p>").replace("\n", "<br />")
        return {
            "id": item.id,
            "created_at": f"{item.at:%Y-%m-%dT%H:%M:%S}.{item.at.microsecond // 1000:03}Z",
            "in_reply_to_id": item.parent or None,
            "in_reply_to_account_id": self.talk.whose(item.parent),
            "account": self.talk.account(item),
            "visibility": item.facts.get("visibility", "public"),
            "spoiler_text": item.facts.get("spoiler", ""),
            "uri": f"{self.address}/ap/users/{ACCOUNT}/statuses/{item.id}",
            "url": f"{self.address}/@harbour/{item.id}",
            "content": f"<p>{paragraphs}</p>",
            "media_attachments": [{"type": each["kind"]} for each in item.media],
            "replies_count": sum(other.parent == item.id for other in self.items.values()),
            "reblogs_count": 0,
            "favourites_count": 2,
            "quotes_count": 0,
        }

    def _calls(self) -> dict[str, str]:
        return limited(300, 280, datetime.now(UTC) + timedelta(minutes=5))

    def _posts(self) -> dict[str, str]:
        return limited(300, 300 - len(self.items), datetime.now(UTC) + timedelta(hours=3))


def paged(rows: list[dict[str, Any]], query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Newest first: older ones than `max_id`, or those right after `min_id`."""
    rows = sorted(rows, key=lambda row: int(row["id"]), reverse=True)
    limit = int(query.get("limit", "20"))
    if oldest := query.get("max_id"):
        rows = [row for row in rows if int(row["id"]) < int(oldest)]
    if newest := query.get("min_id"):
        return [row for row in rows if int(row["id"]) > int(newest)][-limit:]
    return rows[:limit]


def limited(limit: int, remaining: int, reset: datetime) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%M:%S.%f}Z",
    }


def _parts(request: Request) -> dict[str, tuple[str, str, bytes]]:
    """Name to (file name, type, bytes) of a multipart form."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parsed = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    found = {}
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        found[str(name)] = (part.get_filename() or "", part.get_content_type(), data)
    return found  # type: ignore[return-value]


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with MastodonNetwork() as network:
        assert isinstance(network, MastodonNetwork)
        told = network.issue()
        vault = Vault(
            {
                "client_id": "client-1",
                "client_secret": "client-secret-1",
                "access_token": told["access_token"],
                "refresh_token": "",
                "scope": told["scope"],
                "expires_at": "",
            }
        )
        network.apps["client-1"] = "client-secret-1"
        yield Stage(
            account=AccountFacts(
                account_key(network.address, ACCOUNT), "harbour@localhost", network.address
            ),
            vault=vault,
            network=network,
            talk=network.talk,
            values={"server": network.address},
            answer=network.consent,
        )
