"""Who approves a brand's posts: the page where an admin says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord
from publishing.models import Workflow, WorkflowStep
from publishing.services.workflows import Step, sentence_of, steps_of
from tests import make_reviews
from tests.make_reviews import client_step, step
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.admin)
    return client


def path(world: World) -> str:
    return f"{world.path}/brands/{world.brand.pk}/approval/"


def sent(**fields: Any) -> dict[str, Any]:
    return {"mode": "one", "reminder_hours": 6, "window_days": 7, **fields}


def two_steps(world: World) -> dict[str, Any]:
    return sent(
        mode="steps",
        step_name=["Legal", "Client"],
        step_kind=["internal", "client"],
        step_rule=["all", "any"],
        step_approvers_0=[str(world.editor.pk), str(world.owner.pk)],
    )


def test_a_brand_without_a_workflow_shows_that_one_person_approves(
    world: World, page: Client
) -> None:
    shown = page.get(path(world)).content.decode()
    assert "A post asks any member." in shown
    assert "Several steps" in shown


def test_steps_are_saved_and_said_in_a_sentence(world: World, page: Client) -> None:
    answer = page.post(path(world), two_steps(world), follow=True)
    assert "A post asks Member and Owner, then the client." in answer.content.decode()
    with org_atomic(world.id):
        assert [each.name for each in steps_of(world.brand)] == ["Legal", "Client"]
        assert AuditRecord.objects.filter(action="workflow.changed").count() == 1


def test_a_step_is_added_moved_and_taken_out_without_being_saved(
    world: World, page: Client
) -> None:
    for wish, names in [
        ("add", ["Legal", "Client", ""]),
        ("up-1", ["Client", "Legal"]),
        ("drop-0", ["Client"]),
        ("drop-9", ["Legal", "Client"]),
    ]:
        answer = page.post(path(world), {**two_steps(world), "arrange": wish})
        assert answer.status_code == 200
        assert [each.step.name for each in answer.context["form"].rows] == names
    added = page.post(path(world), sent(arrange="add")).context["form"]
    assert added["mode"].value() == "steps"
    with org_atomic(world.id):
        assert not Workflow.objects.exists()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"mode": "steps"}, "Add a step"),
        ({"mode": "steps", "step_name": [" "], "step_kind": ["internal"]}, "a name"),
        ({"mode": "steps", "step_name": ["A", "B"], "step_kind": ["client"] * 2}, "asked once"),
        ({"mode": "steps", "step_name": ["A"] * 9, "step_kind": ["internal"] * 9}, "At most 6"),
        ({"mode": "anything"}, "valid choice"),
        ({"window_days": 0}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    world: World, page: Client, fields: dict[str, Any], says: str
) -> None:
    answer = page.post(path(world), sent(**fields))
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_only_who_may_write_for_the_brand_can_be_named(world: World, page: Client) -> None:
    people = [str(world.viewer.pk), str(world.stranger.pk), "nobody", str(world.owner.pk)]
    page.post(
        path(world),
        sent(mode="steps", step_name=["Legal"], step_kind=["internal"], step_approvers_0=people),
    )
    with org_atomic(world.id):
        assert WorkflowStep.objects.get().approvers == [world.owner.pk]


def test_only_admins_decide_who_approves(world: World, client: Client) -> None:
    for who, status in [(world.editor, 403), (world.viewer, 403), (world.stranger, 404)]:
        client.force_login(who)
        assert client.get(path(world)).status_code == status


def test_a_saved_workflow_is_shown_as_it_is(world: World, page: Client) -> None:
    with org_atomic(world.id):
        make_reviews.workflow(world.brand, step("Text", world.editor), client_step(), window_days=3)
    form = page.get(path(world)).context["form"]
    assert [row.step.name for row in form.rows] == ["Text", "Client"]
    assert form["window_days"].value() == 3


@given(st.lists(st.sampled_from(["client", "any", "Anna"]), min_size=1, max_size=4))
def test_the_sentence_names_every_step(kinds: list[str]) -> None:
    steps = [client_step() if kind == "client" else Step(kind, approvers=()) for kind in kinds]
    sentence = sentence_of(steps, {})
    assert sentence.count("then") == len(kinds) - 1
    assert sentence.count("the client") == kinds.count("client")
