"""What people say to the bot on Telegram, and the answers.

Heard are private messages to the bot, comments under the channel's posts in its discussion group
(the bot must be a member there), and in a group whatever answers or names the bot. Telegram keeps
what a bot has not taken for a day; what was taken is confirmed only by the next reading, so that
nothing is lost when keeping it fails. One bot hears for one account: two channels with the same bot
would take each other's messages.

Source: core.telegram.org/bots/api, "getUpdates", "Message", "MessageOrigin" and "sendMessage" as of
2026-11. A bot does not get its own messages, nor those of other bots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .base import ChannelError, Handle, Heard, Hearing
from .errors import before_sending
from .listening import FIRST_SPAN, Author, oldest_first
from .rest import Answer, count, dig
from .telegram_calls import Bot

PAGE = 100
KINDS = ("message",)


@dataclass(frozen=True, slots=True)
class Inbox:
    """One bot's updates, as they concern one chat and those who write to the bot itself."""

    bot: Bot
    chat: str
    bot_id: str
    bot_name: str
    web: str
    now: datetime

    def listen(self, cursor: Handle) -> Hearing:
        asked: dict[str, Any] = {"limit": PAGE, "timeout": 0, "allowed_updates": list(KINDS)}
        if following := cursor.get("next"):
            asked["offset"] = int(following)
        told = self._taken(asked)
        heard = [each for row in told if (each := self._heard(dig(row, "message"))) is not None]
        last = max([int(each["update_id"]) for each in told], default=None)
        cursor = {"next": str(last + 1)} if last is not None else dict(cursor)
        return Hearing(oldest_first(heard), cursor, is_all=len(told) < PAGE)

    def _taken(self, asked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        try:
            told = self.bot.ask("getUpdates", **asked)
            if isinstance(told, list) and all(_number(each) is not None for each in told):
                return told
            raise self.bot.unreadable(Answer(200, {}, told))
        except ChannelError as error:
            # Reading leaves nothing behind, so what is unclear is asked again.
            raise before_sending(error, self.bot.label) if error.ambiguous else error from error

    def _heard(self, row: Any) -> Heard | None:
        """A message that is meant for us; None for the rest, and for what is older than a week."""
        sender, number = dig(row, "from", "id"), dig(row, "message_id")
        said_at = self._said_at(row)
        if sender is None or number is None or dig(row, "from", "is_bot"):
            return None
        if said_at < self.now - FIRST_SPAN:
            return None
        place = self._place(row)
        if place is None:
            return None
        kind, conversation, under = place
        chat = str(dig(row, "chat", "id"))
        return Heard(
            remote_id=f"{chat}:{number}",
            conversation=conversation,
            kind=kind,
            text=_words(row),
            said_at=said_at,
            parent=_answered(row),
            under=under,
            **_author(row, self.web),
            handle={"chat": chat, "message": int(number), "private": kind == "message"},
        )

    def _place(self, row: Mapping[str, Any]) -> tuple[str, str, str] | None:
        """Kind, conversation and the post that it hangs under."""
        chat, sender = str(dig(row, "chat", "id")), dig(row, "from", "id")
        if dig(row, "chat", "type") == "private":
            return "message", f"private|{sender}", ""
        above = row.get("reply_to_message")
        if str(dig(above, "sender_chat", "id")) == self.chat and dig(above, "is_automatic_forward"):
            post = dig(above, "forward_origin", "message_id")
            return "comment", f"{chat}|{post}|{sender}", str(post or "")
        if str(dig(above, "from", "id")) == self.bot_id:
            under = str(dig(above, "message_id")) if chat == self.chat else ""
            return "comment", f"{chat}|{dig(row, 'message_thread_id') or ''}|{sender}", under
        if chat == self.chat and self._is_named(row):
            return "mention", f"{chat}|{sender}", ""
        return None

    def _is_named(self, row: Mapping[str, Any]) -> bool:
        words = str(row.get("text") or row.get("caption") or "").casefold()
        name = f"@{self.bot_name}".casefold()
        if self.bot_name and name in {each.strip(".,:;!?()") for each in words.split()}:
            return True
        marked = row.get("entities") or row.get("caption_entities")
        told = marked if isinstance(marked, list) else []
        return any(str(dig(each, "user", "id")) == self.bot_id for each in told)

    def _said_at(self, row: Any) -> datetime:
        seconds = count(dig(row, "date"))
        return min(datetime.fromtimestamp(seconds, UTC), self.now) if seconds else self.now


def _number(row: Any) -> int | None:
    return count(dig(row, "update_id"))


def _answered(row: Mapping[str, Any]) -> str:
    number = dig(row, "reply_to_message", "message_id")
    return f"{dig(row, 'chat', 'id')}:{number}" if number else ""


def _words(row: Mapping[str, Any]) -> str:
    return str(row.get("text") or row.get("caption") or "").strip() or "(a file without words)"


def _author(row: Mapping[str, Any], web: str) -> Author:
    names = (dig(row, "from", part) for part in ("first_name", "last_name"))
    handle = str(dig(row, "from", "username") or "")
    return {
        "author_id": str(dig(row, "from", "id")),
        "author_name": " ".join(str(each) for each in names if each) or handle,
        "author_handle": handle,
        "author_url": f"{web}/{handle}" if handle else "",
    }


def answer_fields(heard: Heard, text: str) -> dict[str, Any]:
    """What sendMessage takes. Under a comment it answers exactly that one."""
    fields: dict[str, Any] = {"chat_id": heard.handle["chat"], "text": text.strip()}
    if not heard.handle.get("private"):
        fields["reply_parameters"] = {"message_id": heard.handle["message"]}
    return fields
