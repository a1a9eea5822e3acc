"""Seals: blocks that bind records, and what is found when somebody tampers as the tables' owner."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.kernel.clock import now
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic, unscoped
from organizations.models import (
    AuditCategory,
    AuditRecord,
    AuditSeal,
    Notification,
    User,
    WebhookDelivery,
    WebhookEndpoint,
    WorkDone,
)
from organizations.services.audit import record
from organizations.trail import seals as sealing
from organizations.trail.checks import retention_findings
from organizations.trail.retention import prune_audit
from organizations.trail.seals import seal_block, seal_records
from organizations.trail.verify import ChainReport, Damage, verify_chain, verify_organization
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

ROUTINE, LASTING = AuditSeal.Chain.ROUTINE, AuditSeal.Chain.LASTING


def write(world: World, count: int = 3, **fields: Any) -> list[AuditRecord]:
    with org_atomic(world.id):
        return [
            record(
                action="brand.changed",
                target=world.brand,
                by=world.owner,
                **{
                    "data": {"n": number},
                    "before": {"name": "A"},
                    "after": {"name": "B"},
                    **fields,
                },
            )
            for number in range(count)
        ]


def report(world: World, chain: str = ROUTINE) -> ChainReport:
    with org_atomic(world.id):
        return verify_chain(world.id, chain)


def as_owner(sql: str, *values: Any) -> None:
    """What nobody but the owner of the tables could do; here by the operator's rights."""
    with connections["operator"].cursor() as cursor:
        cursor.execute(sql, values)


def blocks(world: World, *sizes: int) -> list[list[AuditRecord]]:
    """Blocks of these sizes; what the world had written before is the first block."""
    seal_records()
    made = []
    for size in sizes:
        made.append(write(world, size))
        seal_records()
    return made


def test_records_are_closed_into_one_chain_for_each_time_that_they_are_kept(world: World) -> None:
    blocks(world, 3)
    write(world, 2, category=AuditCategory.SECRET)
    write(world, 1, category=AuditCategory.PRIVACY)
    assert seal_records() == 3
    with org_atomic(world.id):
        lasting = AuditSeal.objects.filter(chain=LASTING)
        assert [(seal.number, seal.count) for seal in lasting] == [(1, 3)]
        routine = list(AuditSeal.objects.filter(chain=ROUTINE).order_by("number"))
        assert [seal.number for seal in routine] == [1, 2]
        assert routine[1].previous == routine[0].digest
        assert not AuditRecord.objects.filter(seal=None).exists()
    assert report(world).is_whole and report(world, LASTING).is_whole


def test_what_is_not_sealed_yet_is_said_and_breaks_nothing(world: World) -> None:
    blocks(world, 2)
    write(world, 4)
    found = report(world)
    assert found.is_whole and found.unsealed == 4 and found.unsealed_since is not None


def test_a_block_holds_a_thousand_records_at_most(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_records()
    monkeypatch.setattr(sealing, "MOST_A_BLOCK", 4)
    write(world, 10)
    seal_records()
    with org_atomic(world.id):
        counts = AuditSeal.objects.filter(number__gt=1).order_by("number")
        assert [seal.count for seal in counts] == [4, 4, 2]
    assert report(world).is_whole


def test_writing_costs_one_statement_as_before(
    world: World, django_assert_num_queries: Any
) -> None:
    with org_atomic(world.id), django_assert_num_queries(1):
        record(action="brand.changed", target=world.brand, by=world.owner)


def test_nobody_seals_over_the_number_of_another(world: World) -> None:
    blocks(world, 1)
    with pytest.raises(IntegrityError), org_atomic(world.id):
        last = AuditSeal.objects.filter(chain=ROUTINE).order_by("-number")[0]
        last.pk = uuid7()
        last.save(force_insert=True)


def test_an_erased_person_leaves_the_chain_whole(world: World) -> None:
    person = User.objects.create_user(email="leaving@example.com")
    with org_atomic(world.id):
        made = record(action="brand.changed", target=None, by=person)
    seal_records()
    with unscoped("test"):
        person.delete()
    with org_atomic(world.id):
        assert AuditRecord.objects.get(pk=made.pk).actor is None
    assert report(world).is_whole


def test_another_person_in_a_record_is_found(world: World) -> None:
    [[made]] = blocks(world, 1)
    with org_atomic(world.id):
        # The one column that the application may write for erasure.
        AuditRecord.objects.filter(pk=made.pk).update(actor=world.viewer)
    fault = report(world).fault
    assert fault and (fault.damage, fault.record) == (Damage.CHANGED_RECORD, made.pk)


CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "created_at": st.just("2020-01-01T00:00:00+00:00"),
    "actor_kind": st.sampled_from(["agent", "rule", "staff", "system"]),
    "actor_digest": st.text("0123456789abcdef", min_size=64, max_size=64),
    "category": st.sampled_from(["api", "billing"]),
    "action": st.text("abc.", min_size=1, max_size=20),
    "target_type": st.text("abc", min_size=1, max_size=20),
    "target_id": st.uuids().map(str),
    "reason": st.text("abc", min_size=1, max_size=20),
    "before": st.just('{"name": "C"}'),
    "after": st.sampled_from(['{"name": "A"}', "{}"]),
    "data": st.integers(100, 200).map(lambda n: json.dumps({"n": n})),
    "succeeded": st.just(False),
}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), column=st.sampled_from(sorted(CHANGES)), which=st.integers(0, 4))
def test_whatever_is_changed_in_a_record_is_found_and_named(
    world: World, data: st.DataObject, column: str, which: int
) -> None:
    if not (found := _sealed_once(world)):
        found = blocks(world, 2, 5, 2)[1]
    victim = found[which]
    as_owner("SAVEPOINT intact")
    value = data.draw(CHANGES[column])
    as_owner(f"UPDATE organizations_auditrecord SET {column} = %s WHERE id = %s", value, victim.pk)
    fault = report(world).fault
    as_owner("ROLLBACK TO SAVEPOINT intact")
    assert fault and (fault.damage, fault.record) == (Damage.CHANGED_RECORD, victim.pk)
    assert fault.block == 3


def _sealed_once(world: World) -> list[AuditRecord]:
    with org_atomic(world.id):
        return list(AuditRecord.objects.filter(seal__chain=ROUTINE, seal__number=3).order_by("pk"))


def _remove_record(world: World, made: list[list[AuditRecord]]) -> UUID:
    as_owner("DELETE FROM organizations_auditrecord WHERE id = %s", made[1][1].pk)
    return made[1][1].pk


def _slip_in(world: World, made: list[list[AuditRecord]]) -> UUID:
    [extra] = write(world, 1)
    with org_atomic(world.id):
        AuditRecord.objects.filter(pk=extra.pk).update(seal=_seal(world, 3))
    return extra.pk


def _move_record(world: World, made: list[list[AuditRecord]]) -> UUID:
    with org_atomic(world.id):
        AuditRecord.objects.filter(pk=made[1][0].pk).update(seal=_seal(world, 4))
    return made[1][0].pk


def _unseal_record(world: World, made: list[list[AuditRecord]]) -> UUID:
    with org_atomic(world.id):
        AuditRecord.objects.filter(pk=made[1][2].pk).update(seal=None)
    return made[1][2].pk


def _change_seal(world: World, made: list[list[AuditRecord]]) -> None:
    as_owner(
        "UPDATE organizations_auditseal SET newest_at = newest_at + interval '1 s' WHERE id = %s",
        _seal(world, 3),
    )


def _forge_digest(world: World, made: list[list[AuditRecord]]) -> None:
    as_owner(
        "UPDATE organizations_auditseal SET digest = %s WHERE id = %s", "0" * 64, _seal(world, 3)
    )


def _remove_block(world: World, made: list[list[AuditRecord]]) -> None:
    seal = _seal(world, 3)
    as_owner("DELETE FROM organizations_auditrecord WHERE seal_id = %s", seal)
    as_owner("DELETE FROM organizations_auditseal WHERE id = %s", seal)


def _swap_blocks(world: World, made: list[list[AuditRecord]]) -> None:
    third, fourth = _seal(world, 3), _seal(world, 4)
    set_number = "UPDATE organizations_auditseal SET number = %s WHERE id = %s"
    for number, seal in ((99, third), (3, fourth), (4, third)):
        as_owner(set_number, number, seal)


def _prune_early(world: World, made: list[list[AuditRecord]]) -> None:
    with org_atomic(world.id):
        seal = AuditSeal.objects.get(pk=_seal(world, 3))
    as_owner("DELETE FROM organizations_auditrecord WHERE seal_id = %s", seal.pk)
    from organizations.trail.chain import root_of

    as_owner(
        "UPDATE organizations_auditseal SET pruned_at = now(), leaves = %s WHERE id = %s",
        root_of(bytes(seal.leaves)),
        seal.pk,
    )


def _seal(world: World, number: int) -> UUID:
    with org_atomic(world.id):
        return AuditSeal.objects.get(chain=ROUTINE, number=number).pk


Tampering = Callable[[World, list[list[AuditRecord]]], UUID | None]


@pytest.mark.parametrize(
    ("tamper", "damage"),
    [
        (_remove_record, Damage.MISSING_RECORD),
        (_slip_in, Damage.ADDED_RECORD),
        (_move_record, Damage.SWAPPED_ORDER),
        (_unseal_record, Damage.SWAPPED_ORDER),
        (_change_seal, Damage.CHANGED_SEAL),
        (_forge_digest, Damage.CHANGED_SEAL),
        (_remove_block, Damage.MISSING_SEAL),
        (_swap_blocks, Damage.SWAPPED_ORDER),
        (_prune_early, Damage.MISSING_RECORD),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_tampering_is_found_with_its_block_its_record_and_its_kind(
    world: World, tamper: Tampering, damage: Damage
) -> None:
    made = blocks(world, 2, 3, 2)
    named = tamper(world, made)
    fault = report(world).fault
    assert fault and (fault.damage, fault.block, fault.record) == (damage, 3, named)


def test_a_rewritten_chain_lacks_the_digest_that_was_kept_elsewhere(world: World) -> None:
    blocks(world, 2, 2)
    kept = report(world).head
    as_owner("DELETE FROM organizations_auditrecord WHERE seal_id = %s", _seal(world, 3))
    as_owner("DELETE FROM organizations_auditseal WHERE id = %s", _seal(world, 3))
    # Cut off at its end, a chain by itself looks whole.
    assert report(world).is_whole
    with pytest.raises(SystemExit) as ended:
        call_command(
            "verify_audit", "--holds", kept, stdout=io.StringIO(), stderr=(said := io.StringIO())
        )
    assert ended.value.code == 1 and kept in said.getvalue()


def test_the_command_says_what_is_whole_and_ends_badly_when_something_is_not(world: World) -> None:
    made = blocks(world, 2, 2)
    write(world, 1)
    out = io.StringIO()
    call_command("verify_audit", organization=world.organization.slug, stdout=out)
    assert "routine: whole. 3 blocks" in out.getvalue() and "1 not sealed yet" in out.getvalue()
    as_owner(
        "UPDATE organizations_auditrecord SET reason = 'x' WHERE id = %s", victim := made[1][0].pk
    )
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", json=True, stdout=(out := io.StringIO()))
    assert ended.value.code == 1
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    [broken] = [line for line in lines if not line["is_whole"]]
    assert broken["organization_id"] == str(world.id)
    assert broken["fault"]["damage"] == "changed_record"
    assert broken["fault"]["record"] == str(victim)


def test_old_blocks_lose_their_records_and_the_chain_stays_whole(world: World) -> None:
    blocks(world, 3)
    write(world, 2, category=AuditCategory.SECRET)
    seal_records()
    with unscoped("test"):
        before = AuditRecord.objects.filter(organization_id=world.id).count()
    prune_audit(now() + timedelta(days=89))
    with org_atomic(world.id):
        assert AuditRecord.objects.count() == before
    prune_audit(now() + timedelta(days=91))
    with org_atomic(world.id):
        assert {row.category for row in AuditRecord.objects.all()} == {"secret"}
    assert report(world).is_whole and report(world).pruned == 2
    prune_audit(now() + timedelta(days=729))
    assert report(world, LASTING).pruned == 0
    prune_audit(now() + timedelta(days=731))
    assert report(world, LASTING).pruned == 1 and report(world, LASTING).is_whole
    assert WorkDone.objects.filter(kind="audit_prune").exists()


def test_no_organization_keeps_lasting_records_for_less_than_90_days(world: World) -> None:
    write(world, 1, category=AuditCategory.PRIVACY)
    seal_records()
    as_owner("UPDATE organizations_organization SET retention_days = 5 WHERE id = %s", world.id)
    prune_audit(now() + timedelta(days=80))
    assert report(world, LASTING).pruned == 0
    prune_audit(now() + timedelta(days=91))
    assert report(world, LASTING).pruned == 1


def test_a_chain_goes_on_after_its_beginning_was_pruned(world: World) -> None:
    blocks(world, 2)
    prune_audit(now() + timedelta(days=91))
    blocks(world, 2)
    found = report(world)
    assert found.is_whole and (found.pruned, found.blocks) == (2, 3)


def test_the_newest_blocks_can_be_checked_alone(world: World) -> None:
    made = blocks(world, 2, 2, 2)
    as_owner("UPDATE organizations_auditrecord SET reason = 'x' WHERE id = %s", made[0][0].pk)
    with org_atomic(world.id):
        [routine, _] = verify_organization(world.id, newest=2)
        assert routine.is_whole and routine.blocks == 2
        assert not verify_chain(world.id, ROUTINE).is_whole


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_A_BLOCK", 7)
    write(world, 60)
    start, failures = threading.Barrier(4), list[BaseException]()

    def seal() -> None:
        try:
            start.wait()
            for _ in range(12):
                try:
                    seal_block(world.id, ROUTINE, now())
                except IntegrityError:
                    continue
        except BaseException as error:
            failures.append(error)
            raise
        finally:
            connections.close_all()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = report(world)
    assert found.is_whole and found.unsealed == 0 and found.records >= 60


def test_what_derives_from_a_record_does_not_keep_it_from_going(world: World) -> None:
    [[made]] = blocks(world, 1)
    with org_atomic(world.id):
        endpoint = WebhookEndpoint.objects.create(name="Shop", url="https://x.example/", secret="s")
        message = WebhookDelivery.objects.create(endpoint=endpoint, record=made, event="e")
        Notification.objects.create(user=world.owner, kind="k", title="t", record=made)
    prune_audit(now() + timedelta(days=91))
    connections["default"].check_constraints()
    with org_atomic(world.id):
        assert WebhookDelivery.objects.get(pk=message.pk).record is None
        assert not Notification.objects.filter(kind="k").exists()
    assert report(world).is_whole


def test_the_doctor_complains_when_retention_does_not_run() -> None:
    [first] = retention_findings()
    assert first.is_well is None
    prune_audit()
    [well] = retention_findings()
    assert well.is_well is True
    with time_machine.travel(now() + timedelta(hours=4), tick=False):
        [late] = retention_findings()
    assert late.is_well is False and late.mend
