"""The way to a network's own page and back, over real HTTP: what is kept, checked and refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from billing.models import Plan, Subscription
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, User
from publishing.models import AccountStatus, ConnectAttempt, SocialAccount
from publishing.services.accounts import save_options
from publishing.services.connecting import LIFE, forget_attempts
from tests.networks.authorization import AuthorizationServer, quayside
from tests.networks.base import query_of
from tests.organizations.confirming import sign_in_confirmed
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


@pytest.fixture
def network(settings: Settings) -> Iterator[AuthorizationServer]:
    with quayside(settings) as server:
        yield server


@pytest.fixture
def page(world: World, client: Client, network: AuthorizationServer) -> Client:
    return sign_in_confirmed(client, world.admin)


def leave(page: Client, world: World, again: SocialAccount | None = None) -> dict[str, str]:
    """Press the button and follow to the last page here; the query that the network is asked."""
    address = f"{world.path}/channels/new/quayside/consent/"
    address += f"?account={again.pk}" if again else ""
    answer = page.post(address, {"brand": str(world.brand.pk)}, follow=True)
    assert answer.status_code == 200, answer.content.decode()
    assert answer["Refresh"].startswith("0; url=http://127.0.0.1")
    return query_of(answer["Refresh"].partition("url=")[2])


def come_back(
    page: Client, network: AuthorizationServer, asked: Mapping[str, str], **how: Any
) -> Any:
    there = network.send_back(dict(asked), **how).headers["Location"]
    path = there[there.index("/connect/") :]
    return page.get(path, follow=True)


def connected(world: World) -> list[SocialAccount]:
    with org_atomic(world.id):
        return list(SocialAccount.objects.filter(platform="quayside").order_by("remote_id"))


def secrets_of(world: World, account: SocialAccount) -> Any:
    with org_atomic(world.id):
        secret = SocialAccount.objects.get(pk=account.pk).credentials
        return secret.reveal() if secret else None


def test_the_page_says_what_will_be_asked_for(world: World, page: Client) -> None:
    body = page.get(f"{world.path}/channels/new/quayside/").content.decode()
    assert "publish posts" in body and "Go on to Quayside" in body


def test_without_an_app_the_page_says_what_the_operator_does(
    world: World, page: Client, settings: Settings
) -> None:
    settings.WARREN_CHANNEL_OPTIONS = {}
    body = page.get(f"{world.path}/channels/new/quayside/").content.decode()
    assert "quayside_client_id" in body and "/connect/quayside/callback/" in body
    assert "Go on to Quayside" not in body
    answer = page.post(f"{world.path}/channels/new/quayside/consent/", {"brand": ""})
    assert answer.status_code == 422


def test_a_consent_connects_the_account_with_what_was_granted(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    asked = leave(page, world)
    assert asked["code_challenge_method"] == "S256" and asked["scope"] == "read write"
    body = come_back(page, network, asked).content.decode()
    assert "Harbour Boats on Quayside is connected" in body
    [account] = connected(world)
    assert account.scopes == ["read", "write"] and account.token_expires_at is not None
    assert account.due_at is not None
    assert secrets_of(world, account)["refresh_token"] == network.grants[0].refresh
    with org_atomic(world.id):
        attempt = ConnectAttempt.objects.get()
        assert attempt.kept is None and attempt.offered is None
        told = AuditRecord.objects.filter(action="account.connected").latest("created_at")
        assert told.data["way"] == "consent"


def test_an_answer_counts_once(world: World, page: Client, network: AuthorizationServer) -> None:
    asked = leave(page, world)
    come_back(page, network, asked)
    again = come_back(page, network, asked)
    assert again.status_code == 409
    assert "used already" in again.content.decode() and "Start again" in again.content.decode()
    assert len(network.grants) == 1


def test_a_denied_consent_connects_nothing_and_can_start_again(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    answer = come_back(page, network, leave(page, world), allow=False)
    body = answer.content.decode()
    assert answer.status_code == 422 and "was not allowed to let Warren in" in body
    assert f"{world.path}/channels/new/quayside/" in body
    assert connected(world) == []


def test_missing_permissions_are_named(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    network.grants_only = "read"
    body = come_back(page, network, leave(page, world)).content.decode()
    assert "write is missing" in body and connected(world) == []


def test_who_comes_too_late_starts_again(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    asked = leave(page, world)
    with time_machine.travel(now() + LIFE + timedelta(seconds=1)):
        answer = come_back(page, network, asked)
    assert answer.status_code == 409 and network.grants == []


@pytest.mark.parametrize("state", ["", "nonsense", "a-b:c"])
def test_a_state_that_is_not_ours_is_no_answer(world: World, page: Client, state: str) -> None:
    answer = page.get(f"/connect/quayside/callback/?{urlencode({'state': state, 'code': 'x'})}")
    assert answer.status_code == 400
    assert "Nothing was connected" in answer.content.decode()


def test_nobody_else_can_use_an_answer(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    asked = leave(page, world)
    for person, status in (
        (world.owner, 404),
        (world.editor, 403),
        (world.stranger, 400),
    ):
        assert come_back(signed_in(person), network, asked).status_code == status, person
    there = network.send_back(dict(asked)).headers["Location"]
    path = there[there.index("/connect/") :]
    assert Client().get(path).status_code == 302
    assert page.get(path.replace("/quayside/", "/feed/")).status_code == 404
    assert network.grants == [] and connected(world) == []


def signed_in(person: User) -> Client:
    return sign_in_confirmed(Client(), person)


def test_of_several_accounts_a_person_chooses(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    network.accounts = (("1", "Harbour Boats"), ("2", "Pine Shop"), ("3", "Not this"))
    answer = come_back(page, network, leave(page, world))
    body = answer.content.decode()
    assert "Pine Shop" in body and connected(world) == []
    address = answer.redirect_chain[-1][0]
    assert signed_in(world.owner).get(address).status_code == 404
    assert page.post(address, {}).status_code == 422
    body = page.post(address, {"accounts": ["1", "2"]}, follow=True).content.decode()
    assert "Harbour Boats and Pine Shop on Quayside are connected" in body
    assert [each.remote_id for each in connected(world)] == ["1", "2"]
    with org_atomic(world.id):
        assert ConnectAttempt.objects.get().offered is None
    assert page.get(address).status_code == 409


def test_a_plan_without_room_keeps_the_choice_open(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    network.accounts = (("1", "Harbour Boats"), ("2", "Pine Shop"))
    with org_atomic(world.id):
        Subscription.objects.update(plan=Plan.objects.get(slug="starter"))
    address = come_back(page, network, leave(page, world)).redirect_chain[-1][0]
    assert page.post(address, {"accounts": ["1", "2"]}).status_code == 422
    assert connected(world) == []
    page.post(address, {"accounts": ["2"]})
    assert [each.name for each in connected(world)] == ["Pine Shop"]


def test_connecting_again_takes_only_the_very_account_and_keeps_its_refresh_token(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    come_back(page, network, leave(page, world))
    [account] = connected(world)
    before = secrets_of(world, account)
    with org_atomic(world.id):
        SocialAccount.objects.update(status=AccountStatus.NEEDS_RECONNECT)
        assert account.settings == {"pier": "the first one"}
        save_options(account=account, values={"pier": "my own"}, by=world.admin)
    network.accounts = (("9", "Somebody Else"),)
    body = come_back(page, network, leave(page, world, account)).content.decode()
    assert "opened Somebody Else" in body and f"?account={account.pk}" in body
    assert secrets_of(world, account) == before
    network.accounts = (("9", "Somebody Else"), ("1", "Harbour Boats"))
    network.sends_refresh_token = False
    come_back(page, network, leave(page, world, account))
    [again] = connected(world)
    assert again.pk == account.pk and again.status == AccountStatus.ACTIVE
    assert again.settings == {"pier": "my own"}
    kept = secrets_of(world, account)
    assert kept["access_token"] != before["access_token"]
    assert kept["refresh_token"] == before["refresh_token"]


def test_a_network_that_is_away_is_a_sentence(
    world: World, page: Client, network: AuthorizationServer, settings: Settings
) -> None:
    asked = leave(page, world)
    there = network.send_back(dict(asked)).headers["Location"]
    network.__exit__()
    answer = page.get(there[there.index("/connect/") :])
    assert answer.status_code == 422 and "Start again" in answer.content.decode()


def test_disconnecting_ends_the_access_over_there_too(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    come_back(page, network, leave(page, world))
    [account] = connected(world)
    token = network.grants[0].refresh
    page.post(f"{world.path}/channels/{account.pk}/disconnection/")
    assert network.revoked == [token] and connected(world) == []


def test_disconnecting_does_not_need_the_network(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    come_back(page, network, leave(page, world))
    [account] = connected(world)
    network.__exit__()
    page.post(f"{world.path}/channels/{account.pk}/disconnection/")
    assert connected(world) == []


def test_who_has_been_signed_in_for_long_proves_it_before_connecting(
    world: World, network: AuthorizationServer
) -> None:
    page = sign_in_confirmed(Client(), world.admin, seconds_ago=3600)
    start = f"{world.path}/channels/new/quayside/"
    assert "reauthenticate" in page.get(start)["Location"]
    assert "reauthenticate" in page.post(f"{start}consent/", {"brand": ""})["Location"]
    assert page.get(f"{world.path}/channels/new/feed/").status_code == 200


def test_attempts_that_ended_are_forgotten(
    world: World, page: Client, network: AuthorizationServer
) -> None:
    leave(page, world)
    assert forget_attempts() == 0
    with time_machine.travel(now() + 2 * LIFE + timedelta(seconds=1)):
        assert forget_attempts() == 1
