"""The calendar as a page: which span an address means, and where its neighbours are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, PositiveSmallIntegerField, Value

from brands.models import BrandProfile
from config.kernel.clock import resolve, today_in, weekday_of
from publishing.channels.registry import platform_label
from publishing.models import PendingStatus, PostingQueue, SocialAccount

from .calendar import (
    CalendarSpan,
    Chip,
    Day,
    Wanted,
    calendar_of,
    hours_of,
    posts_after,
)
from .calendar_slots import OpenSlot

VIEWS: Final[Mapping[str, str]] = {
    "week": "Week",
    "month": "Month",
    "day": "Day",
    "list": "List",
}
# How many chips a day carries before the rest is counted: pages stay below 100 kB.
CHIPS: Final[Mapping[str, int]] = {"week": 8, "month": 2, "day": 60}
LIST_SIZE: Final = 50
WORDS: Final[Mapping[str, int]] = {"week": 60, "month": 32, "day": 86, "list": 86}
STATES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "draft": ("Drafts", (PendingStatus.DRAFT,)),
    "waiting": ("Waiting for approval", (PendingStatus.PENDING,)),
    "approved": (
        "Approved",
        (PendingStatus.APPROVED, PendingStatus.AUTO_APPROVED, PendingStatus.PUBLISHING),
    ),
    "published": ("Published", (PendingStatus.PUBLISHED,)),
    "failed": ("Not published", (PendingStatus.FAILED, PendingStatus.EXPIRED)),
    "rejected": ("Rejected", (PendingStatus.REJECTED,)),
}
MONDAY: Final = 1
YEARS: Final = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Query:
    """What an address asks for; what makes no sense counts as not said."""

    view: str = "week"
    on: date | None = None
    brand: UUID | None = None
    channel: str = ""
    state: str = ""
    is_selecting: bool = False
    beyond: tuple[datetime, UUID] | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Query:
        view, state = query.get("view", ""), query.get("state", "")
        return cls(
            view=view if view in VIEWS else "week",
            on=_date(query.get("on", "")),
            brand=_uuid(query.get("brand", "")),
            channel=query.get("channel", "")[:40],
            state=state if state in STATES else "",
            is_selecting=query.get("select") == "1",
            beyond=_beyond(query.get("after", "")),
        )

    def address(self, **changes: Any) -> str:
        """This query with some things said else, as it stands in an address."""
        said = {
            "view": self.view,
            "on": self.on,
            "brand": self.brand,
            "channel": self.channel,
            "state": self.state,
            "select": "1" if self.is_selecting else "",
            **changes,
        }
        return "?" + urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a local day: `wall` is 02:00 twice on the day on which that hour comes twice."""

    wall: str
    chips: list[Chip]
    slots: list[OpenSlot]


@dataclass(frozen=True, slots=True)
class CalendarPage:
    query: Query
    on: date
    today: date
    zone: str
    title: str
    brands: Sequence[Mapping[str, Any]]
    brand: Mapping[str, Any] | None
    channels: list[tuple[str, str]]
    span: CalendarSpan | None
    earlier: str
    later: str
    weeks: list[list[Day]] = field(default_factory=list)
    hours: list[Hour] = field(default_factory=list)
    groups: list[tuple[date, list[Chip]]] = field(default_factory=list)
    queues: list[PostingQueue] = field(default_factory=list)
    more: str = ""

    @property
    def day(self) -> Day | None:
        return self.span.days[0] if self.span and len(self.span.days) == 1 else None

    @property
    def now(self) -> str:
        return self.query.address(on="")

    @property
    def select(self) -> str:
        return self.query.address(on=self.on, select="" if self.query.is_selecting else "1")

    @property
    def here(self) -> str:
        return self.query.address(on=self.on)

    @property
    def day_base(self) -> str:
        """The address of one day, but for the day itself."""
        return self.query.address(view="day", on="", select="") + "&on="

    @property
    def names_brands(self) -> bool:
        """Whether a post must say whose it is."""
        return self.brand is None and len(self.brands) > 1

    @property
    def has_bulk(self) -> bool:
        return self.query.is_selecting or self.query.view == "list"

    @property
    def words_length(self) -> int:
        return WORDS[self.query.view]

    @property
    def views(self) -> list[tuple[str, str, str]]:
        """(slug, word, address) of each view at the same day."""
        return [
            (slug, word, self.query.address(view=slug, on=self.on)) for slug, word in VIEWS.items()
        ]


def calendar_page(*, query: Query, zone: str, language: str) -> CalendarPage:
    """At most 6 queries. `zone` is the team's, for when no brand is chosen."""
    brands, accounts = _choices(query.brand)
    brand = next((each for each in brands if each["id"] == query.brand), None)
    place = brand["place"] if brand else zone
    today = today_in(place)
    on = query.on or today
    starts_on = brand["week_starts_on"] if brand and brand["week_starts_on"] is not None else MONDAY
    begin, end = _span(query.view, on, starts_on)
    wanted = _wanted(query, brand, accounts)
    page: dict[str, Any] = {
        "query": query,
        "on": on,
        "today": today,
        "zone": place,
        "title": _title(query.view, on, begin, end),
        "brands": brands,
        "brand": brand,
        "channels": _channels(accounts),
        "earlier": query.address(on=_earlier(query.view, on)),
        "later": query.address(on=_later(query.view, on)),
        "queues": _queues(brand) if query.is_selecting or query.view == "list" else [],
    }
    if query.view == "list":
        return CalendarPage(span=None, **page, **_listed(query, wanted, on, place))
    shown = [brand] if brand else brands
    span = calendar_of(
        start=begin,
        end=end,
        brand_id=wanted.brand_id,
        account_ids=wanted.account_ids,
        platform=wanted.platform,
        statuses=wanted.statuses,
        zone=place,
        places=[code for each in shown for code in each["countries"] or ()],
        language=language,
        chips_a_day=CHIPS[query.view],
        # None where only posts of one state are shown, or posts are chosen.
        with_slots=not (query.state or query.is_selecting),
        slots_on_full_days=query.view != "month",
    )
    weeks = [list(span.days[n : n + 7]) for n in range(0, len(span.days), 7)]
    hours = _by_hour(span.days[0], place) if query.view == "day" else []
    return CalendarPage(span=span, weeks=weeks, hours=hours, **page)


def _choices(brand_id: UUID | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(brands with how their calendars look, accounts of the brand or of all), in one query."""
    brands = BrandProfile.objects.order_by().values(
        "id",
        "name",
        place=F("timezone"),
        countries=F("calendar_settings__countries"),
        week_starts_on=F("calendar_settings__week_starts_on"),
        is_brand=Value(True),
    )
    accounts = SocialAccount.objects.order_by()
    if brand_id:
        accounts = accounts.filter(brand_links__brand_id=brand_id)
    columns = accounts.values(
        "id",
        "name",
        place=F("platform"),
        countries=Value(None, ArrayField(CharField())),
        week_starts_on=Value(None, PositiveSmallIntegerField()),
        is_brand=Value(False),
    )
    rows: list[Any] = sorted(
        brands[:500].union(columns[:300], all=True), key=lambda row: row["name"].lower()
    )
    return [row for row in rows if row["is_brand"]], [row for row in rows if not row["is_brand"]]


def _channels(accounts: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(value, words): each network, and each account where a network has several."""
    found: list[tuple[str, str]] = []
    for platform in sorted({each["place"] for each in accounts}):
        label = platform_label(platform)
        own = [each for each in accounts if each["place"] == platform]
        found.append((platform, label))
        if 1 < len(own) <= 40:
            found += [(str(each["id"]), f"{label}: {each['name']}") for each in own]
    return found


def _wanted(
    query: Query, brand: Mapping[str, Any] | None, accounts: Sequence[Mapping[str, Any]]
) -> Wanted:
    account = next((each["id"] for each in accounts if str(each["id"]) == query.channel), None)
    platforms = {each["place"] for each in accounts}
    return Wanted(
        brand_id=brand["id"] if brand else None,
        account_ids=(account,) if account else (),
        platform=query.channel if query.channel in platforms else "",
        statuses=STATES[query.state][1] if query.state else (),
    )


def _queues(brand: Mapping[str, Any] | None) -> list[PostingQueue]:
    if brand is None:
        return []
    return list(PostingQueue.objects.filter(brand_id=brand["id"], paused_at=None).only("name"))


def _span(view: str, on: date, starts_on: int) -> tuple[date, date]:
    if view in {"day", "list"}:
        return on, on + timedelta(days=1)
    if view == "week":
        begin = _week_of(on, starts_on)
        return begin, begin + timedelta(days=7)
    first = on.replace(day=1)
    last = _next_month(first) - timedelta(days=1)
    return _week_of(first, starts_on), _week_of(last, starts_on) + timedelta(days=7)


def _week_of(day: date, starts_on: int) -> date:
    return day - timedelta(days=(weekday_of(day) - starts_on) % 7)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _earlier(view: str, on: date) -> date:
    if view == "month":
        return (on.replace(day=1) - timedelta(days=1)).replace(day=1)
    return on - timedelta(days=1 if view == "day" else 7)


def _later(view: str, on: date) -> date:
    if view == "month":
        return _next_month(on)
    return on + timedelta(days=1 if view == "day" else 7)


def _title(view: str, on: date, begin: date, end: date) -> str:
    if view == "month":
        return f"{on:%B %Y}"
    if view == "day":
        return f"{on:%A} {on.day} {on:%B %Y}"
    if view == "list":
        return f"From {on.day} {on:%B %Y}"
    last = end - timedelta(days=1)
    if begin.month == last.month:
        return f"{begin.day} to {last.day} {last:%B %Y}"
    year = "" if begin.year == last.year else f" {begin.year}"
    return f"{begin.day} {begin:%b}{year} to {last.day} {last:%b %Y}"


def _by_hour(day: Day, zone: str) -> list[Hour]:
    """The hours of a local day with what stands in each."""
    return [
        Hour(
            f"{hour:%H:%M}",
            [chip for chip in day.chips if _is_in(chip.moment, hour)],
            [slot for slot in day.slots if _is_in(slot.moment, hour)],
        )
        for hour in hours_of(day.date, zone)
    ]


def _is_in(moment: datetime, hour: datetime) -> bool:
    # In UTC: within one zone Python subtracts what the clocks show.
    return 0 <= (moment - hour.astimezone(UTC)).total_seconds() < 3600


def _listed(query: Query, wanted: Wanted, on: date, zone: str) -> dict[str, Any]:
    moment, beyond = query.beyond or (resolve(on, time.min, zone), None)
    chips = posts_after(wanted, moment=moment, zone=zone, size=LIST_SIZE + 1, beyond=beyond)
    shown = chips[:LIST_SIZE]
    groups: dict[date, list[Chip]] = {}
    for chip in shown:
        groups.setdefault(chip.day, []).append(chip)
    more = ""
    if len(chips) > LIST_SIZE:
        more = query.address(on=on, after=f"{shown[-1].moment.isoformat()}~{shown[-1].id}")
    return {"groups": list(groups.items()), "more": more}


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _beyond(text: str) -> tuple[datetime, UUID] | None:
    moment, _, post = text.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    row = _uuid(post)
    if row is None or found.tzinfo is None or found.year not in YEARS:
        return None
    return found, row
