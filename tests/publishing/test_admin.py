"""The operators' admin over publishing: everything listed, no secret shown, rescues that help."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, User
from publishing.models import (
    AutopilotRun,
    Delivery,
    DeliveryState,
    PendingStatus,
    Post,
    RunStatus,
    Schedule,
    ScheduleStatus,
    SocialAccount,
)
from publishing.services.pending_posts import approve_post
from tests import make
from tests.rows import one_of_each
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

MODELS = sorted(apps.get_app_config("publishing").get_models(), key=lambda each: each.__name__)


@pytest.fixture
def desk(world: World, client: Client) -> Client:
    operator = User.objects.create_superuser(email="staff@example.com", password=PASSWORD)
    client.force_login(operator)
    return client


def act(desk: Client, model: str, action: str, row: Any) -> str:
    answer = desk.post(
        f"/admin/publishing/{model}/",
        {"action": action, "_selected_action": [str(row.pk)], "reason": "They asked for it"},
        follow=True,
    )
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("model", MODELS, ids=lambda each: each.__name__)
def test_every_table_is_listed_searched_and_opened(world: World, desk: Client, model: Any) -> None:
    assert model in admin.site._registry
    one_of_each(world)
    url = f"/admin/publishing/{model._meta.model_name}/"
    assert desk.get(f"{url}?q=mast").status_code == 200
    row = model._base_manager.using("operator").first()
    if row is not None:
        assert desk.get(f"{url}{row.pk}/change/").status_code == 200


def test_credentials_are_never_shown(world: World, desk: Client) -> None:
    with org_atomic(world.id):
        account = SocialAccount.objects.get(pk=world.account.pk)
        account.credentials = {"token": "t0p-secret"}
        account.save()
    body = desk.get(f"/admin/publishing/socialaccount/{account.pk}/change/").content.decode()
    assert "t0p-secret" not in body and "credentials" not in body


def test_a_schedule_is_paused_and_resumed_with_a_record(world: World, desk: Client) -> None:
    assert "1 schedules paused" in act(desk, "schedule", "pause", world.schedule)
    with org_atomic(world.id):
        assert Schedule.objects.get().status == ScheduleStatus.PAUSED
        assert AuditRecord.objects.filter(action="staff.paused").exists()
    assert "paused already" in act(desk, "schedule", "pause", world.schedule)
    act(desk, "schedule", "resume", world.schedule)
    with org_atomic(world.id):
        assert Schedule.objects.get().status == ScheduleStatus.ACTIVE


def test_a_run_that_failed_is_queued_once_more(world: World, desk: Client) -> None:
    run = AutopilotRun(pk=one_of_each(world)["run"])
    assert "still going on" in act(desk, "autopilotrun", "requeue", run)
    with org_atomic(world.id):
        AutopilotRun.objects.update(status=RunStatus.FAILED)
    act(desk, "autopilotrun", "requeue", run)
    with org_atomic(world.id):
        assert AutopilotRun.objects.filter(status=RunStatus.QUEUED).count() == 1


def test_a_missed_delivery_is_sent_again(world: World, desk: Client) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)
        approve_post(post=pending, by=world.editor)
        type(pending).objects.update(status=PendingStatus.FAILED)
        Delivery.objects.update(state=DeliveryState.MISSED)
        row = Delivery.objects.get()
    assert "1 deliveries sent again" in act(desk, "delivery", "requeue", row)
    with org_atomic(world.id):
        assert Delivery.objects.filter(state=DeliveryState.SCHEDULED).count() == 1


def test_only_an_unknown_delivery_is_looked_for(world: World, desk: Client) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)
        row = make.delivery(pending, state=DeliveryState.PUBLISHED)
    body = act(desk, "delivery", "check_again", row)
    assert "settled already" in body and "0 looked for again" in body


def test_a_deleted_post_is_restored(world: World, desk: Client) -> None:
    with org_atomic(world.id):
        row = make.post(world.brand, world.account)
        row.soft_delete()
    assert "1 restored" in act(desk, "post", "restore", row)
    with org_atomic(world.id):
        assert Post.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("action", "left", "told"),
    [
        ("send_unknown", DeliveryState.SCHEDULED, "staff.requeued"),
        ("settle_not_sent", DeliveryState.FAILED, "staff.settled"),
    ],
)
def test_an_unknown_delivery_is_settled_with_a_reason_that_the_team_reads(
    world: World, desk: Client, action: str, left: str, told: str
) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account, status=PendingStatus.PUBLISHING)
        row = make.delivery(pending, state=DeliveryState.UNKNOWN)
    home = desk.get("/admin/").content.decode()
    assert "nobody knows whether they arrived" in home and "state__exact=unknown" in home
    assert "1 " in act(desk, "delivery", action, row)
    with org_atomic(world.id):
        assert Delivery.objects.get(pk=row.pk).state == left
        acts = AuditRecord.objects.filter(action__in=[told, "delivery.settled"])
        assert {each.actor_kind for each in acts} == {"staff"} and acts.count() == 2
        assert acts.get(action=told).reason == "They asked for it"


def test_a_rescue_without_a_reason_asks_for_one_and_does_nothing(
    world: World, desk: Client
) -> None:
    data = {"action": "pause", "_selected_action": [str(world.schedule.pk)], "reason": ""}
    body = desk.post("/admin/publishing/schedule/", data).content.decode()
    assert "Why do you do this?" in body and world.schedule.name in body
    with org_atomic(world.id):
        assert Schedule.objects.get().status == ScheduleStatus.ACTIVE
