"""A client connects an account of their own: by their link, their browser, and for their brand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditRecord, Notification
from publishing.channels.registry import channels
from publishing.models import BrandAccountLink, PortalLink, SocialAccount
from publishing.services.accounts import link_account
from publishing.services.portal import revoke_link
from tests.make_portal import portal_link
from tests.networks.authorization import AuthorizationServer, quayside
from tests.networks.base import query_of
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


@pytest.fixture
def network(settings: Settings) -> Iterator[AuthorizationServer]:
    with quayside(settings) as server:
        yield server


def made(world: World, **values: Any) -> tuple[PortalLink, str]:
    with org_atomic(world.id):
        return portal_link(world.brand, "connect", **values)


def leave(client: Client, token: str) -> dict[str, str]:
    address = f"/c/{token}/networks/quayside/"
    page = client.get(address).content.decode()
    key = re.findall(r'name="page_key" value="([^"]+)"', page)[0]
    given = {"page_key": key, "client_name": "Ada"}
    answer = client.post(f"{address}consent/", given, follow=True)
    assert answer.status_code == 200, answer.content.decode()
    return query_of(answer["Refresh"].partition("url=")[2])


def come_back(
    client: Client, network: AuthorizationServer, asked: dict[str, str], **how: Any
) -> Any:
    there = network.send_back(dict(asked), **how).headers["Location"]
    return client.get(there[there.index("/connect/") :], follow=True)


def accounts(world: World) -> list[SocialAccount]:
    with org_atomic(world.id):
        return list(SocialAccount.objects.filter(platform="quayside"))


def test_an_account_is_connected_for_the_brand_of_the_link_and_the_team_is_told(
    client: Client, world: World, network: AuthorizationServer
) -> None:
    link, token = made(world, client_name="Ada")
    page = client.get(f"/c/{token}/").content.decode()
    assert "Quayside" in page and world.account.name not in page.replace(world.brand.name, "")
    answer = come_back(client, network, leave(client, token))
    assert answer.redirect_chain[-1][0].startswith(f"/c/{token}/")
    assert "Your account on Quayside is connected" in answer.content.decode()
    [account] = accounts(world)
    with org_atomic(world.id):
        brands = BrandAccountLink.objects.filter(account=account).values_list("brand_id", flat=True)
        assert list(brands) == [world.brand.pk]
        act = AuditRecord.objects.filter(action="account.connected").latest("created_at")
        assert act.actor_kind == ActorKind.CLIENT
        assert act.data["way"] == "client" and act.data["link"] == str(link.pk)
        told = Notification.objects.filter(kind="client_connected", user=world.owner).get()
        assert told.title == "Ada connected Harbour Boats"
    assert "client_way" not in client.cookies or not client.cookies["client_way"].value


def test_the_answer_counts_only_in_the_browser_that_left(
    client: Client, world: World, network: AuthorizationServer
) -> None:
    _, token = made(world)
    asked = leave(client, token)
    refused = come_back(Client(), network, asked)
    assert refused.status_code == 404 and "not the browser" in refused.content.decode()
    assert accounts(world) == []


def test_a_member_cannot_use_a_clients_answer_nor_a_client_a_members(
    client: Client, world: World, network: AuthorizationServer
) -> None:
    _, token = made(world)
    asked = leave(client, token)
    member = Client()
    member.force_login(world.owner)
    assert come_back(member, network, asked).status_code == 404
    assert accounts(world) == []


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_a_link_that_ends_on_the_way_connects_nothing(
    client: Client, world: World, network: AuthorizationServer, how: str
) -> None:
    link, token = made(world)
    asked = leave(client, token)
    with org_atomic(world.id):
        if how == "revoked":
            revoke_link(link=link, by=None)
        else:
            PortalLink.objects.filter(pk=link.pk).update(expires_at=now())
    assert come_back(client, network, asked).status_code == 410
    assert accounts(world) == []


def test_a_link_that_ends_while_the_network_answers_connects_nothing(
    client: Client, world: World, network: AuthorizationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, token = made(world)
    channel: Any = type(channels["quayside"])
    accepts = channel.accept

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        with org_atomic(world.id):
            revoke_link(link=link, by=None)
        return accepts(*args, **kwargs)

    monkeypatch.setattr(channel, "accept", meanwhile)
    answer = come_back(client, network, leave(client, token))
    page = answer.content.decode()
    assert answer.status_code == 410 and "Nothing was done. This link was taken back." in page
    assert "Start again" not in page and accounts(world) == []


def test_an_answer_counts_once_and_for_a_quarter_of_an_hour(
    client: Client, world: World, network: AuthorizationServer
) -> None:
    _, token = made(world)
    asked = leave(client, token)
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert come_back(client, network, asked).status_code in {404, 409}
    assert accounts(world) == []


def test_an_account_that_another_brand_has_is_shared_and_not_shown(
    client: Client, world: World, network: AuthorizationServer
) -> None:
    _, token = made(world)
    come_back(client, network, leave(client, token))
    [account] = accounts(world)
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Rival"))
        link_account(brand=other, account=account, is_default=True, by=world.owner)
        BrandAccountLink.objects.filter(brand=world.brand, account=account).delete()
    answer = come_back(client, network, leave(client, token))
    assert answer.status_code == 200 and "Rival" not in answer.content.decode()
    assert [each.pk for each in accounts(world)] == [account.pk]
    with org_atomic(world.id):
        assert BrandAccountLink.objects.filter(account=account).count() == 2


def test_who_comes_by_a_link_without_a_name_says_one_before_leaving(
    client: Client, world: World, network: AuthorizationServer
) -> None:
    link, token = made(world)
    address = f"/c/{token}/networks/quayside/"
    key = re.findall(r'name="page_key" value="([^"]+)"', client.get(address).content.decode())[0]
    refused = client.post(f"{address}consent/", {"page_key": key, "client_name": " "})
    assert refused.status_code == 422 and "This field is required" in refused.content.decode()
    come_back(client, network, leave(client, token))
    with org_atomic(world.id):
        act = AuditRecord.objects.filter(action="account.connected").latest("created_at")
        assert act.data["client"] == PortalLink.objects.get(pk=link.pk).client_name == "Ada"
    assert "Your name" not in client.get(address).content.decode()


def test_a_network_that_has_no_form_takes_no_secrets(
    client: Client, world: World, network: AuthorizationServer
) -> None:
    _, token = made(world)
    answer = client.post(f"/c/{token}/networks/quayside/", {"password": "typed"})
    assert answer.status_code == 404 and accounts(world) == []


def test_a_link_for_certain_networks_leads_to_no_others(
    client: Client, world: World, network: AuthorizationServer
) -> None:
    _, token = made(world, platforms=["mastodon"])
    assert "Quayside" not in client.get(f"/c/{token}/").content.decode()
    assert client.get(f"/c/{token}/networks/quayside/").status_code == 404
    assert client.post(f"/c/{token}/networks/quayside/consent/").status_code == 404


def test_a_no_over_there_is_a_calm_page_with_a_way_back(
    client: Client, world: World, network: AuthorizationServer
) -> None:
    _, token = made(world)
    asked = leave(client, token)
    answer = client.get(
        "/connect/quayside/callback/",
        {"state": asked["state"], "error": "access_denied"},
        follow=True,
    )
    page = answer.content.decode()
    assert answer.status_code >= 400 and f'href="/c/{token}/"' in page
    assert f"was not allowed to let {world.organization.name}" in page.replace("&amp;", "&")
    assert "Warren" not in page
    assert accounts(world) == []
