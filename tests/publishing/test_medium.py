"""Medium's own rules: profiles and publications, and drafts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import AccountFacts, ChannelError, Draft, Finds, Measures
from publishing.channels.medium import Medium
from tests.networks.base import Stage
from tests.networks.medium import PUBLICATION
from tests.networks.medium import stage as on_stage

medium = Medium()
DRAFT = Draft("Twelve days.", title="Masts & sails", options={"status": "draft"})


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with on_stage(settings) as stage:
        yield stage


@pytest.mark.parametrize("name", ["harbour", "https://medium.com/harbour/", PUBLICATION])
def test_a_publication_is_connected_by_its_name_and_posted_to(stage: Stage, name: str) -> None:
    connection = medium.connect({**stage.values, "publication": name})
    assert (connection.remote_id, connection.name) == (PUBLICATION, "Harbour")
    account = AccountFacts(connection.remote_id, settings=connection.settings)
    payload = medium.freeze(DRAFT, account, occurrence_key="1", now=now())
    done = medium.publish(payload, stage.session(account=account))
    assert "draft" in done.notes[0]
    (item,) = stage.posts()
    assert item.facts["place"] == "publications"


def test_an_unknown_publication_is_told_with_those_that_there_are(stage: Stage) -> None:
    with pytest.raises(ChannelError) as caught:
        medium.connect({**stage.values, "publication": "Elsewhere"})
    assert caught.value.field == "publication"
    assert "Harbour" in caught.value.message


def test_it_promises_no_more_than_the_api_can() -> None:
    assert not isinstance(medium, Finds | Measures)
