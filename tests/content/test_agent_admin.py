"""Agents and models as operators set them, and the form to try an agent out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from config.kernel.llm import double
from config.kernel.llm.agents import every_agent
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.llm.options import options_for
from config.kernel.scoping import org_atomic
from content.models import AgentSetting, LanguageModel, ModelDiscovery, OrganizationAgentSetting
from content.services.agent_trials import sample_of, values_of
from content.services.model_registry import default_model, ensure_models
from organizations.models import AuditRecord, User
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])
AGENTS = "/admin/content/agentsetting/"
TEAMS = "/admin/content/organizationagentsetting/"


@pytest.fixture
def desk(world: World, client: Client) -> Client:
    client.force_login(User.objects.create_superuser(email="staff@example.com", password=PASSWORD))
    return client


def given(agent: str, **changes: Any) -> dict[str, Any]:
    inputs = {f"input_{key}": value for key, value in sample_of(every_agent()[agent]).items()}
    return {"is_enabled": "on", **inputs, **changes}


def test_the_list_shows_every_agent_with_its_file_and_its_row(desk: Client) -> None:
    AgentSetting.objects.create(agent="adapter", temperature=0.0, is_enabled=False)

    page = desk.get(AGENTS).content.decode()

    for name in every_agent():
        assert f"{AGENTS}try/{name}/" in page
    assert "off, works offline" in page and "<td>0.0</td>" in page


def test_a_setting_that_is_saved_counts_at_once_here(world: World, desk: Client) -> None:
    assert options_for(world.id, "analyst").temperature is None

    answer = desk.post(
        f"{AGENTS}add/",
        {
            "agent": "analyst",
            "model": "openai:gpt-6-luna",
            "temperature": "0.1",
            "is_enabled": "on",
        },
    )

    assert answer.status_code == 302
    assert options_for(world.id, "analyst").temperature == 0.1


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("model", "gpt-6-luna", "Write provider:name"),
        ("temperature", "2.1", "less than or equal to 2"),
        ("retries", "11", "less than or equal to 10"),
        ("max_tokens", "0", "greater than or equal to 1"),
        ("agent", "nobody", "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    desk: Client, field: str, value: str, says: str
) -> None:
    answer = desk.post(f"{AGENTS}add/", {"agent": "analyst", "is_enabled": "on", field: value})

    assert says in answer.content.decode() and not AgentSetting.objects.exists()


def test_a_teams_own_setting_is_made_by_operators_and_written_down(
    world: World, desk: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(using="operator", execute=True):
        answer = desk.post(
            f"{TEAMS}add/",
            {
                "team": world.organization.slug,
                "agent": "analyst",
                "retries": "0",
                "is_enabled": "on",
            },
        )

    assert answer.status_code == 302, answer.context["errors"]
    assert options_for(world.id, "analyst").tries == 1
    assert options_for(world.foreign.id, "analyst").tries == 3
    with org_atomic(world.id):
        row = OrganizationAgentSetting.objects.get()
        assert AuditRecord.objects.filter(target_id=row.pk, action="staff.changed").exists()
    assert desk.get(f"{TEAMS}?q=ana").status_code == 200


@pytest.mark.parametrize("agent", ["analyst", "copywriter", "adapter", "reply_writer"])
def test_an_agent_is_tried_offline_with_the_sample_it_comes_with(desk: Client, agent: str) -> None:
    page = desk.post(f"{AGENTS}try/{agent}/", given(agent)).content.decode()

    assert "Its answer" in page and "By offline" in page
    assert "&quot;" in page or "{" in page


def test_a_trial_uses_what_nobody_saved(world: World, desk: Client) -> None:
    said = {"decision": "reply", "text": "It contains no milk.", "cited": [1], "reason": ""}
    with double.script({"reply_writer": [said]}) as calls:
        page = desk.post(
            f"{AGENTS}try/reply_writer/",
            given("reply_writer", organization=world.organization.slug, instructions="Be brief."),
        ).content.decode()

    assert "By double:double" in page and "It contains no milk." in page
    assert calls[0].version.startswith("1+")
    assert not AgentSetting.objects.exists()


def test_a_failure_is_shown_as_a_sentence(desk: Client) -> None:
    with double.script({"adapter": [ModelUnavailable("The model is busy. Try again.")]}):
        page = desk.post(f"{AGENTS}try/adapter/", given("adapter")).content.decode()

    assert "It did not succeed" in page and "The model is busy. Try again." in page


def test_an_agent_that_is_switched_off_is_tried_offline(desk: Client) -> None:
    with double.script({}):
        page = desk.post(f"{AGENTS}try/adapter/", given("adapter", is_enabled="")).content.decode()

    assert "By offline" in page


def test_the_form_begins_with_what_is_saved(world: World, desk: Client) -> None:
    AgentSetting.objects.create(agent="analyst", temperature=0.33)
    with org_atomic(world.id):
        row = OrganizationAgentSetting.objects.create(agent="analyst", temperature=0.44)

    assert "0.33" in desk.get(f"{AGENTS}try/analyst/").content.decode()
    page = desk.get(f"{AGENTS}try/analyst/?from={row.pk}").content.decode()
    assert "0.44" in page and world.organization.slug in page
    assert desk.get(f"{AGENTS}try/analyst/?from=nonsense").status_code == 200


def test_a_wrong_team_or_agent_is_refused(desk: Client, client: Client) -> None:
    assert desk.get(f"{AGENTS}try/nobody/").status_code == 404
    answer = desk.post(f"{AGENTS}try/adapter/", given("adapter", organization="nowhere"))
    assert answer.status_code == 422 and "No team has this slug" in answer.content.decode()


def test_people_without_the_operators_rights_see_nothing(world: World, client: Client) -> None:
    client.force_login(world.owner)

    assert client.get(f"{AGENTS}try/adapter/").status_code in (302, 403)


def test_the_page_holds_no_script_and_no_style_of_its_own(desk: Client) -> None:
    for address in (AGENTS, f"{AGENTS}try/copywriter/"):
        page = desk.get(address).content.decode()
        assert "style=" not in page.partition('id="content"')[2]
        assert "<script>" not in page.partition('id="content"')[2]


def test_a_new_default_sends_the_one_before_back(desk: Client) -> None:
    ensure_models()
    row = LanguageModel.objects.get(name="gpt-6.1-terra")
    fields = {"provider": "openai", "name": row.name, "kind": "fast", "capabilities": "{}"}

    answer = desk.post(
        f"/admin/content/languagemodel/{row.pk}/change/",
        {**fields, "is_active": "on", "is_default": "on"},
    )

    assert answer.status_code == 302, answer.context["errors"]
    found = default_model("openai", "fast")
    assert found is not None and found.name == "gpt-6.1-terra"
    refused = desk.post(
        f"/admin/content/languagemodel/{row.pk}/change/", {**fields, "is_default": "on"}
    )
    assert "A default is active" in refused.content.decode()


def test_looks_at_the_lists_can_be_read_and_not_changed(desk: Client) -> None:
    row = ModelDiscovery.objects.create(status="partial", added=["openai:a"], errors=["busy"])

    assert desk.get("/admin/content/modeldiscovery/").status_code == 200
    page = desk.get(f"/admin/content/modeldiscovery/{row.pk}/change/").content.decode()
    assert "openai:a" in page and 'name="_save"' not in page


@pytest.mark.parametrize("agent", ["analyst", "copywriter", "adapter", "reply_writer"])
def test_every_sample_is_an_input_that_its_agent_takes(agent: str) -> None:
    spec = every_agent()[agent]

    assert values_of(spec, sample_of(spec))
