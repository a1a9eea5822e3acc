"""Builders for the ledger's tests: accounts on the test networks and approved posts on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

from brands.models import BrandProfile
from config.kernel.clock import now
from content.models import Candidate
from publishing.channels.base import fingerprint
from publishing.channels.registry import channels
from publishing.delivery import ledger
from publishing.delivery.schedule import freeze
from publishing.models import (
    Approval,
    BrandAccountLink,
    Delivery,
    PendingPost,
    PendingStatus,
    SocialAccount,
)
from publishing.services.approvals import content_hash, give_approval
from tests import make

from .platform_channels import TEST_CHANNELS


@contextmanager
def test_channels() -> Iterator[None]:
    for channel in TEST_CHANNELS:
        channels.register(channel.slug, channel)
    try:
        yield
    finally:
        for channel in TEST_CHANNELS:
            channels.unregister(channel.slug)


test_channels.__test__ = False  # type: ignore[attr-defined]


def account_on(
    brand: BrandProfile, platform: str, server: str, credentials: dict[str, Any] | None = None
) -> SocialAccount:
    account = SocialAccount.objects.create(
        platform=platform,
        remote_id=server.rpartition("/")[2],
        name="A test account",
        handle="tester",
        server=server,
        credentials=credentials or {"access": "a0", "refresh": "refresh-0"},
    )
    BrandAccountLink.objects.create(brand=brand, account=account, platform=platform)
    return account


def approved_post(
    brand: BrandProfile,
    account: SocialAccount,
    text: str = "Wooden masts in twelve days.",
    *,
    candidate: Candidate | None = None,
    scheduled_for: datetime | None = None,
) -> PendingPost:
    fields: dict[str, Any] = {} if candidate is None else {"candidate": candidate}
    if candidate is not None:
        fields["source"] = candidate.generation.material
    post = make.pending_post(
        brand,
        account,
        content=text,
        status=PendingStatus.AUTO_APPROVED,
        scheduled_for=scheduled_for or now(),
        **fields,
    )
    give_approval(post=post, policy="Tests approve everything.")
    return post


def due_delivery(brand: BrandProfile, account: SocialAccount, text: str = "Masts.") -> Delivery:
    return ledger.schedule_delivery(pending_post=approved_post(brand, account, text))


def due_deliveries(
    brand: BrandProfile, accounts: Sequence[SocialAccount], texts: Sequence[str]
) -> list[Delivery]:
    """Many due deliveries in a few statements, dealt out over the accounts."""
    source = make.material(brand)
    chosen = make.candidate(make.generation(brand, source))
    moment = now()
    posts, approvals, rows = [], [], []
    for number, text in enumerate(texts):
        account = accounts[number % len(accounts)]
        post = PendingPost(
            brand=brand,
            account=account,
            material=source,
            generation=chosen.generation,
            candidate=chosen,
            platform=account.platform,
            content=text,
            angle=chosen.angle,
            scheduled_for=moment,
            status=PendingStatus.AUTO_APPROVED,
        )
        digest = content_hash(post)
        posts.append(post)
        approvals.append(
            Approval(pending_post=post, account_id=account.pk, content_hash=digest, policy="Tests.")
        )
        key = uuid4().hex * 2
        payload = freeze(post, key, moment)
        rows.append(
            Delivery(
                pending_post=post,
                account=account,
                platform=account.platform,
                occurrence="1",
                idempotency_key=key,
                payload=payload,
                payload_hash=fingerprint(payload),
                content_hash=digest,
                due_at=moment,
            )
        )
    PendingPost.objects.bulk_create(posts)
    Approval.objects.bulk_create(approvals)
    return Delivery.objects.bulk_create(rows)


def again(delivery: Delivery) -> Delivery:
    """The row as it stands now."""
    delivery.refresh_from_db()
    return delivery


def deliver(*deliveries: Delivery) -> int:
    return ledger.deliver(delivery_ids=[each.pk for each in deliveries])
