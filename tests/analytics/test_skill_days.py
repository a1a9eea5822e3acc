"""What skills came to, day by day, and the tiers that follow from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from analytics.models import SkillDay
from analytics.services.skill_days import count_skills, due_skills, sweep_skills
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, scope
from content.models import Candidate, Generation, RevisionEvent, Skill, SkillVersion
from content.services.skill_rows import create_skill
from content.skills.record import Record, judged
from content.skills.structure import Structure
from organizations.models import AuditRecord
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 6, 10, 0, 5, tzinfo=UTC)


def skill(world: World, **fields: Any) -> SkillVersion:
    with org_atomic(world.id):
        version = create_skill(structure=Structure())
        Skill.objects.filter(pk=version.skill_id).update(recount_at=MOMENT, **fields)
        return version


def uses(
    world: World,
    version: SkillVersion,
    number: int,
    *,
    said: str = "",
    defective: bool = False,
    days_ago: int = 1,
    **fields: Any,
) -> None:
    """So many candidates of a version, each with what a person did with it."""
    with org_atomic(world.id):
        source = make.material(world.brand)
        requests = Generation.objects.bulk_create(
            Generation(brand=world.brand, material=source, platform="feed", status="done")
            for _ in range(number)
        )
        rows = Candidate.objects.bulk_create(
            Candidate(
                **{
                    "generation": request,
                    "label": "A",
                    "text": "Masts.",
                    "angle": "user_benefit",
                    "is_valid": True,
                    "is_selected": True,
                    "skill_version": version,
                    "cost_micros": 1_000,
                    "generation_time_ms": 100 * (place + 1),
                    "created_at": MOMENT - timedelta(days=days_ago),
                    **fields,
                }
            )
            for place, request in enumerate(requests)
        )
        if said:
            RevisionEvent.objects.bulk_create(
                RevisionEvent(
                    candidate=row,
                    skill_version=version,
                    kind=said,
                    classification="defect" if defective else "none",
                    confidence=1,
                )
                for row in rows
            )


def count(world: World, version: SkillVersion, moment: datetime = MOMENT) -> Skill:
    with scope(world.id):
        count_skills(skill_ids=[version.skill_id], moment=moment)
    with org_atomic(world.id):
        return Skill.objects.get(pk=version.skill_id)


def test_worked_values_of_a_day(world: World) -> None:
    version = skill(world)
    uses(world, version, 6, said="approved")
    uses(world, version, 2, said="rejected", defective=True)
    uses(world, version, 2, is_valid=False, is_selected=False)
    row = count(world, version)
    with org_atomic(world.id):
        day = SkillDay.objects.get(skill_version=version)
    assert day.day == (MOMENT - timedelta(days=1)).date()
    assert (day.uses_count, day.passed_count, day.selected_count) == (10, 8, 8)
    assert (day.decided_count, day.approved_count, day.defect_count) == (8, 6, 2)
    assert (day.cost_micros, day.latency_ms_p50, day.latency_ms_p95) == (10_000, 200, 600)
    assert (row.uses_count, row.decided_count, row.approved_count) == (10, 8, 6)
    assert (row.pass_rate, row.selection_rate) == (0.8, 0.8)
    assert (row.approval_rate, row.defect_rate) == (0.75, 0.25)
    assert row.cost_micros_mean == 1_000
    assert row.last_used_at == MOMENT - timedelta(days=1)


def test_a_day_can_be_counted_again(world: World) -> None:
    version = skill(world)
    uses(world, version, 3, said="approved")
    assert count(world, version).uses_count == count(world, version).uses_count == 3
    with org_atomic(world.id):
        assert SkillDay.objects.count() == 1


def test_what_is_said_later_counts_for_the_day_of_writing(world: World) -> None:
    version = skill(world)
    uses(world, version, 1, days_ago=5)
    assert count(world, version).decided_count == 0
    with org_atomic(world.id):
        row = Candidate.objects.get(skill_version=version)
        RevisionEvent.objects.create(candidate=row, skill_version=version, kind="approved")
    assert count(world, version).approved_count == 1


@pytest.mark.parametrize(
    ("acts", "approved"),
    [
        (["edited", "approved"], 1),
        (["approved", "edited"], 1),
        (["approved", "rejected"], 0),
        (["edited"], 0),
        (["regenerated"], 0),
    ],
)
def test_an_approval_stands_unless_the_text_was_sent_back(
    world: World, acts: list[str], approved: int
) -> None:
    version = skill(world)
    uses(world, version, 1)
    with org_atomic(world.id):
        row = Candidate.objects.get(skill_version=version)
        for place, kind in enumerate(acts):
            RevisionEvent.objects.create(
                candidate=row, kind=kind, created_at=MOMENT + timedelta(minutes=place)
            )
    counted = count(world, version)
    assert (counted.decided_count, counted.approved_count) == (1, approved)


def test_only_thirty_days_make_the_record(world: World) -> None:
    version = skill(world)
    uses(world, version, 2, days_ago=29)
    uses(world, version, 4, days_ago=30)
    assert count(world, version).uses_count == 2


def test_the_record_moves_a_skill_to_its_tier_and_says_so(world: World) -> None:
    version = skill(world)
    uses(world, version, 18, said="approved")
    uses(world, version, 2, said="rejected")
    assert count(world, version).status == "champion"
    with org_atomic(world.id):
        told = AuditRecord.objects.get(action="skill.tiered")
    assert told.before == {"status": "testing"}
    assert told.reason == "18 of 20 approved in 20 uses of 30 days."


def test_a_failing_skill_retires_after_seven_days(world: World) -> None:
    version = skill(world)
    uses(world, version, 12, said="rejected")
    assert count(world, version).status == "failing"
    assert count(world, version, MOMENT + timedelta(days=6)).status == "failing"
    row = count(world, version, MOMENT + timedelta(days=7))
    assert (row.status, row.retired_at) == ("retired", MOMENT + timedelta(days=7))
    assert row.retired_reason == "Below 50% approved for seven days."


def test_a_skill_is_due_once_a_day(world: World) -> None:
    version = skill(world)
    uses(world, version, 1)
    assert due_skills(MOMENT) == {world.id: [version.skill_id]}
    assert sweep_skills(MOMENT) == 1
    assert due_skills(MOMENT) == {}
    assert due_skills(datetime(2026, 6, 10, 23, 59, tzinfo=UTC)) == {}
    assert due_skills(datetime(2026, 6, 11, tzinfo=UTC)) == {world.id: [version.skill_id]}


def test_a_retired_skill_is_never_due(world: World) -> None:
    skill(world, status="retired")
    assert due_skills(MOMENT) == {}


@pytest.mark.parametrize(
    ("approved", "decided", "uses_count", "status"),
    [
        (85, 100, 100, "champion"),
        (84, 100, 100, "active"),
        (70, 100, 100, "active"),
        (69, 100, 49, "testing"),
        (69, 100, 50, "retired"),
        (50, 100, 49, "testing"),
        (49, 100, 49, "failing"),
        (0, 100, 9, "testing"),
        (0, 4, 20, "testing"),
        (0, 0, 100, "testing"),
    ],
)
def test_the_tiers_of_the_specification(
    approved: int, decided: int, uses_count: int, status: str
) -> None:
    record = Record(uses=uses_count, decided=decided, approved=approved)
    assert judged(record, status="testing", moment=MOMENT, failing_since=None).status == status


def test_more_than_half_defective_retires_at_once() -> None:
    def verdict(defective: int) -> str:
        record = Record(uses=20, decided=20, approved=15, defective=defective)
        return judged(record, status="active", moment=MOMENT, failing_since=None).status

    assert (verdict(10), verdict(11)) == ("active", "retired")


def test_a_record_is_drawn_to_a_half_where_there_is_little() -> None:
    assert Record(uses=9, decided=9, approved=9).history is None
    assert Record(uses=10, decided=1, approved=1).history == pytest.approx(3 / 5)
    assert Record(uses=100, decided=100, approved=90).history == pytest.approx(92 / 104)
    low, high = Record(uses=100, decided=100, approved=90).interval()
    assert low < 0.88 < high
    assert high - low < 0.1


@time_machine.travel(MOMENT, tick=False)
def test_new_skills_are_counted_the_next_time(world: World) -> None:
    with org_atomic(world.id):
        version = create_skill(structure=Structure())
    assert now() == MOMENT
    assert version.skill_id in due_skills()[world.id]
