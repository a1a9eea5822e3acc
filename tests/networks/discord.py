"""Discord, as its API v10 answers: numbered errors, ids that carry the time, nonces that hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Network, Reply, Request, Stage, route
from .discord_talk import DiscordTalk
from .multipart import parts_of

TOKEN = "MTAx.bot-token-of-the-harbour.abc"
BOT, GUILD, CHANNEL = "1012345678901234567", "2012345678901234567", "3012345678901234567"
EPOCH_MS = 1_420_070_400_000
EVERYTHING_NEEDED = (1 << 10) | (1 << 11) | (1 << 15) | (1 << 16)


class DiscordNetwork(Network):
    def __init__(self) -> None:
        super().__init__()
        self.permissions = EVERYTHING_NEEDED
        self.overwrites: list[dict[str, Any]] = []
        self.nonces: dict[str, str] = {}
        self.nonce_is_kept = True
        self.channel_type = 0
        self.talk = DiscordTalk(self)

    def admit(self, request: Request) -> Reply | None:
        if request.headers.get("authorization") != f"Bot {TOKEN}":
            return self.refusal(401)
        assert request.headers["user-agent"].startswith("DiscordBot (")
        return None

    def refusal(self, status: int) -> Reply:
        if status == 429:
            told = {"message": "You are being rate limited.", "global": False}
            headers = {
                "Retry-After": str(RETRY_AFTER_SECONDS),
                "X-RateLimit-Limit": "5",
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset-After": f"{RETRY_AFTER_SECONDS}.000",
                "X-RateLimit-Scope": "user",
            }
            return Reply(429, {**told, "retry_after": float(RETRY_AFTER_SECONDS)}, headers)
        words = {401: (0, "401: Unauthorized"), 403: (50013, "Missing Permissions")}
        code, message = words.get(status, (0, f"It says {status}"))
        return Reply(status, {"message": message, "code": code})

    @route("GET", "/users/@me")
    def me(self, request: Request) -> Reply:
        return Reply(200, {"id": BOT, "username": "harbour-bot", "bot": True})

    @route("GET", r"/channels/(?P<channel>\d+)")
    def channel(self, request: Request, channel: str) -> Reply:
        if channel != CHANNEL:
            return Reply(404, {"message": "Unknown Channel", "code": 10003})
        told = {"id": CHANNEL, "type": self.channel_type, "guild_id": GUILD, "name": "news"}
        return Reply(200, {**told, "permission_overwrites": self.overwrites})

    @route("GET", r"/guilds/\d+")
    def guild(self, request: Request) -> Reply:
        return Reply(200, {"id": GUILD, "name": "The Harbour", "icon": None, "premium_tier": 0})

    @route("GET", r"/guilds/\d+/members/\d+")
    def member(self, request: Request) -> Reply:
        return Reply(200, {"user": {"id": BOT}, "roles": ["4012345678901234567"]})

    @route("GET", r"/guilds/\d+/roles")
    def roles(self, request: Request) -> Reply:
        everyone = {"id": GUILD, "name": "@everyone", "permissions": "0"}
        own = {"id": "4012345678901234567", "name": "bot", "permissions": str(self.permissions)}
        return Reply(200, [everyone, own])

    @route("POST", rf"/channels/{CHANNEL}/messages", makes_post=True)
    def create(self, request: Request) -> Reply:
        parts = {}
        if request.headers["content-type"].startswith("multipart/"):
            parts = parts_of(request)
            told = json.loads(parts["payload_json"])
        else:
            told = request.json
        if len(told["content"]) > 2000:
            return _invalid("content", "Must be 2000 or fewer in length.")
        above = told.get("message_reference", {}).get("message_id", "")
        if above and above not in self.items:
            return _invalid("message_reference", "Unknown message")
        with self.lock:
            known = self.nonces.get(told["nonce"])
            if self.nonce_is_kept and told["enforce_nonce"] and known in self.items:
                return Reply(200, self._shown(self.items[known]))
        assert told["allowed_mentions"]["parse"] == []
        media: list[Mapping[str, Any]] = [
            {
                "kind": "video" if each["filename"].endswith("mp4") else "image",
                "alt": each["description"],
                "bytes": parts[f"files[{each['id']}]"],
            }
            for each in told["attachments"]
        ]
        kind = "comment" if above else "post"
        item = self.keep(
            Item(self.snowflake(), told["content"].strip(), above, kind, told["nonce"], media)
        )
        self.nonces[item.key] = item.id
        headers = {
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "4",
            "X-RateLimit-Reset": f"{datetime.now(UTC).timestamp() + 1:.3f}",
            "X-RateLimit-Bucket": "abcd1234",
        }
        return Reply(200, self._shown(item), headers)

    def snowflake(self, at: datetime | None = None) -> str:
        """An id of this moment; the last digits tell those of one millisecond apart."""
        moment = int((at or datetime.now(UTC)).timestamp() * 1000) - EPOCH_MS
        return str((moment << 22) + int(self.next_id()) % 4096)

    @route("GET", rf"/channels/{CHANNEL}/messages")
    def history(self, request: Request) -> Reply:
        after, limit = int(request.query.get("after", 0)), int(request.query["limit"])
        later = [each for each in self.items.values() if _id_of(each) > after]
        page = sorted(later, key=_id_of)[:limit]
        return Reply(200, [self._shown(each) for each in reversed(page)])

    @route("GET", rf"/channels/{CHANNEL}/messages/(?P<message>\d+)")
    def show(self, request: Request, message: str) -> Reply:
        if message not in self.items:
            return Reply(404, {"message": "Unknown Message", "code": 10008})
        shown = self._shown(self.items[message])
        return Reply(200, {**shown, "reactions": [{"count": 3, "emoji": {"name": "👍"}}]})

    @route("DELETE", rf"/channels/{CHANNEL}/messages/(?P<message>\d+)")
    def remove(self, request: Request, message: str) -> Reply:
        if self.items.pop(message, None) is None:
            return Reply(404, {"message": "Unknown Message", "code": 10008})
        return Reply(204)

    def _shown(self, item: Item) -> dict[str, Any]:
        told = _brief(item)
        if above := self.items.get(item.parent):
            told["referenced_message"] = _brief(above)
        return told


def _id_of(item: Item) -> int:
    """What its id would be at the moment that the item says it is of."""
    return (int(item.at.timestamp() * 1000) - EPOCH_MS << 22) + int(item.id) % 4096


def _brief(item: Item) -> dict[str, Any]:
    facts = item.facts
    told: dict[str, Any] = {
        "id": item.id,
        "channel_id": CHANNEL,
        "content": item.text,
        "author": {
            "id": facts.get("author", BOT),
            "username": facts.get("handle", "harbour-bot"),
            "global_name": facts.get("name"),
            **({} if "handle" in facts else {"bot": True}),
        },
        "mentions": [{"id": BOT}] if facts.get("names_us") else [],
        "timestamp": item.at.isoformat(),
        "attachments": [{"id": str(number)} for number, _ in enumerate(item.media)],
        "type": 19 if item.parent else 0,
    }
    if item.parent:
        told["message_reference"] = {"message_id": item.parent, "channel_id": CHANNEL}
    return told


def _invalid(part: str, message: str) -> Reply:
    wrong = {part: {"_errors": [{"code": "BASE_TYPE", "message": message}]}}
    return Reply(400, {"message": "Invalid Form Body", "code": 50035, "errors": wrong})


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with DiscordNetwork() as network:
        assert isinstance(network, DiscordNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "discord.api": network.address,
        }
        facts = {"bot_id": BOT, "guild_id": GUILD, "max_bytes": 10 * 1024 * 1024}
        yield Stage(
            account=AccountFacts(CHANNEL, "news", settings=facts),
            vault=Vault({"bot_token": TOKEN}),
            network=network,
            talk=network.talk,
            values={
                "bot_token": TOKEN,
                "channel": f"https://discord.com/channels/{GUILD}/{CHANNEL}",
            },
        )
