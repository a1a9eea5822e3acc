"""The operators' admin: every table, no secret, rescues that are written down, nobody else in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client

from analytics.models import EngagementSnapshot, MetricsError
from billing.models import CreditPrice, ModelSpend, Plan, Subscription
from brands.models import BrandProfile
from brands.services.brands import delete_brand
from config.kernel import scoping
from config.kernel.clock import now
from config.kernel.fields import encrypted_fields
from config.kernel.models import OrgOwned, SoftDeletes
from config.kernel.scoping import org_atomic, unscoped
from content.models import (
    AngleStatistic,
    ContentEmbedding,
    GuardResult,
    Material,
    OrganizationAgentSetting,
    SharedSkill,
    SharingEvent,
    StoredAnswer,
)
from organizations.hooks import WorkTable
from organizations.models import (
    AuditRecord,
    DataKey,
    Membership,
    Organization,
    ProviderSecret,
    User,
)
from organizations.services.audit import record
from publishing.models import (
    Decision,
    DeliveryAttempt,
    FeedEntry,
    FeedVisit,
    InstallationStop,
    PendingPost,
    SocialAccount,
)
from tests import make
from tests.every import fill_empty_tables
from tests.rows import one_of_each
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

APPS = ["analytics", "publishing", "content", "brands", "billing", "organizations"]
MODELS = sorted(
    (model for label in APPS for model in apps.get_app_config(label).get_models()),
    key=lambda each: each._meta.label,
)
CANARY = "t0p-secret-canary"


@pytest.fixture
def operator(world: World) -> User:
    return User.objects.create_superuser(email="staff@example.com", password=PASSWORD)


@pytest.fixture
def desk(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


def url_of(model: type[models.Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def every_row(world: World) -> None:
    """At least one row in every table of ours, with a canary in every secret."""
    ids = one_of_each(world)
    # What belongs to nobody is the operator's to write.
    shared = SharedSkill.objects.using("operator").create(
        **{"task": "post", "structure": {}, "fingerprint": "0" * 64, "counted_at": now()},
        **{"organizations_count": 5, "uses_count": 100, "mean_pass_rate": 1, "defect_rate": 0},
    )
    SharingEvent.objects.using("operator").create(
        **{"kind": SharingEvent.Kind.PROMOTED, "skill": shared, "organizations_count": 5},
        **{"uses_count": 100, "mean_pass_rate": 1, "defect_rate": 0},
    )
    InstallationStop.objects.using("operator").create(reason="Any", stopped_by="the operator")
    with org_atomic(world.id):
        pending = PendingPost.objects.get(pk=ids["pending"])
        candidate, brand = pending.candidate, world.brand
        account = SocialAccount.objects.get(pk=world.account.pk)
        account.credentials = {"password": CANARY}
        account.save()
        ProviderSecret.objects.update_or_create(service="openai", defaults={"credential": CANARY})
        make.approval(pending, "hash")
        GuardResult.objects.create(candidate=candidate, guard="length", version="1", passed=True)
        AngleStatistic.objects.create(brand=brand, platform="feed", angle=candidate.angle)
        ContentEmbedding.objects.create(
            content_type="post",
            content_id=ids["post"],
            brand_id=brand.pk,
            model="a-model",
            embedding=np.full(768, 0.123456, dtype=np.float32),
            content_hash="hash",
        )
        StoredAnswer.objects.create(
            step_key="key", agent="writer", agent_version="1", provider="p", model="m", output={}
        )
        Decision.objects.create(kind="angle", summary="An angle", reason="A reason")
        DeliveryAttempt.objects.create(
            delivery_id=ids["delivery"], number=1, outcome="published", evidence={}
        )
        entry = FeedEntry.objects.create(account=account, key="k", text="x", published_at=now())
        FeedVisit.objects.create(entry=entry, kind="view", visitor=CANARY, on_date=now().date())
        EngagementSnapshot.objects.create(post_id=ids["post"], age="1h", age_seconds=3600)
        MetricsError.objects.create(post_id=ids["post"], platform="feed", message="Away")
        ModelSpend.objects.create(purpose="copy", worst_case_micros=10)
        record(action="test.seen", target=brand, by=world.owner)
    WorkTable().finished("test", 1)
    fill_empty_tables(world.id, world.owner, "mark")


def pages_of(desk: Client, model: type[models.Model]) -> dict[str, str]:
    """What an operator can open of one table: the list, a search, a row, and its history."""
    row = model._base_manager.using("operator").order_by("pk").last()
    assert row is not None, f"every_row() makes no {model.__name__}"
    start, bodies = url_of(model), {}
    with unscoped("test"):
        asked = admin.site._registry[model].get_search_fields(None)  # type: ignore[arg-type]
    assert asked, f"{model.__name__} cannot be searched"
    paths = [start, f"{start}?q=a", f"{start}{row.pk}/change/"]
    if issubclass(model, SoftDeletes):
        paths.append(f"{start}{row.pk}/history/")
    for path in paths:
        answer = desk.get(path)
        assert answer.status_code == 200, path
        bodies[path] = answer.content.decode()
    return bodies


def test_every_model_of_ours_is_registered() -> None:
    assert [model for model in MODELS if model not in admin.site._registry] == []


def test_every_list_and_every_row_opens_and_no_page_shows_a_secret(
    world: World, desk: Client
) -> None:
    every_row(world)
    with unscoped("test"):
        passwords = list(User.with_deleted.values_list("password", flat=True))
        wrapped = [bytes(key.wrapped) for key in DataKey.objects.all()]
    assert wrapped, "saving a secret makes a data key"
    secrets = {CANARY, "0.12345", *passwords, *(key.hex() for key in wrapped)}
    secrets |= {repr(key)[2:-1] for key in wrapped}
    names = {f'name="{name}"' for _, name in encrypted_fields()} | {'name="password"'}
    for model in MODELS:
        for path, body in pages_of(desk, model).items():
            shown = [secret for secret in secrets | names if secret in body]
            assert not shown, f"{path} shows {shown}"


def test_the_front_page_and_the_tables_of_others_open(world: World, desk: Client) -> None:
    body = desk.get("/admin/").content.decode()
    assert "Warren operators" in body
    for model in admin.site._registry:
        assert desk.get(url_of(model)).status_code == 200, model


def test_nothing_is_added_to_an_organization_or_deleted_for_good(
    world: World, desk: Client
) -> None:
    every_row(world)
    for model in MODELS:
        row = model._base_manager.using("operator").order_by("pk").last()
        assert row is not None
        assert desk.get(f"{url_of(model)}{row.pk}/delete/").status_code == 403, model
        assert "delete_selected" not in desk.get(url_of(model)).content.decode()
        added = desk.get(f"{url_of(model)}add/").status_code
        if issubclass(model, OrgOwned) and model is not OrganizationAgentSetting:
            assert added == 403, model
        elif model in {Plan, CreditPrice, User}:
            assert added == 200, model


@pytest.mark.parametrize("who", ["nobody", "owner", "staff"])
def test_nobody_but_an_operator_with_the_right_gets_in(
    world: World, client: Client, who: str
) -> None:
    if who == "owner":
        client.force_login(world.owner)
    elif who == "staff":
        client.force_login(User.objects.create_user(email="new@example.com", is_staff=True))
    expected = 403 if who == "staff" else 302
    for model in MODELS:
        answer = client.get(url_of(model))
        assert answer.status_code == expected, model
    if who != "staff":
        assert client.get("/admin/")["Location"].startswith("/admin/login/")


# -- Rescues ---------------------------------------------------------------------------------------


def act(desk: Client, row: models.Model, action: str = "restore") -> str:
    data = {"action": action, "_selected_action": [str(row.pk)], "reason": "They asked for it"}
    answer = desk.post(url_of(type(row)), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def staff_records(world: World, action: str) -> list[AuditRecord]:
    with org_atomic(world.id):
        return list(AuditRecord.objects.filter(action=action, actor_kind="staff"))


def test_a_deleted_material_comes_back_with_a_record_of_the_operator(
    world: World, desk: Client, operator: User
) -> None:
    with org_atomic(world.id):
        row = make.material(world.brand)
        row.soft_delete()
    assert "1 restored" in act(desk, row)
    with org_atomic(world.id):
        assert Material.objects.filter(pk=row.pk).exists()
    [line] = staff_records(world, "staff.restored")
    assert (line.target_id, line.actor) == (row.pk, operator)


def test_a_deleted_brand_comes_back_with_the_materials_that_went_along(
    world: World, desk: Client
) -> None:
    with org_atomic(world.id):
        source = make.material(world.brand)
        delete_brand(brand=BrandProfile.objects.get(pk=world.brand.pk), by=world.owner)
    assert "1 restored" in act(desk, world.brand)
    with org_atomic(world.id):
        assert BrandProfile.objects.filter(pk=world.brand.pk).exists()
        assert Material.objects.filter(pk=source.pk).exists()
    assert [line.target_id for line in staff_records(world, "staff.restored")] == [world.brand.pk]


def test_what_was_not_deleted_is_not_restored(world: World, desk: Client) -> None:
    assert "0 restored" in act(desk, world.brand)
    assert staff_records(world, "staff.restored") == []


def test_a_row_whose_place_is_taken_stays_and_the_operator_is_told(
    world: World, desk: Client
) -> None:
    with org_atomic(world.id):
        SocialAccount.objects.get(pk=world.account.pk).soft_delete()
        SocialAccount.objects.create(
            platform="feed", remote_id=world.account.remote_id, name="The new one", credentials={}
        )
    body = act(desk, world.account)
    assert "0 restored" in body and "taken its name or address" in body
    with org_atomic(world.id):
        assert SocialAccount.with_deleted.get(pk=world.account.pk).is_deleted


def test_a_team_and_a_person_come_back(world: World, desk: Client) -> None:
    with unscoped("test"):
        Organization.objects.filter(pk=world.id).update(deleted_at=now())
        User.objects.filter(pk=world.viewer.pk).update(deleted_at=now())
    assert "1 restored" in act(desk, world.organization)
    assert "1 of the installation" in act(desk, world.viewer)
    assert User.objects.filter(pk=world.viewer.pk).exists()
    assert [line.target_id for line in staff_records(world, "staff.restored")] == [world.id]
    history = desk.get(f"{url_of(User)}{world.viewer.pk}/history/").content.decode()
    assert "Restored" in history


def test_every_table_that_hides_its_rows_offers_to_bring_them_back(
    world: World, desk: Client
) -> None:
    every_row(world)
    for model in MODELS:
        body = desk.get(url_of(model)).content.decode()
        assert ('value="restore"' in body) == issubclass(model, SoftDeletes), model
        if issubclass(model, SoftDeletes):
            assert desk.get(f"{url_of(model)}?deleted=yes").status_code == 200


def test_what_an_operator_changes_is_written_into_the_teams_own_log(
    world: World, desk: Client, django_capture_on_commit_callbacks: Any
) -> None:
    page = f"{url_of(Organization)}{world.id}/change/"
    data = {
        **{"name": "Harbour & Oak", "slug": world.organization.slug, "region": "eu-west"},
        **{"status": "suspended", "timezone": "Europe/Berlin", "settings": "{}"},
        **{"retention_days": 730},
    }
    with django_capture_on_commit_callbacks(using="operator", execute=True):
        assert desk.post(page, data).status_code == 302
    with org_atomic(world.id):
        membership = Membership.objects.get(user=world.viewer)
    page = f"{url_of(Membership)}{membership.pk}/change/"
    with django_capture_on_commit_callbacks(using="operator", execute=True):
        assert (
            desk.post(
                page, {"user": world.viewer.pk, "role": "admin", "sees_all_brands": "on"}
            ).status_code
            == 302
        )
    changed = {
        line.target_type: set(line.data["fields"]) for line in staff_records(world, "staff.changed")
    }
    assert {"name", "status"} <= changed["organizations.organization"]
    assert "slug" not in changed["organizations.organization"]
    assert "role" in changed["organizations.membership"]


def test_credits_and_what_belongs_to_whom_cannot_be_typed_in(world: World, desk: Client) -> None:
    with org_atomic(world.id):
        row = Subscription.objects.get()
    body = desk.get(f"{url_of(Subscription)}{row.pk}/change/").content.decode()
    for name in ("credits_total", "credits_used", "model_reserved_micros", "organization"):
        assert f'name="{name}"' not in body, name


def test_a_person_added_by_an_operator_has_no_password_until_they_choose_one(
    world: World, desk: Client
) -> None:
    answer = desk.post(f"{url_of(User)}add/", {"email": "fresh@example.com", "name": "Fresh"})
    assert answer.status_code == 302
    assert not User.objects.get(email="fresh@example.com").has_usable_password()


def test_every_visit_is_logged_with_who_and_what(
    world: World, desk: Client, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(scoping.log, "info", lambda event, **facts: said.append(facts["reason"]))
    desk.get(url_of(Material))
    assert said == [f"admin GET /admin/content/material/ by {operator.pk}"]
