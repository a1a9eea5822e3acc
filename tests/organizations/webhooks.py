"""Endpoints, messages and an independent check of their signatures, for the tests of webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request as Called

from config.kernel.scoping import org_atomic
from organizations.models import WebhookDelivery, WebhookEndpoint
from organizations.services.audit import record
from organizations.services.webhooks import EndpointValues, create_endpoint
from organizations.webhooks.delivery import deliver_due
from tests.world import World

EVENTS = ("post.failed", "channel.disconnected")


def endpoint(
    world: World, url: str, *, name: str = "Intranet", events: Sequence[str] = EVENTS
) -> tuple[WebhookEndpoint, str]:
    with org_atomic(world.id):
        return create_endpoint(values=EndpointValues(name, url, events), by=world.owner)


def happen(world: World, action: str = "account.disconnected", **fields: Any) -> None:
    with org_atomic(world.id):
        record(action=action, target=world.account, by=world.editor, **fields)


def send(world: World) -> int:
    return deliver_due(world.id)


def messages(world: World) -> list[WebhookDelivery]:
    with org_atomic(world.id):
        return list(WebhookDelivery.objects.select_related("endpoint").order_by("created_at"))


def calls(server: HTTPServer) -> list[Called]:
    return [request for request, _ in server.log]


def verified(request: Called, *secrets: str) -> dict[str, Any]:
    """The body, if one of the secrets signed it: written after the specification, not our code."""
    told = request.headers
    signed = f"{told['webhook-id']}.{told['webhook-timestamp']}.".encode() + request.data
    given = set(told["webhook-signature"].split(" "))
    for secret in secrets:
        assert secret.startswith("whsec_")
        key = base64.b64decode(secret[len("whsec_") :])
        digest = hmac.digest(key, signed, hashlib.sha256)
        assert f"v1,{base64.b64encode(digest).decode()}" in given
    return dict(json.loads(request.data))
