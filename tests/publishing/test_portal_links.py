"""Who gets in by a client's link, and what is kept of its address."""

from __future__ import annotations

import base64
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from brands.models import BrandProfile
from config.kernel.brands import brands_in_sight
from config.kernel.clock import now
from config.kernel.errors import Conflict, Gone, Invalid, NotFound
from config.kernel.scoping import current_organization_id, org_atomic
from config.logs import veil_tokens
from organizations.models import ActorKind, AuditRecord, Organization
from organizations.services.audit import record
from publishing.models import PortalLink
from publishing.services.portal import (
    LIFE_DAYS,
    UNKNOWN,
    entered,
    is_open,
    make_link,
    open_link,
    renew_link,
    revoke_link,
    token_of,
)
from tests.make_portal import portal_link
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db


def made(world: World, **values: object) -> tuple[PortalLink, str]:
    with org_atomic(world.id):
        return portal_link(world.brand, **values)  # type: ignore[arg-type]


def test_an_address_opens_its_link_and_the_secret_is_not_kept(world: World) -> None:
    link, token = made(world, client_name=" Ada ")
    organization_id, opened = open_link(token)
    assert (organization_id, opened.pk) == (world.id, link.pk)
    assert opened.client_name == "Ada"
    secret = base64.urlsafe_b64decode(f"{token}==")[32:]
    assert len(secret) == 32
    with org_atomic(world.id):
        row = PortalLink.objects.values().get(pk=link.pk)
    assert secret.hex() not in str(row) and token not in str(row)


@pytest.mark.parametrize(("purpose", "days"), LIFE_DAYS.items())
def test_each_purpose_has_its_own_life(world: World, purpose: str, days: int) -> None:
    link, token = made(world, purpose=purpose)
    assert timedelta(days=days) - timedelta(minutes=1) < link.expires_at - now()
    with time_machine.travel(link.expires_at - timedelta(seconds=5)):
        open_link(token)
    with time_machine.travel(link.expires_at + timedelta(seconds=5)), pytest.raises(Gone) as said:
        open_link(token)
    assert said.value.code == "expired"


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_life_that_is_none_is_refused_at_its_field(world: World, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        made(world, days=days)
    assert refused.value.field == "days"


def test_a_purpose_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        made(world, purpose="everything")
    assert refused.value.field == "purpose"


def test_a_link_that_was_taken_back_opens_nothing(world: World) -> None:
    link, token = made(world)
    with org_atomic(world.id):
        revoke_link(link=link, by=world.owner)
        revoke_link(link=link, by=world.owner)
        assert AuditRecord.objects.filter(action="portal_link.revoked").count() == 1
    with pytest.raises(Gone) as said:
        open_link(token)
    assert said.value.code == "revoked"


def test_a_link_made_anew_has_another_address_and_a_whole_life(world: World) -> None:
    link, token = made(world, days=3, purpose="connect")
    with time_machine.travel(link.expires_at + timedelta(days=1), tick=False):
        with org_atomic(world.id):
            other = renew_link(link=link, by=world.owner).split("/c/")[1].strip("/")
        with pytest.raises(NotFound):
            open_link(token)
        _, opened = open_link(other)
        assert opened.expires_at == now() + timedelta(days=7)
    with org_atomic(world.id):
        revoke_link(link=link, by=None)
        with pytest.raises(Conflict):
            renew_link(link=link, by=None)


def spoiled(token: str, world: World) -> dict[str, str]:
    packed = base64.urlsafe_b64decode(f"{token}==")
    own, link, secret = packed[:16], packed[16:32], packed[32:]

    def spelled(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return {
        "another secret": spelled(own + link + bytes(32)),
        "one bit": spelled(own + link + bytes([secret[0] ^ 1]) + secret[1:]),
        "another link": spelled(own + uuid4().bytes + secret),
        "another organization": spelled(world.foreign.pk.bytes + link + secret),
        "no organization": spelled(uuid4().bytes + link + secret),
        "cut": token[:-4],
        "longer": token + "AAAA",
        "another spelling": token[:-1] + last[last.index(token[-1]) + 1],
        "padded": f"{token}==",
        "no base64": "!" * 86,
        "empty": "",
    }


@pytest.mark.parametrize("how", spoiled("A" * 86, type("W", (), {"foreign": Organization()})()))
def test_whatever_is_no_link_of_ours_gets_the_same_words(world: World, how: str) -> None:
    _, token = made(world)
    with pytest.raises(NotFound) as said:
        open_link(spoiled(token, world)[how])
    assert said.value.message == UNKNOWN


@pytest.mark.parametrize("code", ["expired", "revoked"])
def test_only_the_right_secret_is_told_that_a_link_is_over(world: World, code: str) -> None:
    link, _ = made(world)
    with org_atomic(world.id):
        moment = now() - timedelta(days=1)
        field = {"expired": "expires_at", "revoked": "revoked_at"}[code]
        PortalLink.objects.filter(pk=link.pk).update(**{field: moment})
    with pytest.raises(NotFound):
        open_link(token_of(world.id, link.pk, bytes(32)))


def test_a_brand_or_team_that_is_closed_is_closed_to_clients(world: World) -> None:
    _, token = made(world)
    with org_atomic(world.id):
        BrandProfile.objects.get(pk=world.brand.pk).soft_delete()
    with pytest.raises(Gone):
        open_link(token)


def test_visits_are_counted_a_minute_apart(world: World) -> None:
    link, token = made(world)
    start = now()
    for seconds in (0, 5, 30, 90):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            open_link(token)
    with org_atomic(world.id):
        row = PortalLink.objects.get(pk=link.pk)
    assert row.use_count == 2
    assert row.first_used_at == start and row.last_used_at == start + timedelta(seconds=90)


def test_inside_there_is_one_brand_and_the_client_acts(world: World) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Another"))
    link, token = made(world, client_name="Ada")
    organization_id, opened = open_link(token)
    with entered(organization_id, opened, client_name="Grace"):
        assert current_organization_id() == world.id
        assert brands_in_sight() == frozenset({world.brand.pk})
        assert not BrandProfile.objects.filter(pk=other.pk).exists()
        row = record(action="post.approved", target=None)
    assert row.actor_kind == ActorKind.CLIENT and row.actor is None
    assert row.data == {"link": str(link.pk), "client": "Grace"}


def test_a_link_names_what_it_is_narrowed_to(world: World) -> None:
    posts = [uuid4(), uuid4()]
    link, _ = made(world, post_ids=posts, platforms=["bluesky"])
    assert link.post_ids == posts and link.platforms == ["bluesky"]
    assert is_open(link)


def test_a_subscription_names_its_file(world: World) -> None:
    with org_atomic(world.id):
        _, address = make_link(brand=world.brand, purpose="ics", by=None)
    assert address.endswith("/calendar.ics")


def test_a_token_is_not_logged(world: World) -> None:
    _, token = made(world)
    for said in (f"GET /c/{token}/", f"GET /c/{token}/posts/", f"GET /c/{token}/calendar.ics"):
        event = veil_tokens(None, "info", {"request": said, "event": said})
        assert token not in str(event)
