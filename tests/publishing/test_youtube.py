"""What is special about YouTube: uploads in pieces, an address that is lost, videos that fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from publishing.channels import resumable
from publishing.channels.base import Accepted, ChannelError, Draft, Found, Outcome, Payload
from publishing.channels.google import read_google_error, seconds_to_next_day
from publishing.channels.youtube import YouTube
from tests.networks.base import Stage
from tests.networks.youtube import YouTubeNetwork
from tests.networks.youtube import stage as youtube_stage

CHANNEL = YouTube()


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with youtube_stage(settings) as found:
        yield found


@pytest.fixture
def network(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> YouTubeNetwork:
    monkeypatch.setattr(resumable, "PIECE_BYTES", 1000)
    assert isinstance(stage.network, YouTubeNetwork)
    return stage.network


def frozen(stage: Stage, **changes: Any) -> Payload:
    moment = datetime.now(UTC)
    return CHANNEL.freeze(stage.draft, stage.account, occurrence_key="one", now=moment)


def ranges(network: YouTubeNetwork) -> list[str]:
    return [each.headers["content-range"] for each in network.calls("PUT", "/resumable/")]


def test_preparing_sends_all_but_the_last_piece(stage: Stage, network: YouTubeNetwork) -> None:
    payload, session = frozen(stage), stage.session()
    CHANNEL.prepare(payload, session)
    assert ranges(network) == [f"bytes {n * 1000}-{n * 1000 + 999}/4000" for n in range(3)]
    assert not stage.posts()
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    assert ranges(network)[3:] == ["bytes */4000", "bytes 3000-3999/4000"]


def test_a_piece_that_arrived_in_part_is_sent_on_from_there(
    stage: Stage, network: YouTubeNetwork
) -> None:
    network.keeps_back = 400
    CHANNEL.publish(frozen(stage), stage.session())
    assert ranges(network)[:3] == [
        "bytes 0-999/4000",
        "bytes 600-1599/4000",
        "bytes 1600-2599/4000",
    ]
    assert len(stage.posts()) == 1


def test_an_address_that_is_lost_after_the_last_piece_is_read_back(
    stage: Stage, network: YouTubeNetwork
) -> None:
    payload, session = frozen(stage), stage.session()
    network.faults.append("reset_after")
    with pytest.raises(ChannelError):
        CHANNEL.publish(payload, session)
    network.uploads.clear()
    (item,) = stage.posts()
    found = CHANNEL.find(payload, stage.session(handle=session.handle))
    assert found == Found(item.id, f"https://www.youtube.com/watch?v={item.id}")
    CHANNEL.publish(payload, session)
    assert len(stage.posts()) == 1


def test_an_address_that_is_lost_before_that_is_taken_anew(
    stage: Stage, network: YouTubeNetwork
) -> None:
    payload, session = frozen(stage), stage.session()
    CHANNEL.prepare(payload, session)
    network.uploads.clear()
    CHANNEL.publish(payload, session)
    assert len(stage.posts()) == 1


def test_a_video_that_fails_in_work_says_why(stage: Stage, network: YouTubeNetwork) -> None:
    network.fails_with = {"uploadStatus": "rejected", "rejectionReason": "duplicate"}
    payload, session = frozen(stage), stage.session()
    CHANNEL.publish(payload, session)
    with pytest.raises(ChannelError, match="has the same video already") as caught:
        CHANNEL.find(payload, session)
    assert caught.value.outcome is Outcome.REFUSED


def test_a_video_that_was_made_private_is_told(stage: Stage, network: YouTubeNetwork) -> None:
    network.makes_private = True
    told = CHANNEL.publish(frozen(stage), stage.session())
    assert isinstance(told, Accepted)
    assert "not audited" in told.message


def test_what_was_chosen_goes_along(stage: Stage, network: YouTubeNetwork) -> None:
    stage.draft = Draft(
        "Words",
        title="Title",
        media=stage.draft.media,
        options={"privacy": "unlisted", "made_for_kids": "yes", "notify": "no"},
    )
    CHANNEL.publish(frozen(stage), stage.session())
    facts = stage.posts()[0].facts
    assert facts["privacyStatus"] == "unlisted"
    assert facts["selfDeclaredMadeForKids"] is True
    assert facts["notify"] is False


def test_a_day_that_is_used_up_waits_for_the_next_one(
    stage: Stage, network: YouTubeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = network.failure(403, "quotaExceeded", "The request cannot be completed.")
    monkeypatch.setattr(network, "refusal", lambda status: told)
    network.faults.append("403")
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(frozen(stage), stage.session())
    assert caught.value.outcome is Outcome.RATE_LIMITED
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 60


@pytest.mark.parametrize(("hour", "left"), [(7, 3600), (9, 23 * 3600)])
def test_googles_day_ends_at_midnight_over_there(hour: int, left: int) -> None:
    assert seconds_to_next_day(datetime(2026, 11, 20, hour, tzinfo=UTC)) == left


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft("x", title="1 < 2"), "no < and no > in the title"),
        (Draft("x", title="t", hashtags=tuple(f"tag{n:03}" for n in range(80))), "559"),
        (Draft("x", title="t"), "needs a video"),
    ],
)
def test_what_does_not_fit_is_said_before(draft: Draft, words: str) -> None:
    assert any(words in problem for problem in CHANNEL.problems(draft))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"errors": [{"reason": "uploadLimitExceeded"}], "message": "m"}}, "uploadLim"),
        ({"error": {"status": "PERMISSION_DENIED", "message": "m"}}, "PERMISSION_DENIED"),
        (
            {"error": {"details": [{"@type": "x"}, {"reason": "SERVICE_DISABLED"}]}},
            "SERVICE_DISABLED",
        ),
        ({"error": "invalid_grant", "error_description": "Expired."}, "invalid_grant"),
        (["nothing"], ""),
    ],
)
def test_errors_are_read_by_their_most_telling_part(body: Any, code: str) -> None:
    assert read_google_error(403, body)[0].startswith(code)
