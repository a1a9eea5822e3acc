"""Messages on their way: over real HTTP, signed, retried, once claimed by one, never forgotten."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, connections
from pytest_django import Settings
from pytest_httpserver import HTTPServer
from werkzeug import Request as Called
from werkzeug import Response as Answer

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, WebhookDelivery, WebhookEndpoint
from organizations.services.webhooks import resume_endpoint, rotate_secret, send_again
from organizations.webhooks import delivery, outbox, settling
from organizations.webhooks.catalogue import webhook_events
from organizations.webhooks.forgetting import hide_bodies
from organizations.webhooks.restored import hold_messages
from tests.world import World

from .webhooks import calls, endpoint, happen, messages, send, verified

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


@pytest.fixture
def server(httpserver: HTTPServer) -> Iterator[HTTPServer]:
    httpserver.expect_request("/hook").respond_with_data("thanks")
    yield httpserver
    httpserver.clear()


def later(**ahead: float) -> Any:
    return time_machine.travel(now() + timedelta(**ahead), tick=True)


def test_an_act_becomes_a_signed_message(world: World, server: HTTPServer) -> None:
    _, secret = endpoint(world, server.url_for("/hook"))
    happen(world, reason="No longer ours")
    assert send(world) == 1
    [call] = calls(server)
    body = verified(call, secret)
    [row] = messages(world)
    assert call.headers["webhook-id"] == str(row.pk) == body["id"]
    assert call.headers["content-type"] == "application/json"
    assert body["type"] == "channel.disconnected"
    assert body["data"]["reason"] == "No longer ours"
    assert body["data"]["actor"] == {"kind": "person", "id": str(world.editor.pk)}
    assert body["data"]["channel"]["handle"] == world.account.handle
    assert (row.state, row.last_status, row.last_answer) == ("delivered", 200, "thanks")
    assert row.endpoint.last_success_at is not None and row.last_duration_ms is not None


def test_only_what_an_endpoint_asked_for_is_sent_and_only_of_its_organization(
    world: World, server: HTTPServer
) -> None:
    endpoint(world, server.url_for("/hook"), events=["post.failed"])
    happen(world)
    happen(world, "brand.changed")
    with org_atomic(world.foreign.id):
        assert not WebhookDelivery.objects.exists()
    assert messages(world) == []


def test_an_act_that_is_no_event_costs_nothing_and_others_one_query(
    world: World, django_assert_num_queries: Any
) -> None:
    with org_atomic(world.id):
        record = AuditRecord(action="brand.changed")
        from organizations.webhooks.outbox import enqueue

        with django_assert_num_queries(0):
            enqueue([record])
        with django_assert_num_queries(1):
            enqueue([AuditRecord(action="account.disconnected")])


def test_a_message_falls_with_the_act_that_it_tells(world: World, server: HTTPServer) -> None:
    endpoint(world, server.url_for("/hook"))
    with pytest.raises(ZeroDivisionError), org_atomic(world.id):
        happen(world)
        1 / 0  # noqa: B018
    assert messages(world) == []


def test_no_transaction_is_open_while_the_other_side_is_waited_for(
    world: World, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(world, httpserver.url_for("/hook"))
    happen(world)
    depth = len(connection.savepoint_ids)
    seen: list[int] = []
    post = delivery._post

    def watched(row: WebhookDelivery) -> Any:
        seen.append(len(connection.savepoint_ids))
        return post(row)

    monkeypatch.setattr(delivery, "_post", watched)
    send(world)
    assert seen == [depth]


def test_it_is_tried_ten_times_at_growing_distances_and_then_failed(
    world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("no", status=500)
    endpoint(world, httpserver.url_for("/hook"))
    happen(world)
    waits = []
    for _ in range(9):
        send(world)
        [row] = messages(world)
        assert row.state == "waiting" and row.due_at is not None
        waits.append((row.due_at - now()).total_seconds())
        with org_atomic(world.id):
            WebhookDelivery.objects.update(due_at=now())
    send(world)
    [row] = messages(world)
    assert (row.state, row.attempts, row.due_at) == ("failed", 10, None)
    assert len({call.headers["webhook-id"] for call in calls(httpserver)}) == 1
    for wait, planned in zip(waits, settling.RETRIES_SECONDS, strict=True):
        assert planned * 0.88 <= wait <= planned * 1.12
    assert row.last_error == "It answered 500."


def test_a_receiver_that_asks_for_more_time_gets_it(world: World, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data(
        "slow down", status=429, headers={"Retry-After": "600"}
    )
    endpoint(world, httpserver.url_for("/hook"))
    happen(world)
    send(world)
    [row] = messages(world)
    assert row.due_at and (row.due_at - now()).total_seconds() > 590


def test_killed_between_call_and_settlement_it_is_sent_again_under_the_same_id(
    world: World, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = endpoint(world, server.url_for("/hook"))
    happen(world)

    def die(*args: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(delivery, "settle", die)
        send(world)
    assert send(world) == 0
    with later(seconds=delivery.LEASE_SECONDS + 1):
        assert send(world) == 1
    first, second = calls(server)
    assert verified(first, secret) == verified(second, secret)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert [row.state for row in messages(world)] == ["delivered"]


def test_a_message_that_kills_every_worker_has_an_end(
    world: World, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(world, server.url_for("/hook"))
    happen(world)

    def die(row: WebhookDelivery) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(delivery, "_post", die)
    for turn in range(settling.MOST_TRIES):
        with later(minutes=2 * turn), pytest.raises(KeyboardInterrupt):
            send(world)
    with later(minutes=2 * settling.MOST_TRIES):
        send(world)
    [row] = messages(world)
    assert row.state == "failed" and "no worker lived" in row.last_error


def test_a_worker_that_wakes_after_its_lease_settles_nothing(
    world: World, server: HTTPServer
) -> None:
    endpoint(world, server.url_for("/hook"))
    happen(world)
    late = delivery._next(world.id, set())
    assert late is not None
    with later(seconds=delivery.LEASE_SECONDS + 1):
        send(world)
        assert not settling.settle(world.id, late, settling.Answer(status=500))
    assert [row.state for row in messages(world)] == ["delivered"]


def test_a_slow_answer_is_given_up_and_the_rest_of_the_endpoint_waits(
    world: World, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT_SECONDS", 0.3)
    go_on = threading.Event()

    def slow(request: Called) -> Answer:
        go_on.wait(5)
        return Answer("late")

    httpserver.expect_request("/hook").respond_with_handler(slow)
    endpoint(world, httpserver.url_for("/hook"))
    happen(world)
    happen(world)
    assert send(world) == 1
    go_on.set()
    first, second = messages(world)
    assert first.last_error and first.last_status is None and first.state == "waiting"
    assert second.attempts == 0 and second.due_at and second.due_at > now()


def test_a_redirect_is_not_followed(world: World, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data(
        "", status=302, headers={"Location": httpserver.url_for("/elsewhere")}
    )
    httpserver.expect_request("/elsewhere").respond_with_data("here")
    endpoint(world, httpserver.url_for("/hook"))
    happen(world)
    send(world)
    assert [call.path for call in calls(httpserver)] == ["/hook"]
    assert "redirects are not followed" in messages(world)[0].last_error


def test_more_than_64_kilobytes_of_answer_are_not_taken(
    world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("x" * 70_000)
    endpoint(world, httpserver.url_for("/hook"))
    happen(world)
    send(world)
    [row] = messages(world)
    assert row.state == "waiting" and row.last_error and len(row.last_answer) <= 2_000


def test_a_name_that_became_private_is_refused_when_sending(
    world: World, server: HTTPServer, settings: Settings
) -> None:
    endpoint(world, server.url_for("/hook"))
    happen(world)
    settings.WARREN_ALLOW_LOOPBACK = False
    send(world)
    assert calls(server) == []
    [row] = messages(world)
    assert row.state == "waiting" and "public internet" in row.last_error


def test_an_endpoint_that_is_gone_is_stopped_with_a_record(
    world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("", status=410)
    endpoint(world, httpserver.url_for("/hook"))
    happen(world)
    send(world)
    happen(world)
    [row] = messages(world)
    assert not row.endpoint.is_active and "410" in row.endpoint.stopped_reason
    assert row.state == "waiting" and row.due_at is None
    with org_atomic(world.id):
        stopped = AuditRecord.objects.get(action="webhook.stopped")
        assert (stopped.actor_kind, stopped.category) == ("system", "security")


def test_five_days_without_one_success_stop_an_endpoint(
    world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("", status=503)
    row, _ = endpoint(world, httpserver.url_for("/hook"))
    happen(world)
    send(world)
    with later(days=4):
        send(world)
        assert messages(world)[0].endpoint.is_active
    with later(days=5, hours=2):
        with org_atomic(world.id):
            WebhookDelivery.objects.update(due_at=now())
        send(world)
        assert not messages(world)[0].endpoint.is_active
        assert "5 days" in messages(world)[0].endpoint.stopped_reason
        resume_in(world, row)
        send(world)
        # Whoever resumes it gives it five days more.
        assert messages(world)[0].endpoint.is_active


def resume_in(world: World, row: WebhookEndpoint) -> None:
    with org_atomic(world.id):
        resume_endpoint(endpoint=row, by=world.owner)


def test_one_success_in_five_days_is_enough(world: World, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/hook").respond_with_data("", status=503)
    httpserver.expect_ordered_request("/hook").respond_with_data("")
    httpserver.expect_ordered_request("/hook").respond_with_data("", status=503)
    endpoint(world, httpserver.url_for("/hook"))
    happen(world)
    send(world)
    with later(days=3):
        happen(world)
        with org_atomic(world.id):
            WebhookDelivery.objects.filter(attempts__gt=0).update(due_at=None)
        send(world)
    with later(days=6):
        with org_atomic(world.id):
            WebhookDelivery.objects.filter(state="waiting").update(due_at=now())
        send(world)
        assert messages(world)[0].endpoint.is_active


def test_while_a_secret_is_rotated_both_sign(world: World, server: HTTPServer) -> None:
    row, old = endpoint(world, server.url_for("/hook"))
    with org_atomic(world.id):
        new = rotate_secret(endpoint=row, by=world.owner)
    happen(world)
    send(world)
    with later(hours=25):
        happen(world)
        send(world)
    during, after = calls(server)
    verified(during, old, new)
    verified(after, new)
    with pytest.raises(AssertionError):
        verified(after, old)
    hide_bodies(now() + timedelta(hours=25))
    with org_atomic(world.id):
        assert WebhookEndpoint.objects.get().previous_secret is None


def test_what_was_delivered_or_failed_can_be_sent_again(world: World, server: HTTPServer) -> None:
    endpoint(world, server.url_for("/hook"))
    happen(world)
    send(world)
    with org_atomic(world.id):
        send_again(delivery=messages(world)[0], by=world.owner)
    send(world)
    assert len({call.headers["webhook-id"] for call in calls(server)}) == 1
    assert len(calls(server)) == 2


def test_bodies_are_hidden_after_30_days_and_the_log_goes_after_90(
    world: World, server: HTTPServer
) -> None:
    endpoint(world, server.url_for("/hook"))
    happen(world)
    send(world)
    happen(world)
    hide_bodies(now() + timedelta(days=29))
    assert all(row.payload for row in messages(world))
    hide_bodies(now() + timedelta(days=31))
    sent, waited = messages(world)
    assert (sent.payload, sent.last_answer, sent.state) == (None, "", "delivered")
    assert (waited.payload, waited.state) == (None, "cancelled")
    hide_bodies(now() + timedelta(days=91))
    assert messages(world) == []


def test_after_a_restore_nothing_goes_out_by_itself_and_all_can_be_sent(
    world: World, server: HTTPServer
) -> None:
    endpoint(world, server.url_for("/hook"))
    happen(world)
    assert hold_messages(now() - timedelta(hours=5)) == 1
    assert send(world) == 0
    [row] = messages(world)
    assert row.state == "failed" and "restored from a backup" in row.last_error
    with org_atomic(world.id):
        send_again(delivery=row, by=world.owner)
    assert send(world) == 1


def test_the_sweeper_finds_what_is_due_without_a_hint(
    world: World, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "hint", lambda *args: False)
    endpoint(world, server.url_for("/hook"))
    happen(world)
    assert delivery.sweep_webhooks() == 1
    assert len(calls(server)) == 1
    assert delivery.sweep_webhooks() == 0


def test_every_event_has_words_and_acts(world: World) -> None:
    assert len(webhook_events.items()) >= 10
    for name, event in webhook_events.items():
        assert event.name == name and event.actions and event.words[0].isupper()


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_message_once(world: World, server: HTTPServer) -> None:
    for name in ("One", "Two", "Three"):
        endpoint(world, server.url_for("/hook"), name=name)
    for _ in range(5):
        happen(world)
    start = threading.Barrier(3)

    def work() -> None:
        try:
            start.wait()
            send(world)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send(world)
    ids = [call.headers["webhook-id"] for call in calls(server)]
    assert len(ids) == len(set(ids)) == 15
    assert {row.state for row in messages(world)} == {"delivered"}


def test_workers_get_a_hint_once_the_act_is_through(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    hinted: list[str] = []
    monkeypatch.setattr(outbox, "hint", lambda task, pk: hinted.append(pk))
    endpoint(world, "http://127.0.0.1:9/hook")
    with django_capture_on_commit_callbacks(execute=True):
        happen(world)
        assert hinted == []
    assert hinted == [str(world.id)]


DYING = """
import os, signal, sys
from uuid import UUID
import django
django.setup()
from organizations.webhooks import delivery
delivery.settle = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
delivery.deliver_due(UUID(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_that_is_killed_after_the_call_leaves_the_message_to_the_next(
    world: World, server: HTTPServer
) -> None:
    _, secret = endpoint(world, server.url_for("/hook"))
    happen(world)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    dead = subprocess.run(
        [sys.executable, "-c", DYING, str(world.id)], env=environment, cwd=ROOT, check=False
    )
    assert dead.returncode == -signal.SIGKILL
    [row] = messages(world)
    assert row.state == "waiting" and row.claimed_until is not None
    assert send(world) == 0
    with later(seconds=delivery.LEASE_SECONDS + 1):
        assert send(world) == 1
    first, second = calls(server)
    assert verified(first, secret) == verified(second, secret)
    assert [row.state for row in messages(world)] == ["delivered"]
