"""What Lemmy says when it says no: one word each, which its clients translate.

Source: LemmyErrorType of the server's version 0.19, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ChannelError, Outcome, Rule
from .rest import dig
from .servers import misfit

_ENDED = Rule(Outcome.RECONNECT)
_BANNED = Rule(
    Outcome.REFUSED,
    "The {label} account may not post there: {detail} Choose another community, or ask why.",
)

RULES: Mapping[tuple[int | None, str | None], Rule] = {
    (None, "rate_limit_error"): Rule(Outcome.RATE_LIMITED),
    (None, "not_logged_in"): _ENDED,
    (None, "incorrect_login"): _ENDED,
    (None, "couldnt_find_community"): Rule(
        Outcome.REFUSED,
        "There is no such community on {label}, so nothing was posted. Check its name; one of "
        "another server is written as name@server.",
    ),
    **{
        (None, code): _BANNED
        for code in (
            *("banned_from_community", "person_is_banned_from_site", "site_ban", "deleted"),
            *("only_mods_can_post_in_community", "community_ban", "person_is_blocked", "locked"),
        )
    },
    (None, "couldnt_find_post"): Rule(
        Outcome.REFUSED,
        "The post that this comment goes under is no longer on {label}, so nothing was posted. "
        "Send it as a post of its own.",
    ),
    (None, "invalid_post_title"): Rule(
        Outcome.REFUSED, "{label} does not take this title: it has 3 to 200 characters."
    ),
    (None, "language_not_allowed"): Rule(
        Outcome.REFUSED, "The community on {label} does not take posts in this language."
    ),
    (None, "slurs"): Rule(
        Outcome.REFUSED,
        "A word filter of the {label} server stopped the post. Change the words and send it again.",
    ),
    (413, None): Rule(
        Outcome.REFUSED, "The picture is larger than this {label} server takes: use a smaller one."
    ),
}

WRONG = ("incorrect_login", "couldnt_find_person", "couldnt_find_that_username_or_email")


def read_error(status: int, body: Any) -> tuple[str, str]:
    """{"error": "couldnt_find_community", "message": ...}; the word is the code."""
    code = dig(body, "error")
    told = str(dig(body, "message") or dig(body, "msg") or code or "")
    return (code if isinstance(code, str) and " " not in code else ""), told.replace("_", " ")


def signing_in(error: ChannelError, server: str) -> ChannelError:
    """A refused sign-in as a sentence for the form."""
    if error.code == "missing_totp_token":
        return misfit("The account has a second factor: write its code too.", "code")
    if error.code == "incorrect_totp_token":
        return misfit("The code of the second factor is not right. Wait for the next one.", "code")
    if error.code in (
        "incorrect_login",
        "couldnt_find_person",
        "couldnt_find_that_username_or_email",
    ):
        return misfit(f"{server} does not accept this name and password. Check both.", "password")
    if error.code in ("email_not_verified", "registration_application_is_pending"):
        return misfit(f"{server} has not let this account in yet.", "username")
    if error.permanent or error.reconnect:
        return misfit(f"What answers at {server} is not Lemmy. Check the address.", "server")
    error.field = "server"
    return error
