"""Hashnode's own rules: drafts that are used up, a plan that is needed, look-ups past the cache."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import ChannelError, Draft
from publishing.channels.errors import Outcome
from publishing.channels.hashnode import Hashnode
from tests.networks.base import Stage
from tests.networks.hashnode import HashnodeNetwork
from tests.networks.hashnode import stage as on_stage

hashnode = Hashnode()
DRAFT = Draft("Twelve days.", hashtags=("Boats",), title="Masts")


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with on_stage(settings) as stage:
        yield stage


def frozen(stage: Stage) -> dict[str, object]:
    return hashnode.freeze(DRAFT, stage.account, occurrence_key="1", now=now())


def test_a_draft_that_was_published_before_is_not_published_again(stage: Stage) -> None:
    session = stage.session()
    payload = frozen(stage)
    first = hashnode.publish(payload, session)
    assert hashnode.publish(payload, stage.session(handle=session.handle)) == first
    assert hashnode.publish(payload, stage.session()) == first
    assert len(stage.posts()) == 1


def test_a_draft_that_somebody_threw_away_is_no_post_and_no_second_one(stage: Stage) -> None:
    session = stage.session()
    payload = frozen(stage)
    hashnode.prepare(payload, session)
    network: HashnodeNetwork = stage.network  # type: ignore[assignment]
    network.drafts.clear()
    with pytest.raises(ChannelError) as caught:
        hashnode.publish(payload, session)
    assert caught.value.outcome is Outcome.AMBIGUOUS
    assert not stage.posts()


def test_a_publication_without_the_plan_is_told_so_everywhere(stage: Stage) -> None:
    network: HashnodeNetwork = stage.network  # type: ignore[assignment]
    network.is_pro = False
    for call in (
        lambda: hashnode.connect(stage.values),
        lambda: hashnode.publish(frozen(stage), stage.session()),
    ):
        with pytest.raises(ChannelError) as caught:
            call()
        assert caught.value.outcome is Outcome.REFUSED
        assert "Pro plan" in caught.value.message
    assert [each.ok for each in hashnode.probe(stage.session())] == [True, False]


def test_every_look_up_has_a_name_of_its_own(stage: Stage) -> None:
    """The same question within some seconds may be answered from a cache."""
    payload = frozen(stage)
    for _ in range(2):
        assert hashnode.find(payload, stage.session()) is None
    asked = {request.json["query"] for request in stage.network.log}
    assert len(asked) == 2
