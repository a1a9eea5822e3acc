"""Replies and videos on Bluesky: what hangs under what, and a service that takes its time."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import (
    Accepted,
    AccountFacts,
    ChannelError,
    Draft,
    Kind,
    Media,
    Outcome,
    Published,
)
from tests.peers.atproto import Network
from tests.peers.fake_atproto import FakeNetwork
from tests.peers.sessions import MemorySession

from .test_bluesky import bluesky, facts, frozen, put, session_of

FILM = Media("film", "video/mp4", alt="A mast is lifted", width=1080, height=1920)
VIDEO = Draft("A film", media=(FILM,))


@pytest.fixture
def filming(fake_atproto: FakeNetwork, settings: Settings) -> FakeNetwork:
    settings.WARREN_CHANNEL_OPTIONS = {
        **settings.WARREN_CHANNEL_OPTIONS,
        "bluesky.video": fake_atproto.address,
    }
    return fake_atproto


def filmed(network: FakeNetwork) -> tuple[dict[str, Any], MemorySession]:
    person = network.join()
    session = session_of(network, person, files={"film": b"moving pictures"})
    return frozen(network, person, VIDEO), session


def test_a_thread_hangs_together_on_the_server(atproto: Network) -> None:
    person = atproto.join()
    root = parent = put(frozen(atproto, person, "One"), session_of(atproto, person))
    for text in ("Two", "Three"):
        draft = Draft(text, kind=Kind.REPLY)
        payload = bluesky.freeze(draft, facts(atproto, person), occurrence_key=text, now=now())
        parent = put(payload, session_of(atproto, person, parent=parent, root=root))
    above = {each["value"]["text"]: each["value"].get("reply") for each in atproto.posts_of(person)}
    assert above["One"] is None
    assert above["Two"]["parent"] == above["Two"]["root"] == above["Three"]["root"]
    assert above["Three"]["root"]["uri"] == root.remote_id
    assert above["Three"]["parent"]["uri"] != root.remote_id


def test_nothing_goes_under_a_post_that_was_deleted(atproto: Network) -> None:
    person = atproto.join()
    root = put(frozen(atproto, person, "Short-lived"), session_of(atproto, person))
    bluesky.delete(root, session_of(atproto, person))
    payload = frozen(atproto, person, Draft("Late", kind=Kind.COMMENT))
    with pytest.raises(ChannelError) as caught:
        bluesky.prepare(payload, session_of(atproto, person, parent=root, root=root))
    assert caught.value.outcome is Outcome.REFUSED
    assert "no longer on Bluesky" in caught.value.message


def test_a_video_is_waited_for_and_uploaded_once(filming: FakeNetwork) -> None:
    filming.video_looks = 3
    payload, session = filmed(filming)
    bluesky.prepare(payload, session)
    results = [bluesky.publish(payload, session)]
    while isinstance(results[-1], Accepted):
        found = bluesky.find(payload, session)
        results.append(bluesky.publish(payload, session) if found is None else found)  # type: ignore[arg-type]
    assert isinstance(results[-1], Published)
    assert len(results) > 1
    assert filming.calls_of("app.bsky.video.uploadVideo") == 1
    (post,) = filming.posts_of(filming.accounts[payload["repo"]].person)
    assert post["value"]["embed"]["aspectRatio"] == {"width": 1080, "height": 1920}
    assert post["value"]["embed"]["alt"] == "A mast is lifted"


def test_a_video_that_went_up_before_a_crash_is_the_same_job(filming: FakeNetwork) -> None:
    filming.video_looks = 0
    payload, session = filmed(filming)
    bluesky.prepare(payload, session)
    session.handle = {}
    assert isinstance(bluesky.publish(payload, session), Published)
    assert len(filming.jobs) == 1


def test_a_video_that_cannot_be_used_is_said_so(filming: FakeNetwork) -> None:
    filming.video_fails = "The codec is unknown"
    payload, session = filmed(filming)
    with pytest.raises(ChannelError) as caught:
        bluesky.prepare(payload, session)
    assert caught.value.outcome is Outcome.REFUSED
    assert "The codec is unknown" in caught.value.message


@pytest.mark.parametrize(
    ("limits", "outcome"),
    [
        ({"canUpload": False, "remainingDailyVideos": 0}, Outcome.RATE_LIMITED),
        ({"canUpload": True, "remainingDailyBytes": 3}, Outcome.RATE_LIMITED),
        ({"canUpload": False, "message": "Verify your e-mail"}, Outcome.REFUSED),
    ],
)
def test_a_day_that_is_used_up_waits_and_an_account_without_videos_does_not(
    filming: FakeNetwork, limits: dict[str, Any], outcome: Outcome
) -> None:
    filming.video_limits = limits
    payload, session = filmed(filming)
    with pytest.raises(ChannelError) as caught:
        bluesky.prepare(payload, session)
    assert caught.value.outcome is outcome
    assert filming.calls_of("app.bsky.video.uploadVideo") == 0
    assert any(each.check == "video" and each.mend for each in bluesky.probe(session)) == (
        limits["canUpload"] is False
    )


def test_the_server_tells_how_many_points_are_left(filming: FakeNetwork) -> None:
    person = filming.join()
    session = session_of(
        filming, person, account=AccountFacts(person.did, person.handle, filming.address)
    )
    put(frozen(filming, person, "Counted"), session)
    (reading,) = session.readings
    assert (reading.name, reading.limit, reading.used) == ("points_hour", 5000, 2)
