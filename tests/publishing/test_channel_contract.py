"""What every channel keeps, whatever network it speaks to: one test module over the registry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.kernel.scoping import scope
from publishing.channels.base import (
    AccountFacts,
    Channel,
    ChannelError,
    Connects,
    Deletes,
    DeliveryClass,
    Draft,
    Finds,
    Gone,
    Measurement,
    Measures,
    Media,
    Publishes,
    canonical,
    fingerprint,
)
from publishing.channels.errors import SENTENCES, UNPARSABLE, Outcome
from publishing.channels.registry import channels
from publishing.channels.text import COUNTERS, measure_text
from tests.peers.stages import STAGES, Stage
from tests.world import World

MOMENT = datetime(2026, 11, 20, 12, 30, 15, 678_000, tzinfo=UTC)
STATIC = Path(__file__).resolve().parents[2] / "static"


@pytest.fixture(params=channels.values(), ids=list(channels))
def channel(request: pytest.FixtureRequest) -> Channel:
    found: Channel = request.param
    return found


@pytest.fixture
def stage(channel: Channel, request: pytest.FixtureRequest, world: World) -> Iterator[Stage]:
    assert channel.slug in STAGES, f"add a stage for {channel.slug} to tests/peers/stages.py"
    with scope(world.id):
        yield STAGES[channel.slug](request)


def a_draft(channel: Channel, text: str = "Wooden masts, rebuilt in twelve days.") -> Draft:
    needs = channel.limits.media_required
    media = (Media("one", channel.limits.image_types[0], alt="A mast"),) if needs else ()
    return Draft(text, hashtags=("Boats",), link="https://harbour.example/masts", media=media)


def freeze(
    channel: Channel, account: AccountFacts, draft: Draft | None = None, key: str = "one"
) -> dict[str, Any]:
    return channel.freeze(draft or a_draft(channel), account, occurrence_key=key, now=MOMENT)


ANYBODY = AccountFacts("did:plc:abcdefghijklmnopqrstuvwx", "somebody.example", "https://a.example")


def test_the_declarations_are_complete(channel: Channel) -> None:
    assert channels[channel.slug] is channel
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,29}", channel.slug)
    assert channel.label
    assert (STATIC / channel.icon).is_file()
    assert isinstance(channel.delivery_class, DeliveryClass)
    assert isinstance(channel, Publishes)
    names = [field.name for field in channel.credential_fields]
    assert len(names) == len(set(names))
    assert bool(names) <= isinstance(channel, Connects)


def test_every_class_but_d_can_be_read_back(channel: Channel) -> None:
    assert isinstance(channel, Finds) or channel.delivery_class is DeliveryClass.D


def test_the_limits_reach_the_browser_whole(channel: Channel) -> None:
    limits = channel.limits.as_json()
    assert json.loads(json.dumps(limits)) == limits
    assert limits["counter"] in COUNTERS
    assert limits["link_rule"] in ("full", "fixed", "shortened")
    assert (limits["link_rule"] == "full") == (limits["link_length"] is None)
    assert channel.limits.images_max == 0 or channel.limits.image_types


def test_freezing_is_plain_json_and_the_same_every_time(channel: Channel) -> None:
    payload = freeze(channel, ANYBODY)
    assert json.loads(canonical(payload)) == payload
    assert fingerprint(freeze(channel, ANYBODY)) == fingerprint(payload)


def test_another_occurrence_is_another_post(channel: Channel) -> None:
    if channel.delivery_class is DeliveryClass.A:
        assert fingerprint(freeze(channel, ANYBODY)) != fingerprint(
            freeze(channel, ANYBODY, key="two")
        )


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400))
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_frozen_fits_and_what_does_not_fit_is_refused(channel: Channel, text: str) -> None:
    draft = a_draft(channel, text)
    over = measure_text(channel.compose(draft), channel.limits).over
    try:
        freeze(channel, ANYBODY, draft)
    except ChannelError as error:
        assert error.outcome is Outcome.REFUSED
        assert over
    else:
        assert not over


def test_a_text_at_the_limit_passes_and_one_more_is_refused_in_a_sentence(channel: Channel) -> None:
    media = a_draft(channel).media
    room = channel.limits.max_characters
    freeze(channel, ANYBODY, Draft("x" * room, media=media))
    with pytest.raises(ChannelError) as caught:
        freeze(channel, ANYBODY, Draft("x" * (room + 1), media=media))
    assert channel.label in caught.value.message
    assert str(room) in caught.value.message
    assert caught.value.message.endswith(".")


def test_nothing_too_many_pictures_and_too_long_descriptions_are_refused(channel: Channel) -> None:
    limits = channel.limits
    kind = limits.image_types[0] if limits.image_types else "image/jpeg"
    drafts = [Draft("  "), Draft("x", media=(Media("m", kind),) * (limits.images_max + 1))]
    if limits.alt_max is not None and limits.images_max:
        drafts.append(Draft("x", media=(Media("m", kind, alt="a" * (limits.alt_max + 1)),)))
    for draft in drafts:
        (problem,) = channel.problems(draft)[-1:]
        assert problem.endswith(".")
        with pytest.raises(ChannelError):
            freeze(channel, ANYBODY, draft)


@pytest.mark.django_db
def test_the_same_payload_twice_is_one_post(channel: Channel, stage: Stage) -> None:
    payload = freeze(channel, stage.account)
    published = channel.publish(payload, stage.session())
    if channel.delivery_class is DeliveryClass.A:
        assert channel.publish(payload, stage.session()) == published
    assert stage.posts() == 1
    assert published.remote_id
    assert published.url.startswith(("http://", "https://", "/"))


@pytest.mark.django_db
def test_preparing_makes_no_post_and_may_be_repeated(channel: Channel, stage: Stage) -> None:
    payload, session = freeze(channel, stage.account), stage.session()
    channel.prepare(payload, session)
    channel.prepare(payload, session)
    assert stage.posts() == 0
    channel.publish(payload, session)
    assert stage.posts() == 1


@pytest.mark.django_db
def test_read_back_finds_this_payload_and_no_other(channel: Channel, stage: Stage) -> None:
    if not isinstance(channel, Finds):
        return
    payload = freeze(channel, stage.account)
    assert channel.find(payload, stage.session()) is None
    look_alike = channel.freeze(
        a_draft(channel), stage.account, occurrence_key="other", now=MOMENT - timedelta(hours=3)
    )
    if channel.delivery_class is DeliveryClass.A:
        channel.publish(look_alike, stage.session())
        assert channel.find(payload, stage.session()) is None
    published = channel.publish(payload, stage.session())
    found = channel.find(payload, stage.session())
    assert found is not None
    assert found.remote_id == published.remote_id


@pytest.mark.django_db
def test_measures_are_numbers_or_nothing_and_a_deleted_post_is_gone(
    channel: Channel, stage: Stage
) -> None:
    if not isinstance(channel, Measures):
        return
    published = channel.publish(freeze(channel, stage.account), stage.session())
    measured = channel.measure(published, stage.session())
    assert isinstance(measured, Measurement)
    numbers = (measured.likes, measured.comments, measured.shares, *measured.extra.values())
    assert all(number is None or number >= 0 for number in numbers)
    if isinstance(channel, Deletes):
        channel.delete(published, stage.session())
        assert isinstance(channel.measure(published, stage.session()), Gone)
        channel.delete(published, stage.session())


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (429, "", Outcome.RATE_LIMITED),
        (500, "", Outcome.AMBIGUOUS),
        (502, "", Outcome.AMBIGUOUS),
        (504, "", Outcome.AMBIGUOUS),
        (200, UNPARSABLE, Outcome.AMBIGUOUS),
        (401, "", Outcome.RECONNECT),
        (400, "", Outcome.REFUSED),
        (422, "", Outcome.REFUSED),
    ],
)
def test_answers_are_read_by_what_is_known_of_the_post(
    channel: Channel, status: int, code: str, outcome: Outcome
) -> None:
    error = channel.retry_table.error(channel.label, status=status, code=code, now=MOMENT)
    assert error.outcome is outcome
    assert channel.label in error.message


def test_every_sentence_of_the_retry_table_is_one(channel: Channel) -> None:
    for (status, code), rule in channel.retry_table.rules.items():
        error = channel.retry_table.error(
            channel.label, status=status, code=code or "", detail="too long", now=MOMENT
        )
        assert error.outcome is rule.outcome
        assert error.message.endswith(".")
        assert "{" not in error.message
        assert sum((error.permanent, error.ambiguous, error.reconnect)) <= 1
    assert set(SENTENCES) == set(Outcome)


def test_connecting_with_nothing_typed_names_a_field(channel: Channel) -> None:
    if not isinstance(channel, Connects) or not channel.credential_fields:
        return
    with pytest.raises(ChannelError) as caught:
        channel.connect({})
    assert caught.value.field in {field.name for field in channel.credential_fields}
