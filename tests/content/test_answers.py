from __future__ import annotations

import pytest

from config.kernel.llm.answers import StoredAnswer as Stored
from config.kernel.llm.answers import answer_store
from config.kernel.llm.spec import Usage
from config.kernel.scoping import org_atomic
from content.models import StoredAnswer
from content.services.answers import StoredAnswers
from tests.world import World

pytestmark = pytest.mark.django_db


def answer(output: str = "first") -> Stored:
    return Stored(
        step_key="write:1",
        agent="copywriter",
        agent_version="1",
        provider="openai",
        model="m",
        output={"text": output},
        usage=Usage(input_tokens=10, output_tokens=5, requests=1),
        cost_micros=42,
    )


def test_the_gateway_keeps_its_answers_in_rows() -> None:
    assert isinstance(answer_store.require(), StoredAnswers)


def test_an_answer_comes_back_as_it_was_given(world: World) -> None:
    store = StoredAnswers()
    store.put(answer(), organization_id=world.id)
    assert store.get("write:1", organization_id=world.id) == answer()
    assert store.get("write:2", organization_id=world.id) is None


def test_the_first_of_two_answers_stays(world: World) -> None:
    store = StoredAnswers()
    store.put(answer(), organization_id=world.id)
    store.put(answer("second"), organization_id=world.id)
    kept = store.get("write:1", organization_id=world.id)
    assert kept is not None
    assert kept.output == {"text": "first"}


def test_answers_stay_inside_their_organization(world: World) -> None:
    store = StoredAnswers()
    store.put(answer(), organization_id=world.id)
    assert store.get("write:1", organization_id=world.foreign.id) is None
    with org_atomic(world.foreign.id):
        assert not StoredAnswer.objects.exists()


def test_without_an_organization_nothing_is_kept(world: World) -> None:
    store = StoredAnswers()
    store.put(answer(), organization_id=None)
    assert store.get("write:1", organization_id=None) is None
    with org_atomic(world.id):
        assert not StoredAnswer.objects.exists()
