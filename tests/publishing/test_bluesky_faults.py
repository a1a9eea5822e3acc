"""What a bad day does to a post on Bluesky: lost answers, pauses, crashes, wrong addresses."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from config.kernel.clock import now
from publishing.channels.base import (
    Accepted,
    ChannelError,
    Connection,
    CrashPoint,
    Draft,
    Measurement,
    Media,
    Published,
)
from publishing.channels.bluesky_addresses import post_address
from publishing.channels.errors import Outcome
from tests.networks.bluesky import BlueskyNetwork
from tests.peers.atproto import Person
from tests.peers.fake_atproto import FakeNetwork, accepting_then, answering
from tests.peers.sessions import Killed, MemorySession, Vault, picture

from .test_bluesky import bluesky, ended, frozen, session_of

PUT = "com.atproto.repo.putRecord"
UPLOAD = "com.atproto.repo.uploadBlob"
REFRESH = "com.atproto.server.refreshSession"
LOGIN = "com.atproto.server.createSession"


def is_out(answer: Published | Accepted) -> Published:
    assert isinstance(answer, Published)
    return answer


def refused(call: Callable[[], Any]) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        call()
    assert caught.value.message.endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": "InternalServerError", "message": "Internal Server Error"}),
        (502, "<html>Bad gateway</html>"),
        (200, ""),
        (200, "<html>Welcome</html>"),
        (200, {}),
    ],
)
def test_a_lost_answer_is_ambiguous_and_sending_again_makes_no_second_post(
    fake_atproto: FakeNetwork, status: int, body: Any
) -> None:
    person = fake_atproto.join()
    session = session_of(fake_atproto, person)
    payload = frozen(fake_atproto, person, "Once")
    fake_atproto.misbehave(PUT, accepting_then(status, body))
    assert refused(lambda: bluesky.publish(payload, session)).outcome is Outcome.AMBIGUOUS
    assert bluesky.find(payload, session) is not None
    bluesky.publish(payload, session)
    assert len(fake_atproto.posts_of(person)) == 1


def test_a_refusal_of_what_was_taken_is_not_believed(fake_atproto: FakeNetwork) -> None:
    person = fake_atproto.join()
    payload = frozen(fake_atproto, person, "Taken")
    body = {"error": "InvalidRequest", "message": "no"}
    fake_atproto.misbehave(PUT, accepting_then(400, body))
    published = is_out(bluesky.publish(payload, session_of(fake_atproto, person)))
    assert published.remote_id == fake_atproto.posts_of(person)[0]["uri"]


def test_a_refusal_stays_the_reason_when_the_account_cannot_be_read_either(
    fake_atproto: FakeNetwork,
) -> None:
    person = fake_atproto.join()
    payload = frozen(fake_atproto, person, "Never")
    fake_atproto.take_down(person)
    body = {"error": "InvalidRequest", "message": "Could not find repo"}
    fake_atproto.misbehave("com.atproto.repo.getRecord", answering(400, body))
    session = session_of(fake_atproto, person)
    assert "taken this account down" in refused(lambda: bluesky.publish(payload, session)).message


def test_a_server_that_hangs_is_ambiguous(fake_atproto: FakeNetwork) -> None:
    person = fake_atproto.join()
    session = session_of(fake_atproto, person, timeout_seconds=0.2)
    payload = frozen(fake_atproto, person, "Slow")
    until = threading.Event()

    def hang(network: FakeNetwork, request: Any, sound: Any) -> Any:
        until.wait(5)
        return sound()

    fake_atproto.misbehave(PUT, hang)
    try:
        assert refused(lambda: bluesky.publish(payload, session)).outcome is Outcome.AMBIGUOUS
    finally:
        until.set()


@pytest.fixture
def hanging_up() -> Iterator[str]:
    """A server that reads a request and hangs up without a word."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.recv(65536)
            connection.close()

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def test_a_connection_that_breaks_after_the_first_byte_is_ambiguous(
    fake_atproto: FakeNetwork, hanging_up: str
) -> None:
    person = fake_atproto.join()
    payload = frozen(fake_atproto, person, "Cut off")
    session = MemorySession(hanging_up, Vault(dict(person.tokens)))
    assert refused(lambda: bluesky.publish(payload, session)).outcome is Outcome.AMBIGUOUS


def test_a_server_that_is_not_there_was_sent_nothing(fake_atproto: FakeNetwork) -> None:
    person = fake_atproto.join()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}"
    session = MemorySession(nobody, Vault(dict(person.tokens)))
    payload = frozen(fake_atproto, person, "Nobody home")
    assert refused(lambda: bluesky.publish(payload, session)).outcome is Outcome.NOT_SENT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "289"}, 289),
        ({"ratelimit-reset": "{in_100}"}, 100),
        ({}, 60),
    ],
)
def test_a_pause_that_is_asked_for_is_kept(
    fake_atproto: FakeNetwork, headers: dict[str, str], seconds: int
) -> None:
    person = fake_atproto.join()
    payload = frozen(fake_atproto, person, "Later")
    filled = {name: text.format(in_100=int(time.time()) + 100) for name, text in headers.items()}
    body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
    fake_atproto.misbehave(PUT, answering(429, body, filled))
    error = refused(lambda: bluesky.publish(payload, session_of(fake_atproto, person)))
    assert error.outcome is Outcome.RATE_LIMITED
    assert error.retry_after == pytest.approx(seconds, abs=2)


def with_picture(network: FakeNetwork, **options: Any) -> tuple[dict[str, Any], MemorySession]:
    person = network.join()
    draft = Draft("A picture", media=(Media("one", "image/jpeg", alt="Teal"),))
    session = session_of(network, person, files={"one": picture()}, **options)
    return frozen(network, person, draft), session


@pytest.mark.parametrize("name", [UPLOAD, REFRESH])
def test_a_fault_before_the_post_leaves_nothing_ambiguous(
    fake_atproto: FakeNetwork, name: str
) -> None:
    payload, session = with_picture(fake_atproto)
    if name == REFRESH:
        person = next(iter(fake_atproto.accounts.values())).person
        session = session_of(
            fake_atproto, person, files=session.files, vault=Vault(ended(fake_atproto, person))
        )
    fake_atproto.misbehave(name, answering(500, {"error": "InternalServerError"}))
    assert refused(lambda: bluesky.publish(payload, session)).outcome is Outcome.NOT_SENT
    assert session.vault.saves == 0
    bluesky.publish(payload, session)
    assert fake_atproto.calls_of(PUT) == 1


def test_a_picture_that_the_server_threw_away_is_uploaded_again(
    fake_atproto: FakeNetwork,
) -> None:
    payload, session = with_picture(fake_atproto)
    bluesky.prepare(payload, session)
    (account,) = fake_atproto.accounts.values()
    account.blobs.clear()
    bluesky.publish(payload, session)
    assert len(account.records) == 1
    assert fake_atproto.calls_of(UPLOAD) == 2


def test_a_picture_that_the_server_finds_too_large_is_refused_in_words(
    fake_atproto: FakeNetwork,
) -> None:
    payload, session = with_picture(fake_atproto)
    fake_atproto.misbehave(UPLOAD, answering(413, {"error": "PayloadTooLarge"}))
    error = refused(lambda: bluesky.prepare(payload, session))
    assert error.outcome is Outcome.REFUSED
    assert "larger than this Bluesky server takes" in error.message


def test_a_mention_that_cannot_be_resolved_now_stays_plain_text(fake_atproto: FakeNetwork) -> None:
    person, friend = fake_atproto.join(), fake_atproto.join()
    fake_atproto.misbehave("com.atproto.identity.resolveHandle", answering(502, "<html>"))
    payload = frozen(fake_atproto, person, f"Ahoi @{friend.handle}")
    bluesky.publish(payload, session_of(fake_atproto, person))
    assert "facets" not in fake_atproto.posts_of(person)[0]["value"]


@pytest.mark.parametrize(
    "point",
    [
        CrashPoint.RENEWED,
        CrashPoint.MEDIA_UPLOADING,
        CrashPoint.MEDIA_RECEIVED,
        CrashPoint.ANSWERED,
    ],
)
def test_a_worker_killed_anywhere_leaves_one_post(
    fake_atproto: FakeNetwork, point: CrashPoint
) -> None:
    payload, session = with_picture(fake_atproto)
    person = next(iter(fake_atproto.accounts.values())).person
    vault = Vault(ended(fake_atproto, person))
    first = session_of(fake_atproto, person, files=session.files, vault=vault, crash_at=str(point))
    with pytest.raises(Killed):
        bluesky.publish(payload, first)
    second = session_of(fake_atproto, person, files=session.files, vault=vault, handle=first.handle)
    bluesky.publish(payload, second)
    assert len(fake_atproto.posts_of(person)) == 1


def test_a_renewal_whose_answer_was_lost_ends_in_reconnect_and_not_in_a_loop(
    fake_atproto: FakeNetwork,
) -> None:
    person = fake_atproto.join()
    vault = Vault(ended(fake_atproto, person))
    payload = frozen(fake_atproto, person, "Token lost")
    crash_at = str(CrashPoint.REFRESH_SENT)
    with pytest.raises(Killed):
        bluesky.publish(payload, session_of(fake_atproto, person, vault=vault, crash_at=crash_at))
    again = session_of(fake_atproto, person, vault=vault)
    assert refused(lambda: bluesky.publish(payload, again)).outcome is Outcome.RECONNECT
    assert fake_atproto.calls_of(REFRESH) <= 3


def test_a_token_near_its_end_is_renewed_before_anything_is_sent(
    fake_atproto: FakeNetwork, time_machine: Any
) -> None:
    person = fake_atproto.join()
    session = session_of(fake_atproto, person)
    payload = frozen(fake_atproto, person, "In time")
    time_machine.move_to(now() + timedelta(seconds=7200 * 0.7))
    bluesky.prepare(payload, session)
    assert (session.vault.saves, fake_atproto.calls_of(PUT)) == (1, 0)


def test_counts_come_from_the_public_view_where_the_server_has_none(
    fake_atproto: FakeNetwork, settings: Any
) -> None:
    person = fake_atproto.join()
    session = session_of(fake_atproto, person)
    published = is_out(bluesky.publish(frozen(fake_atproto, person, "Counted"), session))
    fake_atproto.has_appview = False
    with HTTPServer(host="127.0.0.1") as public:
        view = {"uri": published.remote_id, "likeCount": 7, "repostCount": 2, "replyCount": 0}
        public.expect_request("/xrpc/app.bsky.feed.getPosts").respond_with_json({"posts": [view]})
        address = public.url_for("").rstrip("/")
        settings.WARREN_CHANNEL_OPTIONS = {"bluesky.appview": address}
        measured = bluesky.measure(published, session)
    assert (measured.likes, measured.shares, measured.comments) == (7, 2, 0)  # type: ignore[union-attr]


def test_a_post_not_seen_by_the_view_yet_is_not_gone(fake_atproto: FakeNetwork) -> None:
    person = fake_atproto.join()
    session = session_of(fake_atproto, person)
    published = is_out(bluesky.publish(frozen(fake_atproto, person, "Fresh"), session))
    fake_atproto.misbehave("app.bsky.feed.getPosts", answering(200, {"posts": []}))
    measured = bluesky.measure(published, session)
    assert getattr(measured, "likes", "gone") is None


def login(network: FakeNetwork, **values: str) -> ChannelError:
    typed = {"handle": "a.test", "app_password": "x", "server": network.address, **values}
    return refused(lambda: bluesky.connect(typed))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"handle": " @ "}, "handle"),
        ({"app_password": " "}, "app_password"),
        ({"server": "http://pds.example"}, "server"),
        ({"server": "https://pds.example/path"}, "server"),
        ({"server": "ftp://pds.example"}, "server"),
        ({"server": "https://user:pw@pds.example"}, "server"),
        ({"server": "https://[broken"}, "server"),
        ({"server": "https://pds.example:99999"}, "server"),
        ({"server": "https://10.0.0.7"}, "server"),
    ],
)
def test_bad_input_names_the_field_and_sends_no_password(
    fake_atproto: FakeNetwork, values: dict[str, str], field: str
) -> None:
    error = login(fake_atproto, **values)
    assert (error.field, error.permanent) == (field, True)
    assert fake_atproto.requests == []


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_server_of_another_kind_is_said_to_be_none(
    fake_atproto: FakeNetwork, status: int
) -> None:
    fake_atproto.misbehave(LOGIN, answering(status, "<html>A shop</html>"))
    error = login(fake_atproto)
    assert error.field == "server"
    assert fake_atproto.address in error.message


def test_an_own_password_with_a_second_factor_asks_for_an_app_password(
    fake_atproto: FakeNetwork,
) -> None:
    fake_atproto.misbehave(LOGIN, answering(401, {"error": "AuthFactorTokenRequired"}))
    error = login(fake_atproto)
    assert error.field == "app_password"
    assert "Make an app password" in error.message


def test_many_logins_are_told_how_long_to_wait(fake_atproto: FakeNetwork) -> None:
    body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
    fake_atproto.misbehave(LOGIN, answering(429, body, {"retry-after": "289"}))
    assert "5 min" in login(fake_atproto).message


def connected(network: FakeNetwork, person: Person) -> Connection:
    typed = {
        "handle": person.handle,
        "app_password": person.app_password,
        "server": network.address,
    }
    return bluesky.connect(typed)


def lives_at(network: FakeNetwork, person: Person, home: str) -> None:
    """What the directory says of an account the next time."""
    service = {"id": "#atproto_pds", "serviceEndpoint": home}
    known = {"id": person.did, "alsoKnownAs": [f"at://{person.handle}"], "service": [service]}
    network.misbehave(f"/{person.did}", answering(200, known))


def test_a_server_that_opens_an_account_of_another_server_is_not_believed(
    fake_atproto: FakeNetwork,
) -> None:
    person = fake_atproto.join()
    with BlueskyNetwork() as other:
        lives_at(fake_atproto, person, other.address)
        error = refused(lambda: connected(fake_atproto, person))
    assert (error.field, error.permanent) == ("server", True)
    assert f"lives on {other.address}, and {fake_atproto.address} cannot" in error.message


def test_a_server_that_the_accounts_own_one_leaves_signing_in_to_is_believed(
    fake_atproto: FakeNetwork,
) -> None:
    """As bsky.social opens the accounts of *.host.bsky.network."""
    person = fake_atproto.join()
    with BlueskyNetwork() as home:
        assert isinstance(home, BlueskyNetwork)
        said = {"authorization_servers": [fake_atproto.address]}
        home.fake.misbehave("/.well-known/oauth-protected-resource", answering(200, said))
        lives_at(fake_atproto, person, home.address)
        connection = connected(fake_atproto, person)
    assert (connection.remote_id, connection.server) == (person.did, fake_atproto.address)


@pytest.mark.parametrize(("status", "is_over"), [(404, True), (503, False)])
def test_an_account_that_cannot_be_looked_up_is_not_connected(
    fake_atproto: FakeNetwork, status: int, is_over: bool
) -> None:
    person = fake_atproto.join()
    fake_atproto.misbehave(f"/{person.did}", answering(status, {"message": "Away"}))
    error = refused(lambda: connected(fake_atproto, person))
    assert (error.field, error.permanent) == ("handle", is_over)
    assert "Try again in a minute" in error.message


def test_an_inactive_account_is_not_connected(fake_atproto: FakeNetwork) -> None:
    tokens = fake_atproto.join().tokens
    inactive = {**tokens, "active": False, "status": "deactivated"}
    fake_atproto.misbehave(LOGIN, answering(200, inactive))
    assert "deactivated" in login(fake_atproto).message


def test_a_public_servers_post_opens_in_the_web_app(fake_atproto: FakeNetwork) -> None:
    person = fake_atproto.join()
    payload = frozen(fake_atproto, person, "Seen")
    remote_id, url = post_address(payload, "https://pds.example")
    assert url == f"https://bsky.app/profile/{person.handle}/post/{payload['rkey']}"
    assert remote_id == f"at://{person.did}/app.bsky.feed.post/{payload['rkey']}"


def test_the_moment_of_a_post_is_that_of_its_freezing(fake_atproto: FakeNetwork) -> None:
    person = fake_atproto.join()
    payload = frozen(fake_atproto, person, "When")
    assert payload["record"]["createdAt"].endswith("Z")
    assert payload["record"]["createdAt"][:13] == now().isoformat()[:13]


RUBBISH: list[Any] = [
    {},
    {"value": []},
    {"value": {"avatar": "x", "displayName": {}}},
    {"posts": "x", "did": 7, "blob": []},
    {"posts": [7, {"uri": 9}], "value": {"avatar": {"ref": 1}}},
]


@pytest.mark.parametrize("body", RUBBISH, ids=str)
def test_a_server_that_answers_rubbish_breaks_nothing(fake_atproto: FakeNetwork, body: Any) -> None:
    person = fake_atproto.join()
    payload, session = with_picture(fake_atproto)
    published = is_out(bluesky.publish(payload, session))
    for name in (LOGIN, REFRESH, UPLOAD, "com.atproto.repo.getRecord", "app.bsky.feed.getPosts"):
        fake_atproto.misbehave(name, *[answering(200, body)] * 3)
    refused(
        lambda: bluesky.connect(
            {"handle": "a.test", "app_password": "x", "server": fake_atproto.address}
        )
    )
    with suppress(ChannelError):
        assert isinstance(bluesky.measure(published, session), Measurement)
    with suppress(ChannelError):
        assert bluesky.find(payload, session) is None
    late = session_of(fake_atproto, person, vault=Vault(ended(fake_atproto, person)))
    again = frozen(fake_atproto, person, "Late")
    assert refused(lambda: bluesky.publish(again, late)).outcome is Outcome.NOT_SENT
    payload, session = with_picture(fake_atproto)
    assert refused(lambda: bluesky.prepare(payload, session)).outcome is Outcome.NOT_SENT


def test_an_unreadable_read_back_does_not_say_that_the_post_is_missing(
    fake_atproto: FakeNetwork,
) -> None:
    person = fake_atproto.join()
    payload = frozen(fake_atproto, person, "There")
    fake_atproto.misbehave("com.atproto.repo.getRecord", answering(200, {}))
    session = session_of(fake_atproto, person)
    assert refused(lambda: bluesky.find(payload, session)).outcome is Outcome.NOT_SENT


def test_a_profile_that_is_rubbish_leaves_the_handle_as_name(fake_atproto: FakeNetwork) -> None:
    person = fake_atproto.join()
    for body in RUBBISH:
        fake_atproto.misbehave("com.atproto.repo.getRecord", answering(200, body))
        connection = connected(fake_atproto, person)
        assert connection.avatar_url == "" or connection.avatar_url.startswith("http")
        assert connection.handle == person.handle
