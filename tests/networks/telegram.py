"""Telegram's Bot API: `ok` in every body, pauses and new numbers in `parameters`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Network, Reply, Request, Stage, route
from .form import parts_of
from .telegram_talk import TelegramTalk

TOKEN = "7000000001:AAExampleExampleExampleExampleExampl"  # noqa: S105
CHAT = -1001234567890
BOT = {"id": 7000000001, "is_bot": True, "first_name": "Harbour", "username": "harbour_bot"}
METHOD = rf"/bot{TOKEN}"
WORDS = {
    401: "Unauthorized",
    403: "Forbidden: bot is not a member of the channel chat",
    404: "Not Found",
    500: "Internal Server Error",
}


class TelegramNetwork(Network):
    def __init__(self) -> None:
        super().__init__()
        self.chat: dict[str, Any] = {
            "id": CHAT,
            "type": "channel",
            "title": "The Harbour",
            "username": "harbour",
        }
        self.member: dict[str, Any] = {"status": "administrator", "can_post_messages": True}
        self.moved_from: int | None = None
        self.talk = TelegramTalk(self)

    def refusal(self, status: int) -> Reply:
        told: dict[str, Any] = {"ok": False, "error_code": status}
        if status == 429:
            told["description"] = f"Too Many Requests: retry after {RETRY_AFTER_SECONDS}"
            told["parameters"] = {"retry_after": RETRY_AFTER_SECONDS}
            return Reply(429, told)
        return Reply(status, {**told, "description": WORDS.get(status, "Bad Request: no")})

    def refuses(self, words: str, **parameters: Any) -> Reply:
        told = {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"}
        return Reply(400, {**told, "parameters": parameters} if parameters else told)

    def admit(self, request: Request) -> Reply | None:
        return None if request.path.startswith(f"/bot{TOKEN}/") else self.refusal(401)

    @route("POST", METHOD + "/getMe")
    def me(self, request: Request) -> Reply:
        return taken(BOT)

    @route("POST", r"/bot(?!7000000001:AAEx).*")
    def no_bot(self, request: Request) -> Reply:
        return self.refusal(401)

    @route("POST", METHOD + "/getChat")
    def which_chat(self, request: Request) -> Reply:
        if request.json["chat_id"] not in (self.chat["id"], f"@{self.chat.get('username')}"):
            return self.refuses("chat not found")
        return taken(self.chat)

    @route("POST", METHOD + "/getChatMember")
    def which_role(self, request: Request) -> Reply:
        assert request.json["user_id"] == BOT["id"]
        return taken({**self.member, "user": BOT})

    @route("POST", METHOD + "/send(?P<kind>Message|Photo|Video|MediaGroup)", makes_post=True)
    def send(self, request: Request, kind: str) -> Reply:
        told, files = _fields(request)
        if self.moved_from is not None and int(told["chat_id"]) == self.moved_from:
            return self.refuses(
                "group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.chat["id"],
            )
        if not self.member.get("can_post_messages", True):
            return self.refuses("need administrator rights in the channel chat")
        parent = str((told.get("reply_parameters") or {}).get("message_id") or "")
        said = f"{told['chat_id']}:{parent}"
        if parent and parent not in self.items and said not in self.talk.messages:
            return self.refuses("message to be replied not found")
        if said in self.talk.messages:
            parent = said
        text = told.get("text") or told.get("caption") or ""
        media = [{"type": kind.lower()}] if kind in ("Photo", "Video") else told.get("media", [])
        text = text or (media[0].get("caption", "") if media else "")
        if len(text.encode("utf-16-le")) // 2 > (1024 if media else 4096):
            return self.refuses("message caption is too long" if media else "message is too long")
        assert len(files) == len(media)
        return self._sent(text, parent, media, told)

    def _sent(
        self, text: str, parent: str, media: list[dict[str, Any]], told: dict[str, Any]
    ) -> Reply:
        numbers = [self.next_id() for _ in range(max(1, len(media)))]
        shown = [
            {"kind": {"photo": "image"}.get(each["type"], "video"), "alt": ""} for each in media
        ]
        self.keep(Item(numbers[0], text, parent=parent, media=[*shown], facts=told))
        messages = [
            {"message_id": int(number), "chat": self.chat, "date": 1_795_000_000}
            for number in numbers
        ]
        return taken(messages if len(messages) > 1 else messages[0])

    @route("POST", METHOD + "/getUpdates")
    def updates(self, request: Request) -> Reply:
        told = request.json
        assert told["allowed_updates"] == ["message"]
        return taken(self.talk.handed_out(told.get("offset", 0), told["limit"]))

    @route("POST", METHOD + "/deleteMessage")
    def delete_one(self, request: Request) -> Reply:
        if self.items.pop(str(request.json["message_id"]), None) is None:
            return self.refuses("message to delete not found")
        return taken(True)


def taken(result: Any) -> Reply:
    return Reply(200, {"ok": True, "result": result})


def _fields(request: Request) -> tuple[dict[str, Any], list[str]]:
    if "json" in request.headers["content-type"]:
        return request.json, []
    parts = parts_of(request)
    files = [name for name, part in parts.items() if part["name"]]
    told = {name: part["text"] for name, part in parts.items() if not part["name"]}
    for name in ("media", "reply_parameters"):
        if name in told:
            told[name] = json.loads(told[name])
    return told, files


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with TelegramNetwork() as network:
        assert isinstance(network, TelegramNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "telegram.api": network.address,
        }
        yield Stage(
            account=AccountFacts(
                str(CHAT), "harbour", settings={"chat_type": "channel", "bot": "harbour_bot"}
            ),
            vault=Vault({"bot_token": TOKEN, "chat_id": str(CHAT), "bot_id": BOT["id"]}),
            network=network,
            talk=network.talk,
            values={"bot_token": TOKEN, "chat": "@harbour"},
            exempt={"secret_in_url": "The Bot API has the token in every address, and only there."},
        )
