"""The calendar's days: what stands where, how many, and at what cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from config.kernel.brands import brand_limit
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from publishing.models import PendingStatus
from publishing.selectors.calendar import (
    CalendarSpan,
    Wanted,
    calendar_of,
    day_bounds,
    hours_of,
    posts_after,
)
from publishing.services.holidays import checked_places, holidays_between
from tests import make
from tests import make_planning as planning
from tests.world import World

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)
START = date(2026, 11, 23)
WEEK = START + timedelta(days=7)
HOUR = timedelta(hours=1)
BERLIN = "Europe/Berlin"


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with org_atomic(world.id):
        yield


def test_planned_and_published_posts_stand_on_their_local_day(world: World) -> None:
    planning.planned_post(world.brand, world.account, MONDAY + 2 * HOUR, content="Two\nlines")
    # Half past eleven in the evening in UTC is the next day in Berlin.
    planning.planned_post(world.brand, world.account, MONDAY + 15.75 * HOUR)
    make.post(world.brand, world.account, published_at=MONDAY - HOUR)
    span = calendar_of(start=START, end=WEEK, zone=BERLIN)
    assert [len(day.chips) for day in span.days] == [3, 0, 0, 0, 0, 0, 0]
    first, second, last = span.chips
    assert (first.wall, first.is_out, first.is_movable) == ("07:00", True, False)
    assert (second.wall, second.words, second.status) == ("10:00", "Two lines", "pending")
    assert last.wall == "23:45"
    utc = calendar_of(start=START, end=WEEK, zone="Asia/Tokyo")
    assert [len(day.chips) for day in utc.days][:2] == [2, 1]


def test_what_was_turned_down_or_is_out_already_is_no_plan(world: World) -> None:
    for status in (PendingStatus.REJECTED, PendingStatus.EXPIRED, PendingStatus.PUBLISHED):
        planning.planned_post(world.brand, world.account, MONDAY + HOUR, status=status)
    planning.planned_post(world.brand, world.account, MONDAY + HOUR, status="failed")
    make.post(world.brand, world.account, published_at=MONDAY, status="deleted")
    span = calendar_of(start=START, end=WEEK, zone=BERLIN)
    assert [chip.status for chip in span.chips] == ["failed"]
    asked = calendar_of(start=START, end=WEEK, zone=BERLIN, statuses=["rejected"])
    assert [chip.status for chip in asked.chips] == ["rejected"]


def test_filters_narrow_both(world: World) -> None:
    other = planning.brand("Kiln & Crumb")
    account = planning.second_account(other)
    planning.planned_post(world.brand, world.account, MONDAY + HOUR)
    planning.planned_post(other, account, MONDAY + HOUR)
    make.post(other, account, published_at=MONDAY)
    within = {"start": START, "end": WEEK, "zone": BERLIN}
    assert calendar_of(**within).count == 3  # type: ignore[arg-type]
    assert calendar_of(**within, brand_id=other.pk).count == 2  # type: ignore[arg-type]
    assert calendar_of(**within, account_ids=[account.pk]).count == 2  # type: ignore[arg-type]
    assert calendar_of(**within, statuses=["published"]).count == 1  # type: ignore[arg-type]
    assert calendar_of(**within, platform="bluesky").count == 0  # type: ignore[arg-type]


def test_a_crowded_day_shows_its_first_and_counts_the_rest(world: World) -> None:
    for minute in range(20):
        planning.planned_post(world.brand, world.account, MONDAY + timedelta(minutes=minute + 5))
    make.post(world.brand, world.account, published_at=MONDAY - HOUR)
    span = calendar_of(start=START, end=WEEK, zone=BERLIN, chips_a_day=3)
    assert [chip.wall for chip in span.days[0].chips] == ["07:00", "08:05", "08:06"]
    assert (span.days[0].count, span.days[0].more) == (21, 18)


def test_the_number_of_queries_does_not_grow(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    planning.queue(world.brand)
    for number in range(60):
        moment = MONDAY + timedelta(hours=number * 2)
        planning.planned_post(world.brand, world.account, moment)
        make.post(world.brand, world.account, published_at=moment - timedelta(days=1))
    with django_assert_max_num_queries(5):
        span = calendar_of(
            start=START - timedelta(days=3),
            end=START + timedelta(days=39),
            brand_id=world.brand.pk,
            zone=BERLIN,
            places=["DE-BY"],
            chips_a_day=3,
            with_slots=True,
        )
    assert len(span.days) == 42 and any(day.more for day in span.days)


def test_a_restricted_member_sees_no_other_brand(world: World) -> None:
    other = planning.brand("Kiln & Crumb")
    planning.planned_post(other, world.account, MONDAY + HOUR)
    make.post(other, world.account, published_at=MONDAY)
    planning.event(other, START)
    planning.event(None, START, name="All hands")
    with brand_limit(frozenset({world.brand.pk})):
        span = calendar_of(start=START, end=WEEK, zone=BERLIN)
        assert span.count == 0
        assert [event.name for event in span.days[0].events] == ["All hands"]


def test_open_slots_are_those_that_an_account_may_still_take(world: World) -> None:
    queue = planning.queue(world.brand, times=[time(7), time(9), time(17)])
    planning.planned_post(world.brand, world.account, MONDAY + HOUR)

    def asked() -> CalendarSpan:
        return calendar_of(
            start=START,
            end=WEEK,
            zone=BERLIN,
            brand_id=world.brand.pk,
            with_slots=True,
        )

    span = asked()
    # 07:00 has gone by, and a post stands at 09:00.
    assert [slot.wall for slot in span.days[0].slots] == ["17:00"]
    assert [slot.wall for slot in span.days[1].slots] == ["07:00", "09:00", "17:00"]
    slot = span.days[1].slots[0]
    assert (slot.queue, slot.account_id, slot.day) == ("Mornings", world.account.pk, "2026-11-24")
    queue.paused_at = MONDAY
    queue.save(update_fields=["paused_at"])
    assert not any(day.slots for day in asked().days)


def test_an_event_stands_on_each_of_its_days(world: World) -> None:
    planning.event(world.brand, START, ends_on=START + timedelta(days=2))
    span = calendar_of(start=START + timedelta(days=1), end=WEEK, brand_id=world.brand.pk)
    assert [len(day.events) for day in span.days] == [1, 1, 0, 0, 0, 0]


def test_days_of_a_change_of_the_clock_have_23_and_25_hours() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    walls = [f"{hour:%H:%M}" for hour in hours_of(spring, BERLIN)]
    assert len(walls) == 23 and "02:00" not in walls
    walls = [f"{hour:%H:%M}" for hour in hours_of(autumn, BERLIN)]
    assert len(walls) == 25 and walls.count("02:00") == 2
    begin, end = day_bounds(autumn, BERLIN)
    assert end - begin == timedelta(hours=25)


def test_a_post_in_the_doubled_hour_stands_on_its_day(world: World) -> None:
    moment = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    make.post(world.brand, world.account, published_at=moment)
    span = calendar_of(start=date(2026, 10, 25), end=date(2026, 10, 26), zone=BERLIN)
    assert span.chips[0].wall == "02:30"


def test_the_list_goes_on_where_it_ended(world: World) -> None:
    for number in range(5):
        planning.planned_post(world.brand, world.account, MONDAY + number * HOUR)
        make.post(world.brand, world.account, published_at=MONDAY + number * HOUR)
    first = posts_after(Wanted(), moment=MONDAY, zone=BERLIN, size=6)
    assert [chip.wall for chip in first] == ["08:00", "08:00", "09:00", "09:00", "10:00", "10:00"]
    middle = posts_after(Wanted(), moment=MONDAY, zone=BERLIN, size=3)[-1]
    rest = posts_after(Wanted(), moment=middle.moment, zone=BERLIN, size=20, beyond=middle.id)
    assert len(rest) == 7 and rest[0].id == first[3].id


def test_holidays_of_several_places_stand_once_and_say_whose() -> None:
    found = holidays_between(["DE", "DE-BY"], date(2026, 1, 1), date(2026, 1, 8))
    assert found == {
        date(2026, 1, 1): ["New Year's Day"],
        date(2026, 1, 6): ["Epiphany (DE-BY)"],
    }


def test_holidays_are_named_in_the_language_of_the_page() -> None:
    german = holidays_between(["DE"], date(2026, 1, 1), date(2026, 1, 2), language="de")
    assert german == {date(2026, 1, 1): ["Neujahr"]}
    other = holidays_between(["DE"], date(2026, 1, 1), date(2026, 1, 2), language="fi")
    assert other == {date(2026, 1, 1): ["New Year's Day"]}


def test_places_are_countries_and_their_parts() -> None:
    assert checked_places(["de-by", " DE ", "de"]) == ["DE-BY", "DE"]
    for wrong in ("XX", "DE-QQ", "Germany"):
        with pytest.raises(Invalid, match="country"):
            checked_places([wrong])
    assert holidays_between(["XX"], START, WEEK) == {}
