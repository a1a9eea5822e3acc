"""Bluesky by its own rules: every test runs against the stand-in and the reference server."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from config.kernel.clock import now
from publishing.channels.base import (
    AccountFacts,
    ChannelError,
    Draft,
    Found,
    Gone,
    Measurement,
    Media,
    Published,
)
from publishing.channels.bluesky import Bluesky
from publishing.channels.errors import Outcome
from tests.peers.atproto import Network, Person, RealNetwork, claims_of
from tests.peers.fake_atproto import FakeNetwork
from tests.peers.sessions import MemorySession, Vault, picture

bluesky = Bluesky()


def facts(network: Network, person: Person) -> AccountFacts:
    return AccountFacts(person.did, person.handle, network.address)


def session_of(network: Network, person: Person, **options: Any) -> MemorySession:
    vault = options.pop("vault", None) or Vault(dict(person.tokens))
    return MemorySession(network.address, vault, **options)


def frozen(network: Network, person: Person, draft: Draft | str, key: str = "1") -> dict[str, Any]:
    draft = Draft(draft) if isinstance(draft, str) else draft
    return bluesky.freeze(draft, facts(network, person), occurrence_key=key, now=now())


def ended(network: Network, person: Person, name: str = "accessJwt") -> dict[str, str]:
    """The account's tokens with one of them a genuine one that has run out."""
    claims = claims_of(person.tokens[name])
    claims |= {"iat": int(time.time()) - 9000, "exp": int(time.time()) - 60}
    kind = "at+jwt" if name == "accessJwt" else "refresh+jwt"
    return {**person.tokens, name: network.sign(claims, kind)}


def put(payload: dict[str, Any], session: MemorySession) -> Published:
    published = bluesky.publish(payload, session)
    assert isinstance(published, Published)
    return published


def record_of(network: Network, person: Person) -> dict[str, Any]:
    (post,) = network.posts_of(person)
    value: dict[str, Any] = post["value"]
    return value


def test_connecting_keeps_tokens_and_not_the_password(atproto: Network) -> None:
    person = atproto.join()
    values = {
        "handle": f" @{person.handle.upper()}\u202c ",
        "app_password": person.app_password,
        "server": atproto.address + "/",
    }
    connection = bluesky.connect(values)
    assert connection.remote_id == person.did
    assert connection.handle == connection.name == person.handle
    assert connection.server == atproto.address
    assert set(connection.credentials) == {"did", "handle", "accessJwt", "refreshJwt"}
    assert person.app_password not in repr(connection)


def test_a_wrong_password_says_which_input_to_mend(atproto: Network) -> None:
    person = atproto.join()
    with pytest.raises(ChannelError) as caught:
        bluesky.connect(
            {"handle": person.handle, "app_password": "nope", "server": atproto.address}
        )
    assert caught.value.field == "app_password"
    assert caught.value.permanent
    assert "does not accept this handle and app password" in caught.value.message


def test_a_post_arrives_as_frozen_and_can_be_opened(atproto: Network) -> None:
    person = atproto.join()
    session = session_of(atproto, person)
    payload = frozen(atproto, person, Draft("Hello, world", language="en"))
    published = put(payload, session)
    record = record_of(atproto, person)
    assert record["text"] == "Hello, world"
    assert record["langs"] == ["en"]
    assert record["createdAt"] == payload["record"]["createdAt"]
    assert published.remote_id == f"at://{person.did}/app.bsky.feed.post/{payload['rkey']}"
    assert httpx2.get(published.url).json()["value"]["text"] == "Hello, world"


def test_the_same_payload_twice_is_one_post(atproto: Network) -> None:
    person = atproto.join()
    payload = frozen(atproto, person, "Once")
    first = put(payload, session_of(atproto, person))
    second = put(payload, session_of(atproto, person))
    assert first == second
    assert len(atproto.posts_of(person)) == 1


def test_two_posts_of_the_same_instant_are_two_posts(atproto: Network, time_machine: Any) -> None:
    time_machine.move_to(now(), tick=False)
    person = atproto.join()
    session = session_of(atproto, person)
    for key in ("one", "two"):
        bluesky.publish(frozen(atproto, person, f"Text {key}", key), replace(session, handle={}))
    assert len(atproto.posts_of(person)) == 2


def test_a_key_with_other_content_is_refused_and_not_overwritten(atproto: Network) -> None:
    person = atproto.join()
    payload = frozen(atproto, person, "Mine")
    other = {**payload, "record": {**payload["record"], "text": "Somebody else's"}}
    bluesky.publish(other, session_of(atproto, person))
    with pytest.raises(ChannelError) as caught:
        bluesky.publish(payload, session_of(atproto, person))
    assert caught.value.outcome is Outcome.REFUSED
    assert record_of(atproto, person)["text"] == "Somebody else's"
    assert bluesky.find(payload, session_of(atproto, person)) is None


def test_read_back_finds_the_post_by_its_key_and_no_look_alike(atproto: Network) -> None:
    person = atproto.join()
    session = session_of(atproto, person)
    payload = frozen(atproto, person, "Same words")
    bluesky.publish(frozen(atproto, person, "Same words", "a look-alike"), session)
    assert bluesky.find(payload, session) is None
    published = put(payload, session_of(atproto, person))
    found = bluesky.find(payload, session)
    assert isinstance(found, Found)
    assert (found.remote_id, found.url) == (published.remote_id, published.url)


def test_links_tags_and_mentions_are_marked_by_bytes(atproto: Network) -> None:
    person, friend = atproto.join(), atproto.join()
    text = (
        f"Ahoi 👨‍👩‍👧‍👦 @{friend.handle} and @nobody.invalid: "
        "https://harbour.example/masts/oregon-pine-of-forty-years ünd"
    )
    draft = Draft(text, hashtags=("Holzmast",), link="https://harbour.example/ü")
    bluesky.publish(frozen(atproto, person, draft), session_of(atproto, person))
    record = record_of(atproto, person)
    raw = record["text"].encode()
    marked = [
        (raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), target)
        for facet in record["facets"]
        for feature in facet["features"]
        for name, target in feature.items()
        if name != "$type"
    ]
    assert marked == [
        (f"@{friend.handle}", friend.did),
        (
            "harbour.example/masts/oregon-pi…",
            "https://harbour.example/masts/oregon-pine-of-forty-years",
        ),
        ("#Holzmast", "Holzmast"),
        ("https://harbour.example/ü", "https://harbour.example/ü"),
    ]


def test_a_link_without_a_picture_gets_a_card_of_what_is_known(atproto: Network) -> None:
    person = atproto.join()
    draft = Draft("Masts", link="https://harbour.example/masts", link_title="Wooden masts")
    bluesky.publish(frozen(atproto, person, draft), session_of(atproto, person))
    assert record_of(atproto, person)["embed"]["external"] == {
        "uri": "https://harbour.example/masts",
        "title": "Wooden masts",
        "description": "",
    }


def test_pictures_go_up_with_description_and_shape_and_too_large_ones_smaller(
    atproto: Network,
) -> None:
    person = atproto.join()
    large = picture(1900, 1400, kind="PNG", noise=True)
    assert len(large) > 2_000_000
    files = {"small": picture(120, 80), "large": large}
    draft = Draft(
        "Two pictures",
        media=(
            Media("small", "image/jpeg", alt="A teal sea"),
            Media("large", "image/png", alt="Noise"),
        ),
    )
    session = session_of(atproto, person, files=files)
    published = put(frozen(atproto, person, draft), session)
    first, second = record_of(atproto, person)["embed"]["images"]
    assert (first["alt"], first["aspectRatio"]) == ("A teal sea", {"width": 120, "height": 80})
    assert first["image"]["size"] == len(files["small"])
    assert second["image"]["size"] <= 2_000_000
    assert second["alt"] == "Noise"
    assert len(published.notes) == 1
    assert published.notes[0].startswith("Picture 2 was made smaller")


@pytest.mark.parametrize("size", [300, 299])
def test_as_many_characters_as_the_counter_allows_are_accepted(atproto: Network, size: int) -> None:
    person = atproto.join()
    text = ("e\u0301" * size).strip()
    bluesky.publish(frozen(atproto, person, text), session_of(atproto, person))
    assert record_of(atproto, person)["text"] == text


@pytest.mark.parametrize("text", ["x" * 301, "👨‍👩‍👧‍👦" * 150])
def test_what_our_counter_refuses_the_server_refuses_too(atproto: Network, text: str) -> None:
    person = atproto.join()
    with pytest.raises(ChannelError):
        frozen(atproto, person, text)
    payload = frozen(atproto, person, "short")
    payload["record"]["text"] = text
    with pytest.raises(ChannelError) as caught:
        bluesky.publish(payload, session_of(atproto, person))
    assert caught.value.outcome is Outcome.REFUSED
    assert "too big" in caught.value.message


def test_an_ended_token_is_renewed_once_and_saved(atproto: Network) -> None:
    person = atproto.join()
    session = session_of(atproto, person, vault=Vault(ended(atproto, person)))
    bluesky.publish(frozen(atproto, person, "After renewal"), session)
    assert session.vault.saves == 1
    assert claims_of(session.vault.credentials["accessJwt"])["exp"] > time.time()
    assert len(atproto.posts_of(person)) == 1


def test_two_workers_renew_once_between_them(atproto: Network) -> None:
    person = atproto.join()
    vault = Vault(ended(atproto, person))
    sessions = [session_of(atproto, person, vault=vault) for _ in range(4)]
    payloads = [frozen(atproto, person, f"Text {n}", str(n)) for n in range(4)]
    threads = [
        threading.Thread(target=bluesky.publish, args=pair)
        for pair in zip(payloads, sessions, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert vault.saves == 1
    assert len(atproto.posts_of(person)) == 4


def test_when_both_tokens_have_ended_the_account_must_be_connected_again(
    atproto: Network,
) -> None:
    person = atproto.join()
    tokens = ended(atproto, person) | {
        "refreshJwt": ended(atproto, person, "refreshJwt")["refreshJwt"]
    }
    with pytest.raises(ChannelError) as caught:
        bluesky.publish(
            frozen(atproto, person, "Never"), session_of(atproto, person, vault=Vault(tokens))
        )
    assert caught.value.outcome is Outcome.RECONNECT
    assert "Connect the account again" in caught.value.message
    assert atproto.posts_of(person) == []


def test_a_token_that_is_none_ends_in_reconnect(atproto: Network) -> None:
    person = atproto.join()
    tokens = {**person.tokens, "accessJwt": "rubbish", "refreshJwt": "rubbish"}
    with pytest.raises(ChannelError) as caught:
        bluesky.publish(
            frozen(atproto, person, "Never"), session_of(atproto, person, vault=Vault(tokens))
        )
    assert caught.value.outcome is Outcome.RECONNECT


def test_an_account_taken_down_is_told_so_and_not_asked_to_reconnect(atproto: Network) -> None:
    person = atproto.join()
    payload = frozen(atproto, person, "Never")
    atproto.take_down(person)
    with pytest.raises(ChannelError) as caught:
        bluesky.publish(payload, session_of(atproto, person))
    assert caught.value.outcome is Outcome.REFUSED
    assert "taken this account down" in caught.value.message


def test_another_accounts_repository_is_out_of_reach(atproto: Network) -> None:
    person, other = atproto.join(), atproto.join()
    payload = frozen(atproto, other, "Not mine")
    with pytest.raises(ChannelError) as caught:
        bluesky.publish(payload, session_of(atproto, person))
    assert caught.value.outcome in (Outcome.RECONNECT, Outcome.REFUSED)
    assert atproto.posts_of(other) == []


def test_a_deleted_post_is_gone_and_deleting_it_again_is_no_error(atproto: Network) -> None:
    person = atproto.join()
    session = session_of(atproto, person)
    published = put(frozen(atproto, person, "Short-lived"), session)
    bluesky.delete(published, session)
    bluesky.delete(published, session)
    assert atproto.posts_of(person) == []
    gone = Gone("The post was deleted on Bluesky.")
    assert _until(gone, published, session) == gone


def test_counts_are_none_where_nobody_counts(atproto: Network) -> None:
    if isinstance(atproto, RealNetwork):
        server = replace(atproto, address=atproto.plain)
        person = server.join(atproto.plain)
    else:
        assert isinstance(atproto, FakeNetwork)
        atproto.has_appview = False
        server, person = atproto, atproto.join()  # type: ignore[assignment]
    session = session_of(server, person)
    published = put(frozen(server, person, "Uncounted"), session)
    assert bluesky.measure(published, session) == Measurement()
    bluesky.delete(published, session)
    assert isinstance(bluesky.measure(published, session), Gone)


@pytest.mark.peer
def test_likes_reposts_replies_and_quotes_are_counted(real_atproto: RealNetwork) -> None:
    author, *fans = (real_atproto.join() for _ in range(3))
    session = session_of(real_atproto, author)
    published = put(frozen(real_atproto, author, "Count me"), session)
    cid = real_atproto.posts_of(author)[0]["cid"]
    subject = {"uri": published.remote_id, "cid": cid}
    for fan in fans:
        real_atproto.write(fan, "app.bsky.feed.like", {"subject": subject})
    real_atproto.write(fans[0], "app.bsky.feed.repost", {"subject": subject})
    reply = {"text": "Aye", "reply": {"root": subject, "parent": subject}}
    real_atproto.write(fans[0], "app.bsky.feed.post", reply)
    quote = {"$type": "app.bsky.embed.record", "record": subject}
    real_atproto.write(fans[1], "app.bsky.feed.post", {"text": "Look", "embed": quote})
    expected = Measurement(likes=2, comments=1, shares=1, extra={"quotes": 1, "bookmarks": 0})
    measured = _until(expected, published, session)
    assert measured == expected


def _until(
    expected: Measurement | Gone, published: Any, session: MemorySession
) -> Measurement | Gone:
    """The AppView follows the server's stream, which takes it about a tenth of a second."""
    ends = time.monotonic() + 10
    while (measured := bluesky.measure(published, session)) != expected:
        if time.monotonic() > ends:
            break
        time.sleep(0.05)
    return measured
