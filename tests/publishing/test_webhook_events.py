"""What other systems are told of posts: derived from the acts, with the facts that they need."""

from __future__ import annotations

from typing import Any

import pytest

from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, WebhookDelivery, WebhookEndpoint
from organizations.webhooks.outbox import enqueue
from organizations.webhooks.signing import new_secret
from publishing.models import Delivery, Post
from publishing.services.pending_posts import approve_post, reject_post, submit_post
from tests import make
from tests.world import World

from .deliveries import deliver, due_delivery

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]

EVENTS = ["post.published", "post.failed", "approval.requested", "approval.decided"]


@pytest.fixture(autouse=True)
def listener(world: World) -> WebhookEndpoint:
    with org_atomic(world.id):
        return WebhookEndpoint.objects.create(
            name="Intranet", url="https://hooks.example/", events=EVENTS, secret=new_secret()
        )


def told(world: World, event: str) -> list[dict[str, Any]]:
    with org_atomic(world.id):
        rows = WebhookDelivery.objects.filter(event=event).order_by("created_at")
        return [row.payload["data"] for row in rows if row.payload]


def test_a_published_post_is_told_with_its_address_and_channel(
    world: World, delivery: Delivery
) -> None:
    deliver(delivery)
    [data] = told(world, "post.published")
    out = Post.objects.get(delivery=delivery)
    assert data["post"]["id"] == str(out.pk)
    assert data["post"]["url"] == out.external_url != ""
    assert data["post"]["text"] == "Masts."
    assert data["channel"]["handle"] == world.account.handle
    assert data["action"] == "delivery.published" and data["actor"]["kind"] == "agent"


def test_many_posts_that_leave_together_are_told_by_a_few_statements(
    world: World, django_assert_max_num_queries: Any
) -> None:
    deliveries = [due_delivery(world.brand, world.account) for _ in range(8)]
    records = [
        AuditRecord(
            organization_id=world.id,
            action="delivery.published",
            actor_kind="agent",
            target_type="publishing.delivery",
            target_id=each.pk,
        )
        for each in deliveries
    ]
    AuditRecord.objects.bulk_create(records)
    # The endpoints, the deliveries, their posts, and the messages.
    with django_assert_max_num_queries(4):
        enqueue(records)
    assert len(told(world, "post.published")) == 8


def test_a_decision_is_told_with_the_post(world: World) -> None:
    draft = make.pending_post(world.brand, world.account, status="draft")
    submit_post(post=draft)
    reject_post(post=draft, reason="Not our tone", by=world.editor)
    [asked], [decided] = told(world, "approval.requested"), told(world, "approval.decided")
    assert asked["post"]["pending_post_id"] == decided["post"]["pending_post_id"] == str(draft.pk)
    assert (decided["action"], decided["reason"]) == ("post.rejected", "Not our tone")
    other = make.pending_post(world.brand, world.account)
    approve_post(post=other, by=world.editor)
    assert [each["action"] for each in told(world, "approval.decided")][1:] == ["post.approved"]


def test_no_message_holds_a_credential(world: World, delivery: Delivery) -> None:
    deliver(delivery)
    account = world.account
    account.credentials = {"token": "canary-of-a-token"}
    account.save()
    from publishing.services.accounts import disconnect_account

    with org_atomic(world.id):
        WebhookEndpoint.objects.update(events=[*EVENTS, "channel.disconnected"])
    disconnect_account(account=account, by=world.owner)
    [data] = told(world, "channel.disconnected")
    assert "canary-of-a-token" not in str(data) and data["channel"]["name"] == account.name
