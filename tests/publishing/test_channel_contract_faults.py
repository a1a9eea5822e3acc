"""Everything that can go wrong on the request that makes a post, on every channel: what is said of
it, and that the ledger's reaction leaves exactly one post there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from publishing.channels.base import (
    Channel,
    ChannelError,
    Deletes,
    DeliveryClass,
    Draft,
    Finds,
    Measures,
    Outcome,
    Probes,
    Published,
    Renews,
)
from tests.networks.base import RETRY_AFTER_SECONDS, Stage

from .contract import (
    WORDS,
    as_published,
    deliver,
    die_and_recover,
    draft_for,
    freeze,
    limits_of,
    publish,
    skip_if_exempt,
    some_pictures,
)
from .test_channel_contract import secrets_of

pytestmark = pytest.mark.django_db

SHORT_SECONDS = 0.4
"""What a call may take where the platform hangs; long for a stand-in on the same machine."""
NOT_TAKEN = ("reset", "500", "empty", "page")
TAKEN = ("hang_after", "reset_after", "500_after", "empty_after", "page_after")


@pytest.mark.parametrize("fault", [*NOT_TAKEN, *TAKEN])
def test_an_unclear_answer_ends_in_one_post(channel: Channel, stage: Stage, fault: str) -> None:
    skip_if_exempt(stage, "publish", "faults", f"faults:{fault.partition('_')[0]}")
    payload = freeze(channel, stage)
    stage.network.faults.append(fault)
    hanging = SHORT_SECONDS if fault == "hang_after" else None
    story = deliver(channel, stage, payload, timeout_seconds=hanging)
    assert not stage.network.faults, "mark the route that makes a post with makes_post=True"
    assert story.error is not None, f"{fault} was taken for a success"
    assert story.error.outcome is Outcome.AMBIGUOUS
    _says_so(story.error, channel, stage)
    _stands_once(channel, stage, story.ended, taken=fault in TAKEN)


@pytest.mark.parametrize("fault", ["reset", "reset_after"])
def test_an_unclear_answer_to_pictures_ends_in_one_post(
    channel: Channel, stage: Stage, fault: str
) -> None:
    skip_if_exempt(stage, "publish", "faults")
    if not limits_of(channel, stage).images_max:
        return
    payload = freeze(channel, stage, _with_media(channel, stage))
    stage.network.faults.append(fault)
    story = deliver(channel, stage, payload)
    assert story.error is not None
    if "handle" in stage.exempt and story.ended is None:
        assert len(stage.posts()) == int(fault == "reset_after")
        return
    _stands_once(channel, stage, story.ended, taken=fault == "reset_after")


def test_a_worker_that_dies_anywhere_leaves_one_post(channel: Channel, stage: Stage) -> None:
    """At every point that the channel names, and before and after every handle that it saves."""
    skip_if_exempt(stage, "publish", "faults")
    rehearsal = stage.session()
    publish(channel, stage, freeze(channel, stage, _with_media(channel, stage)), rehearsal)
    numbers = range(1, rehearsal.saves + 1)
    saves = [f"{when}-{number}" for number in numbers for when in ("lost", "kept")]
    for point in [*dict.fromkeys(rehearsal.points), *saves]:
        standing = len(stage.posts())
        draft = _with_media(channel, stage, f"A mast comes down at {point}.")
        if draft.title:
            draft = replace(draft, title=f"A mast at {point}")
        payload = freeze(channel, stage, draft, key=point)
        ended = die_and_recover(channel, stage, payload, point)
        taken = len(stage.posts()) - standing
        if channel.delivery_class is DeliveryClass.D or (
            ended is None and "handle" in stage.exempt
        ):
            assert taken <= 1, point
        else:
            assert taken == 1, f"{taken} posts after a death at {point}"
            assert ended is not None, point


def _with_media(channel: Channel, stage: Stage, text: str = WORDS) -> Draft:
    limits = limits_of(channel, stage)
    if not limits.images_max:
        return draft_for(channel, stage, text)
    return draft_for(
        channel, stage, text, media=some_pictures(stage, limits, min(2, limits.images_max))
    )


def test_a_pause_is_kept_to_the_second(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish", "faults", "faults:429")
    stage.network.faults.append("429")
    story = deliver(channel, stage, freeze(channel, stage))
    assert story.error is not None
    assert story.error.outcome is Outcome.RATE_LIMITED
    assert story.error.retry_after is not None
    # A date in the answer has been on its way for some milliseconds.
    assert abs(story.error.retry_after - RETRY_AFTER_SECONDS) < 1
    assert story.items_at_error == 0
    _says_so(story.error, channel, stage)
    assert len(stage.posts()) == 1


def test_refused_access_posts_nothing(channel: Channel, stage: Stage) -> None:
    """Or is renewed, where that can be, and then posts once."""
    skip_if_exempt(stage, "publish", "faults", "faults:401")
    stage.network.faults.append("401")
    story = deliver(channel, stage, freeze(channel, stage))
    if story.error is None:
        assert isinstance(channel, Renews)
        assert len(stage.posts()) == 1
    else:
        assert story.error.outcome is Outcome.RECONNECT
        assert not stage.posts()
        _says_so(story.error, channel, stage)


def test_a_refusal_is_no_unknown_outcome(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish", "faults", "faults:403")
    stage.network.faults.append("403")
    story = deliver(channel, stage, freeze(channel, stage))
    assert story.error is not None
    assert story.error.outcome is not Outcome.AMBIGUOUS
    assert story.items_at_error == 0
    _says_so(story.error, channel, stage)


def test_a_network_that_is_away_has_taken_nothing(channel: Channel, stage: Stage) -> None:
    skip_if_exempt(stage, "publish", "faults")
    payload = freeze(channel, stage)
    stage.network.__exit__()
    with pytest.raises(ChannelError) as caught:
        channel.publish(payload, stage.session())
    assert caught.value.outcome is Outcome.NOT_SENT
    _says_so(caught.value, channel, stage)


@pytest.mark.parametrize("nonsense", ["page", "empty", "500", "odd", "list", "429", "403"])
def test_a_network_that_speaks_nonsense_is_an_error_with_a_sentence(
    channel: Channel, stage: Stage, nonsense: str
) -> None:
    """Of every method: a ChannelError, never one of Python's; and never "certainly not there"."""
    skip_if_exempt(stage, "publish", "faults")
    payload = freeze(channel, stage)
    out = as_published(publish(channel, stage, payload))
    stage.network.whole_answer = nonsense
    for call in _calls(channel, payload, out, stage):
        try:
            call()
        except ChannelError as error:
            _says_so(error, channel, stage)


@pytest.mark.parametrize("nonsense", ["page", "empty", "500", "429"])
def test_what_cannot_be_read_is_not_certainly_absent(
    channel: Channel, stage: Stage, nonsense: str
) -> None:
    skip_if_exempt(stage, "publish", "faults", "find")
    if isinstance(channel, Finds):
        payload, session = freeze(channel, stage), stage.session()
        publish(channel, stage, payload, session)
        stage.network.whole_answer = nonsense
        with pytest.raises(ChannelError):
            channel.find(payload, stage.session(handle=session.handle))


def _calls(channel: Any, payload: dict[str, Any], out: Published, stage: Stage) -> list[Any]:
    calls = [
        lambda: channel.prepare(payload, stage.session()),
        lambda: channel.publish(payload, stage.session()),
    ]
    if isinstance(channel, Finds):
        calls.append(lambda: channel.find(payload, stage.session()))
    if isinstance(channel, Measures):
        calls.append(lambda: channel.measure(out, stage.session()))
    if isinstance(channel, Deletes):
        calls.append(lambda: channel.delete(out, stage.session()))
    if isinstance(channel, Probes):
        calls.append(lambda: channel.probe(stage.session()))
    if isinstance(channel, Renews):
        calls.append(lambda: channel.renew(stage.session()))
    return calls


def _says_so(error: ChannelError, channel: Channel, stage: Stage) -> None:
    assert error.message.endswith("."), error.message
    assert channel.label in error.message or stage.account.server in error.message
    told = f"{error.message} {error.extra}"
    for secret in secrets_of(stage):
        assert secret not in told


def _stands_once(channel: Channel, stage: Stage, ended: object, *, taken: bool) -> None:
    posts = stage.posts()
    if channel.delivery_class is DeliveryClass.D:
        assert ended is None
        assert len(posts) == int(taken)
        return
    assert len(posts) == 1, f"{len(posts)} posts stand there"
    assert ended is not None
