"""The brake at each moment of a post's way through a real process, and before a person's answer."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.delivery import ledger
from publishing.models import (
    Approval,
    Conversation,
    DeliveryState,
    InboxMessage,
    MessageState,
    PendingPost,
    SocialAccount,
    WhenLate,
)
from publishing.services import inbox, standing
from publishing.services.approvals import content_hash
from publishing.services.second_tries import send_again
from tests import make_inbox
from tests.networks import mastodon
from tests.networks.base import Network, Reply, Request, Stage
from tests.world import World

from .deliveries import approved_post
from .platform import RemoteAccount
from .test_brake_processes import (
    LEVELS,
    WHY,
    Lane,
    Scene,
    pull,
    scene,
    until,
    witness,
    worker,
)

__all__ = ["scene", "witness", "worker"]

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "operator"]),
    pytest.mark.real_time,
]


def on_the_way(scene: Scene) -> list[Lane]:
    """An upload, a renewal between claim and sending, a thread's first post, and a lone one."""
    brand = scene.world.brand
    lanes = [
        scene.lane("uploads", brand, "test_b", uploads=1),
        scene.lane("renews", brand, "test_a", ended=1),
        scene.lane("thread", brand, "test_c"),
        scene.lane("alone", brand, "test_d"),
    ]
    for name, lane in scene.lanes.items():
        post = approved_post(brand, lane.account, f"{name} of {lane.name}.")
        if name == "thread":
            parts = {"thread": ["Part two."], "when_late": WhenLate.PUBLISH}
            PendingPost.objects.filter(pk=post.pk).update(**parts)
            post.refresh_from_db()
            Approval.objects.filter(pending_post=post).update(content_hash=content_hash(post))
        lane.deliveries.append(ledger.schedule_delivery(pending_post=post))
    return lanes


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_on_its_way_ends_where_it_stands(scene: Scene, level: str) -> None:
    with org_atomic(scene.world.id):
        lanes = on_the_way(scene)
    connection.close()
    roots = [lane.deliveries[0] for lane in lanes]
    scene.witness.keeps_after = 0
    scene.order(roots)
    until(lambda: len(scene.witness.came) == 4)
    began = {name: [row.state for row in lane.rows()][0] for name, lane in scene.lanes.items()}
    assert began == {
        "uploads": "claimed",
        "renews": "claimed",
        "thread": "sending",
        "alone": "sending",
    }
    pulled = pull(scene, level, lanes)
    # What a process knows of stops is no older than this, so that not one request may follow.
    time.sleep(standing.HOOK_SECONDS)
    scene.witness.let_on()
    assert scene.worker.wait() == [0]

    every = [row for lane in lanes for row in lane.rows()]
    scene.deliver(*every)
    assert len(scene.witness.came) == 4
    assert all(moment < pulled.latest for moment, _ in scene.witness.came)
    assert stands(scene) == {
        "uploads": [("scheduled", "stopped", 0)],
        "renews": [("scheduled", "stopped", 0)],
        "thread": [("published", "", 1), ("scheduled", "stopped", 0)],
        "alone": [("published", "", 1)],
    }
    with org_atomic(scene.world.id):
        renewed = SocialAccount.objects.get(pk=scene.lanes["renews"].account.pk).credentials
    # What the network gave is kept, or the account would be lost.
    assert renewed is not None and renewed.reveal()["refresh"] == "refresh-1"

    pulled.let_go(scene)
    scene.deliver(*every)
    assert len(scene.witness.came) == 4
    missed = [row for lane in lanes for row in lane.rows() if row.state == "missed"]
    assert len(missed) == 3
    with org_atomic(scene.world.id):
        for row in missed:
            send_again(delivery=row, by=scene.world.admin)
    scene.deliver(*missed)
    scene.deliver(*missed)
    for lane in lanes:
        for row in lane.rows():
            assert row.state == DeliveryState.PUBLISHED
            assert len(lane.remote.of((row.payload or {})["text"])) == 1
    assert scene.lanes["uploads"].remote.media == 1


def stands(scene: Scene) -> dict[str, list[tuple[str, str, int]]]:
    return {
        name: [(row.state, row.error_code, row.attempts) for row in lane.rows()]
        for name, lane in scene.lanes.items()
    }


# -- A person's answer -----------------------------------------------------------------------------

ANSWERING = """
import django, sys
django.setup()
from uuid import UUID
from config.kernel.scoping import scope
from publishing.services.inbox_sending import send_answer
print("ready", flush=True)
for line in sys.stdin:
    team, message = line.split()
    with scope(UUID(team)):
        print(send_answer(message_id=UUID(message)), flush=True)
"""


@dataclass
class Answerer:
    """A process that sends one answer for each line, and says whether it was its to send."""

    process: subprocess.Popen[str]

    def order(self, message: InboxMessage) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{message.organization_id} {message.pk}\n")
        self.process.stdin.flush()

    def said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def send(self, message: InboxMessage) -> str:
        self.order(message)
        return self.said()


@pytest.fixture(scope="module")
def answerer() -> Iterator[Answerer]:
    process = subprocess.Popen(
        [sys.executable, "-c", ANSWERING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        cwd=django_settings.BASE_DIR,
    )
    ready = Answerer(process)
    assert ready.said() == "ready"
    yield ready
    assert process.stdin is not None
    process.stdin.close()
    process.wait(10)


@pytest.fixture
def network(settings: Settings) -> Iterator[Stage]:
    with mastodon.stage(settings) as staged:
        yield staged


def asked(world: World, network: Stage) -> tuple[Lane, Conversation]:
    """A lane of the account that somebody asked something, and the conversation."""
    assert network.talk is not None
    said = network.talk.say("comment", "When do you open?", at=now())
    handle = {"id": said, "visibility": "public", "acct": network.talk.person.handle}
    with org_atomic(world.id):
        account = make_inbox.staged_account(world.brand, "mastodon", network)
        place = make_inbox.conversation(account)
        make_inbox.message(place, remote_id=said, handle=handle)
    return Lane(account, world.brand, RemoteAccount()), place


def answered(world: World, place: Conversation) -> InboxMessage:
    with org_atomic(world.id):
        return inbox.answer(conversation=place, text="At nine.", by=world.editor)


def state(world: World, message: InboxMessage) -> tuple[str, str]:
    with org_atomic(world.id):
        message.refresh_from_db()
    return message.state, message.error_message


@pytest.mark.parametrize("level", LEVELS)
def test_an_answer_does_not_leave_while_a_stop_stands_nor_by_itself_afterwards(
    scene: Scene, network: Stage, answerer: Answerer, level: str
) -> None:
    world = scene.world
    lane, place = asked(world, network)
    message = answered(world, place)
    connection.close()
    pulled = pull(scene, level, [lane])
    assert answerer.send(message) == "True"
    told, why = state(world, message)
    assert told == MessageState.FAILED
    assert why.startswith("Stopped by ") and WHY in why

    pulled.let_go(scene)
    assert answerer.send(message) == "False"
    assert network.network.log == []
    with org_atomic(world.id):
        inbox.send_again(message=message, by=world.editor)
    assert [answerer.send(message), answerer.send(message)] == ["True", "False"]
    assert state(world, message)[0] == MessageState.SAID
    assert network.talk is not None and len(network.talk.answers()) == 1


def test_an_answer_that_is_on_its_way_ends_and_is_said_once(
    scene: Scene, network: Stage, answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = scene.world
    lane, place = asked(world, network)
    message = answered(world, place)
    connection.close()
    gate = Gate(network.network)
    monkeypatch.setattr(network.network, "answer", gate)
    answerer.order(message)
    assert gate.has_come.wait(20)
    pull(scene, "organization", [lane])
    gate.on.set()
    assert answerer.said() == "True"
    assert state(world, message)[0] == MessageState.SAID
    assert network.talk is not None and len(network.talk.answers()) == 1


def test_an_answer_whose_end_nobody_knows_is_not_sent_again_under_a_stop(
    scene: Scene, network: Stage, answerer: Answerer
) -> None:
    """Its network would know the repetition; a person is asked all the same."""
    world = scene.world
    lane, place = asked(world, network)
    message = answered(world, place)
    network.network.faults.append("500_after")
    connection.close()
    assert answerer.send(message) == "True"
    assert state(world, message)[0] == MessageState.SENDING
    tried = len(network.network.log)
    pulled = pull(scene, "organization", [lane])
    with org_atomic(world.id):
        InboxMessage.objects.filter(pk=message.pk).update(due_at=now(), claimed_until=None)
    assert answerer.send(message) == "True"
    assert state(world, message)[0] == MessageState.UNKNOWN
    pulled.let_go(scene)
    assert answerer.send(message) == "False"
    assert len(network.network.log) == tried


class Gate:
    """Answers nothing until it is told to."""

    def __init__(self, network: Network) -> None:
        self.answer = network.answer
        self.has_come, self.on = threading.Event(), threading.Event()

    def __call__(self, request: Request) -> tuple[Reply, str]:
        self.has_come.set()
        self.on.wait(20)
        return self.answer(request)
