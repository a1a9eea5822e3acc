"""What is Nostr's own: keys, events that are the same everywhere, and several relays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import ChannelError, Draft, Gone, Kind, Measurement, Outcome
from publishing.channels.nostr import Nostr
from publishing.channels.nostr_events import encoded, event_id, is_genuine, secret_of, signed
from tests.networks.base import Stage
from tests.networks.nostr import KEY, SECRET, Relay, stage

nostr = Nostr()


@pytest.fixture
def harbour(settings: Settings) -> Iterator[Stage]:
    with stage(settings) as ready:
        yield ready


@pytest.fixture
def second() -> Iterator[Relay]:
    with Relay() as relay:
        assert isinstance(relay, Relay)
        yield relay


def relay_of(harbour: Stage) -> Relay:
    assert isinstance(harbour.network, Relay)
    return harbour.network


def on(harbour: Stage, *relays: str) -> Stage:
    harbour.account = replace(harbour.account, settings={"relays": list(relays)})
    return harbour


def frozen(harbour: Stage, draft: Draft | None = None) -> dict[str, Any]:
    draft = draft or harbour.draft
    return nostr.freeze(draft, harbour.account, occurrence_key="one", now=now())


def test_keys_are_spelled_as_published() -> None:
    """The examples of NIP-19."""
    raw = bytes.fromhex("7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e")
    nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
    secret = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"
    assert encoded("npub", raw) == "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg"
    assert secret_of(f" {nsec} ") == secret_of(secret) == bytes.fromhex(secret)
    assert encoded("nsec", bytes.fromhex(secret)) == nsec
    for wrong in (nsec[:-1] + "6", "npub" + nsec[4:], nsec.replace("v", "V"), "00" * 32, ""):
        assert secret_of(wrong) is None


def test_every_relay_gets_the_same_event_and_a_refusal_is_noted(
    harbour: Stage, second: Relay
) -> None:
    first = relay_of(harbour)
    second.faults.append("403")
    session = on(harbour, first.relay, second.relay).session()
    out = nostr.publish(frozen(harbour), session)
    assert first.received == second.received
    assert len(out.notes) == 1
    assert "banned" in out.notes[0]


def test_trying_again_gives_the_other_relays_the_same_event(harbour: Stage, second: Relay) -> None:
    first = relay_of(harbour)
    first.faults.append("reset_after")
    second.faults.append("403")
    session = on(harbour, first.relay, second.relay).session()
    payload = frozen(harbour)
    with pytest.raises(ChannelError) as caught:
        nostr.publish(payload, session)
    assert caught.value.outcome is Outcome.AMBIGUOUS
    nostr.publish(payload, session)
    assert len({event["id"] for event in first.received + second.received}) == 1
    assert len(first.items) == len(second.items) == 1


def test_a_relay_that_is_away_is_no_reason_not_to_post(harbour: Stage) -> None:
    gone = "ws://127.0.0.1:9"
    session = on(harbour, relay_of(harbour).relay, gone).session()
    payload = frozen(harbour)
    out = nostr.publish(payload, session)
    assert gone in out.notes[0]
    assert nostr.find(payload, session) is not None
    wrong = [each for each in nostr.probe(session) if each.ok is False]
    assert len(wrong) == 1
    assert gone in wrong[0].says


def test_refused_by_all_is_refused_with_the_reason(harbour: Stage) -> None:
    relay_of(harbour).faults.append("403")
    with pytest.raises(ChannelError) as caught:
        nostr.publish(frozen(harbour), harbour.session())
    assert caught.value.outcome is Outcome.REFUSED
    assert "you are banned" in caught.value.message


def test_a_reply_names_the_first_note_the_one_above_and_whose_they_are(harbour: Stage) -> None:
    root = nostr.publish(frozen(harbour), harbour.session())
    parent = root
    for text in ("Two", "Three"):
        payload = frozen(harbour, Draft(text, kind=Kind.REPLY))
        parent = nostr.publish(payload, harbour.session(parent=parent, root=root))
    two, three = relay_of(harbour).received[1:]
    assert two["tags"][:2] == [["e", root.remote_id, "", "root"], ["p", KEY]]
    assert three["tags"][:2] == [
        ["e", root.remote_id, "", "root"],
        ["e", two["id"], "", "reply"],
    ]


def test_an_event_that_a_relay_made_up_is_not_believed(harbour: Stage) -> None:
    payload = frozen(harbour)
    made_up = {**payload["event"], "content": "Never said"}
    made_up["id"] = event_id(payload["event"])
    relay_of(harbour).events[made_up["id"]] = signed(made_up, SECRET) | {"id": made_up["id"]}
    assert nostr.find(payload, harbour.session()) is None


def test_reactions_replies_and_reposts_are_counted_once(harbour: Stage, second: Relay) -> None:
    session = on(harbour, relay_of(harbour).relay, second.relay).session()
    out = nostr.publish(frozen(harbour), session)
    for kind, content in ((7, "+"), (7, "-"), (7, "🤙"), (6, ""), (1, "Aye")):
        event = signed(
            {
                "pubkey": KEY,
                "created_at": 1,
                "kind": kind,
                "tags": [["e", out.remote_id, "", "root"]],
                "content": content,
            },
            SECRET,
        )
        assert is_genuine(event)
        relay_of(harbour).take(event)
        second.take(event)
    assert nostr.measure(out, session) == Measurement(likes=2, comments=1, shares=1)
    nostr.delete(out, session)
    assert isinstance(nostr.measure(out, session), Gone)


def test_the_profile_is_read_from_the_relays(harbour: Stage) -> None:
    profile = {
        "pubkey": KEY,
        "created_at": 5,
        "kind": 0,
        "tags": [],
        "content": '{"name": "harbour", "picture": "https://a.example/h.png"}',
    }
    relay_of(harbour).take(signed(profile, SECRET))
    connection = nostr.connect(harbour.values)
    assert (connection.name, connection.avatar_url) == ("harbour", "https://a.example/h.png")
    assert connection.settings == {"relays": [relay_of(harbour).relay]}


@pytest.mark.parametrize(
    "relays", ["ws://relay.example.com", "https://x.example", "wss://10.0.0.1"]
)
def test_relays_that_are_not_opened_are_refused_in_the_form(harbour: Stage, relays: str) -> None:
    with pytest.raises(ChannelError) as caught:
        nostr.connect({**harbour.values, "relays": relays})
    assert caught.value.field == "relays"
