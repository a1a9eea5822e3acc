"""Webhooks as admins set them up, look into them and mend them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, WebhookDelivery, WebhookEndpoint
from organizations.webhooks.catalogue import webhook_events
from tests.world import World

from .confirming import sign_in_confirmed
from .webhooks import calls, endpoint, happen, messages, send, verified

pytestmark = pytest.mark.django_db

DOCS = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"


@pytest.fixture
def page(world: World, client: Client) -> Client:
    return sign_in_confirmed(client, world.admin)


@pytest.fixture
def hook(httpserver: HTTPServer) -> HTTPServer:
    httpserver.expect_request("/hook").respond_with_data("thanks <b>a lot</b>")
    return httpserver


def url(world: World, name: str, **kwargs: Any) -> str:
    return reverse(f"organizations:{name}", kwargs={"org": world.organization.slug, **kwargs})


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(response.content.decode())))


def values(hook: HTTPServer, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Intranet",
        "url": hook.url_for("/hook"),
        "events": ["channel.disconnected"],
        **fields,
    }


def test_a_new_webhook_shows_its_secret_once_and_never_again(
    world: World, page: Client, hook: HTTPServer
) -> None:
    made = page.post(url(world, "webhook-create"), values(hook))
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{44}", made.content.decode())
    assert made.status_code == 200 and secret
    assert made["Cache-Control"] == "no-store"
    with org_atomic(world.id):
        row = WebhookEndpoint.objects.get()
        written = AuditRecord.objects.get(action="webhook.created")
    assert written.category == "security" and "whsec_" not in str(written.after)
    shown = page.get(url(world, "webhook-show", endpoint=row.pk)).content.decode()
    assert secret.group() not in shown
    happen(world)
    send(world)
    assert verified(calls(hook)[0], secret.group())


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"url": "http://10.0.0.1/hook"}, "public internet"),
        ({"url": "http://169.254.169.254/latest"}, "public internet"),
        ({"url": "https://user:pw@example.com/"}, "Leave name and password out"),
        ({"url": "nonsense"}, "valid URL"),
        ({"url": "https://example.com:99999/"}, "web address"),
        ({"events": []}, "required"),
        ({"events": ["post.invented"]}, "valid choice"),
        ({"name": ""}, "required"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_stand_is_said_beside_its_field_and_nothing_is_lost(
    world: World, page: Client, hook: HTTPServer, fields: dict[str, Any], says: str
) -> None:
    answer = page.post(url(world, "webhook-create"), values(hook, **fields))
    assert answer.status_code == 422
    assert says in text(answer)
    if "name" not in fields:
        assert 'value="Intranet"' in answer.content.decode()
    with org_atomic(world.id):
        assert not WebhookEndpoint.objects.exists()


def test_an_address_without_encryption_is_refused_where_anyone_could_read_along(
    world: World, page: Client, hook: HTTPServer, settings: Settings
) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    answer = page.post(url(world, "webhook-create"), values(hook, url="http://example.com/"))
    assert answer.status_code == 422 and "https://" in text(answer)


def test_a_name_is_taken_once(world: World, page: Client, hook: HTTPServer) -> None:
    endpoint(world, hook.url_for("/hook"))
    answer = page.post(url(world, "webhook-create"), values(hook))
    assert answer.status_code == 422 and "already" in text(answer)


def test_a_change_is_written_down_with_before_and_after(
    world: World, page: Client, hook: HTTPServer
) -> None:
    row, _ = endpoint(world, hook.url_for("/hook"))
    where = url(world, "webhook-edit", endpoint=row.pk)
    assert 'value="Intranet"' in page.get(where).content.decode()
    page.post(where, values(hook, name="Shop"))
    with org_atomic(world.id):
        written = AuditRecord.objects.get(action="webhook.changed")
    assert written.before == {"name": "Intranet", "events": ["post.failed", "channel.disconnected"]}
    assert written.after == {"name": "Shop", "events": ["channel.disconnected"]}


def test_the_log_shows_what_was_sent_and_what_came_back_escaped(
    world: World, page: Client, hook: HTTPServer
) -> None:
    row, _ = endpoint(world, hook.url_for("/hook"))
    happen(world, reason="Over")
    send(world)
    shown = page.get(url(world, "webhook-show", endpoint=row.pk)).content.decode()
    assert "thanks &lt;b&gt;a lot" in shown and "Status 200" in shown and "Arrived" in shown
    assert "&quot;type&quot;: &quot;channel.disconnected&quot;" in shown
    failed = page.get(url(world, "webhook-show", endpoint=row.pk), {"state": "failed"})
    assert "None in this state" in text(failed)


def test_a_message_is_sent_again(world: World, page: Client, hook: HTTPServer) -> None:
    row, _ = endpoint(world, hook.url_for("/hook"))
    happen(world)
    send(world)
    [message] = messages(world)
    where = url(world, "webhook-resend", endpoint=row.pk, message=message.pk)
    assert "sent again" in text(page.post(where, follow=True))
    assert page.post(where).status_code == 409
    send(world)
    assert len(calls(hook)) == 2


def test_a_test_event_is_sent_and_throttled(world: World, page: Client, hook: HTTPServer) -> None:
    row, secret = endpoint(world, hook.url_for("/hook"))
    where = url(world, "webhook-test", endpoint=row.pk)
    assert [page.post(where).status_code for _ in range(6)] == [302] * 5 + [429]
    send(world)
    assert verified(calls(hook)[0], secret)["type"] == "webhook.test"


def test_a_rotated_secret_is_shown_once(world: World, page: Client, hook: HTTPServer) -> None:
    row, old = endpoint(world, hook.url_for("/hook"))
    shown = page.post(url(world, "webhook-rotate", endpoint=row.pk)).content.decode()
    new = re.search(r"whsec_[A-Za-z0-9+/=]{44}", shown)
    assert new and new.group() != old and old not in shown
    assert "still signs until" in text(page.get(url(world, "webhook-show", endpoint=row.pk)))


def test_pause_keeps_what_waited_and_nothing_new(
    world: World, page: Client, hook: HTTPServer
) -> None:
    row, _ = endpoint(world, hook.url_for("/hook"))
    happen(world)
    page.post(url(world, "webhook-pause", endpoint=row.pk))
    happen(world)
    assert send(world) == 0 and len(messages(world)) == 1
    page.post(url(world, "webhook-resume", endpoint=row.pk))
    assert send(world) == 1


def test_a_removed_webhook_takes_its_log_along(
    world: World, page: Client, hook: HTTPServer
) -> None:
    row, _ = endpoint(world, hook.url_for("/hook"))
    happen(world)
    page.post(url(world, "webhook-delete", endpoint=row.pk))
    with org_atomic(world.id):
        assert not WebhookEndpoint.objects.exists() and not WebhookDelivery.objects.exists()
        assert AuditRecord.objects.get(action="webhook.removed").before["name"] == "Intranet"


@pytest.mark.parametrize("name", ["webhook-create", "webhook-rotate", "webhook-delete"])
def test_who_signed_in_long_ago_confirms_before_secrets(
    world: World, client: Client, hook: HTTPServer, name: str
) -> None:
    client.force_login(world.admin)
    row, _ = endpoint(world, hook.url_for("/hook"))
    kwargs = {} if name == "webhook-create" else {"endpoint": row.pk}
    answer = client.post(url(world, name, **kwargs), values(hook))
    assert answer.status_code == 302 and "/webhooks/" not in answer["Location"].partition("?")[0]
    with org_atomic(world.id):
        assert WebhookEndpoint.objects.count() == 1


def test_lists_ask_the_same_for_many_as_for_few(
    world: World, page: Client, hook: HTTPServer, django_assert_max_num_queries: Any
) -> None:
    row, _ = endpoint(world, hook.url_for("/hook"))
    for number in range(8):
        endpoint(world, hook.url_for("/hook"), name=f"System {number}")
    for _ in range(5):
        happen(world)
    with django_assert_max_num_queries(10):
        page.get(url(world, "webhook-list"))
    with django_assert_max_num_queries(10):
        page.get(url(world, "webhook-show", endpoint=row.pk))


def test_the_documented_check_accepts_our_messages_and_no_others(
    world: World, hook: HTTPServer
) -> None:
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    told: dict[str, Any] = {}
    exec(code, told)  # noqa: S102 - the code that we tell people to use
    check = told["is_from_warren"]
    _, secret = endpoint(world, hook.url_for("/hook"))
    happen(world)
    send(world)
    [call] = calls(hook)
    headers = {name.lower(): value for name, value in call.headers.items()}
    assert check(secret, headers, call.data)
    assert not check(secret, headers, call.data + b" ")
    assert not check(secret, {**headers, "webhook-id": "other"}, call.data)
    assert not check(secret, {**headers, "webhook-timestamp": "1700000000"}, call.data)
    assert not check("whsec_AAAA", headers, call.data)


def test_the_documentation_names_every_event() -> None:
    told = DOCS.read_text()
    assert [name for name in webhook_events if f"`{name}`" not in told] == []
