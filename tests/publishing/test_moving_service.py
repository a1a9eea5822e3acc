"""Posts moved by a person: one, several, into a queue, and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from publishing.models import Delivery, PendingPost, PendingStatus, PolicyContract
from publishing.services.moving import (
    Target,
    move_post,
    move_posts,
    move_with_undo,
    shifted,
    undo_move,
    wall_of,
)
from publishing.services.moving_clashes import clashes_of, is_within
from tests import make_planning as planning
from tests.world import World

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BERLIN = "Europe/Berlin"


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with org_atomic(world.id):
        yield


def planned(world: World, moment: datetime = MONDAY + 2 * HOUR, **fields: Any) -> PendingPost:
    return planning.planned_post(world.brand, world.account, moment, **fields)


def at(post: PendingPost) -> datetime:
    return PendingPost.objects.get(pk=post.pk).scheduled_for


def test_a_post_is_moved_to_a_wall_time_of_a_zone(world: World) -> None:
    post = planned(world)
    row = move_post(post=post, wall="2026-11-24 09:00", zone=BERLIN, by=world.editor)
    assert row.scheduled_for == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert (row.wall_time, row.zone) == ("2026-11-24 09:00", BERLIN)


@pytest.mark.parametrize(
    ("wall", "moment"),
    [
        ("2027-03-14 02:30", "2027-03-14T07:00Z"),
        ("2027-11-07 01:30", "2027-11-07T05:30Z"),
    ],
)
def test_a_time_in_a_gap_goes_forward_and_a_doubled_one_is_the_first(
    world: World, wall: str, moment: str
) -> None:
    row = move_post(post=planned(world), wall=wall, zone="America/New_York", by=None)
    assert row.scheduled_for == datetime.fromisoformat(moment)


def test_a_move_by_hand_takes_the_post_out_of_its_queue(world: World) -> None:
    post = planned(world, queue=planning.queue(world.brand))
    row = move_post(post=post, wall="2026-11-24 11:11", zone=BERLIN, by=world.editor)
    assert row.queue_id is None


def test_a_post_does_not_move_into_the_past_or_to_no_time(world: World) -> None:
    post = planned(world)
    with pytest.raises(Invalid, match="ahead"):
        move_post(post=post, wall="2026-11-20 09:00", zone=BERLIN, by=world.editor)
    with pytest.raises(Invalid, match="not a time"):
        move_post(post=post, wall="tomorrow", zone=BERLIN, by=world.editor)
    assert at(post) == MONDAY + 2 * HOUR


def test_what_left_stays(world: World) -> None:
    post = planned(world, status=PendingStatus.PUBLISHED)
    with pytest.raises(Conflict, match="no longer"):
        move_post(post=post, wall="2026-11-24 09:00", zone=BERLIN, by=world.editor)


def test_days_are_days_of_the_wall_also_over_a_change_of_the_clock(world: World) -> None:
    with time_machine.travel("2026-10-20T08:00Z", tick=False):
        post = planned(world, datetime(2026, 10, 24, 7, tzinfo=UTC))
        move_posts(posts=[post], target=Target(days=1), by=world.editor)
        assert at(post) == datetime(2026, 10, 25, 8, tzinfo=UTC)


def test_each_that_can_be_moved_is_and_the_others_say_why(world: World) -> None:
    near, far = planned(world, MONDAY + DAY), planned(world, MONDAY + 5 * DAY)
    gone = planned(world, MONDAY + DAY, status=PendingStatus.PUBLISHED)
    moved = move_posts(posts=[far, near, gone], target=Target(days=-2), by=world.editor)
    assert [post.pk for post in moved.done] == [far.pk]
    assert {post.pk for post, _ in moved.problems} == {near.pk, gone.pk}
    assert all(sentence.endswith(".") for _, sentence in moved.problems)
    assert (at(far), at(near)) == (MONDAY + 3 * DAY, MONDAY + DAY)


def test_all_or_none_moves_none(world: World) -> None:
    near, far = planned(world, MONDAY + DAY), planned(world, MONDAY + 5 * DAY)
    with pytest.raises(Invalid):
        move_posts(posts=[far, near], target=Target(days=-2), by=world.editor, is_all=True)
    assert (at(far), at(near)) == (MONDAY + 5 * DAY, MONDAY + DAY)


@pytest.mark.parametrize(
    ("target", "wall"),
    [
        (Target(days=7), "2026-12-02 09:30"),
        (Target(weekday=5), "2026-11-27 09:30"),
        # The week of a plan ends with Sunday.
        (Target(weekday=0), "2026-11-29 09:30"),
        (Target(days=7, weekday=1, at=time(8)), "2026-11-30 08:00"),
        (Target(at=time(18, 15)), "2026-11-25 18:15"),
    ],
)
def test_where_a_target_leads(target: Target, wall: str) -> None:
    assert f"{shifted(datetime(2026, 11, 25, 9, 30), target):%Y-%m-%d %H:%M}" == wall  # noqa: DTZ001


def test_a_move_without_a_target_or_of_too_many_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="where"):
        move_posts(posts=[planned(world)], target=Target(), by=None)
    with pytest.raises(Invalid, match="200"):
        move_posts(posts=[planned(world)] * 201, target=Target(days=1), by=None)


def test_posts_go_into_a_queue_in_the_order_of_their_times(world: World) -> None:
    queue = planning.queue(world.brand)
    late, early = planned(world, MONDAY + 9 * DAY), planned(world, MONDAY + 8 * DAY)
    move_posts(posts=[late, early], target=Target(queue=queue), by=world.editor)
    assert at(early) == MONDAY + HOUR
    assert at(late) == MONDAY + HOUR + DAY
    assert PendingPost.objects.filter(queue=queue).count() == 2


def test_one_click_brings_them_back(world: World) -> None:
    queue = planning.queue(world.brand)
    posts = [planned(world, MONDAY + (1 + n) * DAY, queue=queue) for n in range(3)]
    moved = move_posts(posts=posts, target=Target(days=2), by=world.editor)
    assert moved.undo is not None
    back = undo_move(record_id=moved.undo, by=world.editor)
    assert len(back.done) == 3
    assert [at(post) for post in posts] == [MONDAY + (1 + n) * DAY for n in range(3)]
    assert PendingPost.objects.filter(queue=queue).count() == 3


def test_what_was_moved_again_is_not_brought_back(world: World) -> None:
    post = planned(world)
    moved = move_with_undo(post=post, wall="2026-11-24 09:00", zone=BERLIN, by=world.editor)
    move_post(post=post, wall="2026-11-25 09:00", zone=BERLIN, by=world.editor)
    assert moved.undo is not None
    back = undo_move(record_id=moved.undo, by=world.editor)
    assert "moved again" in back.problems[0][1]
    assert at(post) == datetime(2026, 11, 25, 8, tzinfo=UTC)


def test_only_who_moved_may_undo_and_not_for_ever(world: World) -> None:
    moved = move_with_undo(
        post=planned(world), wall="2026-11-24 09:00", zone=BERLIN, by=world.editor
    )
    assert moved.undo is not None
    with pytest.raises(Conflict, match="no longer"):
        undo_move(record_id=moved.undo, by=world.owner)
    with (
        time_machine.travel(MONDAY + HOUR, tick=False),
        pytest.raises(Conflict, match="no longer"),
    ):
        undo_move(record_id=moved.undo, by=world.editor)


def test_the_ledger_follows(world: World) -> None:
    from publishing.services.pending_posts import approve_post

    post = approve_post(post=planned(world), by=world.owner)
    move_post(post=post, wall="2026-11-24 09:00", zone=BERLIN, by=world.editor)
    living = Delivery.objects.exclude(state="cancelled").get(pending_post=post)
    assert living.due_at == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_a_neighbour_of_the_same_account_is_named(world: World) -> None:
    post = planned(world)
    planned(world, MONDAY + 2 * HOUR + timedelta(minutes=10))
    planned(world, MONDAY + 2 * HOUR, status=PendingStatus.REJECTED)
    assert "10 min from another post" in clashes_of(post)[0]
    planned(world)
    assert "at the same time as" in clashes_of(post)[0]
    assert clashes_of(post, MONDAY + DAY) == []


def test_a_time_outside_the_policys_hours_is_named(world: World) -> None:
    hours = {"days": [1, 2, 3, 4, 5], "from": "08:00", "until": "18:00"}
    PolicyContract.objects.update_or_create(
        brand=world.brand,
        status="signed",
        defaults={"number": 7, "timezone": BERLIN, "hours": hours},
    )
    post = planned(world)
    assert clashes_of(post) == []
    assert "outside the hours" in clashes_of(post, MONDAY + 12 * HOUR)[0]
    assert "outside the hours" in clashes_of(post, MONDAY + 5 * DAY)[0]


def test_hours_may_go_past_midnight() -> None:
    night = {"from": "20:00", "until": "02:00"}
    walls = ["19:59", "20:00", "01:59", "02:00"]
    found = [is_within(night, datetime.fromisoformat(f"2026-11-23 {wall}")) for wall in walls]
    assert found == [False, True, True, False]
    assert is_within({}, datetime.fromisoformat("2026-11-23 03:00"))


def test_a_post_says_where_it_stands_on_the_wall(world: World) -> None:
    post = planned(world)
    assert f"{wall_of(post)[0]:%H:%M}" == "10:00" and wall_of(post)[1] == BERLIN
    # A wall time that the moment has left says nothing any more.
    post.wall_time, post.zone = "2026-11-23 05:00", "UTC"
    assert f"{wall_of(post)[0]:%H:%M}" == "09:00" and wall_of(post)[1] == "UTC"
