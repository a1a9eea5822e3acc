"""What a draft repeats, as a worker finds it and the page says it."""

from __future__ import annotations

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from config.kernel.embeddings.weights import WeightsError
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from content.services import similarity
from publishing.models import Composition
from publishing.services.comparing import compare, is_compared
from publishing.services.compositions import place_composition, save_composition
from publishing.services.compositions_saving import Said
from publishing.services.remembering import remember_words
from tests.make_compositions import composition
from tests.world import World

pytestmark = pytest.mark.django_db

SAID = "Our workshop rebuilds a wooden mast in twelve days, from the first cut to the last coat."
CLOSE = (
    "Our workshop now rebuilds wooden masts in twelve days, from the first cut to the last coat."
)
OTHER = "On Saturday the harbour festival begins with a regatta for children under ten."


def compared(world: World, row: Composition) -> Composition:
    compare(composition_id=row.pk)
    row.refresh_from_db()
    return row


@pytest.fixture
def said(world: World) -> None:
    """A post of another draft, placed and remembered."""
    with org_atomic(world.id):
        row = composition(world.brand, text=SAID)
        posts = place_composition(composition=row, by=world.editor, accounts=[world.account])
        remember_words(post_id=posts[0].pk)


@pytest.mark.usefixtures("said")
def test_words_that_are_close_to_what_was_said_are_quoted(world: World) -> None:
    with org_atomic(world.id):
        close = compared(world, composition(world.brand, text=CLOSE))
        assert "Our workshop rebuilds a wooden mast" in close.said_before
        other = compared(world, composition(world.brand, text=OTHER))
        assert other.said_before == "" and is_compared(other)


def test_a_drafts_own_posts_are_no_repetition(world: World) -> None:
    with org_atomic(world.id):
        row = composition(world.brand, text=SAID)
        posts = place_composition(composition=row, by=world.editor, accounts=[world.account])
        remember_words(post_id=posts[0].pk)
        assert compared(world, row).said_before == ""


@pytest.mark.usefixtures("said")
def test_other_words_are_compared_anew_and_noting_it_is_no_change(world: World) -> None:
    with org_atomic(world.id):
        row = composition(world.brand, text=CLOSE)
        before = row.updated_at
        compared(world, row)
        assert row.updated_at == before
        row.text = OTHER
        assert not is_compared(row)


def test_while_the_embedder_is_away_nothing_is_noted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise WeightsError("away")

    monkeypatch.setattr(similarity, "embed", away)
    with org_atomic(world.id):
        row = compared(world, composition(world.brand, text=SAID))
        assert not is_compared(row)


def test_saving_asks_for_it_once_for_the_same_words(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    key = uuid7()

    def saved(text: str) -> int:
        with django_capture_on_commit_callbacks() as calls, org_atomic(world.id):
            save_composition(
                key=key, brand=world.brand, by=world.editor, said=[Said(world.account)], text=text
            )
        return sum("compare_composition" in repr(call) for call in calls)

    assert saved(SAID) == 1
    with org_atomic(world.id):
        compare(composition_id=key)
    assert saved(SAID) == 0
    assert saved(OTHER) == 1
