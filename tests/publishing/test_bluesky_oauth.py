"""Bluesky by its own page. What takes the fixture `atproto` runs against the stand-in and the real
server, whose consent page is walked by plain HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels import dpop
from publishing.channels.atproto_oauth import client_for
from publishing.channels.base import AccountFacts, ChannelError, Connection, Draft, Outcome
from tests.peers.atproto import Network, Person
from tests.peers.fake_atproto import FakeNetwork, answering
from tests.peers.sessions import MemorySession, Vault

from .test_bluesky import bluesky

BACK = "http://127.0.0.1:8765/connect/bluesky/callback/"
PUBLIC = "https://warren.example/connect/bluesky/callback/"


@pytest.fixture(autouse=True)
def _fresh_nonces() -> Iterator[None]:
    dpop._nonces.clear()
    yield


@pytest.fixture
def at(settings: Settings) -> Callable[[Network], Network]:
    """The channel sends videos to this network's own service."""

    def point(network: Network) -> Network:
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "bluesky.video": network.address,
        }
        return network

    return point


def begin(network: Network, person: Person, back: str = BACK) -> tuple[dict[str, str], Any]:
    values = {"handle": f"@{person.handle}", "server": network.address}
    begun = bluesky.authorization(values=values, state="our-state", redirect_uri=back, app=None)
    return dict(parse_qsl(urlsplit(begun.url).query)), begun


def connect(network: Network, person: Person) -> Connection:
    query, begun = begin(network, person)
    answer = network.consent(query, person)
    assert answer["state"] == "our-state"
    (connection,) = bluesky.accept(answer, begun.kept, redirect_uri=BACK, app=None)
    return connection


def session_of(connection: Connection, vault: Vault | None = None, **more: Any) -> MemorySession:
    account = AccountFacts(connection.remote_id, connection.handle, connection.server)
    vault = vault or Vault(dict(connection.credentials))
    return MemorySession(connection.server, vault, account=account, **more)


def post(session: MemorySession, text: str = "By its own page") -> Any:
    payload = bluesky.freeze(Draft(text), session.account, occurrence_key=text, now=now())
    return bluesky.publish(payload, session)


def refused(call: Callable[[], Any]) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        call()
    assert caught.value.message.endswith(".")
    return caught.value


def test_a_person_says_yes_and_warren_posts(
    atproto: Network, at: Callable[[Network], Network]
) -> None:
    person = at(atproto).join()
    connection = connect(atproto, person)
    assert connection.remote_id == person.did
    assert connection.handle == person.handle
    assert set(connection.scopes) >= {"atproto", "transition:generic"}
    assert connection.expires_at is not None
    assert connection.expires_at > now()
    session = session_of(connection)
    post(session)
    assert [each["value"]["text"] for each in atproto.posts_of(person)] == ["By its own page"]
    assert all(finding.ok is not False for finding in bluesky.probe(session)[:3])
    assert {reading.name for reading in session.readings} <= {"points_hour", "points_day", "calls"}


def test_the_address_shows_nothing_but_a_number(
    atproto: Network, at: Callable[[Network], Network]
) -> None:
    person = at(atproto).join()
    query, begun = begin(atproto, person)
    assert set(query) == {"client_id", "request_uri"}
    assert begun.kept["verifier"] not in begun.url


def test_renewing_spends_the_old_token_and_the_new_one_posts(
    atproto: Network, at: Callable[[Network], Network]
) -> None:
    connection = connect(atproto, at(atproto).join())
    session = session_of(connection)
    ends = bluesky.renew(session)
    fresh = session.vault.credentials
    assert ends is not None
    assert fresh["access_token"] != connection.credentials["access_token"]
    assert fresh["refresh_token"] != connection.credentials["refresh_token"]
    post(session)
    spent = session_of(connection)
    assert refused(lambda: bluesky.renew(spent)).outcome is Outcome.RECONNECT


def test_what_is_revoked_neither_posts_nor_renews(
    atproto: Network, at: Callable[[Network], Network]
) -> None:
    session = session_of(connect(atproto, at(atproto).join()))
    bluesky.revoke(session)
    assert refused(lambda: bluesky.renew(session)).outcome is Outcome.RECONNECT


def test_an_app_passwords_session_ends_there_too(atproto: Network) -> None:
    person = atproto.join()
    session = MemorySession(atproto.address, Vault(dict(person.tokens)))
    bluesky.revoke(session)
    assert refused(lambda: bluesky.renew(session)).outcome is Outcome.RECONNECT


def test_many_workers_renew_once(
    fake_atproto: FakeNetwork, at: Callable[[Network], Network]
) -> None:
    person = at(fake_atproto).join()
    connection = connect(fake_atproto, person)
    issued = now() - timedelta(hours=2)
    ended = {"issued_at": issued.isoformat(), "expires_at": (now()).isoformat()}
    vault = Vault({**connection.credentials, **ended})
    threads = [
        threading.Thread(target=post, args=(session_of(connection, vault), f"Text {number}"))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert fake_atproto.grants.refreshes == 1
    assert len(fake_atproto.posts_of(person)) == 8


def test_a_token_that_ended_early_is_renewed_and_the_post_goes_out(
    fake_atproto: FakeNetwork, at: Callable[[Network], Network]
) -> None:
    person = at(fake_atproto).join()
    connection = connect(fake_atproto, person)
    del fake_atproto.grants.access[connection.credentials["access_token"]]
    post(session_of(connection))
    assert fake_atproto.grants.refreshes == 1
    assert len(fake_atproto.posts_of(person)) == 1


def test_a_new_nonce_costs_one_more_request_and_no_second_post(
    fake_atproto: FakeNetwork, at: Callable[[Network], Network]
) -> None:
    person = at(fake_atproto).join()
    session = session_of(connect(fake_atproto, person))
    for turn in (2, 3):
        fake_atproto.grants.turn = turn
        post(session, f"Turn {turn}")
    assert len(fake_atproto.posts_of(person)) == 2


def test_a_token_without_its_key_is_worth_nothing(
    fake_atproto: FakeNetwork, at: Callable[[Network], Network]
) -> None:
    connection = connect(fake_atproto, at(fake_atproto).join())
    stolen = {**connection.credentials, "dpop_key": dpop.new_key(), "refresh_token": ""}
    assert refused(lambda: post(session_of(connection, Vault(stolen)))).outcome is Outcome.RECONNECT


@pytest.mark.parametrize("iss", ["", "https://elsewhere.example"])
def test_an_answer_of_another_server_is_not_believed(
    fake_atproto: FakeNetwork, at: Callable[[Network], Network], iss: str
) -> None:
    query, begun = begin(fake_atproto, person := at(fake_atproto).join())
    answer = {**fake_atproto.consent(query, person), "iss": iss}
    error = refused(lambda: bluesky.accept(answer, begun.kept, redirect_uri=BACK, app=None))
    assert error.code == "wrong_issuer"
    assert fake_atproto.calls_of("/oauth/token") == 0


def test_another_account_than_the_named_one_is_not_connected(
    fake_atproto: FakeNetwork, at: Callable[[Network], Network]
) -> None:
    person, other = at(fake_atproto).join(), fake_atproto.join()
    query, begun = begin(fake_atproto, person)
    answer = fake_atproto.consent(query, other)
    error = refused(lambda: bluesky.accept(answer, begun.kept, redirect_uri=BACK, app=None))
    assert error.code == "wrong_account"


def test_a_no_and_a_withheld_scope_are_said_as_they_are(
    fake_atproto: FakeNetwork, at: Callable[[Network], Network]
) -> None:
    query, begun = begin(fake_atproto, person := at(fake_atproto).join())
    no = {"iss": fake_atproto.address, "state": "our-state", "error": "access_denied"}
    denied = refused(lambda: bluesky.accept(no, begun.kept, redirect_uri=BACK, app=None))
    assert denied.code == "denied"
    fake_atproto.grants.withheld.add("transition:generic")
    answer = fake_atproto.consent(query, person)
    short = refused(lambda: bluesky.accept(answer, begun.kept, redirect_uri=BACK, app=None))
    assert "transition:generic" in short.message


def test_a_handle_that_nobody_has_names_its_field(
    atproto: Network, at: Callable[[Network], Network]
) -> None:
    person = at(atproto).join()
    nobody = replace(person, handle="nobody-at-all.test")
    error = refused(lambda: begin(atproto, nobody))
    assert error.field == "handle"
    assert "nobody-at-all.test" in error.message


def test_a_handle_that_its_account_does_not_know_is_refused(
    fake_atproto: FakeNetwork, at: Callable[[Network], Network]
) -> None:
    person, other = at(fake_atproto).join(), fake_atproto.join()
    fake_atproto.misbehave("com.atproto.identity.resolveHandle", answering(200, {"did": other.did}))
    assert "does not call itself so" in refused(lambda: begin(fake_atproto, person)).message


def test_a_renewal_that_fails_on_the_way_disconnects_nobody(
    fake_atproto: FakeNetwork, at: Callable[[Network], Network]
) -> None:
    session = session_of(connect(fake_atproto, at(fake_atproto).join()))
    fake_atproto.misbehave("/oauth/token", answering(502, "<html>Bad gateway</html>"))
    assert refused(lambda: bluesky.renew(session)).outcome is Outcome.NOT_SENT


def test_at_a_public_address_warren_proves_itself_and_publishes_its_key(
    fake_atproto: FakeNetwork, at: Callable[[Network], Network], settings: Settings, client: Client
) -> None:
    settings.WARREN_BASE_URL = "https://warren.example"
    document = client.get("/connect/bluesky/client-metadata.json").json()
    person = at(fake_atproto).join()
    query, begun = begin(fake_atproto, person, PUBLIC)
    assert query["client_id"] == document["client_id"]
    assert document["redirect_uris"] == [PUBLIC]
    assert document["token_endpoint_auth_method"] == "private_key_jwt"
    assert "d" not in document["jwks"]["keys"][0]
    assert begun.kept["client_key"] == document["jwks"]["keys"][0]["kid"]
    answer = fake_atproto.consent(query, person)
    (connection,) = bluesky.accept(answer, begun.kept, redirect_uri=PUBLIC, app=None)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another " * 9
    bluesky.renew(session_of(connection))
    settings.SECRET_KEY_FALLBACKS = []
    gone = refused(lambda: bluesky.renew(session_of(connection)))
    assert gone.outcome is Outcome.RECONNECT


def test_an_address_that_is_neither_public_nor_this_machine_is_told_so() -> None:
    for strange in ("http://warren.example/x", "http://localhost:8000/x"):
        with pytest.raises(ChannelError, match="WARREN_BASE_URL"):
            client_for(strange, "/document")
