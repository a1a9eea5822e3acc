"""The broker goes away, or forgets everything, in the middle of two hundred due posts.

They go to a network that can tell nothing afterwards: a worker that is stopped in mid-call because
of the broker would leave posts of which nobody knows whether they are out.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from redis import Redis as Client

from config.celery import app
from config.kernel.scoping import org_atomic
from config.servers import Redis
from publishing.models import Delivery, DeliveryState
from tests.world import World

from .deliveries import account_on, due_deliveries, test_channels
from .platform import Platform, RemoteAccount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_time]

POSTS = 200
TIMES = {
    "WARREN_LEASE_SECONDS": "12",
    "WARREN_OUTBOUND_TIMEOUT_SECONDS": "4",
    "WARREN_READ_BACK_SECONDS": "4",
    "WARREN_RETRY_BASE_SECONDS": "0.5",
    "WARREN_PULSE_SECONDS": "0.5",
    "WARREN_DELIVERY_THREADS": "4",
}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def worker(broker: Redis) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.publishing.celery_worker"],
        env={
            **os.environ,
            **TIMES,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "WARREN_TEST_BROKER": broker.celery_url(0),
        },
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop(broker: Redis) -> None:
    process = broker._process()
    assert process is not None
    process.kill()


def empty(broker: Redis) -> None:
    Client(unix_socket_path=str(broker.socket)).flushall()


def due_posts(world: World, platform: Platform) -> RemoteAccount:
    server, remote = platform.join()
    account = account_on(world.brand, "test_d", server)
    due_deliveries(world.brand, [account], [f"Post {number}." for number in range(POSTS)])
    return remote


@pytest.mark.parametrize("trouble", [stop, empty], ids=["stopped", "emptied"])
def test_without_the_broker_every_post_leaves_once(
    world: World,
    broker: Redis,
    worker: subprocess.Popen[bytes],
    trouble: Callable[[Redis], None],
) -> None:
    with Platform(latency=0.05) as platform, test_channels():
        with org_atomic(world.id):
            remote = due_posts(world, platform)
        with app.connection_for_write(broker.celery_url(0)) as connection:
            app.send_task("publishing.tasks.sweep_deliveries", connection=connection)
        until(lambda: len(remote.posts) >= 30, 30)
        trouble(broker)
        assert len(remote.posts) < POSTS
        until(lambda: states(world) == {DeliveryState.PUBLISHED}, 60)
    assert worker.poll() is None
    assert sorted(post.text for post in remote.posts) == sorted(
        f"Post {number}." for number in range(POSTS)
    )


def test_a_worker_that_is_told_to_stop_finishes_what_it_began(
    world: World, worker: subprocess.Popen[bytes]
) -> None:
    """K14, a deploy: nothing is left of which nobody knows, though the network tells nothing."""
    with Platform(latency=0.1) as platform, test_channels():
        with org_atomic(world.id):
            remote = due_posts(world, platform)
        until(lambda: len(remote.posts) >= 10, 30)
        worker.terminate()
        worker.wait(60)
        assert 10 <= len(remote.posts) < POSTS
        assert states(world) <= {DeliveryState.PUBLISHED, DeliveryState.SCHEDULED}
        with org_atomic(world.id):
            out = Delivery.objects.filter(state=DeliveryState.PUBLISHED).count()
        assert out == len(remote.posts)


def states(world: World) -> set[Any]:
    with org_atomic(world.id):
        return set(Delivery.objects.values_list("state", flat=True))


def until(holds: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "It took too long."
        time.sleep(0.1)
