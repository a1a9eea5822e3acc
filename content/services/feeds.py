"""Feeds that people add: found from a site's address, changed, paused, deleted.

What they bring is polled elsewhere (feed_polling.py); nothing here waits for it.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.readers.base import Unreadable
from config.kernel.readers.feed import ReadFeed, feed_addresses, read_feed
from config.kernel.readers.typed import typed_address
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.tasks import hint
from content.models import MaterialFeed
from organizations.models import User
from organizations.services.audit import record

from .feed_fetching import fetch_feed, refuse_answer

__all__ = [
    "add_feed",
    "delete_feed",
    "edit_feed",
    "pause_feed",
    "resume_feed",
    "undelete_feed",
]

SHORTEST_MINUTES, LONGEST_MINUTES = 15, 7 * 24 * 60
MOST_FEEDS = 100  # of one organization
_MOST_FOUND = 3  # that one site names and that are tried


def add_feed(
    *,
    url: str,
    brand: BrandProfile,
    by: User | None,
    use: str = MaterialFeed.Use.MATERIALS,
    interval_minutes: int = 60,
) -> MaterialFeed:
    """Take in a feed by its own address or by that of a site which names one.

    It is looked at now, so that a mistake is told at once, and polled by the worker. Call it with
    no transaction open. Raises Invalid for an address without a feed, Conflict for one that the
    brand has, Unavailable and TooMany where another try may help.
    """
    address, found = _found_feed(typed_address(url))
    with org_atomic():
        if MaterialFeed.objects.count() >= MOST_FEEDS:
            raise Conflict(f"A team can have {MOST_FEEDS} feeds. Delete one that is not needed.")
        feed = _created(
            brand=brand,
            url=address,
            title=found.title[:200] or urlsplit(address).hostname or address[:200],
            use=use,
            interval_minutes=_minutes(interval_minutes),
            due_at=now(),
        )
        record(action="feed.added", target=feed, by=by, data={"use": feed.use})
        _hint(feed)
    return feed


def edit_feed(
    *,
    feed: MaterialFeed,
    by: User | None,
    title: str | None = None,
    use: str | None = None,
    interval_minutes: int | None = None,
) -> MaterialFeed:
    """Change how a feed is called, what its items become, and how often it is asked."""
    changes: dict[str, Any] = {}
    if title is not None:
        changes["title"] = " ".join(title.split())[:200] or feed.title
    if use is not None:
        changes["use"] = use
    if interval_minutes is not None:
        changes["interval_minutes"] = _minutes(interval_minutes)
    for field, value in changes.items():
        setattr(feed, field, value)
    with org_atomic():
        feed.save(update_fields=[*changes, "updated_at"])
        record(action="feed.edited", target=feed, by=by, data={"fields": sorted(changes)})
    return feed


def pause_feed(*, feed: MaterialFeed, by: User | None) -> None:
    """Ask it no more until somebody resumes it; what it brought stays."""
    feed.is_active = False
    with org_atomic():
        feed.save(update_fields=["is_active", "updated_at"])
        record(action="feed.paused", target=feed, by=by)


def resume_feed(*, feed: MaterialFeed, by: User | None) -> None:
    """Ask it again, at once and with ten new chances."""
    feed.is_active, feed.due_at, feed.claimed_until = True, now(), None
    feed.consecutive_errors, feed.attempts, feed.error = 0, 0, ""
    with org_atomic():
        feed.save(
            update_fields=[
                "is_active",
                "due_at",
                "claimed_until",
                "consecutive_errors",
                "attempts",
                "error",
                "updated_at",
            ]
        )
        record(action="feed.resumed", target=feed, by=by)
        _hint(feed)


def delete_feed(*, feed: MaterialFeed, by: User | None) -> None:
    """Hide a feed; materials of it stay, and it can be brought back for 30 days."""
    with org_atomic():
        feed.soft_delete()
        record(action="feed.deleted", target=feed, by=by)


def undelete_feed(*, feed: MaterialFeed, by: User | None) -> None:
    """Bring it back as it was. Raises Conflict when the same address was added meanwhile."""
    try:
        with org_atomic():
            feed.restore()
            record(action="feed.undeleted", target=feed, by=by)
    except IntegrityError:
        raise Conflict("That feed was added again meanwhile, so nothing is undone.") from None


def _found_feed(address: str) -> tuple[str, ReadFeed]:
    answer = fetch_feed(address)
    refuse_answer(answer)
    try:
        return address, read_feed(answer.body, url=answer.url)
    except Unreadable as error:
        named = feed_addresses(answer.body, url=answer.url, charset=answer.charset)
        reason = error
    for candidate in [typed_address(each) for each in named[:_MOST_FOUND]]:
        answer = fetch_feed(candidate)
        if answer.ok:
            try:
                return candidate, read_feed(answer.body, url=answer.url)
            except Unreadable as error:
                reason = error
    raise Invalid(reason.message, code=reason.code, field="url")


def _created(**fields: Any) -> MaterialFeed:
    try:
        with transaction.atomic():
            return MaterialFeed.objects.create(**fields)
    except IntegrityError:
        raise Conflict(
            "The brand has that feed already. Change it in the list instead.",
            code="feed_known",
        ) from None


def _minutes(wanted: int) -> int:
    return max(SHORTEST_MINUTES, min(wanted, LONGEST_MINUTES))


def _hint(feed: MaterialFeed) -> None:
    from content.tasks import poll_feed

    ids = (str(current_organization_id()), str(feed.pk))
    transaction.on_commit(partial(hint, poll_feed, *ids))
