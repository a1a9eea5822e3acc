"""Webhooks of the scene: one that works, with every state in its log, and one that was stopped."""

from __future__ import annotations

from typing import Any

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import WebhookDelivery, WebhookEndpoint, WebhookState
from tests.world import World

LONG = "Donaudampfschifffahrtsgesellschaftskapitansmutze"


def webhooks(world: World) -> dict[str, Any]:
    with org_atomic(world.id):
        endpoint = WebhookEndpoint.objects.create(
            name="Shop",
            url=f"https://shop.example.com/{LONG}",
            events=["post.published", "post.failed"],
            secret="whsec_c2NlbmU=",  # noqa: S106
            last_success_at=now(),
        )
        WebhookEndpoint.objects.create(
            name=LONG,
            url="https://gone.example.com/",
            events=["post.published"],
            secret="whsec_c2NlbmU=",  # noqa: S106
            is_active=False,
            stopped_reason="It answered 410: nobody listens there any more.",
        )
        for state in WebhookState:
            WebhookDelivery.objects.create(
                endpoint=endpoint,
                event="post.published",
                payload={"type": "post.published"},
                state=state,
                attempts=3,
                last_status=500 if state == WebhookState.FAILED else 200,
                last_answer=LONG * 3,
                last_error="It took longer than 10 s." if state == WebhookState.FAILED else "",
                delivered_at=now() if state == WebhookState.DELIVERED else None,
            )
    return {"endpoint": endpoint.pk}
