"""Sources to passages, and passages to whoever asks."""

from __future__ import annotations

import pytest

from brands.models import KnowledgeAccess, KnowledgeBucket, KnowledgeSource
from brands.services.knowledge import add_bucket, add_text, answer_question, find_passages
from brands.services.knowledge_reading import ingest
from config.kernel.scoping import org_atomic
from tests.world import World

TEXT = """Delivery and returns

We deliver in three days to Germany and Austria. Parcels leave our harbour every weekday at noon.

How long may I return a mast?
You may return a mast within 30 days. It must be unvarnished.

Opening hours

The workshop is open Monday to Friday from 9:00 to 17:00.
"""


@pytest.fixture
def bucket(world: World) -> KnowledgeBucket:
    with org_atomic(world.id):
        return add_bucket(name="Everything", brand=world.brand, by=world.owner)


def read(source: KnowledgeSource) -> KnowledgeSource:
    done = ingest(source_id=source.pk)
    assert done is not None
    return done


@pytest.mark.django_db
def test_what_was_typed_is_found_with_its_place(world: World, bucket: KnowledgeBucket) -> None:
    with org_atomic(world.id):
        source = read(add_text(bucket=bucket, text=TEXT, by=world.owner))
        assert (source.status, source.chunks_added) == ("ready", 3)
        found = find_passages(query="how long can I return a mast", brand_id=world.brand.pk)
        assert found[0].heading == "How long may I return a mast?"
        document = source.documents.get()
        assert document.content[found[0].start : found[0].end] == found[0].text
        note = KnowledgeAccess.objects.get()
        assert (note.chunk_id, note.found_count) == (found[0].chunk_id, len(found))


@pytest.mark.django_db
def test_an_answer_cites_and_a_strange_question_is_refused(
    world: World, bucket: KnowledgeBucket
) -> None:
    with org_atomic(world.id):
        read(add_text(bucket=bucket, text=TEXT, by=world.owner))
        known = answer_question(
            question="When is the workshop open?", brand_id=world.brand.pk, user=world.owner
        )
        assert known.text == "The workshop is open Monday to Friday from 9:00 to 17:00."
        unknown = answer_question(
            question="Who won the chess championship?", brand_id=world.brand.pk, user=world.owner
        )
        assert (unknown.text, unknown.citations) == (None, ())
