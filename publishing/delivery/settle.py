"""Close the books on posts that are out: everything about one post in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, F, Q, Value, When

from config.kernel.clock import now
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from content.models import Material, MaterialStatus
from content.services.similarity import copy_embeddings
from organizations.models import ActorKind
from organizations.services.audit import record_all
from publishing.channels.base import CrashPoint
from publishing.models import (
    Decision,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    PendingPost,
    PendingStatus,
    Post,
    SocialAccount,
)

from . import followers, rows, words
from .faults import fault
from .parcel import Parcel

FIRST_METRICS = timedelta(minutes=15)
ACCOUNT_USE_NOTED_EVERY = timedelta(minutes=1)
"""An account that posts all the time is not rewritten with every post."""


@dataclass(frozen=True, slots=True)
class Out:
    """A post that is out: told by the platform's answer, met by a read-back, or by a person."""

    parcel: Parcel
    remote_id: str
    url: str
    outcome: str = DeliveryAttempt.Outcome.PUBLISHED
    notes: tuple[str, ...] = ()
    message: str = ""

    @property
    def delivery(self) -> Delivery:
        return self.parcel.delivery

    def published_at(self, moment: datetime) -> datetime:
        """An answer came just now; a post that was found went out when it was sent, unless the
        network said that it still worked on it then."""
        is_accepted = self.delivery.state == DeliveryState.ACCEPTED
        if is_accepted or self.outcome == DeliveryAttempt.Outcome.PUBLISHED:
            return moment
        return self.delivery.sending_at or moment


def settle_published(organization_id: UUID, outs: Sequence[Out]) -> set[UUID]:
    """Delivery, attempt, post, pending post, material, decision and audit, or nothing of it.

    Returns the deliveries that were ours; a zombie's is refused by its fence. Raises database
    errors: the caller then settles one by one.
    """
    moment = now()
    with org_atomic(organization_id):
        rows.lock_pending([out.parcel for out in outs])
        ours = _deliveries(outs, moment)
        outs = [out for out in outs if out.parcel.id in ours]
        if outs:
            _attempts(outs)
            _close_posts([out for out in outs if not out.delivery.is_follower], moment)
            _close_parts([out for out in outs if out.delivery.is_follower])
            _accounts(outs, moment)
            _decisions(outs)
            _wake_followers(outs, moment)
    for out in outs:
        out.delivery.state = DeliveryState.PUBLISHED
        out.delivery.remote_id, out.delivery.remote_url = out.remote_id, out.url
    fault(CrashPoint.SETTLED)
    return ours


def _close_posts(outs: Sequence[Out], moment: datetime) -> None:
    if outs:
        _posts(outs, moment)
        _pending(outs, moment)
        _materials(outs, moment)
        record_all(
            action="delivery.published",
            targets=[out.delivery for out in outs],
            kind=ActorKind.AGENT,
        )


def _close_parts(outs: Sequence[Out]) -> None:
    """A part or a comment is no post of its own: nothing is counted or measured for it."""
    if outs:
        record_all(
            action="delivery.part_published",
            targets=[out.delivery for out in outs],
            kind=ActorKind.AGENT,
        )


def _wake_followers(outs: Sequence[Out], moment: datetime) -> None:
    ids = [out.delivery.pk for out in outs if followers.has_followers(out.delivery.pending_post)]
    if ids:
        followers.wake(ids, moment)


def _deliveries(outs: Sequence[Out], moment: datetime) -> set[UUID]:
    before = (DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)
    return rows.write_each(
        [out.parcel for out in outs],
        before=before,
        same={
            "state": DeliveryState.PUBLISHED,
            **rows.FREE,
            "error_code": "",
            "error_message": "",
            "updated_at": moment,
        },
        each={
            "remote_id": ("text", [out.remote_id for out in outs]),
            "remote_url": ("text", [out.url for out in outs]),
            "published_at": ("timestamptz", [out.published_at(moment) for out in outs]),
        },
    )


def _attempts(outs: Sequence[Out]) -> None:
    DeliveryAttempt.objects.bulk_create(
        rows.attempt(
            out.parcel,
            out.outcome,
            message=" ".join((out.message, *out.notes)).strip(),
            evidence={"remote_id": out.remote_id, "url": out.url},
        )
        for out in outs
    )


def _posts(outs: Sequence[Out], moment: datetime) -> None:
    posts = [_post(out, moment) for out in outs]
    Post.objects.bulk_create(posts)
    copy_embeddings({post.pending_post_id: post.id for post in posts if post.pending_post_id})


def _post(out: Out, moment: datetime) -> Post:
    delivery, pending = out.delivery, out.delivery.pending_post
    published_at = out.published_at(moment)
    return Post(
        id=uuid7(),
        brand_id=pending.brand_id,
        account_id=delivery.account_id,
        pending_post_id=pending.id,
        delivery_id=delivery.id,
        material_id=pending.material_id,
        schedule_id=pending.schedule_id,
        platform=delivery.platform,
        content=pending.content,
        hashtags=pending.hashtags,
        link=pending.link,
        media=pending.media,
        external_id=out.remote_id,
        external_url=out.url,
        published_at=published_at,
        published_by_id=out.parcel.approver_id,
        angle=pending.angle,
        angle_reason=pending.angle_reason,
        is_exploration=pending.is_exploration,
        model_used=out.parcel.model_used,
        due_at=published_at + FIRST_METRICS,
    )


def _pending(outs: Sequence[Out], moment: datetime) -> None:
    PendingPost.objects.filter(pk__in=[out.delivery.pending_post_id for out in outs]).exclude(
        status=PendingStatus.PUBLISHED
    ).update(
        status=PendingStatus.PUBLISHED,
        failure_category="",
        failure_reason="",
        updated_at=moment,
    )


def _materials(outs: Sequence[Out], moment: datetime) -> None:
    """Count the uses, in the order of the keys: two workers must not wait for each other."""
    uses = Counter(material for out in outs if (material := out.delivery.pending_post.material_id))
    used = When(status=MaterialStatus.READY, then=Value(MaterialStatus.USED))
    for count in sorted(set(uses.values())):
        ids = [pk for pk, uses_of_it in uses.items() if uses_of_it == count]
        locked = Material.with_deleted.filter(pk__in=ids).order_by("pk").select_for_update()
        Material.with_deleted.filter(pk__in=locked.values("pk")).update(
            usage_count=F("usage_count") + count,
            last_used_at=moment,
            status=Case(used, default=F("status")),
            updated_at=moment,
        )


def _accounts(outs: Sequence[Out], moment: datetime) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=moment - ACCOUNT_USE_NOTED_EVERY)
    ids = {
        out.delivery.account_id
        for out in outs
        if out.delivery.account.last_used_at is None
        or out.delivery.account.last_used_at < moment - ACCOUNT_USE_NOTED_EVERY
    }
    if not ids:
        return
    locked = SocialAccount.with_deleted.filter(stale, pk__in=ids).order_by("pk").select_for_update()
    SocialAccount.with_deleted.filter(pk__in=locked.values("pk")).update(
        last_used_at=moment, updated_at=moment
    )


def _decisions(outs: Sequence[Out]) -> None:
    Decision.objects.bulk_create(
        Decision(
            run_id=out.delivery.pending_post.run_id,
            pending_post_id=out.delivery.pending_post_id,
            kind=Decision.Kind.DELIVERY,
            summary=_summary(out)[:300],
            reason=_reason(out),
            data={
                "attempts": out.delivery.attempts,
                "outcome": str(out.outcome),
                "url": out.url,
                "duration_ms": out.parcel.duration_ms,
            },
            credits=1 if out.delivery.charge_key else 0,
        )
        for out in outs
    )


def _summary(out: Out) -> str:
    if not out.delivery.is_follower:
        return f"Published on {out.parcel.label}"
    return f"{words.name_of(out.delivery)} is out on {out.parcel.label}"


def _reason(out: Out) -> str:
    label, tries = out.parcel.label, out.delivery.attempts
    if out.message:
        told = out.message
    elif out.outcome == DeliveryAttempt.Outcome.FOUND:
        told = f"{label} had not said whether it took the post; it was looked for and is there."
    else:
        told = f"{label} confirmed the post."
    count = "At the first try." if tries <= 1 else f"At try {tries}."
    return " ".join((told, count, *out.notes))
