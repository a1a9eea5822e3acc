from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command

from config.kernel.embeddings import current_model
from config.kernel.errors import Unavailable
from config.kernel.scoping import org_atomic
from content.models import ContentEmbedding
from content.services import reembedding
from content.services.reembedding import reembed, waiting_count
from content.services.similarity import ContentType, remember, vector_text
from content.services.upward import texts_of
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

OLD = "an-old-model"


@pytest.fixture(autouse=True)
def _quick_vectors(settings: Any) -> None:
    """Hashed n-grams find repetitions too, at a thousandth of the price of the offline model."""
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"


@pytest.fixture
def texts() -> Iterator[dict[UUID, str]]:
    """Texts of pending posts, as the app above tells them."""
    known: dict[UUID, str] = {}

    def tell(ids: Sequence[UUID]) -> Mapping[UUID, str]:
        return {key: known[key] for key in ids if key in known}

    before = texts_of.get(ContentType.PENDING_POST)
    texts_of.unregister(ContentType.PENDING_POST)
    texts_of.register(ContentType.PENDING_POST, tell)
    yield known
    texts_of.unregister(ContentType.PENDING_POST)
    if before:
        texts_of.register(ContentType.PENDING_POST, before)


def old_rows(texts: dict[UUID, str], count: int) -> None:
    for number in range(count):
        key = uuid4()
        texts[key] = f"Mast number {number} is planed by hand."
        remember(content_type=ContentType.PENDING_POST, content_id=key, text="old", brand_id=None)
    ContentEmbedding.objects.update(model=OLD)


def test_all_rows_move_to_the_current_model_in_batches(
    world: World, texts: dict[UUID, str]
) -> None:
    with org_atomic(world.id):
        old_rows(texts, 5)
        steps = list(reembed(batch=2))
        assert [(step.moved, step.left) for step in steps] == [(2, 3), (2, 1), (1, 0)]
        rows = list(ContentEmbedding.objects.all())
        assert {row.model for row in rows} == {current_model()}
        assert {row.excerpt for row in rows} == set(texts.values())
        assert list(reembed()) == []


def test_a_stopped_move_goes_on_where_it_stopped(world: World, texts: dict[UUID, str]) -> None:
    with org_atomic(world.id):
        old_rows(texts, 4)
        next(reembed(batch=3))
        assert waiting_count() == 1
        assert [step.moved for step in reembed(batch=3)] == [1]


def test_rows_without_a_text_are_removed_and_unknown_kinds_stay(
    world: World, texts: dict[UUID, str]
) -> None:
    with org_atomic(world.id):
        old_rows(texts, 2)
        texts.popitem()
        assert [(step.moved, step.gone) for step in reembed()] == [(1, 1)]
        ContentEmbedding.objects.update(content_type="unknown", model=OLD)
        assert list(reembed()) == []
        assert ContentEmbedding.objects.count() == 1


def test_materials_move_by_their_own_text(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(world.brand)
        remember(
            content_type=ContentType.MATERIAL, content_id=material.pk, text="old", brand_id=None
        )
        ContentEmbedding.objects.update(model=OLD)
        list(reembed())
        assert ContentEmbedding.objects.get().excerpt.startswith(vector_text(material)[:40])


def test_the_command_moves_every_organization(world: World, texts: dict[UUID, str]) -> None:
    for organization in (world.organization, world.foreign):
        with org_atomic(organization.id):
            old_rows(texts, 2)
    said = StringIO()
    call_command("reembed", batch=1, stdout=said)
    for organization in (world.organization, world.foreign):
        assert f"{organization.slug}: done, 2 moved, 0 without a text" in said.getvalue()
        with org_atomic(organization.id):
            assert waiting_count() == 0


def test_the_command_does_one_organization_and_refuses_an_unknown_one(
    world: World, texts: dict[UUID, str]
) -> None:
    with org_atomic(world.foreign.id):
        old_rows(texts, 1)
    call_command("reembed", organization=world.organization.slug, stdout=StringIO())
    with org_atomic(world.foreign.id):
        assert waiting_count() == 1
    with pytest.raises(CommandError, match="no organization"):
        call_command("reembed", organization="nobody", stdout=StringIO())


def test_an_embedder_that_is_away_is_a_sentence(
    world: World, texts: dict[UUID, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(texts: Sequence[str]) -> None:
        raise Unavailable("The embedding service is away.")

    with org_atomic(world.id):
        old_rows(texts, 1)
    monkeypatch.setattr(reembedding, "embed", away)
    with pytest.raises(CommandError, match="Start it again to go on"):
        call_command("reembed", stdout=StringIO())
