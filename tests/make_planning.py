"""Builders of what is planned: queues, their slots, and posts at a time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from brands.models import BrandProfile
from publishing.models import (
    CalendarEvent,
    PendingPost,
    PendingStatus,
    PostingQueue,
    QueueSlot,
    SocialAccount,
)

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
