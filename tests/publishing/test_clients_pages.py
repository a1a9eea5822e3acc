"""Where the team makes links for its clients, and takes them back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from brands.models import BrandAccess, BrandProfile
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, Membership, User, WhiteLabel
from publishing.models import PortalLink
from publishing.services.portal import open_link
from tests.make_portal import portal_link
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(world: World, brand: UUID | None = None) -> str:
    kwargs = {"org": world.organization.slug, "brand": brand or world.brand.pk}
    return reverse("publishing:portal-list", kwargs=kwargs)


def of_link(world: World, link: PortalLink, verb: str) -> str:
    kwargs = {"org": world.organization.slug, "portal_link": link.pk}
    return reverse(f"publishing:portal-{verb}", kwargs=kwargs)


def token_in(answer: Any) -> str:
    return str(answer.content.decode().split("/c/")[1].split("/")[0])


def test_a_link_is_shown_once_and_opens(world: World) -> None:
    page = signed(world.editor)
    made = page.post(address(world), {"purpose": "review", "client_name": "Ada"})
    assert made.status_code == 200 and "shown this once" in made.content.decode()
    token = token_in(made)
    assert open_link(token)[1].client_name == "Ada"
    listed = page.get(address(world)).content.decode()
    assert "Ada" in listed and token not in listed and "Not used yet" not in listed
    assert made["Cache-Control"].startswith("max-age=0") or "no-store" in made["Cache-Control"]


def test_a_letter_comes_in_the_agencys_name_and_is_answered_to_it(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    with org_atomic(world.id):
        WhiteLabel.objects.create(
            name="Studio North",
            sender_name="Studio North, Posts",
            reply_to="posts@north.example",
            hides_warren=True,
        )
    values = {
        "purpose": "review",
        "client_name": "Ada",
        "client_email": "ada@client.example",
        "message": "By Friday, please.",
    }
    with django_capture_on_commit_callbacks(execute=True):
        made = signed(world.editor).post(address(world), values)
    [letter] = mail.outbox
    assert letter.to == ["ada@client.example"] and letter.reply_to == ["posts@north.example"]
    assert letter.from_email.startswith('"Studio North, Posts" <')
    assert token_in(made) in str(letter.body) and "By Friday, please." in str(letter.body)
    whole = str(letter.message())
    assert "Warren" not in str(letter.body) and "Warren" not in letter.subject
    assert "Sent with" not in whole
    with org_atomic(world.id):
        assert PortalLink.objects.get().sent_at is not None
        acts = set(AuditRecord.objects.values_list("action", flat=True))
        assert {"portal_link.made", "portal_link.sent"} <= acts


def test_a_new_address_voids_the_former_and_a_link_is_taken_back(world: World) -> None:
    with org_atomic(world.id):
        link, token = portal_link(world.brand)
    page = signed(world.editor)
    anew = token_in(page.post(of_link(world, link, "renew")))
    assert anew != token and open_link(anew)[1].pk == link.pk
    assert page.post(of_link(world, link, "revoke")).status_code == 302
    assert "Taken back" in page.get(address(world)).content.decode()


def test_bad_input_is_told_at_its_field_with_the_rest_kept(world: World) -> None:
    values = {"purpose": "review", "client_email": "nobody", "client_name": "Ada", "days": "400"}
    refused = signed(world.editor).post(address(world), values)
    page = refused.content.decode()
    assert refused.status_code == 422 and 'value="Ada"' in page and 'value="nobody"' in page
    with org_atomic(world.id):
        assert not PortalLink.objects.exists()


def test_only_an_admin_lets_accounts_be_connected_by_link(world: World) -> None:
    assert signed(world.editor).post(address(world), {"purpose": "connect"}).status_code == 403
    assert signed(world.admin).post(address(world), {"purpose": "connect"}).status_code == 200


def test_a_viewer_sees_the_list_and_makes_nothing(world: World) -> None:
    page = signed(world.viewer)
    assert "Make the link" not in page.get(address(world)).content.decode()
    assert page.post(address(world), {"purpose": "review"}).status_code == 403


def test_a_restricted_member_meets_no_link_of_another_brand(world: World) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Rival"))
        link, _ = portal_link(other)
        Membership.objects.filter(user=world.editor).update(sees_all_brands=False)
        mine = Membership.objects.get(user=world.editor)
        BrandAccess.objects.create(membership=mine, brand=world.brand)
    page = signed(world.editor)
    assert page.get(address(world)).status_code == 200
    assert page.get(address(world, other.pk)).status_code == 404
    assert page.post(of_link(world, link, "renew")).status_code == 404
    assert page.post(of_link(world, link, "revoke")).status_code == 404


def test_the_list_takes_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    with org_atomic(world.id):
        for _ in range(12):
            portal_link(world.brand)
    page = signed(world.owner)
    page.get(address(world))
    with django_assert_max_num_queries(12):
        page.get(address(world))
