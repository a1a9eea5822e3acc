"""The calendar: what is planned and what is out in a span of days, whatever the number of posts.

A day carries at most as many chips as its view shows, and the count of the rest. One query reads
the planned posts of all days and those that are out, each day from the index; counts are asked for
only when a day has more than it shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Left, TruncDate

from config.kernel.clock import now, resolve, to_zone
from publishing.models import CalendarEvent, PendingPost, PendingStatus, Post
from publishing.services.holidays import holidays_between
from publishing.services.post_moves import EDITABLE, REOPENABLE

from .calendar_slots import OpenSlot, open_slots

MOST_DAYS: Final = 62
FIRST_WORDS: Final = 90
CHIPS_A_DAY: Final = 12
# What became of these is told elsewhere: the post that is out, or nowhere any more.
LEFT_OUT: Final = (PendingStatus.PUBLISHED, PendingStatus.REJECTED, PendingStatus.EXPIRED)
SHOWN: Final = tuple(status for status in PendingStatus if status not in LEFT_OUT)
OUT: Final = PendingStatus.PUBLISHED.value
MOVABLE: Final = frozenset({*EDITABLE, *REOPENABLE})

_COLUMNS: Final = ("platform", "account_id", "account__name", "brand_id", "brand__name")


@dataclass(frozen=True, slots=True)
class Chip:
    """One post in the calendar. `wall` is the time of day in the calendar's zone."""

    id: UUID
    moment: datetime
    wall: str
    day: date
    words: str
    status: str
    platform: str
    account_id: UUID
    account: str
    brand_id: UUID
    brand: str
    is_out: bool
    is_movable: bool


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    chips: tuple[Chip, ...] = ()
    count: int = 0
    slots: tuple[OpenSlot, ...] = ()
    holidays: tuple[str, ...] = ()
    events: tuple[CalendarEvent, ...] = ()

    @property
    def more(self) -> int:
        return max(0, self.count - len(self.chips))


@dataclass(frozen=True, slots=True)
class CalendarSpan:
    """Days from `start` until before `end` in `zone`."""

    start: date
    end: date
    zone: str
    days: tuple[Day, ...]

    @property
    def count(self) -> int:
        return sum(day.count for day in self.days)

    @property
    def chips(self) -> list[Chip]:
        return [chip for day in self.days for chip in day.chips]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which posts a calendar is about; empty means all."""

    brand_id: UUID | None = None
    account_ids: tuple[UUID, ...] = ()
    platform: str = ""
    statuses: tuple[str, ...] = ()

    @property
    def has_planned(self) -> bool:
        return not self.statuses or set(self.statuses) != {OUT}

    @property
    def has_published(self) -> bool:
        return not self.statuses or OUT in self.statuses


def calendar_of(
    *,
    start: date,
    end: date,
    brand_id: UUID | None = None,
    account_ids: Collection[UUID] = (),
    statuses: Collection[str] = (),
    platform: str = "",
    zone: str = "UTC",
    places: Iterable[str] = (),
    language: str = "en",
    chips_a_day: int = CHIPS_A_DAY,
    slots_for: Collection[UUID] = (),
) -> CalendarSpan:
    """Planned and published posts by local day, with open slots, holidays and events.

    `start` is included and `end` is not; at most 62 days. `statuses` are those of PendingStatus;
    none means everything but what was rejected or expired. `slots_for` are accounts of the brand
    whose open slots are shown. At most 5 queries whatever the size.
    """
    end = min(end, start + timedelta(days=MOST_DAYS))
    wanted = Wanted(brand_id, tuple(account_ids), platform, tuple(statuses))
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    chips = _chips(wanted, days, zone, chips_a_day)
    counts = _counts(wanted, chips, days, zone, chips_a_day)
    slots = open_slots(brand_id, days, zone, slots_for) if slots_for and brand_id else {}
    named = holidays_between(places, start, end, language=language)
    events = _events(brand_id, start, end)
    return CalendarSpan(
        start,
        end,
        zone,
        tuple(
            Day(
                date=day,
                chips=tuple(chips.get(day, [])[:chips_a_day]),
                count=counts.get(day, len(chips.get(day, []))),
                slots=tuple(slots.get(day, ())),
                holidays=tuple(named.get(day, ())),
                events=tuple(each for each in events if each.starts_on <= day <= each.ends_on),
            )
            for day in days
        ),
    )


def posts_after(
    wanted: Wanted,
    *,
    moment: datetime,
    zone: str,
    size: int,
    beyond: UUID | None = None,
) -> list[Chip]:
    """The next `size` posts from a moment on, planned and published together, in order.

    `beyond` is the post of that moment behind which to go on.
    """
    span = Q(at__gte=moment) if beyond is None else Q(at__gt=moment) | Q(at=moment, id__gt=beyond)
    # The first condition alone is what the index understands.
    walks = [
        posts.filter(span, at__gte=moment).order_by("at", "id")[:size] for posts in _sources(wanted)
    ]
    rows = sorted(_together(walks), key=lambda row: (row["at"], row["id"]))
    return [_chip(row, zone) for row in rows[:size]]


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """When a local day begins and ends; it has 23 or 25 hours where the clock is changed."""
    return resolve(day, time.min, zone), resolve(day + timedelta(days=1), time.min, zone)


def hours_of(day: date, zone: str) -> Iterator[datetime]:
    """The beginnings of a local day's hours in its zone: an hour that is skipped is missing, and
    one that comes twice stands twice."""
    moment, end = day_bounds(day, zone)
    while moment < end:
        yield to_zone(moment, zone)
        moment += timedelta(hours=1)


def _chips(wanted: Wanted, days: Sequence[date], zone: str, most: int) -> dict[date, list[Chip]]:
    """Up to one chip a day and source more than is shown, so that it is seen whether there are
    more."""
    found: dict[date, list[Chip]] = {}
    for row in _first_of_each(wanted, days, zone, most + 1):
        chip = _chip(row, zone)
        found.setdefault(chip.day, []).append(chip)
    for chips in found.values():
        chips.sort(key=lambda chip: (chip.moment, chip.id))
    return found


def _first_of_each(
    wanted: Wanted, days: Sequence[date], zone: str, most: int
) -> list[dict[str, Any]]:
    """The first posts of each day in one statement: each day is one short walk of an index."""
    walks = []
    for day in days:
        begin, end = day_bounds(day, zone)
        for posts in _sources(wanted):
            walks.append(posts.filter(at__gte=begin, at__lt=end).order_by("at", "id")[:most])
    return _together(walks)


def _together(walks: Sequence[QuerySet[Any, dict[str, Any]]]) -> list[dict[str, Any]]:
    if len(walks) < 2:
        return [row for walk in walks for row in walk]
    return list(walks[0].union(*walks[1:], all=True))


def _counts(
    wanted: Wanted,
    chips: dict[date, list[Chip]],
    days: Sequence[date],
    zone: str,
    most: int,
) -> dict[date, int]:
    """How many posts stand on each day that has more than it shows; nothing for the others."""
    crowded = [day for day in days if len(chips.get(day, ())) > most]
    if not crowded:
        return {}
    begin, end = day_bounds(crowded[0], zone)[0], day_bounds(crowded[-1], zone)[1]
    # Without the names of account and brand: looking them up takes longer than counting.
    counted = [
        posts.filter(**{f"{at}__gte": begin, f"{at}__lt": end})
        .annotate(day=TruncDate(at, tzinfo=_zone_info(zone)))
        .values("day")
        .annotate(number=Count("pk"))
        .order_by()
        for posts, at in _tables(wanted)
    ]
    total: dict[date, int] = {}
    for row in _together(counted):
        total[row["day"]] = total.get(row["day"], 0) + row["number"]
    return {day: total[day] for day in crowded if day in total}


def _sources(wanted: Wanted) -> Iterator[QuerySet[Any, dict[str, Any]]]:
    """Planned and published posts with the same narrow columns; `at` is the time of each."""
    for posts, at in _tables(wanted):
        is_plan = posts.model is PendingPost
        status = Cast("status", TextField()) if is_plan else Value(OUT, TextField())
        yield _narrow(posts, at, status)


def _tables(wanted: Wanted) -> Iterator[tuple[QuerySet[Any], str]]:
    """The posts that are wanted, with the name of the column that says when each is."""
    if wanted.has_planned:
        statuses = [each for each in wanted.statuses if each != OUT] or SHOWN
        yield PendingPost.objects.filter(_which(wanted), status__in=statuses), "scheduled_for"
    if wanted.has_published:
        yield Post.objects.live().filter(_which(wanted)), "published_at"


def _narrow(posts: QuerySet[Any], at: str, status: Any) -> QuerySet[Any, dict[str, Any]]:
    return posts.order_by().values(
        *_COLUMNS, "id", at=F(at), state=status, words=Left("content", FIRST_WORDS)
    )


def _which(wanted: Wanted) -> Q:
    which = Q()
    if wanted.brand_id:
        which &= Q(brand_id=wanted.brand_id)
    if wanted.account_ids:
        which &= Q(account_id__in=wanted.account_ids)
    if wanted.platform:
        which &= Q(platform=wanted.platform)
    return which


def _chip(row: dict[str, Any], zone: str) -> Chip:
    local = to_zone(row["at"], zone)
    status = row["state"]
    return Chip(
        id=row["id"],
        moment=row["at"],
        wall=f"{local:%H:%M}",
        day=local.date(),
        words=" ".join(row["words"].split()),
        status=status,
        platform=row["platform"],
        account_id=row["account_id"],
        account=row["account__name"],
        brand_id=row["brand_id"],
        brand=row["brand__name"],
        is_out=status == OUT,
        is_movable=status in MOVABLE,
    )


def _events(brand_id: UUID | None, start: date, end: date) -> list[CalendarEvent]:
    events = CalendarEvent.objects.filter(starts_on__lt=end, ends_on__gte=start)
    if brand_id:
        events = events.filter(Q(brand_id=brand_id) | Q(brand=None))
    return list(events.order_by("starts_on", "name")[:200])


def _zone_info(zone: str) -> Any:
    return to_zone(now(), zone).tzinfo
