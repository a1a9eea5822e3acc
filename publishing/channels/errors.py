"""What is known after a call to a platform went wrong, and what may be done about it."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import httpx2

from config.kernel.errors import DomainError, Invalid, Unavailable


class Outcome(StrEnum):
    """What a failed call leaves behind; the ledger branches on this and on nothing else."""

    NOT_SENT = "not_sent"
    """Nothing was done. May be sent again later."""
    AMBIGUOUS = "ambiguous"
    """It may have been done. Look before sending again."""
    REFUSED = "refused"
    """Nothing was done, and the same payload will be refused again."""
    RECONNECT = "reconnect"
    """Nothing was done; the account's access has ended. Posts wait until a person reconnects."""
    RATE_LIMITED = "rate_limited"
    """Nothing was done. May be sent again after `retry_after` seconds."""


class ChannelError(DomainError):
    """A failed call, told to people (`message`) and to the ledger (`outcome` and the rest).

    At most one of `permanent`, `ambiguous` and `reconnect` is true; with none of them, nothing was
    sent and trying again later may help, not before `retry_after` seconds when that is set.
    `field` names the input of the connect form that is wrong. `extra` may carry `status` and the
    platform's own words as `detail`, never a secret.
    """

    status = 422
    default_code = "channel_error"

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        ambiguous: bool = False,
        retry_after: float | None = None,
        reconnect: bool = False,
        code: str = "",
        field: str | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message, code=code, **extra)
        self.permanent = permanent
        self.ambiguous = ambiguous
        self.retry_after = retry_after
        self.reconnect = reconnect
        self.field = field

    @property
    def outcome(self) -> Outcome:
        if self.ambiguous:
            return Outcome.AMBIGUOUS
        if self.reconnect:
            return Outcome.RECONNECT
        if self.permanent:
            return Outcome.REFUSED
        return Outcome.NOT_SENT if self.retry_after is None else Outcome.RATE_LIMITED


@dataclass(frozen=True, slots=True)
class Rule:
    """How one answer is read. An empty `sentence` takes the outcome's own."""

    outcome: Outcome
    sentence: str = ""


Answer = tuple[int | None, str | None]
"""(HTTP status, platform's error code); None matches any."""

BY_STATUS: Mapping[int, Outcome] = {
    400: Outcome.REFUSED,
    401: Outcome.RECONNECT,
    403: Outcome.REFUSED,
    404: Outcome.REFUSED,
    408: Outcome.AMBIGUOUS,
    409: Outcome.AMBIGUOUS,
    410: Outcome.REFUSED,
    413: Outcome.REFUSED,
    415: Outcome.REFUSED,
    422: Outcome.REFUSED,
    425: Outcome.NOT_SENT,
    429: Outcome.RATE_LIMITED,
}

SENTENCES: Mapping[Outcome, str] = {
    Outcome.NOT_SENT: "{label} could not be reached, so nothing was posted. Warren tries again.",
    Outcome.AMBIGUOUS: (
        "{label} did not say whether it took the post. Warren looks for it before sending again."
    ),
    Outcome.REFUSED: "{label} refused the post: {detail} Change the post and send it again.",
    Outcome.RECONNECT: (
        "{label} no longer lets Warren in, so nothing was posted. Connect the account again."
    ),
    Outcome.RATE_LIMITED: "{label} asks for a pause. Warren sends the post after it.",
}

UNPARSABLE = "unparsable"
"""Code of an answer that says success in a body that nobody can read."""

DEFAULT_PAUSE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class RetryTable:
    """One platform's answers; what it does not name falls back to `BY_STATUS`, and 5xx, redirects
    and unreadable successes to ambiguous (reliability: a 500 may have posted)."""

    rules: Mapping[Answer, Rule] = field(default_factory=dict)

    def rule(self, status: int | None, code: str | None = None) -> Rule:
        """The most telling rule: status and code together, then the code, then the status."""
        for answer in ((status, code), (None, code), (status, None)):
            if answer in self.rules and answer != (None, None):
                return self.rules[answer]
        if status is not None and status in BY_STATUS and code != UNPARSABLE:
            return Rule(BY_STATUS[status])
        if status is not None and 400 <= status < 500:
            return Rule(Outcome.REFUSED)
        return Rule(Outcome.AMBIGUOUS)

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
        """The ChannelError of one answer. `detail` is the platform's own sentence."""
        rule = self.rule(status, code or None)
        sentence = (rule.sentence or SENTENCES[rule.outcome]).format(
            label=label, detail=_sentence(detail)
        )
        pause = retry_after(headers or {}, now) if now else None
        if rule.outcome is Outcome.RATE_LIMITED and pause is None:
            pause = _until_reset(headers or {}, now) or DEFAULT_PAUSE_SECONDS
        return with_outcome(
            rule.outcome,
            sentence,
            retry_after=pause,
            code=code,
            status=status,
            detail=detail,
        )


def with_outcome(outcome: Outcome, message: str, **fields: Any) -> ChannelError:
    if outcome not in (Outcome.RATE_LIMITED, Outcome.NOT_SENT):
        fields["retry_after"] = None
    http_status = fields.pop("status", None)
    error = ChannelError(
        message,
        permanent=outcome is Outcome.REFUSED,
        ambiguous=outcome is Outcome.AMBIGUOUS,
        reconnect=outcome is Outcome.RECONNECT,
        **fields,
    )
    error.extra["http_status"] = http_status
    return error


def transport_error(label: str, error: Exception) -> ChannelError:
    """The ChannelError of a call that got no answer.

    Only failures before the first byte left are "not sent": refused address, name resolution,
    connection, TLS and a full connection pool. After that it is ambiguous.
    """
    if isinstance(error, ChannelError):
        return error
    sent = getattr(error, "sent", None)
    if isinstance(error, Invalid) and not sent:
        return ChannelError(
            f"{label} could not be called: {error.message}", permanent=True, code="address_refused"
        )
    if sent is None:
        sent = not isinstance(error, NEVER_SENT)
    outcome = Outcome.AMBIGUOUS if sent else Outcome.NOT_SENT
    return with_outcome(
        outcome,
        SENTENCES[outcome].format(label=label),
        code="no_answer" if sent else "no_connection",
        retry_after=getattr(error, "retry_after", None),
        detail=type(error).__name__,
    )


NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
    httpx2.InvalidURL,
)

TRANSPORT_ERRORS = (httpx2.HTTPError, httpx2.InvalidURL, Unavailable, Invalid)
"""What a call through the outbound door may raise when there is no answer."""


RESET_HEADERS = ("ratelimit-reset", "x-rate-limit-reset")
"""Headers that hold epoch seconds; X spells the second."""


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from Retry-After (seconds or a date) or a reset header (epoch seconds)."""
    value = headers.get("retry-after", "").strip()
    if value.replace(".", "", 1).isdigit():
        return float(value)
    if value:
        try:
            moment = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        return max(0.0, (moment - now).total_seconds()) if moment.tzinfo else None
    for name in RESET_HEADERS:
        reset = headers.get(name, "").strip()
        if reset.isdigit():
            return max(0.0, float(reset) - now.timestamp())
    return None


def _until_reset(headers: Mapping[str, str], now: datetime | None) -> float | None:
    """Seconds until a date in X-RateLimit-Reset, which Mastodon sends instead of Retry-After, and
    with every other answer too: only a refused call waits for it."""
    try:
        moment = datetime.fromisoformat(headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return None
    if now is None or moment.tzinfo is None:
        return None
    return max(0.0, (moment - now).total_seconds())


def _sentence(detail: str) -> str:
    detail = " ".join(detail.split())[:300]
    return detail if not detail or detail[-1] in ".!?" else f"{detail}."


def before_sending(error: ChannelError, label: str) -> ChannelError:
    """The same failure of a step that cannot make a post: what was ambiguous there is not sent."""
    if not error.ambiguous:
        return error
    return with_outcome(
        Outcome.NOT_SENT,
        SENTENCES[Outcome.NOT_SENT].format(label=label),
        code=error.code,
        **{key: value for key, value in error.extra.items() if key != "http_status"},
        status=error.extra.get("http_status"),
    )
