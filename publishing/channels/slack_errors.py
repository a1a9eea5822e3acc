"""What Slack says inside a 200 when it says no, by the codes of its methods' pages (2026-11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .errors import Outcome, Rule
from .rest import Answer, Rest

SAYS_LITTLE = frozenset(
    {"internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
"""Codes after which the message may stand there all the same."""

_ENDED = Rule(Outcome.RECONNECT)
_SHUT = Rule(
    Outcome.REFUSED,
    "The {label} channel does not take this app's messages: {detail} Ask the workspace's admins.",
)
_GONE = Rule(
    Outcome.REFUSED,
    "The channel is no longer there on {label}, or the bot cannot see it, so nothing was posted. "
    "Invite the bot there, or connect another channel.",
)
_AWAY = Rule(
    Outcome.REFUSED,
    "The bot is not in the {label} channel, so nothing was posted. Write /invite and the bot's "
    "name there, then send the post again.",
)

RULES: Mapping[tuple[int | None, str | None], Rule] = {
    **{
        (None, code): _ENDED
        for code in (
            *("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"),
            *("invalid_refresh_token", "no_permission", "invalid_grant", "org_login_required"),
        )
    },
    (None, "missing_scope"): Rule(
        Outcome.RECONNECT,
        "{label} did not grant everything that this needs. Connect the account again and allow it.",
    ),
    **{
        (None, code): Rule(
            Outcome.REFUSED,
            "{label} did not take the answer of its own page: {detail} Start again; if that "
            "happens twice, the operator has to look at the app's settings there.",
        )
        for code in ("invalid_code", "code_already_used", "bad_redirect_uri", "bad_client_secret")
    },
    (None, "invalid_client_id"): Rule(
        Outcome.REFUSED,
        "{label} does not know this installation's app any more. Its operator has to check the "
        "app's id and secret.",
    ),
    (None, "channel_not_found"): _GONE,
    (None, "not_in_channel"): _AWAY,
    (None, "is_archived"): Rule(
        Outcome.REFUSED,
        "The {label} channel is archived, so nothing was posted. Open it again there, or connect "
        "another one.",
    ),
    **{
        (None, code): _SHUT
        for code in (
            *("restricted_action", "restricted_action_read_only_channel", "ekm_access_denied"),
            *("restricted_action_thread_locked", "restricted_action_thread_only_channel"),
            *("team_access_not_granted", "posting_to_channel_denied"),
        )
    },
    (None, "thread_not_found"): Rule(
        Outcome.REFUSED,
        "The message that this one goes under is no longer on {label}, so nothing was posted. Send "
        "it as a post of its own.",
    ),
    (None, "msg_too_long"): Rule(
        Outcome.REFUSED, "The post is longer than {label} takes. Shorten it and send it again."
    ),
    (None, "file_upload_size_restricted"): Rule(
        Outcome.REFUSED, "The file is larger than this {label} workspace takes. Use a smaller one."
    ),
    (None, "ratelimited"): Rule(Outcome.RATE_LIMITED),
    (None, "rate_limited"): Rule(Outcome.RATE_LIMITED),
    (None, "message_limit_exceeded"): Rule(
        Outcome.REFUSED,
        "The {label} workspace has reached the number of messages that its plan keeps. Its owner "
        "has to look at the plan.",
    ),
}


def refuse_not_ok(rest: Rest, answer: Answer) -> None:
    """Raise what an `ok: false` means. Nothing was done by it, but for the few that say little."""
    if answer.dig("ok") is True:
        return
    code = answer.dig("error")
    if not isinstance(code, str):
        raise rest.unreadable(answer)
    told = answer.dig("response_metadata", "messages", 0)
    status = 500 if code in SAYS_LITTLE else 400
    refused = replace(answer, status=status)
    raise rest.refuse(refused, code, str(told or code.replace("_", " ")))
