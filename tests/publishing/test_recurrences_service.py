"""Posts that repeat: made a week ahead, each once, never made up for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from config.kernel.clock import to_zone
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from publishing.models import (
    Composition,
    PendingPost,
    PendingStatus,
    PostingQueue,
    Recurrence,
    RecurrenceStatus,
)
from publishing.services import recurrences
from publishing.services.compositions import change_composition
from publishing.services.recurrences import (
    change_recurrence,
    end_recurrence,
    make_due,
    next_occurrences,
    pause_recurrence,
    resume_recurrence,
    start_recurrence,
    sweep_recurrences,
    timing_of,
)
from tests import make_compositions, make_repeating
from tests.world import World

pytestmark = pytest.mark.django_db

# A Wednesday.
NOON = datetime(2027, 3, 3, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _wednesday() -> object:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def composed(world: World) -> Composition:
    return make_compositions.composition(world.brand, world.account)


def weekly(world: World, **fields: object) -> Recurrence:
    values = {"rule": "FREQ=WEEKLY;BYDAY=MO", "starts_on": date(2027, 3, 1), **fields}
    return make_repeating.recurrence(composed(world), **values)


def days(row: Recurrence) -> list[str]:
    posts = PendingPost.objects.filter(recurrence=row).exclude(status=PendingStatus.REJECTED)
    return sorted(posts.values_list("wall_time", flat=True))


def test_the_posts_of_the_next_week_are_made_and_no_more(world: World) -> None:
    with org_atomic(world.id):
        row = make_repeating.recurrence(composed(world), rule="FREQ=DAILY")
        assert sweep_recurrences() == 7
        assert days(row) == [f"2027-03-{day:02} 09:00" for day in range(4, 11)]
        row.refresh_from_db()
        assert (row.made_until, row.made_count) == (date(2027, 3, 10), 7)
        assert row.due_at == datetime(2027, 3, 4, 8, tzinfo=UTC) and row.claimed_until is None
        assert sweep_recurrences() == 0


def test_a_post_of_it_keeps_its_wall_time_and_follows_the_brands_approval(world: World) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        sweep_recurrences()
        post = PendingPost.objects.get(recurrence=row)
        assert (post.wall_time, post.zone) == ("2027-03-08 09:00", "Europe/Berlin")
        assert post.scheduled_for == datetime(2027, 3, 8, 8, tzinfo=UTC)
        assert post.status in (PendingStatus.PENDING, PendingStatus.APPROVED)
        assert post.content == "Masts in twelve days."


def test_what_is_made_twice_is_made_once(world: World) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        assert make_due(world.id, row.pk) == 1
        Recurrence.objects.filter(pk=row.pk).update(due_at=NOON, claimed_until=None)
        assert make_due(world.id, row.pk) == 0
        assert len(days(row)) == 1


def test_a_worker_that_was_overtaken_makes_nothing(world: World) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        Recurrence.objects.filter(pk=row.pk).update(fence=5)
        assert recurrences._make_next(row.pk, 4) is False
        assert days(row) == []


def test_when_it_breaks_between_post_and_note_neither_stands(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(Exception):
        pass

    with org_atomic(world.id):
        row = weekly(world)
        place = recurrences._place

        def break_after(*args: Any) -> None:
            place(*args)
            raise Crash

        monkeypatch.setattr(recurrences, "_place", break_after)
        with pytest.raises(Crash), org_atomic():
            make_due(world.id, row.pk)
        row.refresh_from_db()
        assert days(row) == [] and row.made_until is None
        monkeypatch.undo()
        assert make_due(world.id, row.pk) == 1
        assert len(days(row)) == 1


def test_what_a_pause_left_out_is_not_made_up_for(
    world: World, _wednesday: time_machine.Traveller
) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        pause_recurrence(recurrence=row, by=None)
        assert sweep_recurrences() == 0
        _wednesday.move_to(NOON + timedelta(days=20))
        resume_recurrence(recurrence=row, by=None)
        assert sweep_recurrences() == 1
        assert days(row) == ["2027-03-29 09:00"]


def test_what_was_missed_while_nothing_ran_is_not_made_up_for(
    world: World, _wednesday: time_machine.Traveller
) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        _wednesday.move_to(NOON + timedelta(days=34))
        assert sweep_recurrences() == 1
        assert days(row) == ["2027-04-12 09:00"]


def test_a_pause_can_take_back_what_has_not_left_and_a_resumption_makes_it_anew(
    world: World,
) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        sweep_recurrences()
        assert len(pause_recurrence(recurrence=row, by=None)) == 1
        resume_recurrence(recurrence=row, by=None)
        assert pause_recurrence(recurrence=row, by=None, takes_back=True) == []
        assert days(row) == []
        resume_recurrence(recurrence=row, by=None)
        assert sweep_recurrences() == 1
        row.refresh_from_db()
        assert days(row) == ["2027-03-08 09:00"] and row.made_count == 1


def test_it_ends_after_so_many_times(world: World) -> None:
    with org_atomic(world.id):
        row = make_repeating.recurrence(composed(world), rule="FREQ=DAILY", most=3)
        assert sweep_recurrences() == 3
        row.refresh_from_db()
        assert row.status == RecurrenceStatus.ENDED and row.due_at is None
        assert next_occurrences(row, count=5) == []


def test_the_last_of_so_many_times_is_not_lost_when_todays_has_passed(world: World) -> None:
    with org_atomic(world.id):
        row = make_repeating.recurrence(
            composed(world), rule="FREQ=DAILY", most=1, starts_on=date(2027, 3, 2)
        )
        assert sweep_recurrences() == 1
        assert days(row) == ["2027-03-04 09:00"]


def test_it_ends_after_its_last_day(world: World) -> None:
    with org_atomic(world.id):
        row = make_repeating.recurrence(
            composed(world), rule="FREQ=DAILY", ends_on=date(2027, 3, 5)
        )
        assert sweep_recurrences() == 2
        row.refresh_from_db()
        assert row.status == RecurrenceStatus.ENDED


def test_one_whose_days_have_all_passed_is_not_started(world: World) -> None:
    with org_atomic(world.id):
        past = make_repeating.timing(starts_on=date(2027, 1, 4), ends_on=date(2027, 2, 1))
        with pytest.raises(Invalid) as refused:
            start_recurrence(composition=composed(world), timing=past, by=None)
        assert refused.value.field == "ends_on"


def test_new_words_of_the_composition_are_said_by_later_times(world: World) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        change_composition(composition=row.composition, by=None, text="Masts in ten days now.")
        sweep_recurrences()
        assert PendingPost.objects.get(recurrence=row).content == "Masts in ten days now."


def test_what_cannot_be_placed_says_why_and_is_tried_again(world: World) -> None:
    with org_atomic(world.id):
        row = make_repeating.recurrence(make_compositions.composition(world.brand))
        assert sweep_recurrences() == 0
        row.refresh_from_db()
        assert "account" in row.last_error and row.status == RecurrenceStatus.ACTIVE
        assert row.due_at == NOON + timedelta(hours=1)


def test_a_deleted_composition_repeats_no_more(world: World) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        row.composition.soft_delete()
        assert sweep_recurrences() == 0
        row.refresh_from_db()
        assert row.status == RecurrenceStatus.ENDED


def test_other_times_count_for_what_is_not_made_yet(world: World) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        sweep_recurrences()
        later = make_repeating.timing(rule="FREQ=WEEKLY;BYDAY=TU", wall_time=time(17))
        row = change_recurrence(recurrence=row, timing=later, by=None)
        assert timing_of(row).wall_time == time(17)
        sweep_recurrences()
        assert days(row) == ["2027-03-08 09:00", "2027-03-09 17:00"]


def test_ended_is_ended(world: World) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        end_recurrence(recurrence=row, by=None)
        for act in (end_recurrence, pause_recurrence, resume_recurrence):
            with pytest.raises(Conflict):
                act(recurrence=row, by=None)
        with pytest.raises(Conflict):
            change_recurrence(recurrence=row, timing=make_repeating.timing(), by=None)
        assert sweep_recurrences() == 0


def test_it_stays_at_nine_over_the_end_of_winter_time(
    world: World, _wednesday: time_machine.Traveller
) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        _wednesday.move_to(datetime(2027, 3, 24, 12, tzinfo=UTC))
        sweep_recurrences()
        moments = PendingPost.objects.filter(recurrence=row).values_list("scheduled_for", flat=True)
        assert [to_zone(each, "Europe/Berlin").hour for each in moments] == [9]
        assert list(moments) == [datetime(2027, 3, 29, 7, tzinfo=UTC)]


def test_no_queue_is_asked_for_a_time(world: World) -> None:
    with org_atomic(world.id):
        row = weekly(world)
        sweep_recurrences()
        assert PendingPost.objects.get(recurrence=row).queue_id is None
        assert not PostingQueue.objects.exists()
