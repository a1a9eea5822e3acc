"""Signatures: rows and pages."""

from __future__ import annotations

import pytest
from django.test import Client

from brands.models import BrandProfile
from config.kernel.brands import brand_limit
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import Signature
from content.services.signatures import (
    create_signature,
    edit_signature,
)
from tests import make_library as make
from tests.organizations.confirming import sign_in_confirmed
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db


def test_a_new_default_takes_the_place_of_the_one_before(world: World) -> None:
    with org_atomic(world.id):
        first = make.signature(world.brand, is_default=True)
        values = {"name": "New", "brand": world.brand, "text": "x", "is_default": True}
        second = create_signature(values=values, by=world.editor)
        first.refresh_from_db()
        assert second.is_default and not first.is_default
        edit_signature(signature=first, values={"is_default": True}, by=world.editor)
        second.refresh_from_db()
        assert not second.is_default


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "A", "text": "  "}, "text"),
        ({"name": "A", "text": "x" * 501}, "text"),
        ({"name": "house", "text": "x"}, "name"),
    ],
)
def test_what_cannot_be_kept_names_its_field(
    world: World, values: dict[str, str], field: str
) -> None:
    with org_atomic(world.id):
        make.signature()
        with pytest.raises(Invalid) as caught:
            create_signature(values=values, by=world.editor)
    assert caught.value.field == field


def test_a_restricted_member_sees_the_teams_and_their_own(world: World) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Other"))
        make.signature(other, name="Theirs")
        make.signature(world.brand, name="Ours")
        make.signature(name="Team")
        with brand_limit(frozenset({world.brand.pk})):
            assert {row.name for row in Signature.objects.all()} == {"Ours", "Team"}


def test_signatures_are_written_changed_and_deleted_on_their_pages(world: World) -> None:
    client = sign_in_confirmed(Client(), world.editor)
    base = f"{world.path}/signatures/"
    assert "No signature yet" in client.get(base).content.decode()
    said = {"name": "House", "text": "Harbour Bakery", "platforms": ["bluesky"], "is_default": "on"}
    assert client.post(f"{base}new/", said).status_code == 302
    page = client.get(base).content.decode()
    assert "Harbour Bakery" in page and "Default" in page and "Bluesky" in page
    with org_atomic(world.id):
        row = Signature.objects.get()
    wrong = client.post(f"{base}{row.pk}/", {**said, "text": ""})
    assert wrong.status_code == 422
    assert client.post(f"{base}{row.pk}/", {**said, "text": "Quay 3"}).status_code == 302
    assert client.post(f"{base}{row.pk}/deletion/").status_code == 302
    with org_atomic(world.id):
        assert not Signature.objects.exists()
