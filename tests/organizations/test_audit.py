"""The audit log: one door, who and what and why, and nobody changes it afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from brands.services.brands import pause_brand
from config.kernel.scoping import MissingScope, org_atomic, unscoped
from organizations.models import ActorKind, AuditRecord, User
from organizations.services.audit import record, record_all
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


def test_a_record_says_who_did_what_to_which_row_and_why(world: World) -> None:
    with org_atomic(world.id):
        made = record(
            action="brand.paused",
            target=world.brand,
            by=world.editor,
            reason="Holidays",
            data={"days": 3},
        )
        row = AuditRecord.objects.get(pk=made.pk)
    assert (row.organization_id, row.actor, row.actor_kind) == (world.id, world.editor, "person")
    assert (row.action, row.target_type, row.target_id) == (
        *("brand.paused", "brands.brandprofile"),
        world.brand.pk,
    )
    assert (row.reason, row.data) == ("Holidays", {"days": 3})


def test_what_nobody_did_was_the_agent_unless_it_is_said_otherwise(world: World) -> None:
    with org_atomic(world.id):
        kinds = [
            record(action="a", target=None).actor_kind,
            record(action="b", target=None, kind=ActorKind.SYSTEM).actor_kind,
            record(action="c", target=None, by=world.owner, kind=ActorKind.STAFF).actor_kind,
        ]
        assert AuditRecord.objects.filter(action="a", target_type="", target_id=None).exists()
    assert kinds == ["agent", "system", "staff"]


def test_a_record_needs_an_organization_and_belongs_to_it(world: World) -> None:
    with pytest.raises(MissingScope):
        record(action="a", target=None)
    with org_atomic(world.id):
        record(action="mine", target=None)
    with org_atomic(world.foreign.id):
        assert not AuditRecord.objects.filter(action="mine").exists()


def test_a_record_falls_with_the_act_that_it_speaks_of(world: World) -> None:
    with org_atomic(world.id):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record(action="undone", target=world.brand, by=world.owner)
            1 / 0  # noqa: B018
        assert not AuditRecord.objects.filter(action="undone").exists()


def test_the_same_act_on_many_rows_is_one_statement(
    world: World, django_assert_num_queries: Any
) -> None:
    with org_atomic(world.id):
        rows = [make.material(name=str(number)) for number in range(5)]
        with django_assert_num_queries(1):
            record_all(action="material.archived", targets=rows, kind=ActorKind.AGENT, reason="old")
        found = AuditRecord.objects.filter(action="material.archived", reason="old")
        assert {row.target_id for row in found} == {row.pk for row in rows}
        assert {row.actor_kind for row in found} == {"agent"}


def test_a_service_writes_one_record_an_act(world: World) -> None:
    with org_atomic(world.id):
        pause_brand(brand=world.brand, by=world.editor, reason="Holidays")
        [row] = AuditRecord.objects.filter(target_id=world.brand.pk)
        world.brand.refresh_from_db()
    assert (row.action, row.actor) == ("brand.paused", world.editor)


def test_a_deleted_person_leaves_their_acts_behind(world: World) -> None:
    person = User.objects.create_user(email="leaving@example.com")
    with org_atomic(world.id):
        made = record(action="left", target=None, by=person)
    with unscoped("test"):
        person.delete()
    with org_atomic(world.id):
        row = AuditRecord.objects.get(pk=made.pk)
    assert (row.actor, row.actor_kind) == (None, "person")


@pytest.mark.parametrize("act", ["update", "delete"])
def test_nobody_changes_or_removes_what_was_written(world: World, act: str) -> None:
    with org_atomic(world.id):
        made = record(action="kept", target=None, by=world.owner)
        rows = AuditRecord.objects.filter(pk=made.pk)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            rows.update(action="other") if act == "update" else rows.delete()
        assert AuditRecord.objects.get(pk=made.pk).action == "kept"
