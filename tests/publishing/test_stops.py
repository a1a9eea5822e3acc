"""The brake at every level and at every moment of a delivery's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from config.kernel import transport
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.halting import Halted, refuse_halted
from config.kernel.scoping import org_atomic
from config.kernel.websocket import WebSocket, connected
from publishing.channels.base import CrashPoint
from publishing.delivery import faults, ledger
from publishing.delivery.claim import claim
from publishing.delivery.send import begin
from publishing.models import (
    Approval,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    Stop,
    WhenLate,
)
from publishing.services import standing, stops
from publishing.services.approvals import content_hash
from tests.make_inbox import staged_account
from tests.networks import nostr
from tests.world import World

from .deliveries import account_on, again, approved_post, deliver, due_delivery
from .platform import Platform, RemoteAccount

pytestmark = pytest.mark.django_db
Level = Stop.Level
LEVELS = list(Level)


@dataclass
class Scene:
    world: World
    delivery: Delivery
    remote: RemoteAccount
    other: Delivery
    other_remote: RemoteAccount
    clock: list[float] = field(default_factory=lambda: [0.0])

    def stop(self, level: Level, reason: str = "A wrong price") -> Stop:
        named: dict[str, Any] = {
            Level.ORGANIZATION: {},
            Level.BRAND: {"brand": self.world.brand},
            Level.ACCOUNT: {"account": self.delivery.account},
            Level.PLATFORM: {"platform": self.delivery.platform},
        }[level]
        return stops.stop(level=level, by=self.world.admin, reason=reason, **named)

    def resume(self, row: Stop) -> stops.Released:
        return stops.resume(stop=row, by=self.world.admin)


@pytest.fixture
def scene(
    world: World,
    platform: Platform,
    in_the_ledger: None,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> Iterator[Scene]:
    """A due post on test_b, and one on test_c."""
    settings.WARREN_FAULTS = True
    server, remote = platform.join()
    mine = account_on(world.brand, "test_b", server, {"access": "a", "uploads": 1})
    elsewhere, other_remote = platform.join()
    other = account_on(world.brand, "test_c", elsewhere)
    made = Scene(
        world,
        due_delivery(world.brand, mine),
        remote,
        due_delivery(world.brand, other, "Varnish."),
        other_remote,
    )
    monkeypatch.setattr(standing, "clock", lambda: made.clock[0])
    yield made
    faults.install(None)


@pytest.mark.parametrize("level", LEVELS)
def test_what_waits_does_not_leave_while_a_stop_stands(scene: Scene, level: Level) -> None:
    scene.stop(level)
    deliver(scene.delivery)
    row = again(scene.delivery)
    assert (row.state, row.error_code) == (DeliveryState.SCHEDULED, "stopped")
    assert "Stopped by" in row.error_message and "“A wrong price”" in row.error_message
    assert scene.remote.log == []
    assert row.attempts == 0


@pytest.mark.parametrize("level", [Level.ACCOUNT, Level.PLATFORM])
def test_what_it_does_not_name_goes_on(scene: Scene, level: Level) -> None:
    scene.stop(level)
    deliver(scene.delivery, scene.other)
    assert again(scene.delivery).state == DeliveryState.SCHEDULED
    assert again(scene.other).state == DeliveryState.PUBLISHED


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_claimed_goes_back_instead_of_sending(scene: Scene, level: Level) -> None:
    world = scene.world
    parcels = claim(world.id, [scene.delivery.pk], owner="w")
    assert len(parcels) == 1
    scene.stop(level)
    assert begin(world.id, parcels) == []
    row = again(scene.delivery)
    assert (row.state, row.error_code, row.claimed_until) == ("scheduled", "stopped", None)
    post = PendingPost.objects.get(pk=row.pending_post_id)
    assert post.status == PendingStatus.AUTO_APPROVED
    assert row.charge_key == ""


def at(point: CrashPoint, act: Callable[[], object]) -> None:
    """Do something once, when the sending comes by this point."""
    done: list[object] = []

    def reach(reached: str) -> None:
        if reached == point and not done:
            done.append(True)
            act()

    faults.install(reach)


@pytest.mark.parametrize("level", LEVELS)
def test_an_upload_stops_between_two_requests(scene: Scene, level: Level) -> None:
    at(CrashPoint.MEDIA_RECEIVED, lambda: scene.stop(level))
    deliver(scene.delivery)
    assert scene.remote.log == ["POST media"]
    row = again(scene.delivery)
    assert (row.state, row.error_code, row.attempts) == ("scheduled", "stopped", 0)


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_about_to_send_sends_nothing(scene: Scene, level: Level) -> None:
    at(CrashPoint.SENDING, lambda: scene.stop(level))
    deliver(scene.delivery)
    assert not any("publish" in line for line in scene.remote.log)
    assert scene.remote.posts == []
    row = again(scene.delivery)
    assert (row.state, row.error_code, row.attempts) == ("scheduled", "stopped", 0)


def test_no_request_begins_after_the_stop_and_the_hooks_period(scene: Scene) -> None:
    """The stop of another process: this one knows of it when what it knows is a second old."""
    begun: list[tuple[float, str]] = []
    stopped_at: list[float] = []

    def stop_elsewhere() -> None:
        kept = dict(standing._kept)
        scene.stop(Level.ORGANIZATION)
        standing._kept.update(kept)
        stopped_at.append(scene.clock[0])
        scene.clock[0] += standing.HOOK_SECONDS / 2

    def reach(reached: str) -> None:
        if reached == CrashPoint.MEDIA_RECEIVED and not stopped_at:
            stop_elsewhere()
        elif reached == CrashPoint.MEDIA_RECEIVED:
            scene.clock[0] += standing.HOOK_SECONDS
        for line in scene.remote.log[len(begun) :]:
            begun.append((scene.clock[0], line))

    faults.install(reach)
    deliver(scene.delivery)
    assert scene.remote.log == ["POST media", "POST containers"]
    assert all(moment <= stopped_at[0] + 2 * standing.HOOK_SECONDS for moment, _ in begun)
    assert scene.remote.posts == []


def test_what_may_be_out_is_looked_for_after_the_stop_and_never_sent_blindly(
    scene: Scene, platform: Platform
) -> None:
    scene.remote.modes.append("500_after")
    deliver(scene.delivery)
    assert again(scene.delivery).state == DeliveryState.SENDING
    row = scene.stop(Level.BRAND)
    asked = list(scene.remote.log)
    with time_machine.travel(now() + timedelta(minutes=20), tick=False):
        ledger.reap()
        assert scene.remote.log == asked
        assert again(scene.delivery).state == DeliveryState.SENDING
        scene.resume(row)
    with time_machine.travel(now() + timedelta(minutes=40), tick=False):
        scene.clock[0] += 10
        ledger.reap()
    assert again(scene.delivery).state == DeliveryState.PUBLISHED
    assert len(scene.remote.posts) == 1


def test_no_byte_leaves_by_a_connection_that_opened_after_the_stop(
    scene: Scene, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Resolving a name and connecting may take longer than the five seconds."""
    settings.WARREN_OUTBOUND_TIMEOUT_SECONDS = 20
    connect = transport._Backend.connect_tcp

    def slow(self: Any, *args: Any, **options: Any) -> Any:
        opened = connect(self, *args, **options)
        scene.stop(Level.ORGANIZATION)
        return opened

    monkeypatch.setattr(transport._Backend, "connect_tcp", slow)
    transport._pool.cache_clear()
    deliver(scene.other)
    assert scene.other_remote.log == []
    row = again(scene.other)
    assert (row.state, row.error_code, row.attempts) == ("scheduled", "stopped", 0)


@pytest.mark.parametrize("pulled_at", [1, 2])
def test_no_event_leaves_by_a_socket_that_was_open_before_the_stop(
    scene: Scene, settings: Settings, monkeypatch: pytest.MonkeyPatch, pulled_at: int
) -> None:
    """The brake is pulled when the first or the second relay has opened its web socket."""
    opened: list[str] = []
    pulled: list[Stop] = []

    @contextmanager
    def then_stop(relay: str, **options: Any) -> Iterator[WebSocket]:
        with connected(relay, **options) as socket:
            opened.append(relay)
            if len(opened) == pulled_at:
                pulled.append(scene.stop(Level.ORGANIZATION))
            yield socket

    monkeypatch.setattr("publishing.channels.nostr_relays.connected", then_stop)
    with nostr.stage(settings) as stage, nostr.Relay() as second:
        relays = [each for each in (stage.network, second) if isinstance(each, nostr.Relay)]
        told = {"relays": [each.relay for each in relays]}
        stage.account = replace(stage.account, settings=told)
        account = staged_account(scene.world.brand, "nostr", stage)
        delivery = due_delivery(scene.world.brand, account)
        deliver(delivery)
        got = pulled_at - 1
        assert [len(each.received) for each in relays] == [got, 0]
        # What one of them has is looked for when it is let go, as everywhere.
        assert again(delivery).state == (DeliveryState.SCHEDULED, DeliveryState.SENDING)[got]
        scene.resume(pulled[0])
        with time_machine.travel(now() + timedelta(minutes=20), tick=False):
            ledger.reap()
        assert again(delivery).state == (DeliveryState.MISSED, DeliveryState.PUBLISHED)[got]
        assert [len(each.received) for each in relays] == [got, 0]


@pytest.mark.parametrize("when_late", [WhenLate.ASK, WhenLate.PUBLISH])
def test_letting_go_makes_up_for_nothing(scene: Scene, when_late: str) -> None:
    PendingPost.objects.filter(pk=scene.delivery.pending_post_id).update(when_late=when_late)
    row = scene.stop(Level.ORGANIZATION)
    deliver(scene.delivery)
    released = scene.resume(row)
    # The other post was due as well, and no worker had looked at it yet.
    assert released.missed == 2
    for delivery in (scene.delivery, scene.other):
        assert again(delivery).state == DeliveryState.MISSED
    assert "“A wrong price”" in again(scene.delivery).error_message
    deliver(scene.delivery, scene.other)
    assert scene.remote.posts == [] == scene.other_remote.posts
    post = PendingPost.objects.get(pk=scene.delivery.pending_post_id)
    assert post.status == PendingStatus.FAILED


def test_what_a_worker_finds_later_was_missed_too(scene: Scene) -> None:
    """The installation's stop lets go team by team; what it did not reach is told by its time."""
    row = scene.stop(Level.BRAND)
    Stop.objects.filter(pk=row.pk).update(created_at=now() - timedelta(minutes=1))
    Stop.objects.filter(pk=row.pk).update(resumed_at=now() + timedelta(microseconds=1))
    with time_machine.travel(now() + timedelta(seconds=30), tick=False):
        deliver(scene.delivery)
    assert again(scene.delivery).state == DeliveryState.MISSED


def test_what_is_due_later_goes_out_at_its_time(scene: Scene) -> None:
    post = approved_post(
        scene.world.brand,
        scene.other.account,
        "Tomorrow.",
        scheduled_for=now() + timedelta(hours=3),
    )
    tomorrow = ledger.schedule_delivery(pending_post=post)
    scene.resume(scene.stop(Level.ORGANIZATION))
    assert again(tomorrow).state == DeliveryState.SCHEDULED
    with time_machine.travel(now() + timedelta(hours=3, seconds=1), tick=False):
        scene.clock[0] += 10
        deliver(tomorrow)
    assert again(tomorrow).state == DeliveryState.PUBLISHED


def test_what_another_stop_still_holds_waits_for_that_one(scene: Scene) -> None:
    team, brand = scene.stop(Level.ORGANIZATION), scene.stop(Level.BRAND)
    deliver(scene.delivery)
    assert scene.resume(team).missed == 0
    assert again(scene.delivery).state == DeliveryState.SCHEDULED
    assert scene.resume(brand).missed == 2


def test_later_parts_of_a_thread_ask_too(scene: Scene) -> None:
    post = approved_post(scene.world.brand, scene.other.account, "One.")
    PendingPost.objects.filter(pk=post.pk).update(thread=["Two."], when_late=WhenLate.PUBLISH)
    post.refresh_from_db()
    Approval.objects.filter(pending_post=post).update(content_hash=content_hash(post))
    root = ledger.schedule_delivery(pending_post=post)
    deliver(root)
    part = Delivery.objects.get(parent=root)
    assert again(root).state == DeliveryState.PUBLISHED
    row = stops.stop(
        level=Level.ACCOUNT, by=scene.world.admin, reason="Wait", account=scene.other.account
    )
    deliver(part)
    assert again(part).error_code == "stopped"
    stops.resume(stop=row, by=scene.world.admin)
    assert again(part).state == DeliveryState.MISSED


def test_a_stop_needs_a_reason_and_what_it_names(scene: Scene) -> None:
    by = scene.world.admin
    with pytest.raises(Invalid, match="Say why"):
        stops.stop(level=Level.ORGANIZATION, by=by, reason="  ")
    with pytest.raises(Invalid, match="brand"):
        stops.stop(level=Level.BRAND, by=by, reason="Stop")
    with pytest.raises(Invalid, match="network"):
        stops.stop(level=Level.PLATFORM, by=by, reason="Stop", platform="nowhere")


def test_nobody_stops_or_lets_go_twice(scene: Scene) -> None:
    row = scene.stop(Level.BRAND)
    with pytest.raises(Conflict):
        scene.stop(Level.BRAND)
    scene.resume(row)
    with pytest.raises(Conflict):
        scene.resume(row)
    scene.stop(Level.BRAND)


def test_models_and_crawlers_stop_with_the_team_and_not_with_a_network(scene: Scene) -> None:
    world = scene.world
    network = scene.stop(Level.PLATFORM)
    refuse_halted(world.id)
    scene.resume(network)
    brand = scene.stop(Level.BRAND)
    refuse_halted(world.id)
    with pytest.raises(Halted, match="A wrong price"):
        refuse_halted(world.id, world.brand.pk)
    scene.resume(brand)
    scene.stop(Level.ORGANIZATION)
    with pytest.raises(Halted, match="A wrong price"):
        refuse_halted(world.id)


def test_answers_are_refused_where_a_stop_stands(scene: Scene) -> None:
    scene.stop(Level.ACCOUNT)
    with pytest.raises(Halted):
        stops.refuse_stopped(account=scene.delivery.account)
    stops.refuse_stopped(account=scene.other.account)


def test_another_teams_stop_holds_nothing_here(scene: Scene) -> None:
    with org_atomic(scene.world.foreign.id):
        stops.stop(level=Level.ORGANIZATION, by=scene.world.stranger, reason="Theirs")
    deliver(scene.delivery)
    assert again(scene.delivery).error_message == ""
    assert again(scene.delivery).state == DeliveryState.PUBLISHED
