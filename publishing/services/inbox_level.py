"""The service level: how soon a brand answers, counted in its business hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.clock import now, resolve, to_zone, weekday_of
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, User
from organizations.services.audit import record
from publishing.models import Conversation, ConversationStatus, InboxSettings

LONGEST_MINUTES: Final = 14 * 24 * 60
DAYS_LOOKED_AT: Final = 400
USUAL_HOURS: Final[dict[str, Any]] = {"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}


@dataclass(frozen=True, slots=True)
class Level:
    """Minutes within business hours; no hours means around the clock, no minutes no level."""

    minutes: int
    hours: dict[str, Any]
    zone: str


def due_moment(since: datetime, level: Level) -> datetime | None:
    """Until when somebody who waits since then should have an answer.

    Minutes run only within business hours, and as time really passes: the hour that a change of
    clocks leaves out is no time to answer in, and one that comes twice counts twice. None without a
    level, and where a year has no such hours.
    """
    if not level.minutes:
        return None
    left = timedelta(minutes=level.minutes)
    if not level.hours.get("days"):
        return since + left
    for start, end in _windows(since, level):
        begin = max(start, since)
        if begin < end:
            if begin + left <= end:
                return begin + left
            left -= end - begin
    return None


def _windows(since: datetime, level: Level) -> Iterator[tuple[datetime, datetime]]:
    """Business hours from the day before on; hours that end before they begin go over midnight."""
    opens, closes = (time.fromisoformat(level.hours[name]) for name in ("from", "until"))
    over = timedelta(days=1) if closes <= opens else timedelta()
    day = to_zone(since, level.zone).date() - timedelta(days=1)
    for number in range(DAYS_LOOKED_AT):
        here = day + timedelta(days=number)
        if weekday_of(here) in level.hours["days"]:
            yield resolve(here, opens, level.zone), resolve(here + over, closes, level.zone)


def level_of(brand: BrandProfile | None) -> Level | None:
    """A brand's level; None where it has none."""
    row = InboxSettings.objects.filter(brand=brand).first() if brand else None
    if brand is None or row is None or not row.answer_within_minutes:
        return None
    return Level(row.answer_within_minutes, row.business_hours, brand.timezone)


def set_level(
    *, brand: BrandProfile, minutes: int, hours: dict[str, Any], by: User
) -> InboxSettings:
    """Say how soon a brand answers; 0 minutes is no level. Raises Invalid.

    What waits already is due by the new level, counted from when it began to wait.
    """
    if not 0 <= minutes <= LONGEST_MINUTES:
        raise Invalid("Choose between a minute and two weeks.", field="minutes")
    with org_atomic():
        row, _ = InboxSettings.objects.update_or_create(
            brand=brand,
            defaults={"answer_within_minutes": minutes, "business_hours": hours},
        )
        record(action="inbox.level_set", target=brand, by=by, after={"minutes": minutes})
        waiting = Conversation.objects.filter(brand=brand, waiting_since__isnull=False)
        level = level_of(brand)
        for each in waiting.select_for_update(of=("self",)).order_by("pk"):
            assert each.waiting_since is not None
            each.answer_due_at = due_moment(each.waiting_since, level) if level else None
            each.save(update_fields=["answer_due_at", "updated_at"])
    return row


def tell_late(*, conversation_id: UUID) -> bool:
    """Tell once that an answer is late, if it still is. Safe to run twice."""
    moment = now()
    with org_atomic():
        late = Conversation.objects.filter(
            pk=conversation_id,
            status=ConversationStatus.OPEN,
            told_late_at=None,
            answer_due_at__lte=moment,
        )
        if not late.update(told_late_at=moment, updated_at=moment):
            return False
        row = Conversation.objects.get(pk=conversation_id)
        record(action="inbox.answer_late", target=row, kind=ActorKind.SYSTEM)
    return True
