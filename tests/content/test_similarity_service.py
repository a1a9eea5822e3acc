from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine

from config.kernel.clock import now
from config.kernel.embeddings import current_model
from config.kernel.scoping import org_atomic, scope
from content.models import ContentEmbedding
from content.services import similarity
from content.services.similarity import (
    ContentType,
    Novelty,
    check_material,
    check_text,
    content_hash,
    copy_embedding,
    copy_embeddings,
    remember,
)
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

MASTS = "Our workshop rebuilds wooden masts in twelve days, each planed by hand from Douglas fir."
MASTS_AGAIN = (
    "Our workshop rebuilds wooden masts in just twelve days, each planed by hand from Douglas fir."
)
BREAD = "The bakery on the corner sells sourdough bread with walnuts every Saturday morning."


def said(text: str, brand_id: UUID | None = None, kind: str = ContentType.POST) -> UUID:
    content_id = uuid4()
    assert remember(content_type=kind, content_id=content_id, text=text, brand_id=brand_id)
    return content_id


def test_the_first_text_of_an_organization_is_unique(world: World) -> None:
    with org_atomic(world.id):
        found = check_text(text=MASTS)
    assert found.verdict is Novelty.UNIQUE
    assert found.maximum == 0.0
    assert found.hits == ()
    assert found.model == current_model()
    assert found.reason == ""


def test_the_same_words_are_rejected_by_hash_and_without_a_model(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with org_atomic(world.id):
        post = said(MASTS, world.brand.id)
        monkeypatch.setattr(similarity, "embed", None)
        found = check_text(text=f"  {MASTS.upper()}\n")
    assert found.verdict is Novelty.REJECT
    assert found.maximum == 1.0
    assert found.model == "hash"
    assert [hit.content_id for hit in found.hits] == [post]
    assert found.hits[0].brand_id == world.brand.id
    assert found.reason.startswith("These are the words of “Our workshop")


def test_almost_the_same_words_are_rejected_by_their_vector(world: World) -> None:
    with org_atomic(world.id):
        said(MASTS)
        found = check_text(text=MASTS_AGAIN)
    assert found.verdict is Novelty.REJECT
    assert found.maximum is not None
    assert 0.85 < found.maximum < 1
    assert found.reason.startswith("This repeats")


def test_another_subject_is_unique(world: World) -> None:
    with org_atomic(world.id):
        said(MASTS)
        found = check_text(text=BREAD)
    assert found.verdict is Novelty.UNIQUE
    assert len(found.hits) == 1


def test_other_brands_of_the_organization_count_and_other_organizations_do_not(
    world: World,
) -> None:
    with org_atomic(world.id):
        said(MASTS, uuid4())
        assert check_text(text=MASTS).is_duplicate
    with org_atomic(world.foreign.id):
        assert check_text(text=MASTS).hits == ()


def test_what_is_older_than_30_days_is_forgotten(world: World) -> None:
    with org_atomic(world.id):
        with time_machine.travel(now() - timedelta(days=30, minutes=1)):
            said(MASTS)
        assert check_text(text=MASTS).hits == ()
        with time_machine.travel(now() - timedelta(days=29, hours=23)):
            said(MASTS)
        assert check_text(text=MASTS).is_duplicate


def test_excluded_content_and_raw_material_do_not_count(world: World) -> None:
    with org_atomic(world.id):
        post = said(MASTS)
        said(MASTS, kind=ContentType.MATERIAL)
        assert check_text(text=MASTS, exclude=[post]).hits == ()
        assert check_text(text=MASTS_AGAIN, exclude=[post]).hits == ()


def test_five_different_hits_come_back_nearest_first(world: World) -> None:
    with org_atomic(world.id):
        for days in range(7):
            said(f"{MASTS} It took {days} days.")
            said(f"{MASTS} It took {days} days.", kind=ContentType.PENDING_POST)
        found = check_text(text=f"{MASTS} It took 3 or 4 days.")
    scores = [hit.score for hit in found.hits]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)
    assert len({hit.excerpt for hit in found.hits}) == 5


def test_vectors_of_another_model_are_not_compared(world: World) -> None:
    with org_atomic(world.id):
        said(MASTS)
        ContentEmbedding.objects.update(model="another")
        assert check_text(text=MASTS_AGAIN).hits == ()
        assert check_text(text=MASTS).is_duplicate


def test_a_missing_embedder_skips_the_check_with_a_note(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config.kernel.errors import Unavailable

    def away(*args: object, **kwargs: object) -> None:
        raise Unavailable("The provider is away.")

    monkeypatch.setattr(similarity, "embed", away)
    with org_atomic(world.id):
        found = check_text(text=MASTS)
        assert (
            remember(content_type=ContentType.POST, content_id=uuid4(), text=MASTS, brand_id=None)
            is None
        )
    assert found.verdict is Novelty.UNCHECKED
    assert not found.is_duplicate
    assert found.maximum is None
    assert "skipped" in found.reason


def test_remembering_again_replaces_the_text(world: World) -> None:
    with org_atomic(world.id):
        post = said(MASTS)
        remember(content_type=ContentType.POST, content_id=post, text=BREAD, brand_id=None)
        row = ContentEmbedding.objects.get(content_id=post)
        assert row.content_hash == content_hash(BREAD)
        assert check_text(text=MASTS).verdict is Novelty.UNIQUE


def test_a_published_post_takes_over_the_vector_of_its_draft(world: World) -> None:
    with org_atomic(world.id):
        with time_machine.travel(now() - timedelta(days=31)):
            draft = said(MASTS, world.brand.id, ContentType.PENDING_POST)
        post = uuid4()
        kinds = {"from_type": ContentType.PENDING_POST, "to_type": ContentType.POST}
        assert check_text(text=MASTS_AGAIN).hits == ()
        assert copy_embedding(from_id=draft, to_id=post, **kinds)
        copy = ContentEmbedding.objects.get(content_id=post)
        assert copy.brand_id == world.brand.id
        assert check_text(text=MASTS_AGAIN).is_duplicate
        assert not copy_embedding(from_id=draft, to_id=post, **kinds)
        assert not copy_embedding(from_id=uuid4(), to_id=uuid4(), **kinds)


def test_many_vectors_are_copied_at_once_and_only_inside_the_organization(world: World) -> None:
    with org_atomic(world.foreign.id):
        theirs = said(BREAD, kind=ContentType.PENDING_POST)
    with org_atomic(world.id):
        drafts = [said(f"{MASTS} {n}", kind=ContentType.PENDING_POST) for n in range(3)]
        assert copy_embeddings({draft: uuid4() for draft in [*drafts, theirs, uuid4()]}) == 3
        assert copy_embeddings({}) == 0
        assert ContentEmbedding.objects.filter(content_type=ContentType.POST).count() == 3


def test_a_material_is_compared_with_posts_and_not_with_itself(world: World) -> None:
    with org_atomic(world.id):
        material = make.material(world.brand)
        said(similarity.pre_check_text(material), kind=ContentType.MATERIAL)
        assert check_material(material=material).verdict is Novelty.UNIQUE
        said(similarity.pre_check_text(material))
        assert check_material(material=material).is_duplicate


def test_a_look_up_leaves_the_planner_no_other_index_than_the_windows(world: World) -> None:
    with scope(world.id):
        sql = str(similarity._window((), similarity.SAID).query)
    assert "created_at" in sql
    # Asked for by its kinds, a text would be found by the unique key over (organization, kind, id).
    assert "NOT (" in sql
    assert "IN (post" not in sql


def test_two_statements_compare_a_text(
    world: World, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    with org_atomic(world.id):
        said(MASTS)
        embedded = similarity.vectors_of([MASTS_AGAIN])
        with django_assert_num_queries(6) as asked:
            check_text(text=MASTS_AGAIN, embedded=embedded)
    statements = [query["sql"] for query in asked.captured_queries]
    assert len([sql for sql in statements if sql.startswith("SELECT")]) == 2
