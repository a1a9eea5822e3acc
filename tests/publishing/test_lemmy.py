"""What is Lemmy's own: signing in, communities of other servers, links and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import ChannelError, Draft, Media, Outcome
from publishing.channels.lemmy import Lemmy
from tests.networks.base import Reply, Stage
from tests.networks.lemmy import LemmyNetwork, stage
from tests.peers.sessions import picture

lemmy = Lemmy()
WORDS = Draft("Twelve days.", title="Masts", link="https://harbour.example/m")


@pytest.fixture
def harbour(settings: Settings) -> Iterator[Stage]:
    with stage(settings) as ready:
        ready.files["mast"] = picture()
        yield ready


def network_of(harbour: Stage) -> LemmyNetwork:
    assert isinstance(harbour.network, LemmyNetwork)
    return harbour.network


def frozen(harbour: Stage, draft: Draft = WORDS, **options: str) -> dict[str, Any]:
    draft = replace(draft, options=options)
    return lemmy.freeze(draft, harbour.account, occurrence_key="one", now=now())


def test_the_password_is_not_kept(harbour: Stage) -> None:
    connection = lemmy.connect(harbour.values)
    assert set(connection.credentials) == {"token"}
    assert "own-password" not in repr(connection)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"password": "wrong"}, "", "password"),
        ({}, "123456", "code"),
        ({"code": "000000"}, "123456", "code"),
    ],
)
def test_a_refused_sign_in_names_what_to_mend(
    harbour: Stage, changes: dict[str, str], code: str, field: str
) -> None:
    network_of(harbour).code = code
    with pytest.raises(ChannelError) as caught:
        lemmy.connect({**harbour.values, **changes})
    assert caught.value.field == field


def test_a_second_factor_lets_in(harbour: Stage) -> None:
    network_of(harbour).code = "123456"
    assert lemmy.connect({**harbour.values, "code": "123456"}).handle.startswith("harbour@")


@pytest.mark.parametrize(
    "typed",
    ["boats@lemmy.example", "!boats@lemmy.example", "https://lemmy.example/c/boats/"],
)
def test_a_community_is_read_as_people_paste_it(harbour: Stage, typed: str) -> None:
    assert frozen(harbour, community=typed)["community"] == "boats@lemmy.example"


def test_without_a_community_nothing_is_frozen(harbour: Stage) -> None:
    harbour.account = replace(harbour.account, settings={"person_id": 42})
    with pytest.raises(ChannelError, match="needs a community"):
        frozen(harbour)


def test_an_unknown_community_is_refused_before_anything_is_posted(harbour: Stage) -> None:
    with pytest.raises(ChannelError) as caught:
        lemmy.prepare(frozen(harbour, community="nowhere@x.example"), harbour.session())
    assert caught.value.outcome is Outcome.REFUSED
    assert "no such community" in caught.value.message


def test_only_moderators_is_said_by_the_doctor_too(harbour: Stage) -> None:
    network_of(harbour).mods_only = True
    (wrong,) = [each for each in lemmy.probe(harbour.session()) if each.ok is False]
    assert "moderators" in wrong.says


def test_a_link_is_the_posts_address_and_a_picture_comes_before_it(harbour: Stage) -> None:
    lemmy.publish(frozen(harbour), harbour.session())
    with_picture = replace(WORDS, media=(Media("mast", "image/jpeg", alt="A mast"),))
    payload, session = frozen(harbour, with_picture), harbour.session()
    out = lemmy.publish(payload, session)
    first, second = harbour.posts()
    assert (first.facts["url"], first.text) == ("https://harbour.example/m", "Twelve days.")
    assert "/pictrs/image/" in second.facts["url"]
    assert "https://harbour.example/m" in second.text
    found = lemmy.find(payload, harbour.session(handle=session.handle))
    assert found is not None
    assert found.remote_id == out.remote_id


def test_a_pause_without_a_number_is_a_pause(harbour: Stage) -> None:
    limited = Reply(400, {"error": "rate_limit_error"})
    network_of(harbour).refusal = lambda status: limited  # type: ignore[method-assign]
    network_of(harbour).faults.append("429")
    with pytest.raises(ChannelError) as caught:
        lemmy.publish(frozen(harbour), harbour.session())
    assert caught.value.outcome is Outcome.RATE_LIMITED
    assert caught.value.retry_after == 60


def test_disconnecting_signs_out(harbour: Stage) -> None:
    lemmy.revoke(harbour.session())
    with pytest.raises(ChannelError) as caught:
        lemmy.publish(frozen(harbour), harbour.session())
    assert caught.value.outcome is Outcome.RECONNECT
