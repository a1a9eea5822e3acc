"""Read again: only what changed is made anew, and what is gone is found no more."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest import MonkeyPatch

from brands.models import KnowledgeBucket, KnowledgeChunk, KnowledgeEntry, KnowledgeSource
from brands.services import knowledge_documents, knowledge_reading
from brands.services.knowledge import (
    add_bucket,
    add_file,
    add_site,
    add_text,
    delete_bucket,
    delete_source,
    edit_text,
    find_passages,
    mark_used,
    read_again,
    restore_source,
)
from brands.services.knowledge_entries import activate_entry, add_entry
from brands.services.knowledge_reading import ingest
from config.kernel.embeddings import Embedded, embed
from config.kernel.errors import Conflict, Invalid, Unavailable
from config.kernel.readers import Extracted
from config.kernel.readers.site import SitePage
from config.kernel.scoping import org_atomic
from organizations.services.files import stored_files
from tests.world import World

pytestmark = pytest.mark.django_db

PARTS = {
    "Delivery": "We deliver in three days to Germany and Austria, every weekday at noon.",
    "Returns": "You may return a mast within 30 days, unvarnished and in its box.",
    "Guarantee": "We give a guarantee of five years on every mast that we built.",
}


def page(parts: dict[str, str]) -> str:
    return "\n\n".join(f"{heading}\n\n{text}" for heading, text in parts.items())


@pytest.fixture
def bucket(world: World) -> Iterator[KnowledgeBucket]:
    with org_atomic(world.id):
        yield add_bucket(name="Everything", brand=world.brand, by=world.owner)


@pytest.fixture
def counted(monkeypatch: MonkeyPatch) -> list[str]:
    """Every text that was embedded for a document, in order."""
    texts: list[str] = []

    def embed_and_count(some: list[str]) -> Embedded:
        texts.extend(some)
        return embed(some)

    monkeypatch.setattr(knowledge_documents, "embed", embed_and_count)
    return texts


def read(source: KnowledgeSource) -> KnowledgeSource:
    done = ingest(source_id=source.pk)
    assert done is not None
    assert done.status == "ready", done.error
    return done


def site(monkeypatch: MonkeyPatch, *pages: SitePage) -> None:
    monkeypatch.setattr(knowledge_reading, "pages_of_site", lambda *_, **__: iter(pages))


def found(url: str, text: str) -> SitePage:
    return SitePage(url, Extracted(title=url, text=text, language="en"))


def test_only_the_part_that_changed_is_embedded_again(
    bucket: KnowledgeBucket, counted: list[str]
) -> None:
    source = read(add_text(bucket=bucket, text=page(PARTS), by=None))
    assert (source.chunks_added, len(counted)) == (3, 3)
    before = set(KnowledgeChunk.objects.values_list("pk", flat=True))
    counted.clear()
    changed = {**PARTS, "Returns": "You may return a mast within 60 days, in any state."}
    source = read(edit_text(source=source, text=page(changed), by=None))
    assert (source.chunks_added, source.chunks_kept, source.chunks_removed) == (1, 2, 1)
    assert len(counted) == 1
    assert "60 days" in counted[0]
    assert len(before & set(KnowledgeChunk.objects.values_list("pk", flat=True))) == 2
    document = source.documents.get()
    for chunk in document.chunks.all():
        assert document.content[chunk.start : chunk.end] == chunk.content


def test_the_same_words_again_cost_nothing(bucket: KnowledgeBucket, counted: list[str]) -> None:
    source = read(add_text(bucket=bucket, text=page(PARTS), by=None))
    counted.clear()
    source = read(read_again(source=source, by=None))
    assert (source.chunks_added, source.chunks_kept, counted) == (0, 3, [])
    other = read(add_text(bucket=bucket, text=page(PARTS), title="A copy", by=None))
    assert (other.chunks_added, counted) == (3, []), "the same words lend their vectors"


def test_a_page_that_is_gone_takes_its_passages_along(
    bucket: KnowledgeBucket, monkeypatch: MonkeyPatch
) -> None:
    first, second = "https://harbour.example/", "https://harbour.example/prices"
    site(monkeypatch, found(first, PARTS["Delivery"]), found(second, PARTS["Returns"]))
    source = read(add_site(bucket=bucket, url=first, by=None))
    assert source.documents.count() == 2
    gone = SitePage(second, error="There is no page at that address.")
    site(monkeypatch, found(first, PARTS["Delivery"]), gone)
    source = read(read_again(source=source, by=None))
    assert [each.locator for each in source.documents.all()] == [first]
    assert (source.chunks_kept, source.chunks_removed) == (1, 1)
    assert source.skipped[0]["place"] == second


def test_a_page_that_only_failed_this_time_keeps_what_was_read_of_it(
    bucket: KnowledgeBucket, monkeypatch: MonkeyPatch
) -> None:
    first, second = "https://harbour.example/", "https://harbour.example/prices"
    site(monkeypatch, found(first, PARTS["Delivery"]), found(second, PARTS["Returns"]))
    source = read(add_site(bucket=bucket, url=first, by=None))
    busy = SitePage(second, error="The site is busy.", may_pass=True)
    site(monkeypatch, found(first, PARTS["Delivery"]), busy)
    assert read(read_again(source=source, by=None)).documents.count() == 2


def test_a_site_that_is_away_is_tried_again_and_then_given_up(
    bucket: KnowledgeBucket, monkeypatch: MonkeyPatch
) -> None:
    url = "https://harbour.example/"
    site(monkeypatch, SitePage(url, error="The site is busy.", may_pass=True))
    source = add_site(bucket=bucket, url=url, by=None)
    for expected in ("queued", "queued", "failed"):
        KnowledgeSource.objects.filter(pk=source.pk).update(due_at=source.created_at)
        again = ingest(source_id=source.pk)
        assert again is not None
        assert again.status == expected
    assert again is not None
    assert "Tried three times" in again.error


def test_a_worker_that_lost_its_lease_writes_no_end(
    bucket: KnowledgeBucket, monkeypatch: MonkeyPatch
) -> None:
    source = add_text(bucket=bucket, text=page(PARTS), by=None)

    def meanwhile(**_: object) -> None:
        KnowledgeSource.objects.filter(pk=source.pk).update(fence=99)

    monkeypatch.setattr(knowledge_reading, "drop_documents", Mock(side_effect=meanwhile))
    monkeypatch.setattr(knowledge_reading, "embed_missing", lambda **_: 0)
    monkeypatch.setattr(
        knowledge_documents.Change, "__add__", lambda change, _: change, raising=False
    )
    assert ingest(source_id=source.pk) is None
    assert KnowledgeSource.objects.get(pk=source.pk).status == "reading"


def test_words_find_what_has_no_vector_yet_and_reading_again_brings_it(
    bucket: KnowledgeBucket, monkeypatch: MonkeyPatch
) -> None:
    away = Mock(side_effect=Unavailable("The embedding service is away."))
    monkeypatch.setattr(knowledge_documents, "embed", away)
    source = read(add_text(bucket=bucket, text=page(PARTS), by=None))
    assert not KnowledgeChunk.objects.exclude(embedding=None).exists()
    [best, *_] = find_passages(query="return within 30 days", brand_id=bucket.brand_id)
    assert best.heading == "Returns"
    monkeypatch.setattr(knowledge_documents, "embed", embed)
    read(read_again(source=source, by=None))
    assert not KnowledgeChunk.objects.filter(embedding=None).exists()


def test_what_is_deleted_is_not_found_until_it_is_back(
    world: World, bucket: KnowledgeBucket
) -> None:
    source = read(add_text(bucket=bucket, text=page(PARTS), by=None))

    def ask() -> int:
        return len(find_passages(query="guarantee on a mast", brand_id=world.brand.pk))

    assert ask()
    delete_source(source=source, by=None)
    assert not ask()
    restore_source(source=source, by=None)
    assert ask()
    delete_bucket(bucket=bucket, by=None)
    assert not ask()


def test_a_brand_finds_its_own_and_the_teams_and_nothing_of_others(
    world: World, bucket: KnowledgeBucket
) -> None:
    shared = add_bucket(name="Everybody's", brand=None, by=None)
    read(add_text(bucket=bucket, text="The Lind mast costs 890 euros in birch.", by=None))
    read(add_text(bucket=shared, text="The Lind mast is varnished seven times.", by=None))
    assert len(find_passages(query="Lind mast", brand_id=world.brand.pk)) == 2
    other = type(world.brand).objects.create(name="Another brand")
    assert [each.bucket_id for each in find_passages(query="Lind mast", brand_id=other.pk)] == [
        shared.pk
    ]
    only = find_passages(query="Lind mast", brand_id=world.brand.pk, bucket_ids=[bucket.pk])
    assert [each.bucket_id for each in only] == [bucket.pk]


def test_nothing_of_another_organization_is_found(world: World, bucket: KnowledgeBucket) -> None:
    read(add_text(bucket=bucket, text="The Lind mast costs 890 euros in birch.", by=None))
    with org_atomic(world.foreign.id):
        assert find_passages(query="Lind mast", brand_id=None) == []
        stolen = find_passages(query="Lind mast", brand_id=None, bucket_ids=[bucket.pk])
        assert stolen == []


def test_entries_wait_again_when_their_words_are_gone(bucket: KnowledgeBucket) -> None:
    text = "Is there a guarantee?\nWe give a guarantee of five years on every mast."
    source = read(add_text(bucket=bucket, text=text, by=None))
    entry = KnowledgeEntry.objects.get(question="Is there a guarantee?")
    assert entry.status == "suggested"
    activate_entry(entry=entry, by=None)
    read(edit_text(source=source, text=text.replace("five", "two"), by=None))
    entry.refresh_from_db()
    assert entry.status == "suggested"
    assert not entry.chunks.exists()


def test_using_an_entry_counts(world: World, bucket: KnowledgeBucket) -> None:
    entry = add_entry(bucket=bucket, question="Who oils masts?", answer="Marta does.", by=None)
    [passage] = find_passages(query="Who oils masts?", brand_id=world.brand.pk)
    mark_used([passage.chunk_id], access_id=passage.access_id)
    entry.refresh_from_db()
    assert entry.access_count == 1
    assert entry.last_accessed_at is not None


def test_a_file_is_kept_with_its_source_and_goes_with_it(bucket: KnowledgeBucket) -> None:
    upload = SimpleUploadedFile("prices.csv", b"Name,Price\nMast,890\nSail,700\nOar,90\n")
    source = read(add_file(bucket=bucket, upload=upload, by=None))
    assert "Name: Mast\nPrice: 890" in source.documents.get().content
    names = {name for name, _ in stored_files()}
    assert source.file_key.split("/")[1] in names
    source.delete()
    assert source.file_key.split("/")[1] not in {name for name, _ in stored_files()}


def test_what_cannot_be_read_is_refused_at_the_door(bucket: KnowledgeBucket) -> None:
    with pytest.raises(Invalid, match="picture"):
        add_file(bucket=bucket, upload=SimpleUploadedFile("a.png", b"\x89PNG\r\n"), by=None)
    with pytest.raises(Invalid, match="no text"):
        add_text(bucket=bucket, text=" \n ", by=None)
    with pytest.raises(Invalid, match="web address"):
        add_site(bucket=bucket, url="javascript:alert(1)", by=None)
    source = add_text(bucket=bucket, text="Being read.", by=None)
    with pytest.raises(Conflict, match="being read"):
        read_again(source=source, by=None)
