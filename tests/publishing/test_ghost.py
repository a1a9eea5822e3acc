"""Ghost's own rules: keys in two parts, drafts that somebody has open, or that are left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import Accepted, ChannelError, Draft, Found, Published
from publishing.channels.errors import Outcome
from publishing.channels.ghost import Ghost
from tests.networks.base import Stage
from tests.networks.ghost import GhostNetwork
from tests.networks.ghost import stage as on_stage

ghost = Ghost()
DRAFT = Draft("Twelve days.", hashtags=("Boats",), title="Masts")


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with on_stage(settings) as stage:
        yield stage


def test_a_draft_that_was_changed_meanwhile_is_read_again_and_published(stage: Stage) -> None:
    session = stage.session()
    payload = ghost.freeze(DRAFT, stage.account, occurrence_key="1", now=now())
    ghost.prepare(payload, session)
    network: GhostNetwork = stage.network  # type: ignore[assignment]
    network.rows[session.handle["post"]]["updated_at"] = "2026-11-21T10:00:00.000Z"
    done = ghost.publish(payload, session)
    assert isinstance(done, Published)
    assert done == ghost.publish(payload, session)
    assert len(network.calls("PUT", "/posts/")) == 3


def test_a_draft_that_is_left_on_purpose_waits_for_a_person(stage: Stage) -> None:
    session = stage.session()
    draft = replace(DRAFT, options={"status": "draft"})
    payload = ghost.freeze(draft, stage.account, occurrence_key="1", now=now())
    assert isinstance(ghost.publish(payload, session), Accepted)
    assert isinstance(ghost.find(payload, session), Accepted)
    network: GhostNetwork = stage.network  # type: ignore[assignment]
    row = network.rows[session.handle["post"]]
    row["status"] = "published"
    assert isinstance(ghost.find(payload, session), Found)
    network.rows.clear()
    with pytest.raises(ChannelError) as caught:
        ghost.find(payload, session)
    assert caught.value.outcome is Outcome.REFUSED


@pytest.mark.parametrize("key", ["half", "name:nohex", ":" + "ab" * 32, "other:" + "ab" * 32])
def test_a_key_that_is_none_is_told_at_the_form(stage: Stage, key: str) -> None:
    with pytest.raises(ChannelError) as caught:
        ghost.connect({**stage.values, "key": key})
    assert caught.value.field == "key"


def test_a_long_excerpt_is_refused_before_it_is_sent(stage: Stage) -> None:
    draft = replace(DRAFT, options={"excerpt": "x" * 301})
    assert "300" in ghost.problems(draft)[0]
