"""The calendar: what is planned and what is out in a span of days, whatever the number of posts.

A day carries at most as many chips as its view shows, and the count of the rest. One query finds
the first posts of each day and counts them all, reading nothing but ids and times; a second one
reads the words of those that are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, TextField, Value, Window
from django.db.models.functions import Cast, Left, RowNumber, TruncDate

from config.kernel.clock import now, resolve, to_zone
from publishing.models import CalendarEvent, PendingPost, PendingStatus, Post
from publishing.services.holidays import holidays_between
from publishing.services.post_moves import EDITABLE, REOPENABLE

from .calendar_slots import OpenSlot, OpenSlots, open_slots

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
    slots_count: int = 0
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
    # Not where there are more queues than are looked at for their open slots.
    has_all_slots: bool = True

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
    with_slots: bool = False,
    slots_on_full_days: bool = True,
) -> CalendarSpan:
    """Planned and published posts by local day, with open slots, holidays and events.

    `start` is included and `end` is not; at most 62 days. `statuses` are those of PendingStatus;
    none means everything but what was rejected or expired. `with_slots` adds the open slots of the
    accounts, unless asked for on days only that show all of their posts. At most 5 queries whatever
    the size.
    """
    end = min(end, start + timedelta(days=MOST_DAYS))
    wanted = Wanted(brand_id, tuple(account_ids), platform, tuple(statuses))
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    chips, counts = _chips(wanted, days, zone, chips_a_day)
    roomy = [day for day in days if slots_on_full_days or counts.get(day, 0) <= chips_a_day]
    slots = _slots(wanted, roomy, zone) if with_slots else OpenSlots()
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
                count=counts.get(day, 0),
                slots=tuple(slots.by_day.get(day, ())),
                slots_count=slots.counts.get(day, 0),
                holidays=tuple(named.get(day, ())),
                events=tuple(each for each in events if each.starts_on <= day <= each.ends_on),
            )
            for day in days
        ),
        has_all_slots=slots.is_whole,
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


def _chips(
    wanted: Wanted, days: Sequence[date], zone: str, most: int
) -> tuple[dict[date, list[Chip]], dict[date, int]]:
    """The first posts of each day, up to `most` of each table, and how many each day has."""
    places = _places(wanted, days, zone, most)
    counts: dict[date, int] = {}
    for day, _is_out, number in {(row["day"], row["is_out"], row["number"]) for row in places}:
        counts[day] = counts.get(day, 0) + number
    chips: dict[date, list[Chip]] = {}
    ids = [row["id"] for row in places]
    shown = [posts.filter(pk__in=ids) for posts in _sources(wanted)] if ids else []
    for row in _together(shown):
        chip = _chip(row, zone)
        chips.setdefault(chip.day, []).append(chip)
    for each in chips.values():
        each.sort(key=lambda chip: (chip.moment, chip.id))
    return chips, counts


def _places(wanted: Wanted, days: Sequence[date], zone: str, most: int) -> list[dict[str, Any]]:
    """(id, day, is_out, number) of the first posts of each day. Only what the order needs is read,
    for a month may have tens of thousands of posts."""
    begin, end = day_bounds(days[0], zone)[0], day_bounds(days[-1], zone)[1]
    by_day: dict[str, Any] = {"partition_by": [F("day")]}
    return _together(
        [
            posts.filter(**{f"{at}__gte": begin, f"{at}__lt": end})
            .annotate(
                day=TruncDate(at, tzinfo=_zone_info(zone)),
                nth=Window(RowNumber(), order_by=[at, "id"], **by_day),
                number=Window(Count("pk"), **by_day),
            )
            .filter(nth__lte=most)
            .order_by()
            .values("id", "day", "number", is_out=Value(posts.model is Post))
            for posts, at in _tables(wanted)
        ]
    )


def _together(walks: Sequence[QuerySet[Any, dict[str, Any]]]) -> list[dict[str, Any]]:
    if len(walks) < 2:
        return [row for walk in walks for row in walk]
    return list(walks[0].union(*walks[1:], all=True))


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


def _slots(wanted: Wanted, days: Sequence[date], zone: str) -> OpenSlots:
    which = Q(account_id__in=wanted.account_ids) if wanted.account_ids else Q()
    if wanted.platform:
        which &= Q(platform=wanted.platform)
    return open_slots(days, zone, which, wanted.brand_id)


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
