from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client

from config.kernel.scoping import org_atomic
from content.models import ContentTemplate, HashtagSet, PostConfiguration
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

SECTIONS = {f"section-{at}-{part}": "" for at in range(6) for part in ("title", "body")}


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def starter(world: World, kind: str) -> ContentTemplate:
    with org_atomic(world.id):
        return ContentTemplate.objects.get(starter=kind)


def template(world: World, pk: UUID) -> ContentTemplate:
    with org_atomic(world.id):
        return ContentTemplate.objects.get(pk=pk)


def test_the_first_visit_brings_five_starters(world: World, page: Client) -> None:
    shown = page.get(f"{world.path}/templates/").content.decode()
    assert "Offer with an end" in shown
    assert "Proposal on one page" in shown


def test_a_template_is_filled_while_somebody_types(world: World, page: Client) -> None:
    page.get(f"{world.path}/templates/")
    address = f"{world.path}/templates/{starter(world, 'ad').pk}/"
    shown = page.get(address, {"fill-offer": "<b>Masts</b>"}, headers={"HX-Request": "true"})
    assert "&lt;b&gt;Masts" in shown.content.decode()
    assert "Still a gap" in shown.content.decode()
    assert starter(world, "ad").use_count == 0


def test_what_was_typed_for_the_gaps_comes_along_to_the_composer(
    world: World, page: Client
) -> None:
    with org_atomic(world.id):
        row = make.template(world.brand)
    typed = {"fill-who": "We & they", "fill-what": "{{ new }}"}
    shown = page.get(f"{world.path}/templates/{row.pk}/", typed).content.decode()
    query = shown.partition("/compositions/new/?")[2].partition('"')[0].replace("&amp;", "&")
    composer = page.get(f"{world.path}/compositions/new/?{query}")
    assert composer.context["form"].sent["text"] == "We & they at the fair: {{ new }}"
    assert composer.context["brand"] == world.brand


def test_a_filled_template_becomes_a_material(world: World, page: Client) -> None:
    with org_atomic(world.id):
        row = make.template(world.brand)
    use = f"{world.path}/templates/{row.pk}/material/"
    short = page.post(use, {"fill-who": "We"})
    assert short.status_code == 422
    assert "Still a gap: what" in short.content.decode()
    answer = page.post(use, {"fill-who": "We", "fill-what": "new masts"})
    assert "/materials/" in answer["Location"]
    assert template(world, row.pk).use_count == 1


def test_a_template_is_written_with_its_gaps_and_archived(world: World, page: Client) -> None:
    typed = {**SECTIONS, "name": "Fair", "kind": "post", "body": "{{ who }} at {{ where }}"}
    answer = page.post(f"{world.path}/templates/new/", {**typed, "hashtags": "#fair, wood"})
    assert answer.status_code == 302
    with org_atomic(world.id):
        row = ContentTemplate.objects.get(name="Fair")
    assert list(row.variables) == ["who", "where"]
    assert row.hashtags == ["fair", "wood"]
    edit = f"{world.path}/templates/{row.pk}/edit/"
    assert "What who means" in page.get(edit).content.decode()
    said = {"gap-who-help": "Who comes", "gap-where-default": "Kiel", "gap-who-default": ""}
    assert page.post(edit, {**typed, **said}).status_code == 302
    row = template(world, row.pk)
    assert row.variables["where"]["default"] == "Kiel"
    archive = f"{world.path}/templates/{row.pk}/archive/"
    assert "Take out" in page.post(archive, follow=True).content.decode()
    assert template(world, row.pk).status == "archived"
    page.post(archive)
    assert template(world, row.pk).status == "active"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "Fair", "kind": "post", "body": ""}, "no text in it"),
        ({"name": "Fair", "kind": "post", "body": "x", "hashtags": "two-words"}, "no hashtag"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(
    world: World, page: Client, typed: dict[str, str], sentence: str
) -> None:
    answer = page.post(f"{world.path}/templates/new/", {**SECTIONS, **typed})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_configuration_names_limits_by_the_networks_label(world: World, page: Client) -> None:
    typed = {
        "name": "Careful",
        "brand": str(world.brand.pk),
        "is_default": "on",
        "hashtags_max": "Hosted page: 2",
        "voice_percent": "90",
    }
    assert page.post(f"{world.path}/configurations/new/", typed).status_code == 302
    with org_atomic(world.id):
        row = PostConfiguration.objects.get(name="Careful")
    assert row.voice_minimum == 0.9
    assert row.hashtags_max == {world.account.platform: 2}
    edit = f"{world.path}/configurations/{row.pk}/"
    assert "Hosted page: 2" in page.get(edit).content.decode()
    wrong = page.post(edit, {**typed, "hashtags_max": "Nowhere: 2"})
    assert wrong.status_code == 422
    assert "is no platform" in wrong.content.decode()
    page.post(f"{edit}deletion/")
    assert page.get(edit).status_code == 404


def test_a_set_of_hashtags_is_kept_changed_and_deleted(world: World, page: Client) -> None:
    new = f"{world.path}/hashtag-sets/new/"
    assert page.post(new, {"name": "Wood", "tags": "#mast boat"}).status_code == 302
    assert page.post(new, {"name": "wood", "tags": "mast"}).status_code == 422
    with org_atomic(world.id):
        row = HashtagSet.objects.get(name="Wood")
    edit = f"{world.path}/hashtag-sets/{row.pk}/"
    page.post(edit, {"name": "Wood", "tags": "mast"})
    with org_atomic(world.id):
        assert HashtagSet.objects.get(pk=row.pk).tags == ["mast"]
    page.post(f"{edit}deletion/")
    assert page.get(edit).status_code == 404


def test_templates_of_another_brand_are_not_there(world: World, page: Client) -> None:
    with org_atomic(world.foreign.id):
        row = make.template(world.foreign_brand)
    assert page.get(f"{world.path}/templates/{row.pk}/").status_code == 404


def test_viewers_read_and_do_not_write(world: World, client: Client) -> None:
    client.force_login(world.viewer)
    assert client.get(f"{world.path}/templates/").status_code == 200
    assert client.get(f"{world.path}/templates/new/").status_code == 403
