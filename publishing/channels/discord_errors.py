"""What Discord says when it says no: numbers, not statuses, tell what is meant.

Source: discord.com/developers/docs, page "Opcodes and Status Codes", as of 2026-11.
"""

from __future__ import annotations

from typing import Any

from .errors import Outcome, Rule
from .rest import dig

RULES = {
    (None, "10003"): Rule(
        Outcome.REFUSED,
        "The channel no longer exists on {label}, so nothing was posted. Connect another one.",
    ),
    (None, "10008"): Rule(
        Outcome.REFUSED,
        "The message that this one answers is no longer on {label}, so nothing was posted. Send it "
        "as a post of its own.",
    ),
    (None, "20016"): Rule(Outcome.RATE_LIMITED),
    (None, "20028"): Rule(Outcome.RATE_LIMITED),
    (None, "20026"): Rule(
        Outcome.REFUSED,
        "{label} has flagged this bot for spam, so nothing was posted. Its owner finds an appeal "
        "in the developer portal.",
    ),
    (None, "40005"): Rule(
        Outcome.REFUSED,
        "The files are larger than {label} takes in one message, so nothing was posted. Use "
        "smaller ones.",
    ),
    (None, "50001"): Rule(
        Outcome.REFUSED,
        "The bot cannot see the channel on {label}, so nothing was posted. Give its role the "
        "permission View Channel there.",
    ),
    (None, "50013"): Rule(
        Outcome.REFUSED,
        "The bot may not post in the channel on {label}, so nothing was posted. Give its role Send "
        "Messages, and Attach Files for pictures.",
    ),
    (None, "200000"): Rule(
        Outcome.REFUSED,
        "A moderation rule of the {label} server stopped the post. Change the words, or ask the "
        "server's moderators.",
    ),
    (None, "240000"): Rule(
        Outcome.REFUSED,
        "{label} takes the link for a harmful one, so nothing was posted. Change the link.",
    ),
    (413, None): Rule(
        Outcome.REFUSED,
        "The files are larger than {label} takes in one message, so nothing was posted. Use "
        "smaller ones.",
    ),
}


def read_error(status: int, body: Any) -> tuple[str, str]:
    """A number, a sentence and, for forms, what is wrong with which part."""
    code, told = dig(body, "code"), str(dig(body, "message") or "")
    wrong = _first_message(dig(body, "errors"))
    return (str(code) if code else ""), f"{told}: {wrong}" if wrong else told


def _first_message(errors: Any) -> str:
    if isinstance(errors, dict):
        if isinstance(found := dig(errors, "_errors", 0, "message"), str):
            return found
        return next((told for each in errors.values() if (told := _first_message(each))), "")
    return ""
