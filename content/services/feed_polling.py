"""Asking due feeds what is new, and making something of it. The row of the feed is the queue.

Claimed in one short transaction, asked and read with none open, settled in another, refused by the
fence when it comes too late. Polite: never sooner than every 15 minutes, conditional, as rarely as
the feed asks, ever more rarely while it fails, and not at all after ten failures in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from config.kernel import http
from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.errors import DomainError, TooMany, Unavailable
from config.kernel.halting import halted_brands, is_halted
from config.kernel.models import claim
from config.kernel.readers.feed import FeedEntry, ReadFeed, read_feed
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.tasks import record_work
from content.models import FeedItem, MaterialFeed
from organizations.services.audit import record

from .feed_fetching import fetch_feed, refuse_answer
from .feeds import SHORTEST_MINUTES
from .trends import judged_item, material_of_item, take_best_trend

log = structlog.get_logger(__name__)

LEASE_SECONDS = 120
MOST_FAILURES = 10
MOST_AT_FIRST = 10  # of what a feed told before anybody listened
MOST_BROKEN_OFF = 3
LONGEST_WAIT = timedelta(days=1)


def due_feeds(*, moment: datetime | None = None, most: int = 200) -> list[Due]:
    """Feeds of all organizations whose time has come, dealt out in turns."""
    return due_rows(MaterialFeed, moment=moment or now(), most=most)


def poll_feed(*, feed_id: UUID) -> MaterialFeed | None:
    """Ask one due feed of the organization in scope and take in what is new, at most 50 items.

    None when there is nothing to do: it is gone, paused, not due, stopped, or another worker has
    it. On the first poll only the newest 10 are taken, the rest is known as seen. Call it with no
    transaction open.
    """
    waiting = MaterialFeed.objects.filter(pk=feed_id, is_active=True)
    organization_id = current_organization_id()
    if is_halted(organization_id):
        return None
    waiting = waiting.exclude(brand_id__in=halted_brands(organization_id))
    rows = claim(waiting.select_related("brand"), lease_seconds=LEASE_SECONDS)
    if not rows:
        return None
    feed = rows[0]
    try:
        if feed.attempts > MOST_BROKEN_OFF:
            raise Unavailable("Reading it broke off three times without a word.")
        answer = fetch_feed(feed.url, etag=feed.etag, last_modified=feed.last_modified)
        refuse_answer(answer)
        found = None if answer.status == 304 else read_feed(answer.body, url=answer.url)
    except DomainError as error:
        _settle_failure(feed, error)
    else:
        _settle(feed, answer, found)
    record_work("material_feed")
    return feed


def _settle(feed: MaterialFeed, answer: http.Fetched, found: ReadFeed | None) -> None:
    moment = now()
    minutes = max(feed.interval_minutes, SHORTEST_MINUTES, found.minutes if found else 0)
    fields: dict[str, Any] = {
        "polled_at": moment,
        "due_at": moment + timedelta(minutes=minutes),
        "error": "",
        "consecutive_errors": 0,
    }
    if found:
        fields["etag"] = _validator(answer, "etag", 300)
        fields["last_modified"] = _validator(answer, "last-modified", 100)
    is_first = feed.polled_at is None
    with org_atomic():
        if not _kept(feed, fields):
            return
        fresh = _fresh(feed, found.entries if found else ())
        brought = _taken_in(feed, fresh, found.language if found else "", is_first, moment)
        if brought:
            record(action="feed.brought", target=feed, data={"items": brought})
        if feed.use == MaterialFeed.Use.TRENDS:
            take_best_trend(brand=feed.brand, moment=moment)


def _fresh(feed: MaterialFeed, entries: Sequence[FeedEntry]) -> list[FeedEntry]:
    keys = [entry.key for entry in entries]
    known = FeedItem.objects.filter(feed=feed, key__in=keys)
    seen = set(known.values_list("key", flat=True))
    return [entry for entry in entries if entry.key not in seen]


def _taken_in(
    feed: MaterialFeed,
    fresh: Sequence[FeedEntry],
    language: str,
    is_first: bool,
    moment: datetime,
) -> int:
    """How many items came of it. What was told before the feed was added is only noted as seen."""
    counted = fresh[:MOST_AT_FIRST] if is_first else fresh
    for entry in fresh:
        item = _item(feed, entry)
        if entry not in counted:
            item.status = FeedItem.Status.DISMISSED
            item.reason = "It was there before the feed was added."
        elif feed.use == MaterialFeed.Use.TRENDS:
            judged_item(item, brand=feed.brand, language=language, moment=moment)
        else:
            item.material = material_of_item(item, brand=feed.brand, by=None)
            item.status = FeedItem.Status.TAKEN if item.material else FeedItem.Status.FILTERED
            item.reason = "" if item.material else "It has neither a text nor a page to read."
        item.save(force_insert=True)
    return len(counted)


def _item(feed: MaterialFeed, entry: FeedEntry) -> FeedItem:
    return FeedItem(
        feed=feed,
        key=entry.key,
        url=entry.url,
        title=entry.title,
        summary=entry.text,
        said_at=entry.said_at,
    )


def _settle_failure(feed: MaterialFeed, error: DomainError) -> None:
    """Try again later, ever later; stop after ten in a row, or at once when the feed is gone."""
    failures = feed.consecutive_errors + 1
    is_over = failures >= MOST_FAILURES or error.code == "feed_gone"
    minutes = max(feed.interval_minutes, SHORTEST_MINUTES) * 2 ** min(failures - 1, 10)
    wait = min(timedelta(minutes=minutes), LONGEST_WAIT)
    if isinstance(error, (TooMany, Unavailable)) and error.retry_after:
        wait = max(wait, timedelta(seconds=error.retry_after))
    fields = {
        "due_at": None if is_over else now() + wait,
        "error": error.message,
        "consecutive_errors": failures,
        "is_active": not is_over,
    }
    with org_atomic():
        if _kept(feed, fields) and is_over:
            record(action="feed.stopped", target=feed, reason=error.message)
    log.info("feed_failed", feed=str(feed.pk), code=error.code, failures=failures)


def _kept(feed: MaterialFeed, fields: dict[str, Any]) -> bool:
    """Write the outcome; False when the lease was lost meanwhile or the feed was paused."""
    fields = {**fields, "claimed_until": None, "attempts": 0, "updated_at": now()}
    mine = MaterialFeed.objects.filter(pk=feed.pk, fence=feed.fence, is_active=True)
    if not mine.update(**fields):
        log.warning("poll_came_late", feed=str(feed.pk))
        return False
    for name, value in fields.items():
        setattr(feed, name, value)
    return True


def _validator(answer: http.Fetched, name: str, most: int) -> str:
    said = answer.headers.get(name, "")
    return said if len(said) <= most and said.isprintable() else ""
