"""What a person says of themselves, and that simple pages leave the numbers out."""

from __future__ import annotations

import pytest
from django.test import Client

from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, User
from publishing.models import Decision, DeliveryAttempt
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def choose(world: World, mode: str) -> None:
    User.objects.filter(pk=world.editor.pk).update(interface_mode=mode)


def test_name_and_mode_are_saved_and_written_down(world: World, page: Client) -> None:
    choose(world, "simple")
    answer = page.post(f"{world.path}/account/", {"name": " Eve ", "interface_mode": "advanced"})
    assert answer.status_code == 302
    person = User.objects.get(pk=world.editor.pk)
    assert (person.name, person.is_advanced) == ("Eve", True)
    with org_atomic(world.id):
        record = AuditRecord.objects.get(action="profile.changed")
    assert (record.before, record.after) == (
        {"interface_mode": "simple"},
        {"interface_mode": "advanced"},
    )
    assert record.data == {"fields": ["name", "interface_mode"]} and "Eve" not in str(record.data)


def test_saving_without_a_change_writes_nothing_down(world: World, page: Client) -> None:
    same = {"name": world.editor.name, "interface_mode": "advanced"}
    page.post(f"{world.path}/account/", same)
    with org_atomic(world.id):
        assert not AuditRecord.objects.filter(action="profile.changed").exists()


def test_an_unknown_mode_is_refused_and_nothing_else_can_be_set(world: World, page: Client) -> None:
    sent = {"name": "Eve", "interface_mode": "expert", "is_staff": "on", "email": "x@example.com"}
    assert page.post(f"{world.path}/account/", sent).status_code == 422
    page.post(f"{world.path}/account/", {**sent, "interface_mode": "simple"})
    person = User.objects.get(pk=world.editor.pk)
    assert (person.is_staff, person.email) == (False, world.editor.email)


def test_the_form_says_what_simple_leaves_out(world: World, page: Client) -> None:
    assert "evidence of each delivery" in page.get(f"{world.path}/account/").content.decode()


def test_simple_pages_keep_the_why_and_leave_its_numbers_out(world: World, page: Client) -> None:
    with org_atomic(world.id):
        chosen = make.candidate(
            make.generation(world.brand, make.material(world.brand)),
            model_used="gpt-5-mini",
            max_similarity=0.31,
        )
        pending = make.pending_post(world.brand, world.account, candidate=chosen)
        Decision.objects.create(
            pending_post=pending,
            kind="angle",
            summary="User benefit leads",
            reason="12 posts in 90 days, engagement odds 0.42 (0.31 to 0.53)",
        )
        delivery = make.delivery(pending)
        DeliveryAttempt.objects.create(
            delivery=delivery,
            number=1,
            outcome="published",
            message="It is out.",
            code="created",
            evidence={"status": 201},
        )
    addresses = [f"approvals/{pending.pk}/", f"deliveries/{delivery.pk}/"]
    numbers = ["engagement odds 0.42", "gpt-5-mini", "0.31", "Evidence"]
    words = ["User benefit leads", "It is out."]

    def shown() -> str:
        return "".join(page.get(f"{world.path}/{each}").content.decode() for each in addresses)

    choose(world, "advanced")
    text = shown()
    assert [each for each in numbers + words if each not in text] == []
    choose(world, "simple")
    text = shown()
    assert [each for each in numbers if each in text] == []
    assert [each for each in words if each not in text] == []
