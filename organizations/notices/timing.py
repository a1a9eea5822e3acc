"""When somebody is written to: gathered as they wish, and never while they want to sleep.

Everything is reckoned from wall times of the person's zone, as instants: an hour of quiet is the
span from one moment to another, so that a clock that is put forward or back makes it shorter or
longer and never ends it before it began.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from config.kernel.clock import resolve, to_zone, weekday_of
from organizations.models import NotificationSettings

Digest = NotificationSettings.Digest
NINE: Final = time(9)
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wishes:
    """When one person wants to hear. `weekday` is 0 for Sunday; without both ends of it there is no
    quiet."""

    digest: str = Digest.NOW.value
    digest_time: time = NINE
    weekday: int = 1
    quiet_from: time | None = None
    quiet_until: time | None = None
    zone: str = "UTC"
    urgent_waits: bool = False

    @classmethod
    def of(cls, row: NotificationSettings | None) -> Wishes:
        if row is None:
            return cls()
        return cls(
            digest=row.digest,
            digest_time=row.digest_time,
            weekday=row.digest_weekday,
            quiet_from=row.quiet_from,
            quiet_until=row.quiet_until,
            zone=row.timezone,
            urgent_waits=row.urgent_waits,
        )


def when_to_tell(wishes: Wishes, moment: datetime, urgent: bool) -> datetime:
    """The first moment, not before this one, at which the person wants to hear of something.

    What is urgent waits neither for a digest nor for the morning, unless the person says so.
    """
    if urgent and not wishes.urgent_waits:
        return moment
    return after_quiet(wishes, next_digest(wishes, moment))


def next_digest(wishes: Wishes, moment: datetime) -> datetime:
    """The next gathering, which is this very moment for whoever wants everything at once."""
    if wishes.digest == Digest.NOW:
        return moment
    local = to_zone(moment, wishes.zone)
    if wishes.digest == Digest.HOURLY:
        into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return moment + (HOUR - into) if into else moment
    weekly = wishes.digest == Digest.WEEKLY
    for number in range(-1, 9):
        day = local.date() + timedelta(days=number)
        if weekly and weekday_of(day) != wishes.weekday:
            continue
        found = resolve(day, wishes.digest_time, wishes.zone)
        if found >= moment:
            return found
    raise AssertionError("Every week has each of its days.")


def after_quiet(wishes: Wishes, moment: datetime) -> datetime:
    """The end of the quiet hours that a moment lies in; else the moment."""
    begins, ends = wishes.quiet_from, wishes.quiet_until
    if begins is None or ends is None or begins == ends:
        return moment
    # Twice at most: a clock put forward can make one night begin as the one before it ends.
    for _ in range(3):
        end = _end_of_quiet(begins, ends, wishes.zone, moment)
        if end is None:
            return moment
        moment = end
    return moment


def _end_of_quiet(begins: time, ends: time, zone: str, moment: datetime) -> datetime | None:
    today = to_zone(moment, zone).date()
    for day in (today - timedelta(days=1), today):
        last = day if begins < ends else day + timedelta(days=1)
        end = resolve(last, ends, zone)
        if resolve(day, begins, zone) <= moment < end:
            return end
    return None
