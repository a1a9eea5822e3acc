"""What people see of what is known, and what they do with it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from brands.models import GapReport, KnowledgeBucket, KnowledgeEntry, KnowledgeSource
from config.kernel.scoping import org_atomic
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


@pytest.fixture
def bucket(world: World) -> KnowledgeBucket:
    with org_atomic(world.id):
        return make.knowledge_bucket(world.brand)


def test_a_bucket_is_made_and_goes_on_to_its_sources(world: World, page: Client) -> None:
    values = {"name": "Prices", "brand": world.brand.pk}
    answer = page.post(f"{world.path}/knowledge/new/", values, follow=True)
    assert "Add what it should know" in answer.content.decode()
    again = page.post(f"{world.path}/knowledge/new/", values)
    assert again.status_code == 422
    assert "already a bucket" in again.content.decode()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("site", {"url": "example.com/about"}),
        ("text", {"text": "We open at nine.", "name": "Hours"}),
        (
            "file",
            {"upload": SimpleUploadedFile("prices.csv", b"Name,Price\nMast,90\nSail,70\nOar,9\n")},
        ),
    ],
)
def test_a_source_of_each_kind_is_added_and_waits(
    world: World, page: Client, bucket: KnowledgeBucket, kind: str, values: dict[str, object]
) -> None:
    url = f"{world.path}/knowledge/{bucket.pk}/sources/new/?kind={kind}"
    answer = page.post(url, values, follow=True)
    assert "Waits for its turn" in answer.content.decode()


def test_what_is_no_address_is_refused_at_its_field(
    world: World, page: Client, bucket: KnowledgeBucket
) -> None:
    url = f"{world.path}/knowledge/{bucket.pk}/sources/new/?kind=site"
    answer = page.post(url, {"url": "not an address"})
    assert answer.status_code == 422
    assert "not a web address" in answer.content.decode()


def test_a_deleted_source_is_brought_back(
    world: World, page: Client, bucket: KnowledgeBucket
) -> None:
    with org_atomic(world.id):
        source = make.knowledge_source(bucket)
    base = f"{world.path}/knowledge/sources/{source.pk}"
    page.post(f"{base}/deletion/")
    assert page.get(f"{base}/").status_code == 404
    answer = page.post(f"{base}/restoration/", follow=True)
    assert source.title in answer.content.decode()


def test_an_answer_links_to_its_words_in_their_place(
    world: World, page: Client, bucket: KnowledgeBucket
) -> None:
    with org_atomic(world.id):
        document = make.knowledge_document(make.knowledge_source(bucket))
    asked = page.get(f"{world.path}/knowledge/search/?q=How+many+boats+went+back+to+sea")
    found = asked.content.decode()
    assert "Last spring 34 boats went back to sea with one." in found
    link = found.split(f"/knowledge/documents/{document.pk}/", 1)[1].split('"', 1)[0]
    place = page.get(
        f"{world.path}/knowledge/documents/{document.pk}/{link.split('#')[0].replace('&amp;', '&')}"
    ).content.decode()
    quote = '<mark class="document__quote">Last spring 34 boats went back to sea with one.</mark>'
    assert quote in place
    assert 'id="passage"' in place


def test_what_is_not_known_is_said_so(world: World, page: Client, bucket: KnowledgeBucket) -> None:
    with org_atomic(world.id):
        make.knowledge_document(make.knowledge_source(bucket))
    answer = page.get(f"{world.path}/knowledge/search/?q=Who+is+the+king+of+Norway")
    assert "That is not known" in answer.content.decode()
    assert page.get(f"{world.path}/knowledge/search/?q=%3F").status_code == 422


def test_a_suggestion_is_agreed_to_and_can_be_taken_back(
    world: World, page: Client, bucket: KnowledgeBucket
) -> None:
    with org_atomic(world.id):
        entry = make.knowledge_entry(bucket)
    base = f"{world.path}/knowledge/entries/{entry.pk}"
    answer = page.post(f"{base}/use/", HTTP_HX_REQUEST="true")
    assert "In use" in answer.content.decode()
    assert "undo_url" in answer.headers["HX-Trigger"]
    found = page.get(f"{world.path}/knowledge/search/?q=How+long+does+a+mast+take")
    assert "A mast takes twelve days." in found.content.decode()
    page.post(f"{base}/archiving/")
    with org_atomic(world.id):
        assert KnowledgeEntry.objects.get(pk=entry.pk).status == "archived"
        assert not entry.chunks.exists()


def test_gaps_are_looked_for_and_lead_to_where_they_are_filled(
    world: World, page: Client, bucket: KnowledgeBucket
) -> None:
    url = f"{world.path}/knowledge/gaps/{world.brand.pk}/"
    page.get(f"{world.path}/knowledge/search/?q=What+does+delivery+cost&brand={world.brand.pk}")
    answer = page.post(f"{url}look/", follow=True).content.decode()
    assert "What does delivery cost" in answer
    assert f"/knowledge/{bucket.pk}/entries/new/?category=" in answer
    with org_atomic(world.id):
        assert GapReport.objects.get(brand=world.brand).completeness == 0


def test_a_viewer_reads_and_changes_nothing(
    world: World, client: Client, bucket: KnowledgeBucket
) -> None:
    client.force_login(world.viewer)
    assert client.get(f"{world.path}/knowledge/{bucket.pk}/").status_code == 200
    assert client.get(f"{world.path}/knowledge/gaps/{world.brand.pk}/").status_code == 200
    assert client.post(f"{world.path}/knowledge/gaps/{world.brand.pk}/look/").status_code == 403
    assert client.post(f"{world.path}/knowledge/{bucket.pk}/deletion/").status_code == 403


def test_typed_words_are_edited_and_read_again(
    world: World, page: Client, bucket: KnowledgeBucket
) -> None:
    with org_atomic(world.id):
        source = make.knowledge_source(bucket)
    url = f"{world.path}/knowledge/sources/{source.pk}/text/"
    page.post(url, {"text": "We open at ten.", "name": "Hours"})
    with org_atomic(world.id):
        fresh = KnowledgeSource.objects.get(pk=source.pk)
    assert (fresh.text, fresh.title, fresh.status) == ("We open at ten.", "Hours", "queued")
