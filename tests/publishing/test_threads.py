"""What is special to Threads: emoji that count their bytes, answers that hang under what they were
meant for, and files that Threads fetches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from publishing.channels.base import ChannelError, Found, Kind, Media, Outcome, Published
from publishing.channels.text import measure_text
from publishing.channels.threads import Threads
from tests.networks.base import Stage
from tests.networks.threads import ThreadsNetwork
from tests.networks.threads import stage as threads_stage

CHANNEL = Threads()


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with threads_stage(settings) as opened:
        yield opened


def network(stage: Stage) -> ThreadsNetwork:
    assert isinstance(stage.network, ThreadsNetwork)
    return stage.network


def frozen(stage: Stage, **changes: Any) -> dict[str, Any]:
    draft = replace(stage.draft, **changes)
    return CHANNEL.freeze(draft, stage.account, occurrence_key="one", now=datetime.now(UTC))


def published(stage: Stage, **changes: Any) -> Published:
    out = CHANNEL.publish(frozen(stage, **changes), stage.session())
    assert isinstance(out, Published)
    return out


@pytest.mark.parametrize(
    ("text", "used"), [("plain ü", 7), ("🛶", 4), ("👩🏽‍🚀", 15), ("日本", 2), ("a 🛶 b", 8)]
)
def test_an_emoji_counts_its_bytes(text: str, used: int) -> None:
    assert measure_text(text, CHANNEL.limits).used == used


def test_a_link_is_attached_to_words_alone(stage: Stage) -> None:
    link = "https://harbour.example/masts"
    published(stage, link=link)
    published(stage, link=link, media=(Media("p1", "image/jpeg"),))
    assert [each.facts["link"] for each in stage.posts()] == [link, ""]


def test_words_alone_need_no_public_address(stage: Stage) -> None:
    published(stage)
    assert network(stage).fetched == []


def test_an_answer_with_the_same_words_elsewhere_is_not_ours(stage: Stage) -> None:
    first, second = published(stage), published(stage, text="Another post.")
    answer = stage.draft.follower(Kind.REPLY, "And the sails.")
    payload = CHANNEL.freeze(answer, stage.account, occurrence_key="a", now=datetime.now(UTC))
    CHANNEL.publish(payload, stage.session(parent=first, root=first))
    network(stage).faults.append("reset_after")
    session = stage.session(parent=second, root=second)
    with pytest.raises(ChannelError):
        CHANNEL.publish(payload, session)
    again = stage.session(handle=session.handle, parent=second, root=second)
    found = CHANNEL.find(payload, again)
    assert isinstance(found, Found) and found.remote_id == stage.posts()[-1].id
    assert stage.posts()[-1].parent == second.remote_id


def test_a_video_that_failed_is_told_in_words(stage: Stage) -> None:
    stage.files["film"] = b"film" * 100
    payload, session = frozen(stage, media=(Media("film", "video/mp4"),)), stage.session()
    CHANNEL.prepare(payload, session)
    for each in network(stage).containers.values():
        each.state, each.words = "ERROR", "INVALID_FRAME_RATE"
    with pytest.raises(ChannelError, match="invalid frame rate") as caught:
        CHANNEL.publish(payload, session)
    assert caught.value.outcome is Outcome.REFUSED


def test_scopes_are_asked_of_the_token(stage: Stage) -> None:
    network(stage).withheld = {"threads_delete"}
    scopes = {each.check: each for each in CHANNEL.probe(stage.session())}["scopes"]
    assert scopes.ok is False and "threads_delete" in scopes.says
