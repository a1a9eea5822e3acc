"""The ledger with real threads and commits: races, lost connections, frozen workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from billing.models import CreditTransaction, Subscription
from config.kernel.scoping import org_atomic, scope
from publishing.channels.base import ChannelError, renew
from publishing.delivery import ledger
from publishing.delivery.crew import Crew, Finished, dismiss
from publishing.delivery.desk import Desk
from publishing.delivery.pulse import Pulse
from publishing.delivery.session import AccountSession
from publishing.delivery.sweep import TURN, batches
from publishing.models import Delivery, DeliveryAttempt, DeliveryState, Post, SocialAccount
from tests.world import World

from .deliveries import account_on, due_deliveries, due_delivery, test_channels
from .platform import Platform, RemoteAccount
from .platform_channels import KeyedChannel
from .worker import end_sessions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_time]


@pytest.fixture(autouse=True)
def _crew(settings: Settings) -> Iterator[None]:
    settings.WARREN_DELIVERY_THREADS = 8
    settings.WARREN_OUTBOUND_TIMEOUT_SECONDS = 5
    with test_channels():
        yield
    dismiss()


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as running:
        yield running


def posts_on(
    world: World, platform: Platform, channel: str, count: int
) -> tuple[RemoteAccount, list[Delivery]]:
    server, remote = platform.join()
    with org_atomic(world.id):
        account = account_on(world.brand, channel, server)
        texts = [f"Post {number}." for number in range(count)]
        return remote, due_deliveries(world.brand, [account], texts)


def states(world: World) -> dict[str, int]:
    with org_atomic(world.id):
        found = list(Delivery.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def test_five_workers_at_once_send_each_post_once(world: World, platform: Platform) -> None:
    remote, deliveries = posts_on(world, platform, "test_d", 60)
    ids = [each.pk for each in deliveries]
    crew = Crew(8)

    def work(_: int) -> int:
        taken = Desk(crew).run([(world.id, ids[at : at + 20]) for at in range(0, 60, 20)])
        connection.close()
        return taken

    with ThreadPoolExecutor(5) as pool:
        taken = list(pool.map(work, range(5)))
    crew.close()
    assert sum(taken) == 60
    assert states(world) == {"published": 60}
    assert len(remote.posts) == 60
    with org_atomic(world.id):
        assert CreditTransaction.objects.filter(action="publish").count() == 60
        assert Subscription.objects.get().credits_used == 60
        assert Post.objects.count() == 60


def test_a_sweep_empties_the_ledger_in_few_statements(world: World, platform: Platform) -> None:
    posts_on(world, platform, "test_d", 100)
    with CaptureQueriesContext(connection) as queries:
        assert ledger.sweep_due(inline=True) == 100
    assert states(world) == {"published": 100}
    assert len(queries) / 100 <= 12


def test_the_pulse_delivers_without_a_broker(world: World, platform: Platform) -> None:
    posts_on(world, platform, "test_c", 10)
    pulse = Pulse(0.05)
    pulse.start()
    end = time.monotonic() + 20
    while states(world) != {"published": 10} and time.monotonic() < end:
        time.sleep(0.1)
    pulse.stop()
    assert states(world) == {"published": 10}


def test_one_slow_network_does_not_hold_up_the_others(world: World, platform: Platform) -> None:
    server, _ = platform.join("hang")
    with org_atomic(world.id):
        due_delivery(world.brand, account_on(world.brand, "test_c", server), "Slow.")
    posts_on(world, platform, "test_d", 20)
    began = time.monotonic()

    def work() -> None:
        ledger.sweep_due(inline=True)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    while states(world).get("published") != 20 and time.monotonic() - began < 20:
        time.sleep(0.05)
    assert worker.is_alive()
    assert states(world) == {"published": 20, "sending": 1}
    worker.join()


def test_a_network_that_hangs_leaves_threads_to_the_others(
    world: World, platform: Platform, settings: Settings
) -> None:
    settings.WARREN_OUTBOUND_TIMEOUT_SECONDS = 3
    server, _ = platform.join(*["hang"] * 40)
    with org_atomic(world.id):
        account = account_on(world.brand, "test_d", server)
        due_deliveries(world.brand, [account], [f"Hangs {number}." for number in range(40)])
    posts_on(world, platform, "test_a", 20)

    def work() -> None:
        ledger.sweep_due(inline=True)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    with org_atomic(world.id):
        out = Delivery.objects.filter(platform="test_a").earliest("published_at")
        hung = DeliveryAttempt.objects.filter(delivery__platform="test_d").earliest("created_at")
    # Had the hanging ones taken every thread, nobody else would be out before one of them ends.
    assert out.published_at is not None
    assert out.published_at < hung.created_at
    found = states(world)
    # The breaker keeps the rest from hanging too.
    assert found["published"] == 20
    assert found["unknown"] <= 12
    assert found["scheduled"] == 40 - found["unknown"]


def end_other_sessions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE usename = current_user AND datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )


def test_a_lost_database_connection_loses_no_post(world: World, platform: Platform) -> None:
    remote, deliveries = posts_on(world, platform, "test_d", 8)
    platform.latency = 0.5
    ids = [each.pk for each in deliveries]

    def work() -> None:
        with scope(world.id):
            ledger.deliver(delivery_ids=ids)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    while len(remote.log) < 8:
        time.sleep(0.01)
    end_other_sessions()
    worker.join(30)
    assert states(world) == {"published": 8}
    assert len(remote.posts) == 8


def test_a_thread_whose_session_ended_meanwhile_begins_with_a_new_one(world: World) -> None:
    """As after a restart of the database: no call may fail for that, with an unknown outcome."""

    def asked() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone()

    crew, done = Crew(1), SimpleQueue[Finished]()
    for _ in range(2):
        crew.submit(asked, "", done)
        assert done.get(timeout=30)[1].result() == (1,)
        end_other_sessions()
    crew.close()


def test_twenty_workers_renew_a_token_once(world: World, platform: Platform) -> None:
    server, remote = platform.join()
    remote.keeps_old_tokens = False
    with org_atomic(world.id):
        account = account_on(world.brand, "test_a", server, {"access": "a", "refresh": "refresh-0"})
    stale = AccountSession(account).credentials
    platform.latency = 0.05

    def work(_: int) -> str:
        with org_atomic(world.id):
            session = AccountSession(SocialAccount.objects.get(pk=account.pk))
        with scope(world.id):
            fresh = renew(
                session, stale, lambda old: KeyedChannel()._exchange({**old, "ended": 1}, session)
            )
        connections.close_all()
        return str(fresh["refresh"])

    with ThreadPoolExecutor(20) as pool:
        tokens = set(pool.map(work, range(20)))
    assert tokens == {"refresh-1"}
    assert remote.refreshes == 1


def test_a_renewed_token_outlives_the_database_connection(world: World, platform: Platform) -> None:
    server, remote = platform.join()
    remote.keeps_old_tokens = False
    with org_atomic(world.id):
        account = account_on(world.brand, "test_a", server, {"access": "a", "refresh": "refresh-0"})
    session = AccountSession(account)
    connection.close()

    def exchange(stale: dict[str, Any]) -> dict[str, Any]:
        fresh = KeyedChannel()._exchange({**stale, "ended": 1}, session)
        end_sessions()
        return fresh

    with scope(world.id):
        renew(session, session.credentials, exchange)
        with org_atomic(world.id):
            stored = AccountSession(SocialAccount.objects.get(pk=account.pk)).credentials
    assert stored["refresh"] == remote.refresh_token == "refresh-1"


def test_looking_again_opens_its_own_transactions(world: World, platform: Platform) -> None:
    server, remote = platform.join("500_after")
    with org_atomic(world.id):
        delivery = due_delivery(world.brand, account_on(world.brand, "test_c", server), "Lost.")
        Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.UNKNOWN)
        delivery.refresh_from_db()
    remote.take("Lost.", None)
    with scope(world.id):
        ledger.settle_unknown(delivery=delivery, decision="check_again", by=None)
    assert delivery.state == DeliveryState.PUBLISHED


def test_a_channel_that_breaks_is_written_down_and_the_rest_goes_on(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, deliveries = posts_on(world, platform, "test_a", 6)
    publish = KeyedChannel.publish

    def break_once(self: Any, payload: Any, session: Any) -> Any:
        if payload["text"] == "Post 3.":
            raise RuntimeError("a mistake of ours")
        return publish(self, payload, session)

    monkeypatch.setattr(KeyedChannel, "publish", break_once)
    ledger.sweep_due(inline=True)
    assert states(world) == {"published": 5, "sending": 1}
    with org_atomic(world.id):
        broken = Delivery.objects.get(state=DeliveryState.SENDING)
        assert "RuntimeError" in broken.error_message


FROZEN = """
import django, os, sys, time
django.setup()
from uuid import UUID
from config.kernel.scoping import scope
from publishing.delivery import faults, ledger
from django.conf import settings
from tests.publishing.deliveries import test_channels
settings.WARREN_FAULTS = True
def stop(point):
    if point == "k8":
        print("stopped", flush=True)
        os.kill(os.getpid(), __import__("signal").SIGSTOP)
faults.install(stop)
with test_channels(), scope(UUID(sys.argv[1])):
    ledger.deliver(delivery_ids=[UUID(sys.argv[2])])
print("awake", flush=True)
"""


def test_a_worker_that_was_frozen_over_its_lease_sends_nothing(
    world: World, platform: Platform, settings: Settings
) -> None:
    """`sending` committed, then SIGSTOP past the lease: another one sends, the sleeper must not."""
    settings.WARREN_READ_BACK_SECONDS = 0.5
    remote, (delivery,) = posts_on(world, platform, "test_c", 1)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "WARREN_LEASE_SECONDS": "2",
        "WARREN_OUTBOUND_TIMEOUT_SECONDS": "1",
    }
    sleeper = subprocess.Popen(
        [sys.executable, "-c", FROZEN, str(world.id), str(delivery.pk)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=django_settings.BASE_DIR,
    )
    assert sleeper.stdout is not None
    assert sleeper.stdout.readline() == "stopped\n"
    end = time.monotonic() + 30
    while states(world) != {"published": 1} and time.monotonic() < end:
        ledger.reap()
        ledger.sweep_due(inline=True)
        time.sleep(0.2)
    sleeper.send_signal(signal.SIGCONT)
    assert sleeper.stdout.readline() == "awake\n"
    sleeper.wait(10)
    assert states(world) == {"published": 1}
    assert len(remote.posts) == 1


def test_a_busy_account_lock_is_not_waited_for_without_end(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publishing.delivery.session.LOCK_SECONDS", 1)
    session = AccountSession(world.account)
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with AccountSession(world.account).account_lock():
            entered.set()
            leave.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(10)
    with pytest.raises(ChannelError) as caught, session.account_lock():
        pass
    leave.set()
    holder.join()
    assert caught.value.code == "account_busy"
    with session.account_lock():
        pass


def test_batches_take_turns(world: World, platform: Platform) -> None:
    from config.kernel.clock import now
    from config.kernel.due import Due

    rows = [Due(world.id, each, now()) for each in [world.brand.pk] * 300]
    rows += [Due(world.foreign.id, world.brand.pk, now())]
    first = next(iter(batches(rows)))
    assert [owner for owner, _ in first][:2] == [world.id, world.foreign.id]
    assert len(first[0][1]) == TURN
