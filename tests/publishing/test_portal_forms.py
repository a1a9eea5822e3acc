"""A client connects an account by what its network gave them, as the team does, for one brand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.models import Plan, Subscription
from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditRecord, Notification, WhiteLabel
from publishing.channels.base import Connection, CredentialField
from publishing.channels.registry import channels
from publishing.models import BrandAccountLink, PortalLink, SocialAccount
from publishing.selectors.channels import channel_page
from publishing.selectors.portal import connectable_by_client, open_to_clients
from publishing.services.accounts import keep_connection, link_account
from publishing.services.portal import renew_link, require_open, revoke_link
from publishing.views import portal_connecting
from publishing.views.portal_door import KEY_FIELD
from tests.make_portal import portal_link
from tests.world import World, brand_fields

from .test_channels_pages import SECRET, Picky

pytestmark = pytest.mark.django_db

GIVEN = {"handle": "harbour", "password": SECRET, "server": "https://picky.example"}


class Helpful(Picky):
    """Names Warren where it says what to type, as networks do."""

    credential_fields = (
        CredentialField("handle", "Handle"),
        CredentialField("password", "Password", help="Warren does not keep it.", secret=True),
        CredentialField("server", "Server", default="https://picky.example", required=False),
    )


@pytest.fixture(autouse=True)
def _picky() -> Iterator[None]:
    channels.register(Picky.slug, Helpful())
    yield
    channels.unregister(Picky.slug)


def made(world: World, purpose: str = "connect", **values: Any) -> tuple[PortalLink, str]:
    with org_atomic(world.id):
        return portal_link(world.brand, purpose, **{"client_name": "Ada", **values})


def place(token: str) -> str:
    return f"/c/{token}/networks/picky/"


def key_of(client: Client, token: str) -> str:
    page = client.get(place(token)).content.decode()
    return str(re.findall(r'name="page_key" value="([^"]+)"', page)[0])


def connect(client: Client, token: str, **fields: str) -> Any:
    given = {**GIVEN, "page_key": key_of(client, token), **fields}
    return client.post(place(token), given)


def accounts(world: World) -> list[SocialAccount]:
    with org_atomic(world.id):
        return list(SocialAccount.objects.filter(platform="picky"))


def test_an_account_is_connected_for_the_links_brand_in_the_clients_name(
    client: Client, world: World
) -> None:
    link, token = made(world)
    answer = connect(client, token)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer["Location"]).content.decode()
    assert "Your account on Picky network is connected" in page
    [account] = accounts(world)
    with org_atomic(world.id):
        assert account.credentials.reveal() == {"token": "t0p-secret"}
        mine = BrandAccountLink.objects.get(account=account)
        assert mine.brand_id == world.brand.pk and mine.is_default
        act = AuditRecord.objects.filter(action="account.connected").latest("created_at")
        assert act.actor_kind == ActorKind.CLIENT and act.actor is None
        assert act.data["client"] == "Ada" and act.data["link"] == str(link.pk)
        assert SECRET not in str(act.data)
        told = Notification.objects.filter(kind="client_connected", user=world.owner).get()
        assert told.title == "Ada connected Harbour on Picky"


def test_the_team_sees_who_connected_it(client: Client, world: World) -> None:
    _, token = made(world)
    connect(client, token)
    [account] = accounts(world)
    with org_atomic(world.id):
        let_in = channel_page(account).let_in
    assert let_in is not None and (let_in.who, let_in.by_link) == ("Ada", True)
    client.force_login(world.viewer)
    page = client.get(f"{world.path}/channels/{account.pk}/").content.decode()
    assert "Ada through a link" in page


def test_a_refusal_stands_at_its_field_and_the_secret_never_comes_back(
    client: Client, world: World
) -> None:
    _, token = made(world, client_name="")
    answer = connect(client, token, password="wrong horse", client_name="Ada")
    page = answer.content.decode()
    assert answer.status_code == 422 and "The password is wrong." in page
    at_field = page.split('for="typed_password"')[1].split("</form>")[0]
    assert "The password is wrong." in at_field
    assert 'value="harbour"' in page and 'value="Ada"' in page and "wrong horse" not in page
    assert accounts(world) == []
    assert SECRET not in connect(client, token, handle="", client_name="Ada").content.decode()


def test_a_name_is_asked_for_once_where_the_link_has_none(client: Client, world: World) -> None:
    link, token = made(world, client_name="")
    assert "Your name" in client.get(place(token)).content.decode()
    refused = connect(client, token)
    assert refused.status_code == 422 and accounts(world) == []
    assert connect(client, token, client_name=" Ada  Lovelace ").status_code == 302
    with org_atomic(world.id):
        assert PortalLink.objects.get(pk=link.pk).client_name == "Ada Lovelace"
        act = AuditRecord.objects.filter(action="account.connected").latest("created_at")
        assert act.data["client"] == "Ada Lovelace"
    assert "Your name" not in client.get(place(token)).content.decode()


@pytest.mark.parametrize("purpose", ["review", "calendar", "report", "ics"])
def test_a_link_for_something_else_connects_nothing(
    client: Client, world: World, purpose: str
) -> None:
    _, right = made(world)
    _, token = made(world, purpose)
    given = {**GIVEN, "page_key": key_of(client, right)}
    assert client.post(place(token), given).status_code == 404
    assert accounts(world) == []


@pytest.mark.parametrize("how", ["revoked", "expired", "foreign", "another's key"])
def test_a_link_that_does_not_open_connects_nothing(client: Client, world: World, how: str) -> None:
    link, token = made(world)
    given = {**GIVEN, "page_key": key_of(client, token)}
    expected = 410
    with org_atomic(world.id):
        if how == "revoked":
            revoke_link(link=link, by=None)
        elif how == "expired":
            PortalLink.objects.filter(pk=link.pk).update(expires_at=now())
    if how == "foreign":
        token, expected = f"{token[:60]}{'A' if token[60] != 'A' else 'B'}{token[61:]}", 404
    if how == "another's key":
        given["page_key"], expected = key_of(client, made(world)[1]), 422
    assert client.post(place(token), given).status_code == expected
    assert accounts(world) == []


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("revoked", "This link was taken back."),
        ("expired", "This link worked for a limited time, and that is over."),
        ("renewed", "This link was replaced by a new one."),
    ],
)
def test_a_link_that_ends_while_the_network_answers_connects_nothing(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch, how: str, words: str
) -> None:
    link, token = made(world)

    def meanwhile(channel: Helpful, values: Any) -> Connection:
        with org_atomic(world.id):
            if how == "revoked":
                revoke_link(link=link, by=world.owner)
            elif how == "expired":
                PortalLink.objects.filter(pk=link.pk).update(expires_at=now())
            else:
                renew_link(link=link, by=world.owner)
        return Picky.connect(channel, values)

    monkeypatch.setattr(Helpful, "connect", meanwhile)
    answer = connect(client, token)
    page = answer.content.decode()
    assert answer.status_code == 410 and f"Nothing was done. {words}" in page
    assert "<form" not in page and accounts(world) == []


def test_a_link_is_asked_for_again_under_a_lock_that_its_withdrawal_waits_for(world: World) -> None:
    link, _ = made(world)
    with org_atomic(world.id), CaptureQueriesContext(connection) as asked:
        require_open(link)
    assert any("FOR NO KEY UPDATE" in each["sql"] for each in asked.captured_queries)


def test_a_link_for_certain_networks_leads_to_no_others(client: Client, world: World) -> None:
    link, token = made(world, platforms=["bluesky"])
    assert client.get(place(token)).status_code == 404
    assert client.post(place(token), GIVEN).status_code == 404
    assert [each.channel.slug for each in connectable_by_client(link)] == ["bluesky"]
    assert accounts(world) == []


def test_what_asks_for_no_secret_is_the_teams_to_connect(world: World) -> None:
    found = {each.channel.slug: each for each in open_to_clients()}
    assert {"bluesky", "telegram", "discord", "wordpress", "ghost", "picky"} <= set(found)
    assert not {"feed", "webhook", "by_hand"} & set(found)
    assert found["mastodon"].by_consent and not found["mastodon"].by_form
    assert found["bluesky"].by_consent and found["bluesky"].by_form
    assert found["telegram"].words == "You enter the bot token."
    assert found["ghost"].words == "You enter the Admin API key."


def test_no_network_calls_a_field_as_the_forms_own(world: World) -> None:
    for way in open_to_clients():
        names = {each.name for each in way.channel.credential_fields}
        assert not names & {KEY_FIELD, "client_name"}, way.channel.slug


def test_both_ways_stand_on_one_page_without_an_id_twice(client: Client, world: World) -> None:
    _, token = made(world, client_name="")
    page = client.get(f"/c/{token}/networks/bluesky/").content.decode()
    assert "Or with the app password" in page and "Go on to Bluesky" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_page_in_the_agencys_name_says_no_other(client: Client, world: World) -> None:
    with org_atomic(world.id):
        WhiteLabel.objects.create(name="Studio North", hides_warren=True)
    _, token = made(world)
    page = client.get(place(token)).content.decode()
    assert "Studio North does not keep it." in page and "Warren" not in page


@pytest.mark.parametrize(
    ("platform", "fields", "field"),
    [
        ("wordpress", {"site": "https://10.0.0.1", "user": "a", "password": "b c"}, "site"),
        ("ghost", {"site": "https://169.254.169.254", "key": f"{'a' * 24}:{'b' * 64}"}, "site"),
        ("lemmy", {"server": "https://10.0.0.1", "username": "a", "password": "b"}, "server"),
        (
            "bluesky",
            {"handle": "a.bsky.social", "app_password": "x", "server": "https://10.0.0.7"},
            "server",
        ),
    ],
)
def test_no_address_within_a_network_of_somebody_is_called(
    client: Client, world: World, platform: str, fields: dict[str, str], field: str
) -> None:
    _, token = made(world)
    address = f"/c/{token}/networks/{platform}/"
    answer = client.post(address, {**fields, "page_key": key_of(client, token)})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field], answer.context["form"].errors
    with org_atomic(world.id):
        assert not SocialAccount.objects.filter(platform=platform).exists()


def test_an_account_of_another_brand_is_shared_and_not_shown(client: Client, world: World) -> None:
    _, token = made(world)
    connect(client, token)
    [account] = accounts(world)
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Rival"))
        link_account(brand=other, account=account, is_default=True, by=world.owner)
        BrandAccountLink.objects.filter(brand=world.brand, account=account).delete()
    answer = client.get(connect(client, token)["Location"])
    assert "Rival" not in answer.content.decode()
    assert [each.pk for each in accounts(world)] == [account.pk]
    with org_atomic(world.id):
        assert BrandAccountLink.objects.filter(account=account).count() == 2


def test_a_server_of_somebodys_own_does_not_take_an_account_over(
    client: Client, world: World
) -> None:
    link, token = made(world)
    connect(client, token)
    answer = connect(client, token, server="https://mine.example")
    assert answer.status_code == 422
    assert "cannot be connected by a link" in answer.content.decode()
    [account] = accounts(world)
    assert account.server == "https://picky.example"
    elsewhere = Connection(
        "harbour", "H", "h", "", "", {"token": "x"}, server="https://mine.example"
    )
    with org_atomic(world.id):
        SocialAccount.objects.get(pk=account.pk).soft_delete()
    with org_atomic(world.id), pytest.raises(Conflict):
        keep_connection(
            platform="picky",
            connection=elsewhere,
            brand=world.brand,
            by=None,
            way="form",
            link=link,
        )


def test_secrets_cannot_be_tried_without_end(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal_connecting, "MOST_TRIES", 2)
    _, token = made(world)
    for _ in range(2):
        connect(client, token, password="wrong horse")
    answer = connect(client, token)
    assert answer.status_code == 422 and accounts(world) == []


def test_a_plan_without_room_is_the_agencys_affair(client: Client, world: World) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(plan=Plan.objects.get(slug="starter"))
        for number in range(9):
            SocialAccount.objects.create(platform="bluesky", remote_id=str(number), name="One")
    _, token = made(world)
    answer = connect(client, token)
    page = answer.content.decode()
    assert answer.status_code == 422 and "has no place for one more account" in page
    assert accounts(world) == []


def test_a_credential_field_is_named_within_a_sentence() -> None:
    from publishing.channels.base import secret_names

    fields = [
        CredentialField("a", "Bot token", secret=True),
        CredentialField("b", "API key", secret=True),
        CredentialField("c", "Server"),
    ]
    assert secret_names(fields) == "bot token and API key"
