"""Digests, quiet hours and webhooks of people and brands, as rows and over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as configured
from django.core import mail
from django.test import Client
from pytest_httpserver import HTTPServer

from config.kernel.clock import now
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from organizations.models import (
    Membership,
    NoticeState,
    Notification,
    NotificationSettings,
    OutgoingNotice,
)
from organizations.notices.audience import Ways
from organizations.notices.kinds import notice_kinds
from organizations.notices.mailing import MOST_ATTEMPTS, WAITS, sweep_mail
from organizations.notices.outgoing import brand_secret, sweep_outgoing
from organizations.notices.restored import hold_mail
from organizations.services.audit import record
from organizations.services.notice_settings import delete_hook, save_hook, save_when
from organizations.services.notifications import save_choices
from tests import make
from tests.organizations.webhooks import calls, verified
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

NIGHT = datetime(2026, 6, 3, 23, 30, tzinfo=UTC)
MORNING = datetime(2026, 6, 4, 5, tzinfo=UTC)


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


@pytest.fixture
def server(httpserver: HTTPServer) -> Iterator[HTTPServer]:
    httpserver.expect_request("/hook").respond_with_data("thanks")
    yield httpserver
    httpserver.clear()


def fail_a_post(world: World) -> None:
    delivery = make.delivery(make.pending_post(world.brand, world.account))
    record(action="delivery.failed", target=delivery, reason="The server said no.")


def expire_posts(world: World) -> None:
    record(action="posts.expired", target=world.brand, reason="Nobody decided.")


def asleep(world: World, **values: Any) -> None:
    said = {
        "digest": "now",
        "digest_time": time(9),
        "digest_weekday": 1,
        "quiet_from": time(22),
        "quiet_until": time(7),
        "timezone": "Europe/Berlin",
        "urgent_waits": False,
    }
    save_when(user=world.owner, values={**said, **values})


def mail_at(world: World, kind: str) -> Any:
    return Notification.objects.filter(user=world.owner, kind=kind).get().due_at


def test_a_failure_is_told_by_default_within_a_minute(inside: World) -> None:
    """By rows that are due at once, and a sweep every half minute by the real configuration."""
    fail_a_post(inside)
    assert mail_at(inside, "post_failed") <= now()
    table = configured.CELERY_BEAT_SCHEDULE
    for task in ("sweep_notifications", "sweep_outgoing_notices"):
        assert table[f"organizations.tasks.{task}"]["schedule"] <= 60
    assert notice_kinds["post_failed"].by_mail and notice_kinds["post_failed"].is_urgent


@pytest.mark.parametrize("key", ["post_failed", "post_unknown", "channel_lost", "brake_pulled"])
def test_what_must_be_told_at_once_is_urgent(key: str) -> None:
    assert notice_kinds[key].is_urgent


def test_the_night_holds_mail_back_and_urgent_mail_only_by_wish(inside: World) -> None:
    asleep(inside)
    with time_machine.travel(NIGHT, tick=False):
        fail_a_post(inside)
        expire_posts(inside)
        assert mail_at(inside, "post_failed") == NIGHT
        if notice_kinds["approval_expired"].by_mail:
            assert mail_at(inside, "approval_expired") == MORNING
    asleep(inside, urgent_waits=True)
    with time_machine.travel(NIGHT + timedelta(minutes=5), tick=False):
        Notification.objects.all().delete()
        fail_a_post(inside)
        assert mail_at(inside, "post_failed") == MORNING


def test_a_digest_is_one_letter_by_kind_at_its_time(inside: World) -> None:
    asleep(inside, digest="daily", urgent_waits=True)
    nine = datetime(2026, 6, 4, 7, tzinfo=UTC)
    with time_machine.travel(NIGHT, tick=False):
        for _ in range(2):
            fail_a_post(inside)
        delivery = make.delivery(make.pending_post(inside.brand, inside.account))
        record(action="delivery.unknown", target=delivery, reason="No answer.")
        mine = Notification.objects.filter(user=inside.owner)
        assert set(mine.values_list("due_at", flat=True)) == {nine}
        Notification.objects.exclude(user=inside.owner).delete()
    assert sweep_mail(moment=nine - timedelta(seconds=1)) == 0
    with time_machine.travel(nine, tick=False):
        sweep_mail()
    [letter] = mail.outbox
    body = str(letter.body)
    first, second = notice_kinds["post_failed"].words, notice_kinds["post_unknown"].words
    assert "3 notices" in letter.subject
    assert body.count(f"== {first} ==") == body.count(f"== {second} ==") == 1


def test_what_waits_is_reckoned_anew_when_the_times_change(inside: World) -> None:
    asleep(inside, digest="weekly", urgent_waits=True)
    fail_a_post(inside)
    assert mail_at(inside, "post_failed") > now()
    asleep(inside, quiet_from=None, quiet_until=None)
    assert mail_at(inside, "post_failed") <= now()


def test_a_webhook_gets_signed_notices_and_a_secret_is_shown_once(
    inside: World, server: HTTPServer
) -> None:
    secret = save_hook(user=inside.owner, url=server.url_for("/hook"))
    fail_a_post(inside)
    [row] = OutgoingNotice.objects.all()
    assert sweep_outgoing() == 1 and sweep_outgoing() == 0
    [request] = calls(server)
    told = verified(request, secret)
    assert told["type"] == "notice" and told["kind"] == "post_failed"
    assert request.headers["webhook-id"] == str(row.pk)
    row.refresh_from_db()
    assert row.state == NoticeState.SENT and row.due_at is None
    kept = NotificationSettings.objects.get(user=inside.owner)
    assert secret not in repr(vars(kept))


def test_a_kind_that_is_not_wanted_by_webhook_is_not_sent_there(
    inside: World, server: HTTPServer
) -> None:
    save_hook(user=inside.owner, url=server.url_for("/hook"))
    fail_a_post(inside)
    kind = notice_kinds["post_failed"]
    save_choices(user=inside.owner, kinds=[kind], ways={kind.key: Ways(True, True, by_hook=False)})
    assert not OutgoingNotice.objects.exists()
    fail_a_post(inside)
    assert not OutgoingNotice.objects.exists()


def test_a_webhook_that_is_away_is_tried_as_often_as_mail_and_then_left(
    inside: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/away").respond_with_data("no", status=503)
    save_hook(user=inside.owner, url=httpserver.url_for("/away"))
    fail_a_post(inside)
    moment = now()
    for number in range(MOST_ATTEMPTS):
        with time_machine.travel(moment, tick=False):
            assert sweep_outgoing() == 0
        [row] = OutgoingNotice.objects.all()
        if number < len(WAITS):
            assert row.due_at == moment + timedelta(seconds=WAITS[number])
            moment = row.due_at
    assert row.state == NoticeState.FAILED and "503" in row.error_message
    assert len(calls(httpserver)) == MOST_ATTEMPTS


def test_nothing_goes_to_a_webhook_of_somebody_who_left(inside: World, server: HTTPServer) -> None:
    save_hook(user=inside.editor, url=server.url_for("/hook"))
    fail_a_post(inside)
    Membership.objects.filter(user=inside.editor).delete()
    sweep_outgoing()
    assert calls(server) == []
    assert OutgoingNotice.objects.get().state == NoticeState.FAILED


def test_a_webhook_that_is_taken_away_gets_no_more(inside: World, server: HTTPServer) -> None:
    save_hook(user=inside.owner, url=server.url_for("/hook"))
    fail_a_post(inside)
    delete_hook(user=inside.owner)
    assert sweep_outgoing() == 0 and calls(server) == []


@pytest.mark.parametrize(
    "url", ["http://example.com/hook", "https://10.0.0.1/hook", "https://a:b@example.com/"]
)
def test_an_address_that_is_not_public_or_not_safe_is_refused(
    inside: World, settings: Any, url: str
) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    with pytest.raises(Invalid) as refused:
        save_hook(user=inside.owner, url=url)
    assert refused.value.field == "hook_url"


def test_a_brand_hears_of_its_own_by_mail_and_webhook(inside: World, server: HTTPServer) -> None:
    inside.brand.notify_email = "desk@brand.example"
    inside.brand.notify_webhook = server.url_for("/hook")
    inside.brand.save()
    fail_a_post(inside)
    record(action="member.joined", target=None)
    assert OutgoingNotice.objects.count() == 2
    assert sweep_outgoing() == 2
    [letter] = mail.outbox
    assert letter.to == ["desk@brand.example"]
    told = verified(calls(server)[0], brand_secret(inside.brand.pk))
    assert told["brand"] == str(inside.brand.pk)


def test_old_news_is_not_sent_out(inside: World, server: HTTPServer) -> None:
    asleep(inside, digest="daily", urgent_waits=True)
    save_hook(user=inside.owner, url=server.url_for("/hook"))
    delivery = make.delivery(make.pending_post(inside.brand, inside.account))
    record(action="delivery.failed", target=delivery, reason="No.")
    assert OutgoingNotice.objects.exists()
    record(action="delivery.published", target=delivery)
    assert not OutgoingNotice.objects.exists()


def test_after_a_restore_nothing_is_sent_a_second_time(inside: World, server: HTTPServer) -> None:
    save_hook(user=inside.owner, url=server.url_for("/hook"))
    fail_a_post(inside)
    hold_mail(now())
    assert sweep_outgoing() == 0 and calls(server) == []


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.owner)
    return client


def address(world: World, rest: str = "") -> str:
    return f"{world.path}/notifications/choices/{rest}"


WHEN = {"digest": "daily", "digest_time": "09:00", "digest_weekday": "1", "timezone": "UTC"}


def test_the_page_says_when_the_next_digest_comes(world: World, page: Client) -> None:
    assert "leave at once" in page.get(address(world)).content.decode()
    assert page.post(address(world, "when/"), WHEN).status_code == 302
    body = page.get(address(world)).content.decode()
    assert "Next digest: " in body and "09:00 UTC" in body


def test_half_a_night_is_refused_with_everything_kept(world: World, page: Client) -> None:
    refused = page.post(address(world, "when/"), {**WHEN, "quiet_from": "22:00"})
    body = refused.content.decode()
    assert refused.status_code == 422 and "both ends" in body and 'value="22:00"' in body


def test_the_secret_is_on_one_page_once_and_a_test_can_be_sent(
    world: World, page: Client, server: HTTPServer
) -> None:
    made = page.post(address(world, "webhook/"), {"hook_url": server.url_for("/hook")})
    body = made.content.decode()
    assert made.status_code == 200 and "whsec_" in body
    assert "whsec_" not in page.get(address(world)).content.decode()
    assert page.post(address(world, "webhook/test/")).status_code == 302
    secret = body.split('data-copy="')[1].split('"')[0]
    assert verified(calls(server)[0], secret)["type"] == "test"
    assert page.post(address(world, "webhook/removal/")).status_code == 302
    assert "Send a test" not in page.get(address(world)).content.decode()
