"""Builders of what is planned: queues, their slots, and posts at a time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any

from brands.models import BrandProfile
from config.kernel.clock import now
from organizations.models import User
from publishing.models import (
    CalendarEvent,
    PendingPost,
    PendingStatus,
    PortalLink,
    PostingQueue,
    QueueSlot,
    SocialAccount,
)
from publishing.services.moving import move_with_undo
from publishing.services.portal import make_link

ALL_DAYS = range(7)


def queue(
    brand: BrandProfile,
    *,
    times: Collection[time] = (time(9),),
    days: Collection[int] = ALL_DAYS,
    **fields: Any,
) -> PostingQueue:
    """A queue in Berlin with these times on these weekdays, for every account."""
    row = PostingQueue.objects.create(
        **{"brand": brand, "name": "Mornings", "timezone": "Europe/Berlin", **fields}
    )
    QueueSlot.objects.bulk_create(
        QueueSlot(queue=row, weekday=day, wall_time=wall) for day in days for wall in times
    )
    return row


def planned_post(
    brand: BrandProfile, account: SocialAccount, moment: datetime, **fields: Any
) -> PendingPost:
    """A post of a person's own, without material; waits for a decision unless said otherwise."""
    return PendingPost.objects.create(
        **{
            "brand": brand,
            "account": account,
            "platform": account.platform,
            "content": "Masts in twelve days.",
            "scheduled_for": moment,
            "status": PendingStatus.PENDING,
            **fields,
        }
    )


def second_account(brand: BrandProfile, name: str = "Second") -> SocialAccount:
    return SocialAccount.objects.create(
        platform="feed", remote_id=name.lower(), name=name, credentials={}
    )


def event(brand: BrandProfile | None, starts_on: Any, **fields: Any) -> CalendarEvent:
    values = {"brand": brand, "name": "Boat fair", "starts_on": starts_on, "ends_on": starts_on}
    return CalendarEvent.objects.create(**{**values, **fields})


def brand(name: str) -> BrandProfile:
    return BrandProfile.objects.create(name=name, timezone="Europe/Berlin")


def planning_rows(brand: BrandProfile, account: SocialAccount, by: User) -> dict[str, Any]:
    """Keyword of an address -> the id that stands in it."""
    row = queue(brand, name="Of each one")
    moment = now() + timedelta(days=3)
    post = planned_post(brand, account, moment, queue=row)
    moved = move_with_undo(
        post=post, wall=f"{moment + timedelta(days=1):%Y-%m-%d %H:%M}", zone="UTC", by=by
    )
    link, _ = make_link(brand=brand, purpose=PortalLink.Purpose.ICS, by=by)
    return {
        "queued": planned_post(brand, account, moment, queue=row).pk,
        "subscription": link.pk,
        "queue": row.pk,
        "slot": row.slots.first().pk,  # type: ignore[union-attr]
        "event": event(brand, moment.date()).pk,
        "move": moved.undo,
    }
