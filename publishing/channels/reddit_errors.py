"""What Reddit says inside a 200 when it says no.

Source: the error codes of reddit-archive/reddit (r2/lib/errors.py) and of PRAW 8, as of 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .errors import Outcome, Rule
from .rest import Answer, Rest, count, dig

_BREAK = re.compile(r"(?<!\d)(\d{1,7})\s{0,3}(millisecond|second|minute|hour|day)s?", re.IGNORECASE)
_SECONDS = {"millisecond": 0.001, "second": 1, "minute": 60, "hour": 3600, "day": 86_400}

_NOT_HERE = Rule(
    Outcome.REFUSED,
    "The {label} account may not post in this subreddit: {detail} Choose another one.",
)
_FLAIR = Rule(
    Outcome.REFUSED,
    "This subreddit on {label} wants flair on every post, so nothing was posted. Enter the id of "
    "one of its flairs in the post's options.",
)
_PARENT = Rule(
    Outcome.REFUSED,
    "{label} takes no comment under this post any more: {detail} Nothing was posted.",
)

RULES: Mapping[tuple[int | None, str | None], Rule] = {
    (None, "RATELIMIT"): Rule(Outcome.RATE_LIMITED),
    (None, "QUOTA_FILLED"): Rule(Outcome.RATE_LIMITED),
    (None, "SUBREDDIT_NOEXIST"): Rule(
        Outcome.REFUSED,
        "There is no such subreddit on {label}, so nothing was posted. Check its name.",
    ),
    (None, "SUBREDDIT_REQUIRED"): Rule(
        Outcome.REFUSED,
        "{label} needs a subreddit, so nothing was posted. Write one in the post's options.",
    ),
    **{
        (None, code): _NOT_HERE
        for code in (
            *("SUBREDDIT_NOTALLOWED", "BANNED_FROM_SUBREDDIT", "NO_SELFS", "NO_LINKS"),
            *("IMAGES_NOTALLOWED", "SUBREDDIT_OUTBOUND_LINKING_DISALLOWED", "USER_REQUIRED"),
            *("SUBREDDIT_DISABLED_ADS", "NOT_ENOUGH_KARMA", "DOMAIN_BANNED"),
        )
    },
    (None, "SUBMIT_VALIDATION_FLAIR_REQUIRED"): _FLAIR,
    (None, "BAD_FLAIR_TEMPLATE_ID"): _FLAIR,
    (None, "NO_TITLE"): Rule(
        Outcome.REFUSED, "{label} needs a title, so nothing was posted. Write one."
    ),
    (None, "TOO_LONG"): Rule(
        Outcome.REFUSED, "The post is longer than {label} takes: {detail} Shorten it."
    ),
    (None, "ALREADY_SUB"): Rule(
        Outcome.REFUSED,
        "This link stands in that subreddit on {label} already, so nothing was posted. Choose "
        "another subreddit, or post the link as text.",
    ),
    (None, "BAD_URL"): Rule(Outcome.REFUSED, "{label} does not take this link. Check it."),
    **{
        (None, code): _PARENT
        for code in (
            "THREAD_LOCKED",
            "TOO_OLD",
            "DELETED_LINK",
            "COMMENT_UNREPLIABLE",
            "USER_BLOCKED",
        )
    },
    (None, "USER_SUSPENDED"): Rule(
        Outcome.REFUSED,
        "{label} has suspended this account, so nothing was posted. Appeal at reddit.com/appeals.",
    ),
}


def read_error(status: int, body: Any) -> tuple[str, str]:
    """Errors outside of forms: {"message": "Forbidden", "error": 403, "reason": "private"}."""
    first = _first(body)
    if first is not None:
        return first
    reason, error = dig(body, "reason"), dig(body, "error")
    told = str(dig(body, "explanation") or dig(body, "message") or reason or "")
    code = reason if isinstance(reason, str) else error if isinstance(error, str) else ""
    return str(code), told


def refuse_errors(rest: Rest, answer: Answer) -> None:
    """Raise what the errors inside a success mean; by them, nothing was posted."""
    first = _first(answer.body)
    if first is None:
        return
    code, told = first
    refused = rest.refuse(replace(answer, status=400), code, told)
    if refused.outcome is Outcome.RATE_LIMITED:
        refused.retry_after = _pause(answer, told) or refused.retry_after
    raise refused


def _first(body: Any) -> tuple[str, str] | None:
    error = dig(body, "json", "errors", 0)
    if not isinstance(error, list) or not error:
        return None
    return str(error[0]), str(dig(error, 1) or "")


def _pause(answer: Answer, told: str) -> float | None:
    """How long to wait: as a number where there is one, else out of the sentence."""
    number = answer.dig("json", "ratelimit")
    if isinstance(number, int | float) and number > 0:
        return float(number)
    found = _BREAK.search(told)
    if found is None or count(found.group(1)) is None:
        return None
    return int(found.group(1)) * _SECONDS[found.group(2).lower()]
