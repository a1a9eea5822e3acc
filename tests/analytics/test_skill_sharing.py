"""Promotion: four conditions, five organizations inside the query, consent, and nothing but words
of the closed list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connections, transaction

from analytics.models import SkillDay
from analytics.services.skill_sharing import (
    _COUNTS,
    aggregates,
    share_skills,
    share_skills_daily,
)
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from content.models import SharedSkill, SharingEvent, SkillSharingConsent, SkillVersion
from content.skills.structure import Structure
from organizations.models import AuditRecord, Organization
from tests.analytics.crowd import STRUCTURE, consent, crowd, organizations, skill

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

FINGERPRINT = STRUCTURE.fingerprint(task="post", platform="")


def shared() -> list[SharedSkill]:
    return list(SharedSkill.objects.filter(retired_at=None))


def events(kind: str) -> list[SharingEvent]:
    return list(SharingEvent.objects.filter(kind=kind))


def test_four_organizations_are_hidden_and_five_are_shown() -> None:
    made = crowd(4, uses=50)
    assert aggregates() == []
    assert share_skills().promoted == ()
    (late,) = organizations(1, prefix="fifth")
    consent(late)
    skill(late, uses=50)
    (found,) = aggregates()
    assert (found.organizations, found.uses) == (len(made) + 1, 250)
    assert share_skills().promoted == (FINGERPRINT,)


def test_an_organization_counts_once_however_many_skills_it_has() -> None:
    made = crowd(4)
    skill(made[0])
    skill(made[0])
    assert aggregates() == []


def test_what_is_held_back_is_noted_as_a_number() -> None:
    crowd(4, uses=40)
    assert share_skills().suppressed == 1
    (event,) = events("suppressed")
    assert (event.suppressed_count, event.organizations_count, event.skill_id) == (1, 0, None)


def test_worked_values_of_an_aggregate() -> None:
    crowd(4, uses=25, decided=20, approved=18)
    (last,) = organizations(1, prefix="last")
    consent(last)
    skill(last, uses=20, decided=20, defects=3, approved=10)
    (found,) = aggregates()
    assert found.uses == 120
    assert found.pass_rate == 1.0
    assert found.defect_rate == pytest.approx(0.03)
    assert found.approval_rate == pytest.approx(0.82)
    share_skills()
    (row,) = shared()
    assert row.organizations_count == 5
    assert row.mean_pass_rate == 1.0
    assert row.defect_rate == pytest.approx(0.03)
    (event,) = events("promoted")
    assert (event.organizations_count, event.uses_count) == (5, 120)


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"uses": 19}, "95 of 100 uses"),
        ({"uses": 20, "decided": 20, "defects": 1}, "5.0% defective, to be below 5%"),
        ({"age_days": 29}, "29 of 30 days old"),
        ({"decided": 0}, "100.0% defective, to be below 5%"),
    ],
)
def test_without_one_condition_nothing_is_promoted(fields: dict[str, Any], missing: str) -> None:
    crowd(5, **fields)
    (found,) = aggregates()
    assert found.missing(now()) == [missing]
    assert share_skills().promoted == ()
    assert shared() == []


def test_exactly_at_the_conditions_it_is_promoted() -> None:
    crowd(5, uses=20, decided=20, age_days=31)
    assert share_skills().promoted == (FINGERPRINT,)


def test_without_consent_nothing_is_counted() -> None:
    made = crowd(5)
    with org_atomic(made[0]):
        SkillSharingConsent.objects.update(withdrawn_at=now())
    assert aggregates() == []


@pytest.mark.parametrize("fields", [{"shares_structure": False}])
def test_a_skill_that_is_kept_is_not_counted(fields: dict[str, Any]) -> None:
    crowd(5, **fields)
    assert aggregates() == []


def test_an_organization_that_is_no_more_is_not_counted() -> None:
    made = crowd(5)
    with unscoped("close one"):
        Organization.objects.filter(pk=made[0]).update(deleted_at=now())
    assert aggregates() == []


def test_what_is_no_longer_used_by_five_is_taken_back_with_its_old_numbers() -> None:
    made = crowd(5)
    share_skills()
    with org_atomic(made[0]):
        SkillSharingConsent.objects.update(withdrawn_at=now())
    assert share_skills().retired == (FINGERPRINT,)
    assert shared() == []
    assert SharedSkill.objects.get().organizations_count == 5
    assert len(events("retired")) == 1


def test_a_shared_structure_is_counted_anew_and_promoted_once() -> None:
    crowd(5)
    share_skills()
    crowd(2, prefix="more")
    assert share_skills().promoted == ()
    (row,) = shared()
    assert row.organizations_count == 7
    assert len(events("promoted")) == 1


def test_promotion_is_written_into_the_log_of_those_who_take_part() -> None:
    made = crowd(5)
    (outside,) = organizations(1, prefix="outside")
    skill(outside)
    share_skills()
    for organization_id, told in [(made[0], 1), (outside, 0)]:
        with org_atomic(organization_id):
            assert AuditRecord.objects.filter(action="skill.promoted").count() == told


def test_the_application_may_read_what_is_shared_and_never_write_it() -> None:
    crowd(5)
    share_skills()
    (row,) = shared()
    for write in (
        lambda: SharedSkill.objects.filter(pk=row.pk).update(uses_count=1),
        lambda: SharedSkill.objects.filter(pk=row.pk).delete(),
        lambda: SharingEvent.objects.create(kind="promoted", skill=row),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            write()


def test_the_application_sees_no_organization_in_the_same_query() -> None:
    crowd(6)
    with connections["default"].cursor() as cursor:
        cursor.execute(_COUNTS, [1])
        assert cursor.fetchall() == []


def test_a_structure_that_was_written_past_the_services_is_not_shared() -> None:
    made = crowd(5)
    with org_atomic(made[0]):
        SkillVersion.objects.update(structure={"hook": "our secret recipe"})
    with unscoped("who is first"):
        first = SkillVersion.objects.filter(fingerprint=FINGERPRINT).order_by("pk").first()
    assert first is not None and first.organization_id == made[0]
    assert share_skills().promoted == ()
    assert shared() == []


def test_sharing_is_done_once_a_day() -> None:
    crowd(5)
    assert share_skills_daily() == 1
    assert share_skills_daily() == 0


def test_days_of_long_ago_still_count_towards_a_hundred_uses() -> None:
    made = crowd(5, uses=10)
    for organization_id in made:
        with org_atomic(organization_id):
            version = SkillVersion.objects.get(fingerprint=FINGERPRINT)
            day = (now() - timedelta(days=60)).date()
            SkillDay.objects.create(day=day, skill_version=version, uses_count=10, decided_count=10)
    assert share_skills().promoted == (FINGERPRINT,)
    assert Structure.from_json(shared()[0].structure) == STRUCTURE
