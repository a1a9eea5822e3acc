"""The contract's tools: a stage for each registered channel, drafts that fit it, and what the
ledger does after an unknown outcome, played in memory."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import scope
from publishing.channels.base import (
    Accepted,
    Channel,
    ChannelError,
    DeliveryClass,
    Draft,
    Finds,
    Found,
    Kind,
    Limits,
    Media,
    Outcome,
    Payload,
    Published,
)
from publishing.channels.oauth import OAuthChannel
from publishing.channels.registry import channels
from tests.networks.base import Item, Stage
from tests.peers.sessions import Killed, MemorySession, picture
from tests.world import World

WORDS = "Wooden masts, rebuilt in twelve days."
TITLE = "Masts in twelve days"
LINK = "https://harbour.example/masts"
TAG = "Boats"
MOST_LOOKS = 12

MAY_BE_LEFT_OUT = frozenset(
    {
        "publish",  # nothing goes out by a call: a person posts
        "faults",  # there is no network between
        "faults:401",  # nothing on the way of a post can be refused so
        "faults:403",
        "faults:429",
        "faults:empty",  # the body of a success says nothing that is needed
        "faults:page",
        "scopes",  # the platform does not tell what it granted
        "pkce",  # the authorization request is pushed, so that the address shows nothing
        "secret_in_url",  # its documented API has the secret in the address
        "connect",  # the platform is not asked when an account is connected
        "gone",  # it does not tell a deleted post from an unknown one
        "handle",  # the platform tells its handle only in the answer to what makes the post
        "find",  # nothing can be read back, and a repetition is harmless by its key
        "angle_brackets",  # the platform refuses texts with < or >, which is said before
    }
)
"""What a stage may name in `exempt`, each time with the platform's reason."""


@pytest.fixture(params=channels.values(), ids=list(channels))
def channel(request: pytest.FixtureRequest) -> Channel:
    found: Channel = request.param
    return found


@pytest.fixture
def stage(channel: Channel, settings: Settings, world: World) -> Iterator[Stage]:
    name = f"tests.networks.{channel.slug}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        pytest.fail(f"{channel.slug} has no stage: write tests/networks/{channel.slug}.py")
    with ExitStack() as open_now:
        open_now.enter_context(scope(world.id))
        yield open_now.enter_context(module.stage(settings))


def skip_if_exempt(stage: Stage, *checks: str) -> None:
    """Leave a check out, visibly, for a reason that the stage gives."""
    for check in checks:
        if check in stage.exempt:
            assert check in MAY_BE_LEFT_OUT, f"{check} is no check that a channel may leave out"
            reason = stage.exempt[check]
            assert len(reason.split()) > 3, f"say why {check} is left out"
            pytest.skip(reason)


def as_oauth(channel: object) -> OAuthChannel | None:
    return channel if isinstance(channel, OAuthChannel) else None


def limits_of(channel: Channel, stage: Stage) -> Limits:
    return channel.limits_for(stage.account)


def draft_for(channel: Channel, stage: Stage, text: str = WORDS, **changes: Any) -> Draft:
    """A post that fits, with a hashtag, and a title where there are titles."""
    limits = limits_of(channel, stage)
    draft = replace(
        stage.draft, text=text, hashtags=() if limits.hashtags_max == 0 else (TAG,), **changes
    )
    if limits.title_max is not None and not draft.title:
        draft = replace(draft, title=TITLE)
    return draft


def freeze(
    channel: Channel,
    stage: Stage,
    draft: Draft | None = None,
    *,
    key: str = "one",
    at: datetime | None = None,
) -> Payload:
    draft = draft or draft_for(channel, stage)
    return channel.freeze(draft, stage.account, occurrence_key=key, now=at or now())


def some_pictures(stage: Stage, limits: Limits, count: int) -> tuple[Media, ...]:
    """Square pictures of the platform's first type, each with its own description."""
    kind = limits.image_types[0]
    side = max(360, limits.image_shortest_side or 0)
    described = []
    for number in range(1, count + 1):
        data = _picture(side + number, kind.removeprefix("image/").upper())
        stage.files[f"contract-{number}"] = data
        described.append(
            Media(
                f"contract-{number}",
                kind,
                alt=f"Mast number {number}",
                width=side + number,
                height=side + number,
                size_bytes=len(data),
            )
        )
    return tuple(described)


def a_video(stage: Stage, limits: Limits) -> Media:
    """Bytes that look like a film; nobody in between decodes them."""
    video = limits.video
    assert video is not None
    stage.files["film"] = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(60_000)
    tall = video.ratio_max is not None and video.ratio_max < 1
    width, height = (1080, 1920) if tall else (1080, 1080)
    return Media(
        "film",
        video.types[0],
        alt="A mast is lifted",
        width=width,
        height=height,
        size_bytes=len(stage.files["film"]),
        duration_seconds=max(12.0, video.min_seconds),
    )


@cache
def _picture(side: int, kind: str) -> bytes:
    return picture(side, side, kind=kind)


def completed(
    channel: Channel,
    payload: Payload,
    stage: Stage,
    session: MemorySession,
    result: Published | Found | Accepted | None,
) -> Published | Found | None:
    """Ask until the platform is done, each time as a fresh worker with the saved handle; what was
    accepted and is certainly not there is sent on."""
    accepted, waited = False, 0.0
    for _ in range(MOST_LOOKS):
        worker = again(stage, session)
        if isinstance(result, Accepted):
            assert result.check_after > 0
            assert result.message.endswith(".")
            assert isinstance(channel, Finds), "what is accepted can only be asked with find"
            accepted, waited = True, waited + result.check_after
            with time_machine.travel(now() + timedelta(seconds=waited), tick=True):
                result = channel.find(payload, worker)
        elif result is None and accepted:
            with time_machine.travel(now() + timedelta(seconds=waited), tick=True):
                result = channel.publish(payload, worker)
        else:
            return result
        session.handle = worker.handle
    raise AssertionError(f"{channel.slug} was still at it after {MOST_LOOKS} looks")


def again(stage: Stage, session: MemorySession) -> MemorySession:
    """The next worker: nothing in its hands but what was saved."""
    return stage.session(
        handle=session.handle,
        parent=session.parent,
        root=session.root,
        timeout_seconds=session.timeout_seconds,
    )


def publish(
    channel: Channel,
    stage: Stage,
    payload: Payload,
    session: MemorySession | None = None,
) -> Published | Found:
    """Prepared, sent and completed."""
    session = session or stage.session()
    channel.prepare(payload, session)
    result = completed(channel, payload, stage, session, channel.publish(payload, session))
    assert result is not None, f"{channel.slug} lost a post that it had accepted"
    return result


@dataclass(slots=True)
class Story:
    """What happened to one delivery: the first failure, and how it ended."""

    error: ChannelError | None = None
    ended: Published | Found | None = None
    items_at_error: int = 0


def deliver(
    channel: Channel, stage: Stage, payload: Payload, *, timeout_seconds: float | None = None
) -> Story:
    """One sending and, after an unknown outcome, what the ledger does by the channel's class."""
    session = stage.session()
    if timeout_seconds is not None:
        session.timeout_seconds = timeout_seconds
    story = Story()
    try:
        channel.prepare(payload, session)
        result = channel.publish(payload, session)
        story.ended = completed(channel, payload, stage, session, result)
    except ChannelError as error:
        story.error = error
        story.items_at_error = len(stage.posts())
        story.ended = _recovered(channel, stage, payload, session, error)
    return story


def _recovered(
    channel: Channel,
    stage: Stage,
    payload: Payload,
    session: MemorySession,
    error: ChannelError,
) -> Published | Found | None:
    try:
        return _after(channel, stage, payload, session, error)
    except ChannelError:
        if "handle" not in stage.exempt:
            raise
        # It cannot be told, so a person decides.
        return None


def _after(
    channel: Channel,
    stage: Stage,
    payload: Payload,
    session: MemorySession,
    error: ChannelError,
) -> Published | Found | None:
    if error.outcome in (Outcome.REFUSED, Outcome.RECONNECT):
        return None
    session.timeout_seconds = stage.session().timeout_seconds
    if error.outcome is Outcome.AMBIGUOUS:
        if channel.delivery_class is DeliveryClass.D:
            return None
        if channel.delivery_class is not DeliveryClass.A:
            assert isinstance(channel, Finds)
            looked = channel.find(payload, again(stage, session))
            if (found := completed(channel, payload, stage, session, looked)) is not None:
                return found
    session = again(stage, session)
    channel.prepare(payload, session)
    return completed(channel, payload, stage, session, channel.publish(payload, session))


def die_and_recover(
    channel: Channel, stage: Stage, payload: Payload, point: str
) -> Published | Found | None:
    """A worker that is killed at a point, and what the reaper does with what it leaves behind."""
    session = stage.session(crash_at=point)
    try:
        channel.prepare(payload, session)
        result = channel.publish(payload, session)
        session.crash_at = ""
        return completed(channel, payload, stage, session, result)
    except Killed:
        session.crash_at = ""
        unclear = ChannelError("The worker died.", ambiguous=True)
        return _recovered(channel, stage, payload, session, unclear)


def follow(
    channel: Channel, stage: Stage, kind: Kind, text: str, parent: Published, root: Published
) -> tuple[Payload, MemorySession]:
    """The payload and session of a later part."""
    draft = stage.draft.follower(kind, text)
    payload = freeze(channel, stage, draft, key=f"{kind}|{text}")
    return payload, stage.session(parent=parent, root=root)


def as_published(out: Published | Found) -> Published:
    return out if isinstance(out, Published) else Published(out.remote_id, out.url)


def only_item(stage: Stage) -> Item:
    (item,) = stage.posts()
    return item
