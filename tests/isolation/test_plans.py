"""The hottest queries walk an index that begins with the organization, whatever stands beside."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import ContentEmbedding, Material
from organizations.models import AuditRecord, Notification, WebhookEndpoint
from publishing.models import Decision, Delivery, PendingPost, Post
from tests.world import World

pytestmark = pytest.mark.django_db

Ask = Callable[[World], QuerySet[Any]]

HOTTEST: dict[str, Ask] = {
    "posts of a team": lambda w: Post.objects.order_by("-published_at", "-pk")[:50],
    "posts of a brand": lambda w: Post.objects.filter(brand=w.brand).order_by("-published_at")[:50],
    "what waits for approval": lambda w: PendingPost.objects.filter(status="pending").order_by(
        "scheduled_for"
    )[:50],
    "materials": lambda w: Material.objects.order_by("-created_at", "-pk")[:50],
    "deliveries": lambda w: Delivery.objects.order_by("-created_at", "-pk")[:50],
    "decisions": lambda w: Decision.objects.order_by("-created_at", "-pk")[:50],
    "audit log": lambda w: AuditRecord.objects.order_by("-created_at", "-pk")[:50],
    "notices": lambda w: Notification.objects.filter(user=w.owner).order_by("-created_at")[:50],
    "webhooks of an event": lambda w: WebhookEndpoint.objects.filter(is_active=True),
    "texts of thirty days": lambda w: ContentEmbedding.objects.filter(
        created_at__gte=now() - timedelta(days=30)
    ),
}


@pytest.mark.parametrize("name", HOTTEST)
def test_a_hot_query_begins_with_the_organization(world: World, name: str) -> None:
    with org_atomic(world.id):
        with connection.cursor() as cursor:
            # With a handful of rows the planner would rather read the whole table.
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = HOTTEST[name](world).explain(format="json")
    # A brand is of one organization, held there by its composite key.
    assert {"organization_id", "brand_id"} & set(re.findall(r"\w+", conditions(plan))), plan
    assert "Seq Scan" not in plan


def conditions(plan: str) -> str:
    found: list[str] = []

    def walk(node: dict[str, Any]) -> None:
        found.extend(str(node.get(name, "")) for name in ("Index Cond", "Recheck Cond"))
        for child in node.get("Plans", []):
            walk(child)

    for each in json.loads(plan):
        walk(each["Plan"])
    return " ".join(found)
