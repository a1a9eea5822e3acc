from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.brands import brand_limit
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import ContentTemplate
from content.services.starters import STARTERS
from content.services.templates import (
    archive_template,
    create_template,
    edit_template,
    ensure_starters,
    fill,
    gaps_of,
    material_from,
    restore_template,
    values_of,
)
from organizations.models import AuditRecord
from tests.world import World


@pytest.fixture
def inside(world: World, db: None) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


def test_gaps_are_filled_in_order_and_missing_ones_are_named() -> None:
    template = ContentTemplate(
        subject="{{ offer }}",
        body="{{problem}} {{ offer }} until {{ ends_on }}",
        variables={"ends_on": {"help": "Last day", "default": "Friday"}},
    )
    filled = fill(template, {"offer": "Masts for 90 €"})
    assert filled.subject == "Masts for 90 €"
    assert filled.body == "{{problem}} Masts for 90 € until Friday"
    assert filled.missing == ("problem",)
    assert gaps_of(template) == ["offer", "problem", "ends_on"]


@given(word=st.text(max_size=60))
def test_words_are_put_in_as_they_are_and_never_looked_at_again(word: str) -> None:
    template = ContentTemplate(body="{{ a }}|{{ b }}")
    body = fill(template, {"a": f"x{word}{{{{ b }}}}", "b": "secret"}).body
    assert body == f"x{word}{{{{ b }}}}|secret"


@pytest.mark.parametrize("code", ["{% load x %}", "{{ a.b }}", "{{ a|upper }}", "{{ 7*7 }}", "{#"])
def test_what_django_would_run_stays_text(code: str) -> None:
    assert fill(ContentTemplate(body=code), {"a": "x"}).body == code


def test_starters_are_one_of_each_kind_and_say_what_their_gaps_mean() -> None:
    assert [each["kind"] for each in STARTERS] == ContentTemplate.Kind.values
    for each in STARTERS:
        assert set(gaps_of(ContentTemplate(**each))) == set(each["variables"])


def test_starters_come_once_and_stay_archived(inside: World) -> None:
    ensure_starters()
    first = ContentTemplate.objects.get(starter="ad")
    archive_template(template=first, by=inside.editor)
    ensure_starters()
    assert ContentTemplate.objects.exclude(starter="").count() == 5
    restore_template(template=first, by=inside.editor)
    assert ContentTemplate.objects.get(pk=first.pk).status == "active"


def test_starters_come_for_a_member_of_certain_brands_too(inside: World) -> None:
    with brand_limit(frozenset({inside.brand.pk})):
        ensure_starters()
        row = ContentTemplate.objects.get(starter="post")
        words = {"news": "Masts in twelve days.", "benefit": "You sail sooner."}
        with pytest.raises(Invalid, match="Still a gap: benefit"):
            material_from(template=row, values={"news": "x"}, brand=inside.brand, by=inside.editor)
        made = material_from(template=row, values=words, brand=inside.brand, by=inside.editor)
    row.refresh_from_db()
    assert row.use_count == 1
    assert row.last_used_at
    assert "You sail sooner." in made.original_content


def test_a_template_is_kept_changed_and_recorded(inside: World) -> None:
    row = create_template(values={"name": " Fair  day ", "body": "{{ a }}"}, by=inside.editor)
    assert row.name == "Fair day"
    edit_template(template=row, values={"body": "{{ b }}"}, by=inside.editor)
    acts = AuditRecord.objects.filter(target_id=row.pk).values_list("action", flat=True)
    assert set(acts) == {"template.created", "template.changed"}


def test_a_taken_name_and_an_empty_template_are_refused(inside: World) -> None:
    create_template(values={"name": "Fair", "body": "x"}, by=inside.editor)
    with pytest.raises(Invalid, match="already one called"):
        create_template(values={"name": "fair", "body": "x"}, by=inside.editor)
    with pytest.raises(Invalid, match="no text"):
        create_template(values={"name": "Empty", "body": " "}, by=inside.editor)


def test_a_name_that_was_taken_meanwhile_keeps_a_template_archived(inside: World) -> None:
    row = create_template(values={"name": "Fair", "body": "x"}, by=inside.editor)
    archive_template(template=row, by=inside.editor)
    create_template(values={"name": "Fair", "body": "y"}, by=inside.editor)
    with pytest.raises(Invalid, match="already one called"):
        restore_template(template=row, by=inside.editor)


def test_a_brand_fills_what_it_knows_of_itself(inside: World) -> None:
    assert values_of(inside.brand)["website"] == "https://harbour.example"
    assert values_of(None) == {}
