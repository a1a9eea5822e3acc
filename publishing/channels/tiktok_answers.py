"""How TikTok answers: errors inside answers of status 200, and why a post fails afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import ChannelError, Outcome, RetryTable, Rule
from .rest import Answer, dig

_OPERATOR_DOMAIN = (
    "TikTok fetches pictures only from addresses that its app has verified. This installation's "
    "operator verifies the domain in TikTok's developer portal under URL properties."
)

RULES = {
    (401, None): Rule(Outcome.RECONNECT),
    (None, "access_token_invalid"): Rule(Outcome.RECONNECT),
    (None, "access_token_has_been_revoked"): Rule(Outcome.RECONNECT),
    (None, "scope_not_authorized"): Rule(
        Outcome.RECONNECT,
        "TikTok was not allowed everything that posting needs. Connect the account again and leave "
        "every box ticked.",
    ),
    (None, "scope_permission_missed"): Rule(
        Outcome.RECONNECT,
        "TikTok was not allowed everything that posting needs. Connect the account again and leave "
        "every box ticked.",
    ),
    (None, "rate_limit_exceeded"): Rule(Outcome.RATE_LIMITED),
    (None, "spam_risk_too_many_posts"): Rule(
        Outcome.RATE_LIMITED,
        "The account has posted as often as TikTok lets it in a day. Warren tries again later.",
    ),
    (None, "spam_risk_too_many_pending_share"): Rule(
        Outcome.RATE_LIMITED,
        "Too many posts of this account wait at TikTok. Warren tries again later.",
    ),
    (None, "reached_active_user_cap"): Rule(
        Outcome.RATE_LIMITED,
        "This installation's app has posted for as many accounts as TikTok lets it in a day. "
        "Warren tries again later; the operator can have the app audited by TikTok.",
    ),
    (None, "spam_risk_user_banned_from_posting"): Rule(
        Outcome.REFUSED,
        "TikTok does not let this account post at the moment. Its owner looks into the app.",
    ),
    (None, "unaudited_client_can_only_post_to_private_accounts"): Rule(
        Outcome.REFUSED,
        "TikTok has not audited this installation's app yet. Until it has, an account has to be "
        "set to private in TikTok and posts can be seen by “Only the account itself”: choose that, "
        "or let the operator ask for the audit.",
    ),
    (None, "privacy_level_option_mismatch"): Rule(
        Outcome.REFUSED, "TikTok does not let this account show posts to them: choose who may see."
    ),
    (None, "url_ownership_unverified"): Rule(Outcome.REFUSED, _OPERATOR_DOMAIN),
    (None, "invalid_param"): Rule(
        Outcome.REFUSED, "TikTok refused the post: {detail} Change it and send it again."
    ),
    (None, "invalid_params"): Rule(
        Outcome.REFUSED, "TikTok refused the post: {detail} Change it and send it again."
    ),
    (None, "app_version_check_failed"): Rule(
        Outcome.REFUSED, "The account's TikTok app is too old: update it on its phone."
    ),
    (None, "token_not_authorized_for_specified_publish_id"): Rule(
        Outcome.REFUSED, "TikTok does not know this post as one of the account."
    ),
    (None, "internal_error"): Rule(Outcome.AMBIGUOUS),
    (None, "upload_ended"): Rule(
        Outcome.NOT_SENT, "TikTok no longer takes this upload. Warren begins it again."
    ),
    (429, None): Rule(Outcome.RATE_LIMITED),
}

DAY_PAUSES = {
    "spam_risk_too_many_posts": 6 * 3600.0,
    "spam_risk_too_many_pending_share": 3600.0,
    "reached_active_user_cap": 6 * 3600.0,
}
"""Seconds to wait where TikTok says only that a day's limit is reached."""

WHY_FAILED = {
    "file_format_check_failed": "it does not take this kind of file",
    "duration_check_failed": "the video is too long or too short for this account",
    "frame_rate_check_failed": "the video has too many or too few frames a second",
    "picture_size_check_failed": "the pictures are too large or too small",
    "video_pull_failed": "it could not fetch the video",
    "photo_pull_failed": "it could not fetch the pictures",
    "publish_cancelled": "the post was taken back",
    "auth_removed": "the account took its consent back",
    "spam_risk_too_many_posts": "the account has posted too often today",
    "spam_risk_user_banned_from_posting": "the account may not post at the moment",
    "spam_risk_text": "it finds the words risky",
    "spam_risk": "it takes the post for spam",
    "internal": "something went wrong there",
}


def read_failure(status: int, body: Any) -> tuple[str, str]:
    """TikTok's error object; at the token endpoint the error is a word of its own."""
    error = dig(body, "error")
    if isinstance(error, str):
        return error, str(dig(body, "error_description") or error)
    code = str(dig(error, "code") or "")
    return ("" if code == "ok" else code), str(dig(error, "message") or "")


def judged_by(table: RetryTable, label: str) -> Callable[[Answer], None]:
    """Raise the error that stands in an answer whose status says success."""

    def judge(answer: Answer) -> None:
        code, detail = read_failure(answer.status, answer.body)
        if code:
            raise table.error(
                label, status=answer.status, code=code, detail=detail, headers=answer.headers
            )

    return judge


def failed(reason: str) -> ChannelError:
    """A post that TikTok had taken and did not publish."""
    return ChannelError(
        f"TikTok did not publish the post: {WHY_FAILED.get(reason, reason or 'no reason given')}. "
        "Change it and send it again.",
        permanent=True,
        code=reason or "post_failed",
    )
