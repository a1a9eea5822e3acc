"""Queues: which time is the next free one, and who gets it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from config.kernel.brands import brand_limit
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord
from publishing.models import PendingPost, PendingStatus, PostingQueue, QueueSlot
from publishing.services.queue_slots import add_slots, apply_preset, remove_slot
from publishing.services.queues import (
    change_queue,
    create_queue,
    default_queue,
    delete_queue,
    next_free_slot,
    pause_queue,
    resume_queue,
)
from tests import make_planning as planning
from tests.world import World

pytestmark = pytest.mark.django_db

# A Monday, 08:00 in Berlin.
MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)
NEW_YORK = "America/New_York"


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with org_atomic(world.id):
        yield


def test_the_next_slot_is_the_next_wall_time_of_the_queue(world: World) -> None:
    slot = next_free_slot(queue=planning.queue(world.brand), account=world.account)
    assert slot == (MONDAY + timedelta(hours=1), "2026-11-23 09:00", "Europe/Berlin")


def test_a_slot_where_a_living_post_stands_is_taken(world: World) -> None:
    queue = planning.queue(world.brand)
    planning.planned_post(world.brand, world.account, MONDAY + timedelta(hours=1, seconds=20))
    slot = next_free_slot(queue=queue, account=world.account)
    assert slot.wall == "2026-11-24 09:00"


@pytest.mark.parametrize(
    "status", [PendingStatus.REJECTED, PendingStatus.EXPIRED, PendingStatus.FAILED]
)
def test_what_will_not_go_out_holds_no_slot(world: World, status: str) -> None:
    queue = planning.queue(world.brand)
    planning.planned_post(world.brand, world.account, MONDAY + timedelta(hours=1), status=status)
    assert next_free_slot(queue=queue, account=world.account).wall == "2026-11-23 09:00"


def test_two_accounts_may_stand_at_the_same_time(world: World) -> None:
    queue = planning.queue(world.brand)
    planning.planned_post(world.brand, world.account, MONDAY + timedelta(hours=1))
    other = planning.second_account(world.brand)
    assert next_free_slot(queue=queue, account=other).wall == "2026-11-23 09:00"


def test_a_post_of_another_queue_takes_the_time_too(world: World) -> None:
    elsewhere = planning.queue(world.brand, name="Elsewhere")
    planning.planned_post(world.brand, world.account, MONDAY + timedelta(hours=1), queue=elsewhere)
    queue = planning.queue(world.brand)
    assert next_free_slot(queue=queue, account=world.account).wall == "2026-11-24 09:00"


def test_a_post_that_the_person_may_not_see_takes_the_time_too(world: World) -> None:
    queue = planning.queue(world.brand)
    other = planning.brand("Kiln & Crumb")
    planning.planned_post(other, world.account, MONDAY + timedelta(hours=1))
    with brand_limit(frozenset({world.brand.pk})):
        assert next_free_slot(queue=queue, account=world.account).wall == "2026-11-24 09:00"


def test_what_the_caller_gave_away_is_taken(world: World) -> None:
    queue = planning.queue(world.brand)
    first = next_free_slot(queue=queue, account=world.account)
    second = next_free_slot(queue=queue, account=world.account, taken=[first.moment])
    assert second.wall == "2026-11-24 09:00"


def test_a_slot_within_the_next_minute_has_gone_by(world: World) -> None:
    queue = planning.queue(world.brand, times=[time(8), time(8, 1), time(8, 2)])
    assert next_free_slot(queue=queue, account=world.account).wall == "2026-11-23 08:02"


def test_after_says_from_when_on(world: World) -> None:
    queue = planning.queue(world.brand)
    later = MONDAY + timedelta(days=3)
    assert next_free_slot(queue=queue, account=world.account, after=later).wall == (
        "2026-11-26 09:00"
    )
    past = next_free_slot(queue=queue, account=world.account, after=MONDAY - timedelta(days=9))
    assert past.wall == "2026-11-23 09:00"


def test_a_slot_of_one_account_is_no_other_accounts(world: World) -> None:
    queue = planning.queue(world.brand, days=[])
    add_slots(queue=queue, weekdays=[1], wall=time(9), account=world.account, by=world.editor)
    assert next_free_slot(queue=queue, account=world.account).wall == "2026-11-23 09:00"
    with pytest.raises(Invalid, match="no slot for this channel"):
        next_free_slot(queue=queue, account=planning.second_account(world.brand))


def test_weekdays_with_times_of_their_own_come_in_order(world: World) -> None:
    queue = planning.queue(world.brand, days=[])
    add_slots(queue=queue, weekdays=[2, 1], wall=time(17), by=None)
    add_slots(queue=queue, weekdays=[2], wall=time(9), by=None)
    found: list[str] = []
    taken: list[datetime] = []
    for _ in range(4):
        slot = next_free_slot(queue=queue, account=world.account, taken=taken)
        taken.append(slot.moment)
        found.append(slot.wall)
    assert found == [
        "2026-11-23 17:00",
        "2026-11-24 09:00",
        "2026-11-24 17:00",
        "2026-11-30 17:00",
    ]


@pytest.mark.parametrize(
    ("wall", "day", "moment"),
    [
        (time(9), "2026-01-15", "2026-01-15T14:00Z"),
        (time(9), "2026-07-15", "2026-07-15T13:00Z"),
        # 02:30 does not exist on 8 March: 03:00 local. 01:30 comes twice on 1 November: the first.
        (time(2, 30), "2026-03-08", "2026-03-08T07:00Z"),
        (time(1, 30), "2026-11-01", "2026-11-01T05:30Z"),
    ],
)
def test_wall_times_keep_to_the_clock_on_the_wall(
    world: World, wall: time, day: str, moment: str
) -> None:
    """The worked values of specification 6.8."""
    queue = planning.queue(world.brand, times=[wall], timezone=NEW_YORK)
    with time_machine.travel(f"{day}T00:00Z", tick=False):
        slot = next_free_slot(queue=queue, account=world.account)
    assert slot == (datetime.fromisoformat(moment), f"{day} {wall:%H:%M}", NEW_YORK)


def test_two_slots_that_one_jump_swallows_are_one_time(world: World) -> None:
    queue = planning.queue(world.brand, times=[time(2, 15), time(2, 30)], timezone=NEW_YORK)
    with time_machine.travel(datetime(2026, 3, 8, 1, tzinfo=UTC), tick=False):
        first = next_free_slot(queue=queue, account=world.account)
        second = next_free_slot(queue=queue, account=world.account, taken=[first.moment])
    assert first.moment == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert second.wall == "2026-03-09 02:15"


def test_nothing_is_placed_in_a_paused_queue_until_it_is_resumed(world: World) -> None:
    queue = planning.queue(world.brand)
    pause_queue(queue=queue, by=world.editor)
    with pytest.raises(Conflict, match="paused"):
        next_free_slot(queue=queue, account=world.account)
    with pytest.raises(Conflict, match="paused already"):
        pause_queue(queue=queue, by=world.editor)
    resume_queue(queue=queue, by=world.editor)
    assert next_free_slot(queue=queue, account=world.account).wall == "2026-11-23 09:00"
    with pytest.raises(Conflict, match="not paused"):
        resume_queue(queue=queue, by=world.editor)


def test_a_queue_that_is_full_for_two_years_says_so(world: World) -> None:
    queue = planning.queue(world.brand, days=[1])
    weeks = [MONDAY + timedelta(hours=1, weeks=number) for number in range(105)]
    # One hour earlier by the clock in UTC while Berlin has summer time.
    held = [*weeks, *(moment - timedelta(hours=1) for moment in weeks)]
    with pytest.raises(Conflict, match="full for two years"):
        next_free_slot(queue=queue, account=world.account, taken=held)


def test_the_default_queue_is_made_at_first_use_and_once(world: World) -> None:
    queue = default_queue(brand=world.brand, by=world.editor)
    assert (queue.name, queue.timezone, queue.is_default) == ("Main queue", "Europe/Berlin", True)
    assert default_queue(brand=world.brand).pk == queue.pk
    slots = sorted(queue.slots.values_list("weekday", "wall_time"))
    assert slots == [(day, wall) for day in (1, 2, 3, 4, 5) for wall in (time(9), time(17))]


@pytest.mark.parametrize(
    ("preset", "days", "times"),
    [
        ("1_per_day", [1, 2, 3, 4, 5], [time(10)]),
        ("2_per_day", [1, 2, 3, 4, 5], [time(9), time(17)]),
        ("3_per_day", [1, 2, 3, 4, 5], [time(8), time(12), time(18)]),
        ("weekly", [1], [time(10)]),
    ],
)
def test_presets_are_those_of_schedules(
    world: World, preset: str, days: list[int], times: list[time]
) -> None:
    queue = planning.queue(world.brand, times=[time(3)])
    add_slots(queue=queue, weekdays=[0], wall=time(4), account=world.account, by=None)
    apply_preset(queue=queue, preset=preset, by=world.editor)
    shared = queue.slots.filter(account=None).values_list("weekday", "wall_time")
    assert sorted(shared) == [(day, wall) for day in days for wall in times]
    assert queue.slots.exclude(account=None).count() == 1


def test_ten_a_day_are_accepted_and_eleven_refused(world: World) -> None:
    queue = planning.queue(world.brand, times=[time(hour) for hour in range(8, 18)])
    with pytest.raises(Invalid, match="at most 10"):
        add_slots(queue=queue, weekdays=range(7), wall=time(20), by=None)
    with pytest.raises(Invalid, match="at most 10"):
        add_slots(queue=queue, weekdays=[1], wall=time(20), account=world.account, by=None)


def test_twelve_times_on_five_days_are_accepted(world: World) -> None:
    """8.6 a day (specification 6.8)."""
    queue = planning.queue(world.brand, days=[])
    for hour in range(8, 20):
        add_slots(queue=queue, weekdays=[1, 2, 3, 4, 5], wall=time(hour), by=None)
    assert queue.slots.count() == 60


def test_a_slot_stands_once(world: World) -> None:
    queue = planning.queue(world.brand, days=[1])
    assert add_slots(queue=queue, weekdays=[1, 2], wall=time(9), by=None) == 1
    with pytest.raises(Invalid, match="stand already"):
        add_slots(queue=queue, weekdays=[1, 2], wall=time(9), by=None)
    with pytest.raises(Invalid, match="at least one day"):
        add_slots(queue=queue, weekdays=[], wall=time(9), by=None)


def test_a_slot_that_is_removed_is_offered_no_more(world: World) -> None:
    queue = planning.queue(world.brand, days=[1, 2])
    remove_slot(slot=QueueSlot.objects.get(queue=queue, weekday=1), by=world.editor)
    assert next_free_slot(queue=queue, account=world.account).wall == "2026-11-24 09:00"


def test_names_are_needed_and_once_a_brand(world: World) -> None:
    queue = create_queue(brand=world.brand, name=" Evenings ", timezone="UTC", by=world.editor)
    assert (queue.name, queue.is_default) == ("Evenings", True)
    with pytest.raises(Invalid, match="already") as refused:
        create_queue(brand=world.brand, name="evenings", timezone="UTC", by=None)
    assert refused.value.field == "name"
    with pytest.raises(Invalid, match="name"):
        create_queue(brand=world.brand, name="  ", timezone="UTC", by=None)
    with pytest.raises(Invalid, match="not a time zone"):
        create_queue(brand=world.brand, name="Else", timezone="Mars/Base", by=None)


def test_there_is_always_one_default(world: World) -> None:
    first = create_queue(brand=world.brand, name="First", timezone="UTC", by=None)
    second = create_queue(brand=world.brand, name="Second", timezone="UTC", by=None)
    values: dict[str, Any] = {"timezone": "UTC", "fills_from_pool": False, "by": world.editor}
    change_queue(queue=first, name="First", is_default=False, **values)
    change_queue(queue=second, name="Second", is_default=True, **values)
    defaults = PostingQueue.objects.filter(is_default=True)
    assert [queue.name for queue in defaults] == ["Second"]
    delete_queue(queue=second, by=world.editor)
    assert [queue.name for queue in defaults.all()] == ["First"]


def test_posts_of_a_deleted_queue_keep_their_time(world: World) -> None:
    queue = planning.queue(world.brand)
    moment = MONDAY + timedelta(hours=1)
    post = planning.planned_post(world.brand, world.account, moment, queue=queue)
    delete_queue(queue=queue, by=world.editor)
    post = PendingPost.objects.get(pk=post.pk)
    assert (post.queue_id, post.scheduled_for) == (None, moment)


def test_every_change_is_on_the_record(world: World) -> None:
    queue = create_queue(brand=world.brand, name="First", timezone="UTC", by=world.editor)
    apply_preset(queue=queue, preset="weekly", by=world.editor)
    pause_queue(queue=queue, by=world.editor)
    acts = AuditRecord.objects.filter(target_id=queue.pk)
    assert {act.action for act in acts} == {
        "queue.created",
        "queue.preset_applied",
        "queue.paused",
    }
