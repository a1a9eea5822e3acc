"""Asking a feed for what is new, through the outbound door, as a polite reader asks."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

from config.kernel import http
from config.kernel.clock import now
from config.kernel.errors import TooMany, Unavailable
from config.kernel.readers.base import Unreadable
from config.kernel.readers.feed import FEED_BYTES

# Feeds are made for programs, so there are no rules for robots to ask for; who asks is said.
USER_AGENT = f"{http.USER_AGENT} (feed reader)"
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, text/html;q=0.5"
)
SECONDS = 20.0
LONGEST_WAIT_SECONDS = timedelta(days=7).total_seconds()


def fetch_feed(url: str, *, etag: str = "", last_modified: str = "") -> http.Fetched:
    """One request, with the validators that the feed gave last; 304 is an answer without a body.

    Raises what `http.fetch` raises; an answer of more than 2 MB is refused by the door.
    """
    headers = {"User-Agent": USER_AGENT}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    return http.fetch(
        url, max_bytes=FEED_BYTES, timeout_seconds=SECONDS, accept=ACCEPT, headers=headers
    )


def refuse_answer(answer: http.Fetched) -> None:
    """Raises Unreadable for what stays so, TooMany and Unavailable for what may pass."""
    if answer.ok or answer.status == 304:
        return
    if answer.status == 429:
        raise TooMany(
            "The site asks for fewer requests.",
            code="feed_busy",
            retry_after=seconds_to_wait(answer) or 900.0,
        )
    if answer.status >= 500:
        raise Unavailable(
            f"The site has a fault at the moment (status {answer.status}).",
            code="feed_unavailable",
            retry_after=seconds_to_wait(answer),
        )
    if answer.status == 410:
        raise Unreadable("The feed was given up by its site.", code="feed_gone", field="url")
    if answer.status == 404:
        raise Unreadable("There is no feed at that address.", code="feed_not_found", field="url")
    raise Unreadable(
        f"The site does not give its feed to programs (status {answer.status}).",
        code="feed_refused",
        field="url",
    )


def seconds_to_wait(answer: http.Fetched) -> float | None:
    """`Retry-After`, in seconds or as a date, at most a week; None if it says neither."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return min(float(said[:9]), LONGEST_WAIT_SECONDS)
    try:
        moment = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        return None
    return max(0.0, min((moment - now()).total_seconds(), LONGEST_WAIT_SECONDS))
