"""DEV's own rules: tags of letters and digits, repetitions that it refuses, and unpublishing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import ChannelError, Draft, Gone, Published
from publishing.channels.devto import DevTo
from publishing.channels.errors import Outcome
from tests.networks.base import Stage
from tests.networks.devto import DevToNetwork
from tests.networks.devto import stage as on_stage

devto = DevTo()
DRAFT = Draft("Twelve days.", hashtags=("Web_Dev", "Boote"), title="Masts")


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with on_stage(settings) as stage:
        yield stage


def frozen(stage: Stage, draft: Draft = DRAFT, key: str = "1") -> dict[str, object]:
    return devto.freeze(draft, stage.account, occurrence_key=key, now=now())


def test_tags_are_spelled_as_dev_does(stage: Stage) -> None:
    assert devto.tags(DRAFT) == ["webdev", "boote"]
    assert devto.tags(replace(DRAFT, hashtags=("桅杆", "Masts"))) == ["masts"]
    assert "4 hashtags" in devto.problems(replace(DRAFT, hashtags=tuple("abcde")))[0]


def test_the_second_sending_of_one_post_is_the_first(stage: Stage) -> None:
    """DEV refuses it, and the refusal is believed only once the article is read."""
    first, second = (devto.publish(frozen(stage), stage.session()) for _ in range(2))
    assert first == second
    assert len(stage.posts()) == 1


def test_somebody_elses_original_address_is_refused_in_a_sentence(stage: Stage) -> None:
    draft = replace(DRAFT, options={"canonical_url": "https://harbour.example/masts"})
    devto.publish(frozen(stage, draft), stage.session())
    with pytest.raises(ChannelError) as caught:
        devto.publish(frozen(stage, draft, "2"), stage.session())
    assert caught.value.outcome is Outcome.REFUSED
    assert "original address" in caught.value.message


def test_taking_down_leaves_a_draft(stage: Stage) -> None:
    done = devto.publish(frozen(stage), stage.session())
    devto.delete(done, stage.session())
    network: DevToNetwork = stage.network  # type: ignore[assignment]
    assert network.rows[done.remote_id]["published"] is False
    assert devto.measure(done, stage.session()) == Gone("It was unpublished.")
    assert isinstance(devto.measure(Published("99", ""), stage.session()), Gone)


def test_options_that_do_not_fit_are_refused(stage: Stage) -> None:
    for options in ({"organization_id": "acme"}, {"cover_image": "mast.png"}):
        assert devto.problems(replace(DRAFT, options=options))
