"""Posts that are due: made, counted, and taken away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from organizations.models import AuditRecord, Notification, Organization
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
    WhenLate,
)

from .channel import SINKS, Sink

ACCOUNTS: Final = 4
"""Of each organization."""

SOURCES: Final = 120
"""Seeded posts of each organization whose texts go out again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the posts of a wave are made. `shares` are numbers of posts for the organizations in
    their order, evenly when it is empty; `due_of` says when the n-th post of one is due, `late_of`
    what is to become of it when it is late."""

    sink: type[Sink] = Sink
    shares: Sequence[int] = ()
    accounts: int = ACCOUNTS
    due_of: Callable[[int], datetime] | None = None
    late_of: Callable[[int], str] | None = None
    credentials: tuple[tuple[str, str], ...] = ()


EVENLY: Final = Plan()


@dataclass(frozen=True, slots=True)
class Wave:
    """Deliveries to one address, due at one moment."""

    name: str
    due: datetime
    count: int
    plan: Plan = EVENLY

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

    def states(self) -> dict[str, int]:
        with unscoped("bench: what became of them"):
            return dict(
                self._rows().values_list("state").annotate(n=Count("pk")).values_list("state", "n")
            )

    def states_by_rule(self) -> dict[str, dict[str, int]]:
        """The same under what was to become of each when it was late."""
        with unscoped("bench: what became of them, by their rule"):
            told = self._rows().values_list("pending_post__when_late", "state")
            found: dict[str, dict[str, int]] = {}
            for rule, state, count in told.annotate(n=Count("pk")):
                found.setdefault(rule, {})[state] = count
        return found

    def lateness(self) -> dict[UUID, list[float]]:
        """Seconds that each published post was late, under its organization."""
        with unscoped("bench: how late they were"):
            rows = self._rows().filter(state=DeliveryState.PUBLISHED)
            told = rows.values_list(
                "organization_id", "published_at", "pending_post__scheduled_for"
            )
            late: dict[UUID, list[float]] = {}
            for organization, out, due in told.iterator():
                late.setdefault(organization, []).append((out - due).total_seconds())
        return late

    def _rows(self) -> Any:
        return Delivery.objects.filter(
            account__platform=self.plan.sink.slug, account__name=self.name
        )


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


_SLUGS: Final = [sink.slug for sink in SINKS]
_DIRECTION: Final = [1.0, *[0.0] * (DIMENSIONS - 1)]
_ENDED: Final = (
    DeliveryState.PUBLISHED,
    DeliveryState.FAILED,
    DeliveryState.CANCELLED,
    DeliveryState.MISSED,
    DeliveryState.UNKNOWN,
)


@contextmanager
def wave(
    name: str, *, server: str, count: int, due: datetime, plan: Plan = EVENLY
) -> Iterator[Wave]:
    """Approved posts with their deliveries, spread over the organizations, due at one moment."""
    put_off_deliveries()
    made = Wave(name, due, count, plan)
    try:
        with unscoped("bench: posts that are due in many organizations"):
            owners = list(Organization.objects.order_by("pk").values_list("pk", flat=True))
            for organization, share in zip(owners, _shares(made, len(owners)), strict=True):
                if share:
                    _plan(made, organization, share, server)
        yield made
    finally:
        _clear(name)


def organizations() -> int:
    """How many there are, for a plan's shares."""
    with unscoped("bench: how many organizations there are"):
        return int(Organization.objects.count())


def _shares(made: Wave, owners: int) -> Sequence[int]:
    if made.plan.shares:
        return made.plan.shares
    shares = [0] * owners
    for number in range(made.count):
        shares[number % len(shares)] += 1
    return shares


def _plan(wave: Wave, organization: UUID, count: int, server: str) -> None:
    brand = BrandProfile.objects.filter(organization=organization).first()
    sources = list(
        PendingPost.objects.filter(
            organization=organization, status=PendingStatus.PUBLISHED
        ).prefetch_related("approvals")[:SOURCES]
    )
    assert brand is not None
    accounts = _accounts(wave, organization, f"{server}/{wave.name}")
    with transaction.atomic(using="operator"):
        posts = [
            _post(source, account, wave, number)
            for number, (source, account) in enumerate(
                islice(zip(cycle(sources), cycle(accounts), strict=False), count)
            )
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


def _accounts(wave: Wave, organization: UUID, server: str) -> list[SocialAccount]:
    """With credentials, because each sending opens them; as the application, which has the key."""
    with org_atomic(organization):
        return [
            SocialAccount.objects.create(
                platform=wave.plan.sink.slug,
                remote_id=f"{wave.name}-{number}",
                name=wave.name,
                server=server,
                credentials={"access": f"token of {wave.name}", **dict(wave.plan.credentials)},
            )
            for number in range(wave.plan.accounts)
        ]


def _post(source: PendingPost, account: SocialAccount, wave: Wave, number: int) -> PendingPost:
    names = ("organization_id", "brand_id", "material_id", "generation_id", "candidate_id")
    texts = ("content", "hashtags", "link", "media", "angle", "angle_reason")
    return PendingPost(
        account_id=account.pk,
        platform=account.platform,
        scheduled_for=wave.plan.due_of(number) if wave.plan.due_of else wave.due,
        when_late=wave.plan.late_of(number) if wave.plan.late_of else WhenLate.ASK,
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
        platform=post.platform,
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
            platform__in=_SLUGS
        ).update(due_at=far)


def _clear(name: str) -> None:
    """Take away what the wave made, so that the next run finds the same tables."""
    with unscoped("bench: the wave's rows go"), transaction.atomic(using="operator"):
        accounts = list(
            SocialAccount.with_deleted.filter(platform__in=_SLUGS, name=name).values_list(
                "pk", flat=True
            )
        )
        deliveries = Delivery.objects.filter(account__in=accounts)
        ids = list(deliveries.values_list("pk", flat=True))
        pending = list(deliveries.values_list("pending_post_id", flat=True))
        _delete(CreditTransaction._meta.db_table, "related_id", ids)
        # What a person was told of stands on the record of it.
        told = AuditRecord.objects.filter(target_id__in=ids).values_list("pk", flat=True)
        _delete(Notification._meta.db_table, "record_id", list(told))
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
