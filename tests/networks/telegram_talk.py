"""People who write to a Telegram bot, and under its channel's posts in the discussion group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from publishing.channels.base import Published

from .base import Item
from .talk import Person

if TYPE_CHECKING:
    from .telegram import TelegramNetwork

GROUP = -1009876543210
POST = 41
BOT_ID = 7_000_000_001


class TelegramTalk:
    page = 100
    has_markup = False
    tells_ours = False

    def __init__(self, network: TelegramNetwork) -> None:
        self.network = network
        self.person = Person("880001", "Anna", "anna_h")
        self.updates: list[tuple[int, dict[str, Any]]] = []
        self.last = 500_000
        self.messages: dict[str, dict[str, Any]] = {}

    def posts(self) -> tuple[Published, ...]:
        return (Published(str(POST), ""),)

    def say(
        self, kind: str, text: str, *, at: datetime, person: Person | None = None, after: str = ""
    ) -> str:
        who = person or self.person
        chat = self._chat(kind, who)
        message: dict[str, Any] = {
            "message_id": int(self.network.next_id()),
            "from": {
                "id": int(who.id),
                "is_bot": False,
                "first_name": who.name,
                "username": who.handle,
            },
            "chat": chat,
            "date": int(at.timestamp()),
            "text": text,
        }
        if kind == "mention":
            message["entities"] = [{"type": "text_mention", "user": {"id": BOT_ID}}]
        if kind == "comment":
            message["reply_to_message"] = self._forwarded()
            message["message_thread_id"] = self._forwarded()["message_id"]
        self.last += 1
        self.updates.append((self.last, message))
        remote_id = f"{chat['id']}:{message['message_id']}"
        self.messages[remote_id] = message
        return remote_id

    def say_as_us(self, text: str, *, after: str, at: datetime) -> str:
        raise AssertionError("Bots do not get what they say themselves.")

    def take_down(self, remote_id: str) -> None:
        """What was deleted before the bot took it is not handed out."""
        gone = self.messages.pop(remote_id)
        self.updates = [each for each in self.updates if each[1] is not gone]

    def answers(self) -> Sequence[Item]:
        return [item for item in self.network.items.values() if "chat_id" in item.facts]

    def handed_out(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """Asking for an id confirms everything before it."""
        self.updates = [each for each in self.updates if each[0] >= offset]
        return [
            {"update_id": number, "message": message} for number, message in self.updates[:limit]
        ]

    def _chat(self, kind: str, who: Person) -> dict[str, Any]:
        if kind == "message":
            return {"id": int(who.id), "type": "private", "first_name": who.name}
        if kind == "comment":
            return {"id": GROUP, "type": "supergroup", "title": "Talk"}
        return self.network.chat

    def _forwarded(self) -> dict[str, Any]:
        return {
            "message_id": 7,
            "is_automatic_forward": True,
            "sender_chat": self.network.chat,
            "forward_origin": {"type": "channel", "message_id": POST},
        }
