"""The Bot API's calls: one method each, `ok` in the body, refusals that only words tell apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .errors import ChannelError, Outcome, Rule
from .rest import Answer, Rest, count, dig
from .shapes import Finding

ASK_AGAIN = "chat_moved"

CODES: tuple[tuple[str, str], ...] = (
    ("upgraded to a supergroup", ASK_AGAIN),
    ("message to delete not found", "message_gone"),
    ("message to be replied not found", "parent_gone"),
    ("not found: chat", "no_place"),
    ("chat not found", "no_place"),
    ("bot was kicked", "no_place"),
    ("bot is not a member", "no_place"),
    ("not enough rights", "no_right"),
    ("have no rights", "no_right"),
    ("need administrator rights", "no_right"),
    ("administrator rights are required", "no_right"),
    ("too long", "too_long"),
)
"""Words of a refusal, in lower case, and what they mean."""

RULES: Mapping[tuple[int | None, str | None], Rule] = {
    (401, None): Rule(
        Outcome.RECONNECT,
        "{label} no longer knows the bot's token, so nothing was posted. Get the token from "
        "@BotFather and connect the channel again.",
    ),
    (404, None): Rule(
        Outcome.RECONNECT,
        "{label} does not know the bot's token, so nothing was posted. Get the token from "
        "@BotFather and connect the channel again.",
    ),
    (403, None): Rule(
        Outcome.RECONNECT,
        "{label} does not let the bot post: {detail} Make the bot an administrator of the channel, "
        "then connect it again.",
    ),
    (None, "no_place"): Rule(
        Outcome.RECONNECT,
        "The bot is no longer in this {label} channel, so nothing was posted. Make it an "
        "administrator there, then connect the channel again.",
    ),
    (None, "no_right"): Rule(
        Outcome.RECONNECT,
        "The bot may not post in this {label} channel, so nothing was posted. Let its "
        "administrators allow it to post messages, then connect the channel again.",
    ),
    (None, ASK_AGAIN): Rule(
        Outcome.NOT_SENT, "The {label} group has a new number. Warren sends the post there."
    ),
    (None, "parent_gone"): Rule(
        Outcome.REFUSED,
        "The message that this one answers is gone from {label}, so nothing was posted. Send it as "
        "a post of its own.",
    ),
    (None, "message_gone"): Rule(Outcome.REFUSED, "The message is gone from {label} already."),
    (None, "too_long"): Rule(
        Outcome.REFUSED, "{label} says that the text is too long: {detail} Shorten it."
    ),
    (413, None): Rule(
        Outcome.REFUSED, "A file is larger than {label} takes from a bot. Use a smaller one."
    ),
    (429, None): Rule(Outcome.RATE_LIMITED),
}


def read_error(status: int, body: Any) -> tuple[str, str]:
    told = str(dig(body, "description") or "")
    words = told.casefold()
    code = next((code for phrase, code in CODES if phrase in words), "")
    return code, told.partition(": ")[2] or told


class Bot(Rest):
    """One bot. Its token stands in the address, as this API has it; errors never show addresses."""

    def ask(
        self,
        method: str,
        *,
        makes_post: bool = False,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        **fields: Any,
    ) -> Any:
        """The `result` of a method; raises ChannelError."""
        if files:
            form = {name: _as_form(value) for name, value in fields.items()}
            answer = self.call("POST", f"/{method}", makes_post=makes_post, data=form, files=files)
        else:
            answer = self.call("POST", f"/{method}", makes_post=makes_post, json=fields)
        if answer.dig("ok") is not True or answer.dig("result") is None:
            raise self.unreadable(answer)
        return answer.dig("result")

    def refuse(self, answer: Answer, code: str, detail: str = "") -> ChannelError:
        """The pause and a group's new number come in the body."""
        pause = count(answer.dig("parameters", "retry_after"))
        headers = {**answer.headers, "retry-after": str(pause)} if pause else answer.headers
        status = answer.status
        if answer.dig("ok") is False:
            status = count(answer.dig("error_code")) or status
            code, detail = read_error(status, answer.body)
        told = Answer(status, headers, answer.body)
        error = super().refuse(told, code, detail)
        if code == ASK_AGAIN:
            error.extra["moved_to"] = answer.dig("parameters", "migrate_to_chat_id")
        return error


def role_of(member: Any, kind: str) -> Finding:
    """Whether a member (of getChatMember) may post: in channels a right of its own."""
    status = dig(member, "status")
    if kind == "channel":
        may = status == "creator" or dig(member, "can_post_messages") is True
    else:
        may = status in ("creator", "administrator", "member") or (
            status == "restricted" and dig(member, "can_send_messages") is True
        )
    if may:
        return Finding("role", True, "The bot may post there.")
    return Finding(
        "role",
        False,
        "The bot may not post there.",
        "Make it an administrator and allow it to post messages (can_post_messages).",
    )


def _as_form(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
