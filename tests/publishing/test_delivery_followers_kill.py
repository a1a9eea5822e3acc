"""A worker is killed with -9 while it sends a part of a thread: the part is out once, its post is
untouched, and the comment that leaves beside it too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from config.kernel.clock import now
from config.kernel.scoping import org_atomic, scope
from publishing.delivery import ledger
from publishing.delivery.crew import dismiss
from publishing.models import Delivery, DeliveryState, PendingPost, PendingStatus, Post
from publishing.selectors.deliveries import followers_of
from publishing.services.approvals import give_approval
from tests import make
from tests.world import World

from .deliveries import account_on
from .platform import Platform, RemoteAccount
from .test_kill import AT_ONCE, Worker, platform, worker

__all__ = ["platform", "worker"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_time]

POINTS = ("k1", "k2", "k7", "k8", "k10", "k11", "k12")
SENT = ("kill", "kill_after")
UNSURE = {"kill", "kill_after", "k8", "k10"}


@dataclass
class Thread:
    """One post with one further part and a comment; the worker dies over the part."""

    channel: str
    death: str
    root: Delivery
    remote: RemoteAccount

    @property
    def part(self) -> Delivery:
        return followers_of(self.root)[0]

    @property
    def text(self) -> str:
        return f"Part 2 {self.channel} {self.death}"


def set_up(world: World, platform: Platform, channel: str, death: str) -> Thread:
    server, remote = platform.join("ok", *([death] if death in SENT else []))
    account = account_on(world.brand, channel, server)
    post = make.pending_post(
        world.brand,
        account,
        content=f"Part 1 {channel} {death}",
        thread=[f"Part 2 {channel} {death}"],
        first_comment="Under it.",
        status=PendingStatus.AUTO_APPROVED,
        scheduled_for=now(),
    )
    give_approval(post=post, policy="Tests approve everything.")
    return Thread(channel, death, ledger.schedule_delivery(pending_post=post), remote)


def test_no_kill_doubles_or_loses_a_part(world: World, platform: Platform, worker: Worker) -> None:
    with org_atomic(world.id):
        threads = [
            set_up(world, platform, f"test_{letter}", death)
            for letter in "abcd"
            for death in (*POINTS, *SENT)
        ]
    with scope(world.id):
        ledger.deliver(delivery_ids=[thread.root.pk for thread in threads])
    dismiss()
    with org_atomic(world.id):
        parts = {thread.root.pk: str(thread.part.pk) for thread in threads}
    killed = 0
    for start in range(0, len(threads), AT_ONCE):
        for thread in threads[start : start + AT_ONCE]:
            worker.order(
                do="send",
                organization=str(world.id),
                ids=[parts[thread.root.pk]],
                point="" if thread.death in SENT else thread.death,
            )
        killed += sum(status == 9 for status in worker.wait())
    assert killed == len(threads)

    worker.order(do="finish", organization=str(world.id), ids=[])
    assert worker.wait() == [0]
    with org_atomic(world.id):
        assert [problem for thread in threads for problem in wrong_with(thread)] == []
        assert Post.objects.count() == len(threads)
        assert not PendingPost.objects.exclude(status=PendingStatus.PUBLISHED).exists()


def wrong_with(thread: Thread) -> Iterator[str]:
    name, part = f"{thread.channel} at {thread.death}", thread.part
    ours = thread.remote.of(thread.text)
    is_unsure = thread.channel == "test_d" and thread.death in UNSURE
    if part.state != (DeliveryState.UNKNOWN if is_unsure else DeliveryState.PUBLISHED):
        yield f"{name}: {part.state} ({part.error_message})"
    if len(ours) > 1 or (not ours and not is_unsure):
        yield f"{name}: {len(ours)} parts over there"
    if part.state == DeliveryState.PUBLISHED and [each.id for each in ours] != [part.remote_id]:
        yield f"{name}: ours is {part.remote_id}, theirs {ours}"
    under = {each.parent for each in thread.remote.posts if each.parent}
    thread.root.refresh_from_db()
    if under != {thread.root.remote_id}:
        yield f"{name}: parts stand under {under}"
    if len(thread.remote.of("Under it.")) != 1:
        yield f"{name}: {len(thread.remote.of('Under it.'))} comments"
