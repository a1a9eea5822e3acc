"""Posts that are due: made, counted, and taken away again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any, Final
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Count, Max, Min, Q

from billing.models import CreditTransaction
from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.embeddings import DIMENSIONS
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic, unscoped
from content.models import ContentEmbedding
from organizations.models import AuditRecord, Organization
from publishing.channels.base import fingerprint
from publishing.models import (
    Approval,
    Decision,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    PendingPost,
    PendingStatus,
    Post,
    SocialAccount,
)

from .channel import Sink

ACCOUNTS: Final = 4
"""Of each organization."""

SOURCES: Final = 120
"""Seeded posts of each organization whose texts go out again."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Deliveries to one address, due at one moment."""

    name: str
    due: datetime
    count: int

    def left(self) -> int:
        with unscoped("bench: how many are not out yet"):
            return int(self._rows().exclude(state__in=_ENDED).count())

    def outcome(self) -> Outcome:
        with unscoped("bench: when they went out"):
            found = self._rows().aggregate(
                out=Count("pk", filter=Q(state=DeliveryState.PUBLISHED)),
                first=Min("published_at"),
                last=Max("published_at"),
                sent=Min("sending_at"),
            )
        if not found["out"]:
            return Outcome(0, 0.0, 0.0, 0.0)
        return Outcome(
            out=found["out"],
            last_late=(found["last"] - self.due).total_seconds(),
            first_late=(found["first"] - self.due).total_seconds(),
            lasted=(found["last"] - found["sent"]).total_seconds(),
        )

    def _rows(self) -> Any:
        return Delivery.objects.filter(account__platform=Sink.slug, account__name=self.name)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many are published, how late the first and the last of them were, and the whole time
    from the first sending to the last publication, in seconds."""

    out: int
    last_late: float
    first_late: float
    lasted: float

    @property
    def a_second(self) -> float:
        return self.out / self.lasted if self.lasted else 0.0


_DIRECTION: Final = [1.0, *[0.0] * (DIMENSIONS - 1)]
_ENDED: Final = (DeliveryState.PUBLISHED, DeliveryState.FAILED, DeliveryState.CANCELLED)


@contextmanager
def wave(name: str, *, server: str, count: int, due: datetime) -> Iterator[Wave]:
    """Approved posts with their deliveries, spread over all organizations, due at one moment."""
    put_off_deliveries()
    made = Wave(name, due, count)
    try:
        with unscoped("bench: posts that are due in many organizations"):
            organizations = list(Organization.objects.order_by("pk").values_list("pk", flat=True))
            shares = [0] * len(organizations)
            for number in range(count):
                shares[number % len(shares)] += 1
            for organization, share in zip(organizations, shares, strict=True):
                _plan(made, organization, share, server)
        yield made
    finally:
        _clear(name)


def _plan(wave: Wave, organization: UUID, count: int, server: str) -> None:
    brand = BrandProfile.objects.filter(organization=organization).first()
    sources = list(
        PendingPost.objects.filter(
            organization=organization, status=PendingStatus.PUBLISHED
        ).prefetch_related("approvals")[:SOURCES]
    )
    assert brand is not None
    accounts = _accounts(wave.name, organization, f"{server}/{wave.name}")
    with transaction.atomic(using="operator"):
        posts = [
            _post(source, account, wave.due)
            for source, account in islice(zip(cycle(sources), cycle(accounts), strict=False), count)
        ]
        approvals = [
            _approval(post, source)
            for post, source in zip(posts, islice(cycle(sources), count), strict=True)
        ]
        PendingPost.objects.bulk_create(posts)
        Approval.objects.bulk_create(approvals)
        Delivery.objects.bulk_create(
            _delivery(post, approval) for post, approval in zip(posts, approvals, strict=True)
        )
        ContentEmbedding.objects.bulk_create(_vector(post) for post in posts)


def _accounts(name: str, organization: UUID, server: str) -> list[SocialAccount]:
    """With credentials, because each sending opens them; as the application, which has the key."""
    with org_atomic(organization):
        return [
            SocialAccount.objects.create(
                platform=Sink.slug,
                remote_id=f"{name}-{number}",
                name=name,
                server=server,
                credentials={"access": f"token of {name}"},
            )
            for number in range(ACCOUNTS)
        ]


def _post(source: PendingPost, account: SocialAccount, due: datetime) -> PendingPost:
    names = ("organization_id", "brand_id", "material_id", "generation_id", "candidate_id")
    texts = ("content", "hashtags", "link", "media", "angle", "angle_reason")
    return PendingPost(
        account_id=account.pk,
        platform=Sink.slug,
        scheduled_for=due,
        status=PendingStatus.AUTO_APPROVED,
        **{name: getattr(source, name) for name in (*names, *texts)},
    )


def _approval(post: PendingPost, source: PendingPost) -> Approval:
    return Approval(
        organization_id=post.organization_id,
        pending_post_id=post.pk,
        account_id=post.account_id,
        content_hash=source.approvals.all()[0].content_hash,
        policy="Benchmark",
    )


def _delivery(post: PendingPost, approval: Approval) -> Delivery:
    key = uuid7().hex
    payload = {"text": post.content, "key": key}
    return Delivery(
        organization_id=post.organization_id,
        pending_post_id=post.pk,
        account_id=post.account_id,
        platform=Sink.slug,
        occurrence="1",
        idempotency_key=key,
        payload=payload,
        payload_hash=fingerprint(payload),
        content_hash=approval.content_hash,
        due_at=post.scheduled_for,
    )


def _vector(post: PendingPost) -> ContentEmbedding:
    """What a post that the agent wrote has; it is copied when the post is out."""
    return ContentEmbedding(
        organization_id=post.organization_id,
        content_type=ContentEmbedding.ContentType.PENDING_POST,
        content_id=post.pk,
        brand_id=post.brand_id,
        model="benchmark",
        embedding=_DIRECTION,
        content_hash=uuid7().hex,
        excerpt=post.content[:200],
    )


def put_off_deliveries() -> None:
    """Seeded posts whose time comes must not go out in between."""
    far = now() + timedelta(days=3650)
    with unscoped("bench: seeded posts wait"):
        Delivery.objects.filter(state=DeliveryState.SCHEDULED, due_at__lt=far).exclude(
            platform=Sink.slug
        ).update(due_at=far)


def _clear(name: str) -> None:
    """Take away what the wave made, so that the next run finds the same tables."""
    with unscoped("bench: the wave's rows go"), transaction.atomic(using="operator"):
        accounts = list(
            SocialAccount.with_deleted.filter(platform=Sink.slug, name=name).values_list(
                "pk", flat=True
            )
        )
        deliveries = Delivery.objects.filter(account__in=accounts)
        ids = list(deliveries.values_list("pk", flat=True))
        pending = list(deliveries.values_list("pending_post_id", flat=True))
        _delete(CreditTransaction._meta.db_table, "related_id", ids)
        _delete(AuditRecord._meta.db_table, "target_id", ids)
        _delete(DeliveryAttempt._meta.db_table, "delivery_id", ids)
        posts = list(Post.with_deleted.filter(delivery__in=ids).values_list("pk", flat=True))
        _delete(ContentEmbedding._meta.db_table, "content_id", [*pending, *posts])
        _delete(Post._meta.db_table, "delivery_id", ids)
        _delete(Decision._meta.db_table, "pending_post_id", pending)
        _delete(Delivery._meta.db_table, "id", ids)
        _delete(Approval._meta.db_table, "pending_post_id", pending)
        _delete(PendingPost._meta.db_table, "id", pending)
        _delete(SocialAccount._meta.db_table, "id", accounts)


def _delete(table: str, column: str, ids: Sequence[UUID]) -> None:
    with connections["operator"].cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [list(ids)])  # noqa: S608
