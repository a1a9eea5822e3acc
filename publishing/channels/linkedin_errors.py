"""What LinkedIn says when it refuses, and what that leaves behind.

Source: LinkedIn's "API error details" and "Posts API" pages (as of 2026-11); the refusal of a
duplicate as two public threads recorded it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .errors import UNPARSABLE, ChannelError, Outcome, RetryTable, Rule
from .rest import dig, read_error

RULES = {
    (None, "DUPLICATE_POST"): Rule(
        Outcome.REFUSED,
        "{label} has a post with this very text already and refuses a second one. Change the "
        "words and send it again.",
    ),
    (None, "MEDIA_ASSET_WAITING_UPLOAD"): Rule(
        Outcome.NOT_SENT, "{label} is not done with a picture yet. Warren sends the post again."
    ),
    (None, "MEDIA_ASSET_PROCESSING_FAILED"): Rule(
        Outcome.REFUSED,
        "{label} could not read a picture or the video of this post. Save it again in another "
        "format and replace it.",
    ),
    (None, "EXPIRED_ACCESS_TOKEN"): Rule(Outcome.RECONNECT),
    (None, "REVOKED_ACCESS_TOKEN"): Rule(Outcome.RECONNECT),
    (None, "INVALID_ACCESS_TOKEN"): Rule(Outcome.RECONNECT),
    (401, None): Rule(Outcome.RECONNECT),
    (403, None): Rule(
        Outcome.REFUSED,
        "{label} does not let this account post there: {detail} Check that the role on the page is "
        "still administrator and that the app has the product it needs, then connect again.",
    ),
    (404, None): Rule(
        Outcome.REFUSED,
        "{label} does not know what this post belongs to. It may have been deleted there.",
    ),
    (409, None): Rule(Outcome.AMBIGUOUS),
    (422, None): Rule(
        Outcome.REFUSED,
        "{label} does not take this post: {detail} Change the post and send it again.",
    ),
    (426, None): Rule(
        Outcome.REFUSED,
        "{label} no longer speaks the version of its interface that this installation uses. Its "
        "operator has to update Warren.",
    ),
    (429, None): Rule(
        Outcome.RATE_LIMITED,
        "{label} has taken as many calls as it allows for now. Warren sends the post after the "
        "pause.",
    ),
}


class LinkedInTable(RetryTable):
    """LinkedIn's daily limits end at midnight UTC, which its answer does not say."""

    def error(
        self,
        label: str,
        *,
        status: int | None,
        code: str = "",
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> ChannelError:
        error = super().error(
            label, status=status, code=code, detail=detail, headers=headers, now=now
        )
        told = (headers or {}).get("retry-after")
        if now and error.outcome is Outcome.RATE_LIMITED and not told and " DAY " in detail:
            midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            error.retry_after = (midnight - now).total_seconds()
        return error

    def unreadable(self, label: str, status: int) -> ChannelError:
        return self.error(label, status=status, code=UNPARSABLE)

    def other_duplicate(self, label: str, address: str) -> ChannelError:
        """A duplicate that is not this delivery's post; without an address it is gone by now."""
        says = (
            f"{label} has a post with this very text already ({address}) and refuses a second one."
            if address
            else f"{label} takes this for a repetition of a post that it no longer shows, which it "
            "does for a day or two after a post was deleted."
        )
        return ChannelError(
            f"{says} Change the words and send it again.", permanent=True, code="DUPLICATE_POST"
        )

    def unread_duplicate(self, label: str) -> ChannelError:
        """After an unclear first sending, a duplicate that cannot be read may well be that one."""
        return ChannelError(
            f"{label} says that it has this text already, and does not let Warren read whether "
            "that is this post.",
            ambiguous=True,
            code="DUPLICATE_POST",
        )


TABLE = LinkedInTable(RULES)


def not_understood(label: str) -> ChannelError:
    """An answer to a question, not to a post, in which what was asked for is missing."""
    return ChannelError(
        f"{label} gave an answer that Warren cannot read. Warren asks again later.",
        code=UNPARSABLE,
    )


def read_linkedin_error(status: int, body: Any) -> tuple[str, str]:
    """(code, sentence). The most telling code stands in a list of input errors."""
    code, told = read_error(status, body)
    if not isinstance(body, dict):
        return code, told
    inner = dig(body, "errorDetails", "inputErrors", 0, "code")
    if not inner and "DUPLICATE" in told.upper() and "urn:li:" in told:
        inner = "DUPLICATE_POST"
    return str(inner or body.get("code") or code), str(body.get("message") or told)
