"""A worker is killed with -9 at every crash point; whoever comes next brings it to a good end.

Every run has an account of its own with posts that only look like ours, and a real network beside
it that keeps what it took. WARREN_KILL_REPEATS repeats the whole matrix.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from billing.models import CreditTransaction
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.channels.base import CrashPoint
from publishing.delivery import ledger
from publishing.models import (
    AccountStatus,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    Post,
)
from tests.world import World

from .deliveries import account_on, approved_post, test_channels
from .platform import Platform, RemoteAccount, RemotePost

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_time]

REPEATS = int(os.environ.get("WARREN_KILL_REPEATS", "1"))
AT_ONCE = 6
TIMES = {
    "WARREN_LEASE_SECONDS": "8",
    "WARREN_OUTBOUND_TIMEOUT_SECONDS": "2",
    "WARREN_READ_BACK_SECONDS": "1",
    "WARREN_RETRY_BASE_SECONDS": "0.2",
    "WARREN_DELIVERY_THREADS": "4",
}
CLASSES = ("test_a", "test_b", "test_c", "test_d")


@dataclass
class Worker:
    """The process that forks workers; see worker.py."""

    process: subprocess.Popen[str]

    def order(self, **what: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def wait(self) -> list[int]:
        """Statuses of all workers that were ordered since the last wait, when they have ended."""
        assert self.process.stdout is not None
        self.order(do="wait")
        statuses = []
        for line in self.process.stdout:
            answer = json.loads(line)
            if "done" in answer:
                break
            statuses.append(answer["status"])
        return statuses


@contextmanager
def at_work(times: Mapping[str, str]) -> Iterator[Worker]:
    """That process, with these settings in its environment, until its orders end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.publishing.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **times, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        cwd=settings.BASE_DIR,
    )
    yield Worker(process)
    assert process.stdin is not None
    process.stdin.close()
    process.wait(10)


@pytest.fixture
def worker() -> Iterator[Worker]:
    with at_work(TIMES) as running:
        yield running


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as running, test_channels():
        yield running


@dataclass
class Run:
    """One worker that is to die at one point, with one post."""

    channel: str
    point: str
    text: str
    modes: tuple[str, ...] = ()
    keeps_old_tokens: bool = True
    post_id: UUID | None = None
    delivery_id: UUID | None = None
    remote: RemoteAccount = field(default_factory=RemoteAccount)

    @property
    def name(self) -> str:
        return f"{self.channel} at {self.point} ({', '.join(self.modes) or 'ok'})"


POINTS = [str(point) for point in CrashPoint if point is not CrashPoint.SENT]
# K9, a request that was sent and never answered, is killed by the network itself, when it has the
# request in its hands: once before and once after it took the post.
SENT = [("kill",), ("kill_after",)]


def matrix() -> list[Run]:
    runs = []
    for repeat in range(REPEATS):
        for channel in CLASSES:
            for point in POINTS:
                # A read-back is reached only after an unknown outcome.
                modes = ("500_after",) if point == CrashPoint.READING_BACK else ()
                runs.append(Run(channel, point, f"{channel} {point} {repeat}", modes))
            for modes in SENT:
                text = f"{channel} {modes[0]} {repeat}"
                runs.append(Run(channel, str(CrashPoint.SENT), text, modes))
            # A network that takes each refresh token once: the account is lost, the post waits.
            text, point = f"{channel} once {repeat}", str(CrashPoint.REFRESH_SENT)
            runs.append(Run(channel, point, text, keeps_old_tokens=False))
    return runs


def set_up(world: World, platform: Platform, run: Run) -> None:
    server, run.remote = platform.join(*run.modes)
    run.remote.keeps_old_tokens = run.keeps_old_tokens
    run.remote.posts.append(RemotePost("look-alike", run.text, time.time() - 7_200))
    run.remote.posts.append(RemotePost("newest", "Something else.", time.time() + 60))
    credentials = {"access": "a0", "refresh": "refresh-0", "ended": 1, "uploads": 1}
    account = account_on(world.brand, run.channel, server, credentials)
    post = approved_post(world.brand, account, run.text)
    run.post_id = post.pk
    if run.point != CrashPoint.COMMITTED:
        run.delivery_id = ledger.schedule_delivery(pending_post=post).pk


# K16: the database goes away after `sending` was committed, or after the network answered.
WITHOUT_DATABASE = [str(CrashPoint.SENDING), str(CrashPoint.ANSWERED)]


def test_no_lost_database_doubles_or_loses_a_post(
    world: World, platform: Platform, worker: Worker
) -> None:
    runs = [
        Run(channel, point, f"{channel} {point} without {repeat}")
        for repeat in range(REPEATS)
        for channel in CLASSES
        for point in WITHOUT_DATABASE
    ]
    with org_atomic(world.id):
        for run in runs:
            set_up(world, platform, run)
    connection.close()
    for start in range(0, len(runs), AT_ONCE):
        for run in runs[start : start + AT_ONCE]:
            worker.order(
                do="send",
                organization=str(world.id),
                ids=[str(run.delivery_id)],
                point=run.point,
                act="database",
            )
        worker.wait()
    worker.order(do="finish", organization=str(world.id), ids=[])
    assert worker.wait() == [0]
    with org_atomic(world.id):
        problems = [problem for run in runs for problem in wrong_with(run, may_be_out=True)]
    assert problems == []


def test_no_kill_doubles_or_loses_a_post(world: World, platform: Platform, worker: Worker) -> None:
    runs = matrix()
    with org_atomic(world.id):
        for run in runs:
            set_up(world, platform, run)
    killed = 0
    for start in range(0, len(runs), AT_ONCE):
        for run in runs[start : start + AT_ONCE]:
            is_first = run.point == CrashPoint.COMMITTED
            # The look is the second thing that happens to a row; the first worker ends well.
            point = "" if run.point in (CrashPoint.SENT, CrashPoint.READING_BACK) else run.point
            worker.order(
                do="schedule" if is_first else "send",
                organization=str(world.id),
                ids=[str(run.post_id if is_first else run.delivery_id)],
                point=point,
            )
        killed += sum(status == 9 for status in worker.wait())
    looking = [
        run for run in runs if run.point == CrashPoint.READING_BACK and run.channel != "test_d"
    ]
    wait_for_looks(world, looking)
    for start in range(0, len(looking), AT_ONCE):
        for run in looking[start : start + AT_ONCE]:
            worker.order(
                do="send", organization=str(world.id), ids=[str(run.delivery_id)], point=run.point
            )
        killed += sum(status == 9 for status in worker.wait())
    # Class D never looks, so nothing dies there.
    assert killed == len(runs) - REPEATS

    worker.order(do="finish", organization=str(world.id), ids=[])
    assert worker.wait() == [0]
    with org_atomic(world.id):
        problems = [problem for run in runs for problem in wrong_with(run)]
    assert problems == []


def wait_for_looks(world: World, runs: list[Run]) -> None:
    """Until each of these may be looked for."""
    with org_atomic(world.id):
        rows = Delivery.objects.filter(pk__in=[run.delivery_id for run in runs])
        moments = [until for until in rows.values_list("claimed_until", flat=True) if until]
    time.sleep(max(0.0, (max(moments) - now()).total_seconds()) + 0.05)


def wrong_with(run: Run, *, may_be_out: bool = False) -> Iterator[str]:
    """`may_be_out`: also where nothing can be looked up, its worker may have come to a good end."""
    assert run.post_id is not None
    delivery = Delivery.objects.select_related("account").get(pending_post_id=run.post_id)
    if not run.keeps_old_tokens:
        yield from wrong_with_lost_account(run, delivery)
        return
    ours = [post for post in run.remote.of(run.text) if post.id != "look-alike"]
    posts = list(Post.objects.filter(delivery=delivery))
    good = expected(run) | ({DeliveryState.PUBLISHED} if may_be_out else set())
    if delivery.state not in good:
        yield f"{run.name}: {delivery.state} ({delivery.error_message})"
    if len(ours) > 1:
        yield f"{run.name}: {len(ours)} posts over there"
    if delivery.state == DeliveryState.PUBLISHED:
        if [post.external_id for post in posts] != [post.id for post in ours]:
            yield f"{run.name}: ours is {posts}, theirs {ours}"
        if PendingPost.objects.get(pk=run.post_id).status != PendingStatus.PUBLISHED:
            yield f"{run.name}: the pending post was left behind"
    charged = CreditTransaction.objects.filter(related_id=delivery.pk)
    paid = -sum(charged.values_list("amount", flat=True))
    if paid != 1:
        yield f"{run.name}: {paid} credits"


def wrong_with_lost_account(run: Run, delivery: Delivery) -> Iterator[str]:
    if (delivery.state, delivery.error_code) != (DeliveryState.SCHEDULED, "account_reconnect"):
        yield f"{run.name}: {delivery.state} ({delivery.error_message})"
    if delivery.account.status != AccountStatus.NEEDS_RECONNECT:
        yield f"{run.name}: the account is {delivery.account.status}"
    if len(refreshes := [line for line in run.remote.log if "tokens" in line]) != 2:
        yield f"{run.name}: {len(refreshes)} renewals were asked for"


def expected(run: Run) -> set[str]:
    unsure = (CrashPoint.SENDING, CrashPoint.SENT, CrashPoint.ANSWERED, CrashPoint.READING_BACK)
    if run.channel == "test_d" and run.point in unsure:
        return {DeliveryState.UNKNOWN}
    return {DeliveryState.PUBLISHED}
