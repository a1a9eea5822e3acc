"""What was kept long enough goes, class by class, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import DatabaseError

from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from content.models import StoredAnswer
from organizations.models import (
    ApiKey,
    ContactMessage,
    IdempotentRequest,
    Invitation,
    Notification,
    OrganizationRequest,
    SupportTicket,
    WorkDone,
)
from organizations.privacy import retention, worker
from organizations.privacy.marks import Keep
from organizations.privacy.retention import Rule, enforce_retention, retention_findings, rules
from organizations.privacy.subjects import FOLDER
from organizations.services.privacy_requests import ask_for_team_copy
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


def answer(moment: datetime) -> StoredAnswer:
    return StoredAnswer.objects.create(
        step_key=uuid4().hex,
        agent="writer",
        agent_version="1",
        provider="p",
        model="m",
        output={},
        usage={},
        cost_micros=0,
        created_at=moment,
    )


def one_of_each(world: World, moment: datetime) -> dict[str, Any]:
    """A row of each class that ended at the moment given."""
    key = ApiKey.objects.create(name="k", prefix="p", digest=uuid4().hex, expires_at=now())
    return {
        "notifications": Notification.objects.create(
            user=world.owner, kind="x", title="x", created_at=moment
        ),
        "invitations": Invitation.objects.create(
            email=f"{uuid4().hex}@example.com", token_digest=uuid4().hex, expires_at=moment
        ),
        "repeated requests": IdempotentRequest.objects.create(
            api_key=key, key=uuid4().hex, fingerprint="f", created_at=moment
        ),
        "support tickets": SupportTicket.objects.create(
            subject="x", message="x", resolved_at=moment
        ),
        "stored answers": answer(moment),
    }


DAYS = {
    "notifications": 180,
    "invitations": 90,
    "repeated requests": 1,
    "support tickets": 730,
    "stored answers": 30,
}


@pytest.mark.parametrize(("name", "days"), DAYS.items())
def test_each_class_is_kept_for_its_days_and_no_longer(world: World, name: str, days: int) -> None:
    assert rules[name].keep.days == days
    with org_atomic(world.id):
        old = one_of_each(world, now() - timedelta(days=days, minutes=1))[name]
        young = one_of_each(world, now() - timedelta(days=days) + timedelta(minutes=1))[name]
    assert enforce_retention()[name] == 1
    with org_atomic(world.id):
        assert list(type(old).objects.filter(pk__in=[old.pk, young.pk])) == [young]


def test_what_still_waits_is_kept_however_old_it_is(world: World) -> None:
    with org_atomic(world.id):
        ticket = SupportTicket.objects.create(
            subject="x", message="x", created_at=now() - timedelta(days=4_000)
        )
        Invitation.objects.create(
            email="a@example.com",
            token_digest="d",
            sent_at=now() - timedelta(days=400),
            expires_at=now() + timedelta(days=1),
        )
    enforce_retention()
    with org_atomic(world.id):
        assert SupportTicket.objects.get() == ticket
        assert Invitation.objects.exists()


def test_a_message_of_somebody_without_an_account_goes_too(world: World) -> None:
    with unscoped("test"):
        for days in (729, 731):
            ContactMessage.objects.create(
                email="a@example.com",
                subject=str(days),
                message="x",
                resolved_at=now() - timedelta(days=days),
            )
    assert enforce_retention()["contact messages"] == 1


def test_a_copy_that_nobody_fetched_leaves_the_disk_after_a_day(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.WARREN_MEDIA_ROOT = tmp_path
    with org_atomic(world.id):
        wish = ask_for_team_copy(by=world.owner)
    worker.do_team_request(organization_id=world.id, request_id=wish.pk)
    path = tmp_path / FOLDER / f"{wish.pk}.zip"
    enforce_retention()
    assert path.exists()
    with time_machine.travel(now() + timedelta(hours=25), tick=True):
        assert enforce_retention()["copies"] == 1
    assert not path.exists()
    with org_atomic(world.id):
        assert OrganizationRequest.objects.get().file == ""


def test_what_a_dead_worker_left_of_a_copy_goes_after_two_days(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.WARREN_MEDIA_ROOT = tmp_path
    folder = tmp_path / FOLDER / str(uuid4())
    folder.mkdir(parents=True)
    (folder / "people.json").write_text("[")
    enforce_retention()
    assert folder.exists()
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        enforce_retention()
    assert not (folder / "people.json").exists()


def test_sessions_that_ended_are_removed(world: World) -> None:
    for name, hours in (("over", -1), ("living", 1)):
        Session.objects.create(
            session_key=name, session_data="x", expire_date=now() + timedelta(hours=hours)
        )
    assert enforce_retention()["sessions"] >= 1
    assert Session.objects.filter(session_key__in=["over", "living"]).get().pk == "living"


def test_one_rule_that_fails_does_not_stop_the_others_but_the_run_does_not_count(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(before: datetime) -> int:
        raise DatabaseError("It broke.")

    monkeypatch.setitem(rules._values, "notifications", Rule(Keep.NOTICES, fails))
    with org_atomic(world.id):
        answer(now() - timedelta(days=31))
    assert enforce_retention()["stored answers"] == 1
    assert not WorkDone.objects.filter(kind=retention.WORK).exists()


def test_the_doctor_says_when_retention_has_not_run_for_26_hours(world: World) -> None:
    [unknown] = retention_findings()
    assert unknown.is_well is None
    enforce_retention()
    [well] = retention_findings()
    assert well.is_well
    with time_machine.travel(now() + timedelta(hours=27)):
        [late] = retention_findings()
    assert late.is_well is False and "longer than promised" in late.says


def test_every_rule_has_a_figure() -> None:
    assert {name for name, rule in rules.items() if rule.keep.days is None} == set()
