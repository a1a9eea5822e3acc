"""What Google's services share: one consent page, one token endpoint, one shape of errors.

The operator registers one Google Cloud project for all of them; each service is turned on in it.

Sources, as of 2026-11: "Using OAuth 2.0 for Web Server Applications", "Errors" of Google's APIs
(google.rpc.Status with ErrorInfo), "YouTube Data API errors". A refresh token is given once, at a
consent that was asked for offline and prompted; that of a project in test mode ends after 7 days.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from config.kernel import clock

from .base import Finding, Session
from .errors import ChannelError, Outcome, Rule
from .oauth import OAuthChannel
from .rest import Rest, dig

T = TypeVar("T")

HOSTS = {"accounts": "https://accounts.google.com", "tokens": "https://oauth2.googleapis.com"}
QUOTA_ZONE = "America/Los_Angeles"
"""Google counts its days by the clock of its home."""

_NOT_TURNED_ON = Rule(
    Outcome.REFUSED,
    "The service behind {label} is not turned on in this installation's Google project. Its "
    "operator turns it on in Google's console under APIs and services: {detail}",
)
_DAY_USED_UP = Rule(
    Outcome.RATE_LIMITED,
    "This installation's Google project has used up what {label} lets it do in a day. Warren sends "
    "the post when the next day begins there; the operator can ask Google for more.",
)
_SLOWER = Rule(Outcome.RATE_LIMITED)
_SCOPES = Rule(
    Outcome.RECONNECT,
    "{label} was not allowed everything that this needs. Connect the account again and leave every "
    "box ticked.",
)

RULES = {
    (401, None): Rule(Outcome.RECONNECT),
    (429, None): _SLOWER,
    (None, "authError"): Rule(Outcome.RECONNECT),
    (None, "accessNotConfigured"): _NOT_TURNED_ON,
    (None, "SERVICE_DISABLED"): _NOT_TURNED_ON,
    (None, "quotaExceeded"): _DAY_USED_UP,
    (None, "dailyLimitExceeded"): _DAY_USED_UP,
    (None, "rateLimitExceeded"): _SLOWER,
    (None, "RATE_LIMIT_EXCEEDED"): _SLOWER,
    (None, "userRateLimitExceeded"): _SLOWER,
    (None, "insufficientPermissions"): _SCOPES,
    (None, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"): _SCOPES,
    (None, "accountClosed"): Rule(
        Outcome.REFUSED, "The Google account behind {label} is closed. Connect another one."
    ),
    (None, "accountSuspended"): Rule(
        Outcome.REFUSED,
        "Google has suspended the account behind {label}. Its owner has to settle that there.",
    ),
}
DAILY = frozenset({"quotaExceeded", "dailyLimitExceeded"})


class GoogleChannel(OAuthChannel):
    """A channel behind Google's consent page."""

    app_name = "google"
    authorize_at = ("accounts", "/o/oauth2/v2/auth")
    token_at = ("tokens", "/token")
    revoke_at = ("tokens", "/revoke")
    authorize_params = {"access_type": "offline", "prompt": "consent"}  # noqa: RUF012
    lifetime_seconds = 3600

    def ask(self, session: Session, host: str, call: Callable[[Rest], T]) -> T:
        """A call with access, whose errors are read as Google words them."""
        rest = self.rest(session.http, host, reads_error=read_google_error)
        try:
            return self.with_access(session, lambda token: call(rest.with_token(token)))
        except ChannelError as error:
            if error.code in DAILY:
                error.retry_after = seconds_to_next_day(session.now)
            raise

    def token_finding(self, session: Session, call: Callable[[], str]) -> Finding:
        """Whether Google lets Warren in; `call` asks and returns what to say."""
        try:
            return Finding("token", True, call())
        except ChannelError as error:
            if not error.reconnect:
                raise
            return Finding("token", False, error.message, "Connect the account again.")


def read_google_error(status: int, body: Any) -> tuple[str, str]:
    """The most telling code: ErrorInfo's reason, the older errors[0].reason, then the status."""
    error = dig(body, "error")
    if isinstance(error, str):
        return error, str(dig(body, "error_description") or error)
    told = str(dig(error, "message") or "")
    for each in dig(error, "details") or ():
        if isinstance(each, dict) and each.get("reason"):
            return str(each["reason"]), told
    first = dig(error, "errors", 0, "reason")
    return str(first or dig(error, "status") or ""), told


def seconds_to_next_day(now: datetime) -> float:
    """Until Google's daily quotas begin anew, at midnight over there."""
    return (next_day(now) - now).total_seconds()


def next_day(now: datetime) -> datetime:
    tomorrow = clock.to_zone(now, QUOTA_ZONE).date() + timedelta(days=1)
    return clock.resolve(tomorrow, time(0), QUOTA_ZONE)
