"""A model decides what the signals leave open, at night and never inside a transaction."""

from __future__ import annotations

import pytest

from config.kernel.llm import double
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.scoping import org_atomic, scope
from content.agents.revision_classifier import RevisionOutput, classify_revision
from content.models import RevisionEvent
from content.services.revisions import decide_unsure, record_revision
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

DEFECT = RevisionOutput(classification="defect", labels=["wrong_fact", "shorter"], confidence=0.8)


@pytest.fixture
def unsure(world: World) -> RevisionEvent:
    with org_atomic(world.id):
        text = make.candidate(make.generation(world.brand, make.material(world.brand)))
        record_revision(
            candidate=text,
            kind="rejected",
            notes="Wrong price, bad link: broken link",
            by=world.editor,
        )
        record_revision(candidate=text, kind="approved", notes="", by=world.editor)
        return record_revision(candidate=text, kind="rejected", notes="Hm, no.", by=world.editor)


def test_only_what_is_not_sure_is_asked(world: World, unsure: RevisionEvent) -> None:
    with scope(world.id), double.script({"revision-classifier": [DEFECT]}) as calls:
        assert decide_unsure() == 1
        assert len(calls) == 1
    with org_atomic(world.id):
        event = RevisionEvent.objects.get(pk=unsure.pk)
    assert (event.classification, event.confidence) == ("defect", 0.8)
    assert (event.defect_labels, event.preference_labels) == (["wrong_fact"], ["shorter"])
    assert event.classified_by == "double:double"


def test_what_was_decided_is_not_asked_again(world: World, unsure: RevisionEvent) -> None:
    with scope(world.id), double.script({"revision-classifier": [DEFECT]}):
        decide_unsure()
        assert decide_unsure() == 0


def test_a_model_that_is_away_leaves_it_open(world: World, unsure: RevisionEvent) -> None:
    away = [ModelUnavailable("busy")]
    with scope(world.id), double.script({"revision-classifier": away}):
        assert decide_unsure() == 0
    with org_atomic(world.id):
        assert RevisionEvent.objects.get(pk=unsure.pk).confidence == 0.5


def test_what_is_sure_asks_nobody(world: World) -> None:
    with scope(world.id), double.script({"revision-classifier": []}) as calls:
        found = classify_revision(
            "Wrong price and a broken link", before="", organization_id=world.id, step_key="x"
        )
    assert (found.reading.classification, found.is_offline) == ("defect", True)
    assert not calls
