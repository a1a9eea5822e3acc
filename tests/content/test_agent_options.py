"""What operators set for agents: laid over each other, heard within a minute, never too late."""

from __future__ import annotations

from typing import Any

import pytest

from config.kernel.llm import double, is_offline, run
from config.kernel.llm.errors import NoModel
from config.kernel.llm.options import PLAIN, AgentOptions, options_for, trying
from config.kernel.scoping import org_atomic
from content.agents.analyst import SPEC, AnalystInput
from content.models import AgentSetting, OrganizationAgentSetting
from content.services import agent_options
from content.services.agent_options import stored_options
from tests.world import World

VALUES = AnalystInput(title="", material="Bread is back.", brand="b", audience="", pillars=[])
GOOD = {
    "summary": "Bread is back.",
    "key_points": ["Bread is back."],
    "keywords": ["bread"],
    "suggested_angles": ["storytelling"],
    "type": "news",
    "sentiment": "positive",
    "audience": "",
    "pillar": "",
    "language": "en",
}


class Time:
    """A process's clock, to be moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(agent_options, "clock", clock)
    stored_options.forget()
    return clock


def test_what_is_said_above_wins_and_both_instructions_are_heard() -> None:
    common = AgentOptions(model="openai:gpt-6-luna", temperature=0.2, instructions="Be brief.")
    own = AgentOptions(temperature=0.0, retries=0, instructions="No puns.")

    found = own.over(common)

    assert (found.model, found.temperature, found.tries) == ("openai:gpt-6-luna", 0.0, 1)
    assert found.instructions == "Be brief.\n\nNo puns."


@pytest.mark.parametrize(("one", "other"), [(True, False), (False, True)])
def test_an_agent_that_either_switched_off_is_off(one: bool, other: bool) -> None:
    assert not AgentOptions(is_enabled=one).over(AgentOptions(is_enabled=other)).is_enabled


def test_options_change_what_the_agent_is_told_and_its_version() -> None:
    changed = AgentOptions(temperature=0.0, max_tokens=90, instructions="No puns.").apply(SPEC)

    assert PLAIN.apply(SPEC) is SPEC
    assert (changed.temperature, changed.max_tokens) == (0.0, 90)
    assert changed.instructions.endswith("\n\nNo puns.") and "Read the material" in (
        changed.instructions
    )
    assert changed.version.startswith("1+") and len(changed.version) <= 20


@pytest.mark.django_db
def test_a_change_works_after_a_minute_and_not_later(world: World, time: Time) -> None:
    assert options_for(world.id, "analyst") == PLAIN

    AgentSetting.objects.create(agent="analyst", temperature=0.1, max_tokens=500)
    with org_atomic(world.id):
        OrganizationAgentSetting.objects.create(agent="analyst", temperature=0.9)

    time.seconds += 59.9
    assert options_for(world.id, "analyst") == PLAIN
    time.seconds += 0.1
    found = options_for(world.id, "analyst")
    assert (found.temperature, found.max_tokens) == (0.9, 500)
    assert options_for(world.foreign.id, "analyst").temperature == 0.1
    assert options_for(None, "analyst").temperature == 0.1


@pytest.mark.django_db
def test_a_minute_of_questions_costs_two_looks_at_the_tables(
    world: World, time: Time, django_assert_num_queries: Any
) -> None:
    options_for(world.id, "analyst")

    with django_assert_num_queries(0):
        for agent in ("analyst", "copywriter", "adapter"):
            options_for(world.id, agent)


@pytest.mark.django_db
def test_an_agent_that_is_switched_off_works_offline(
    world: World, time: Time, settings: Any
) -> None:
    settings.WARREN_LLM_PROVIDER, settings.WARREN_LLM_MODEL = "openai", "gpt-6-luna"
    AgentSetting.objects.create(agent="analyst", is_enabled=False)

    assert is_offline(world.id, "analysis", "analyst")
    assert not is_offline(world.id, "copy", "copywriter")
    with pytest.raises(NoModel):
        run(SPEC, VALUES, step_key="s", organization_id=world.id)


@pytest.mark.django_db
def test_a_change_is_not_answered_from_the_store(world: World) -> None:
    def ask() -> bool:
        return run(SPEC, VALUES, step_key="s", organization_id=world.id).cached

    with double.script({"analyst": [GOOD, GOOD]}):
        assert [ask(), ask()] == [False, True]
        with trying("analyst", AgentOptions(instructions="Be brief.")):
            assert [ask(), ask()] == [False, True]
        assert ask()


def test_options_being_tried_out_are_heard_here_and_nowhere_else() -> None:
    tried = AgentOptions(max_tokens=7)

    with double.script({}):
        with trying("analyst", tried):
            assert options_for(None, "analyst") == tried
            assert options_for(None, "copywriter") == PLAIN
        assert options_for(None, "analyst") == PLAIN
