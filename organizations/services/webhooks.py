"""Endpoints of other systems: set up, changed, paused, given another secret, tried out, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction

from config.kernel import http
from config.kernel.clock import now
from config.kernel.errors import Conflict, DomainError, Invalid
from config.kernel.outbound import loopback_allowed
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.states import move
from config.kernel.throttle import throttle
from organizations.models import (
    AuditCategory,
    User,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookState,
)
from organizations.webhooks.catalogue import TEST_EVENT, webhook_events
from organizations.webhooks.outbox import message, send_soon
from organizations.webhooks.signing import new_secret

from .audit import changed_fields, record

MOST_ENDPOINTS: Final = 20
OLD_SECRET_FOR: Final = timedelta(hours=24)
TESTS_A_MINUTE: Final = 5


@dataclass(frozen=True, slots=True)
class EndpointValues:
    name: str
    url: str
    events: Sequence[str]


def create_endpoint(*, values: EndpointValues, by: User) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint and give it a secret, which is returned this once.

    The address is looked up before any transaction. Raises Invalid with the `field` to mend.
    """
    _check(values)
    secret = new_secret()
    with org_atomic():
        if WebhookEndpoint.objects.count() >= MOST_ENDPOINTS:
            raise Conflict(f"There are {MOST_ENDPOINTS} webhooks already. Remove one first.")
        endpoint = WebhookEndpoint(secret=secret)
        _fill(endpoint, values)
        _save(endpoint, force_insert=True)
        _record("webhook.created", endpoint, by, after=_shown(endpoint))
    return endpoint, secret


def change_endpoint(
    *, endpoint: WebhookEndpoint, values: EndpointValues, by: User
) -> WebhookEndpoint:
    """Change name, address or events. What waits goes to the new address. Raises as creating."""
    _check(values)
    with org_atomic():
        fresh = _locked(endpoint)
        before = _shown(fresh)
        _fill(fresh, values)
        _save(fresh, update_fields=["name", "url", "events", "updated_at"])
        old, new = changed_fields(before, _shown(fresh))
        if new:
            _record("webhook.changed", fresh, by, before=old, after=new)
    return fresh


def pause_endpoint(*, endpoint: WebhookEndpoint, by: User) -> None:
    """Send nothing more until it is resumed; what waits is kept, new events are not."""
    with org_atomic():
        fresh = _locked(endpoint)
        if not fresh.is_active:
            return
        fresh.is_active, fresh.stopped_reason = False, ""
        fresh.save(update_fields=["is_active", "stopped_reason", "updated_at"])
        WebhookDelivery.objects.filter(endpoint=fresh, state=WebhookState.WAITING).update(
            due_at=None
        )
        _record("webhook.paused", fresh, by)


def resume_endpoint(*, endpoint: WebhookEndpoint, by: User) -> None:
    """Send again, what waited first."""
    with org_atomic():
        fresh = _locked(endpoint)
        if fresh.is_active:
            return
        fresh.is_active, fresh.stopped_reason = True, ""
        # Saved, so that its five days of grace begin anew.
        fresh.save(update_fields=["is_active", "stopped_reason", "updated_at"])
        WebhookDelivery.objects.filter(endpoint=fresh, state=WebhookState.WAITING).update(
            due_at=now(), attempts=0
        )
        _record("webhook.resumed", fresh, by)
        send_soon()


def remove_endpoint(*, endpoint: WebhookEndpoint, by: User) -> None:
    """Forget the endpoint with its secret and its log; the audit log keeps that it was there."""
    with org_atomic():
        _record("webhook.removed", endpoint, by, before=_shown(endpoint))
        endpoint.delete()


def rotate_secret(*, endpoint: WebhookEndpoint, by: User) -> str:
    """Give a new secret, returned this once. For 24 h messages carry the signatures of both."""
    secret, moment = new_secret(), now()
    with org_atomic():
        fresh = _locked(endpoint)
        fresh.previous_secret = fresh.secret.reveal()
        fresh.previous_ends_at = moment + OLD_SECRET_FOR
        fresh.secret = secret
        fresh.save(update_fields=["secret", "previous_secret", "previous_ends_at", "updated_at"])
        _record("webhook.secret_rotated", fresh, by, category=AuditCategory.SECRET)
    return secret


def send_test(*, endpoint: WebhookEndpoint, by: User) -> WebhookDelivery:
    """Send a message that means nothing. Raises TooMany after 5 a minute, Conflict when paused."""
    throttle("webhook test", str(current_organization_id()), limit=TESTS_A_MINUTE, per_seconds=60)
    with org_atomic():
        if not endpoint.is_active:
            raise Conflict(f"“{endpoint.name}” is paused. Resume it, then send the test.")
        row = message(
            endpoint,
            TEST_EVENT,
            facts={"message": "This is a test. Nothing happened.", "endpoint": endpoint.name},
        )
        row.save(force_insert=True)
        _record("webhook.tested", endpoint, by)
        send_soon()
    return row


def send_again(*, delivery: WebhookDelivery, by: User) -> None:
    """Send a message once more, with the same id, from the first try on.

    Raises Conflict when its body is hidden already, its endpoint is paused, or it waits anyway.
    """
    with org_atomic():
        if delivery.payload is None:
            raise Conflict("The body of this message is not kept any more, so it cannot be sent.")
        if not delivery.endpoint.is_active:
            raise Conflict("This webhook is paused. Resume it, then send the message again.")
        state = WebhookState(delivery.state)
        if state not in (WebhookState.DELIVERED, WebhookState.FAILED) or not move(
            delivery, WebhookState.WAITING, due_at=now(), attempts=0, claimed_until=None
        ):
            raise Conflict("This message is on its way already.")
        _record("webhook.sent_again", delivery.endpoint, by, data={"event": delivery.event})
        send_soon()


def _check(values: EndpointValues) -> None:
    if not values.name.strip():
        raise Invalid("Give the webhook a name, such as the system that listens.", field="name")
    if not values.events:
        raise Invalid("Choose at least one event.", field="events")
    if unknown := [name for name in values.events if name not in webhook_events]:
        raise Invalid(f"There is no event {unknown[0]}. Choose from the list.", field="events")
    try:
        check_address(values.url)
    except DomainError as error:
        raise Invalid(error.message, field="url") from error


def check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise Invalid("Leave name and password out of the address: messages are signed instead.")
    allowed = getattr(settings, "WARREN_OUTBOUND_ALLOW", ())
    try:
        is_ours = loopback_allowed() or f"{parts.hostname}:{parts.port or 80}" in allowed
    except ValueError as error:
        raise Invalid("That is not a web address: its port is none.") from error
    if parts.scheme != "https" and not is_ours:
        raise Invalid("The address must begin with https://, so that nobody reads along.")
    http.check_url(url)


def _fill(endpoint: WebhookEndpoint, values: EndpointValues) -> None:
    endpoint.name = values.name.strip()
    endpoint.url = values.url
    # In the order of the catalogue, each once.
    endpoint.events = [name for name in webhook_events if name in set(values.events)]


def _save(endpoint: WebhookEndpoint, **how: Any) -> None:
    try:
        with transaction.atomic():
            endpoint.save(**how)
    except IntegrityError as error:
        raise Invalid(
            f"There is a webhook called {endpoint.name} already. Choose another name.", field="name"
        ) from error


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)


def _shown(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {"name": endpoint.name, "url": endpoint.url, "events": endpoint.events}


def _record(
    action: str,
    endpoint: WebhookEndpoint,
    by: User,
    *,
    category: AuditCategory = AuditCategory.SECURITY,
    data: dict[str, Any] | None = None,
    **told: Any,
) -> None:
    named = {"name": endpoint.name, **(data or {})}
    record(action=action, target=endpoint, by=by, category=category, data=named, **told)
