"""Put a post into the ledger, take it out again, and wake what was held up."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from config.kernel.tasks import hint
from organizations.models import ActorKind
from organizations.services.audit import record
from publishing.channels.base import CrashPoint, Payload, fingerprint
from publishing.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    PendingPost,
    PostingQueue,
    Schedule,
    SocialAccount,
)
from publishing.services.approvals import content_hash
from publishing.services.networks import account_facts

from . import followers, rows, words
from .charges import give_back
from .faults import fault

WAITING = (DeliveryState.SCHEDULED, DeliveryState.CLAIMED)
LEAVING = (DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)
ENDED_UNSENT = (DeliveryState.FAILED, DeliveryState.MISSED)


def schedule_delivery(*, pending_post: PendingPost) -> Delivery:
    """Put an approved post into the ledger, for its time, once.

    The payload is frozen here, with the keys that make a second sending harmless, and hashed; what
    was approved is kept beside it. A second call for the same approved words gives the same row,
    also after it failed or was missed: then it waits anew, under the same keys. The parts of its
    thread and its first comment are put in with it.
    Raises Invalid or ChannelError (refused) with a sentence when the post does not fit its channel.
    """
    with org_atomic():
        post = (
            PendingPost.objects.select_related("account", "brand")
            .select_for_update(no_key=True, of=("self",))
            .get(pk=pending_post.pk)
        )
        earlier = list(
            Delivery.objects.posts()
            .filter(pending_post=post, account_id=post.account_id)
            .order_by("created_at", "pk")
            .select_for_update()
        )
        moment = now()
        delivery = _standing(earlier, post, moment) or _new(earlier, post, moment)
        transaction.on_commit(partial(_wake_worker, delivery))
    return delivery


def cancel_delivery(*, pending_post: PendingPost) -> bool:
    """Take what has not left out of the ledger; False when nothing waited there.

    Takes turns with the sending on the row. Raises Conflict while the post is leaving, or when
    nobody knows whether it is out: then only `settle_unknown` helps.
    """
    with org_atomic():
        found = list(
            Delivery.objects.filter(pending_post=pending_post, state__in=(*WAITING, *LEAVING))
            .order_by("pk")
            .select_for_update()
        )
        if any(delivery.state == DeliveryState.UNKNOWN for delivery in found):
            raise Conflict(
                "Nobody knows yet whether this post is out. Say first whether it is.",
                code="outcome_unknown",
            )
        if any(delivery.state in LEAVING for delivery in found):
            raise Conflict(
                "This post is leaving this moment, so it can no longer be stopped. Look again in a "
                "minute.",
                code="leaving",
            )
        for delivery in found:
            _cancel(delivery)
    return bool(found)


def wake_deliveries(
    *,
    account: SocialAccount | None = None,
    brand: BrandProfile | None = None,
    schedule: Schedule | None = None,
    queue: PostingQueue | None = None,
) -> int:
    """Let what was held up try again at once: its account, brand, schedule or queue is back.

    Without it they are looked at again by themselves, every quarter of an hour. What is too late by
    then is missed, so that nothing bursts out after a pause.
    """
    which = Q()
    for name, row in (
        ("account", account),
        ("pending_post__brand", brand),
        ("pending_post__schedule", schedule),
        ("pending_post__queue", queue),
    ):
        if row is not None:
            which &= Q(**{name: row})
    with org_atomic():
        held = Delivery.objects.filter(
            which, state=DeliveryState.SCHEDULED, error_code__in=list(words.HELD)
        )
        ids = list(held.values_list("pk", flat=True))
        return Delivery.objects.filter(pk__in=ids, state=DeliveryState.SCHEDULED).update(
            due_at=now()
        )


def freeze(post: PendingPost, key: str, moment: datetime) -> Payload:
    """What is sent, word for word, dated with the time that the post is meant for."""
    # The drafts' module stands on the accounts', and that on this one.
    from publishing.services.drafts import channel_of, draft_of

    return channel_of(post.platform).freeze(
        draft_of(post),
        account_facts(post.account),
        occurrence_key=key,
        now=max(post.scheduled_for, moment),
    )


def _standing(earlier: list[Delivery], post: PendingPost, moment: datetime) -> Delivery | None:
    """The row that already stands for exactly this, woken if it had ended without a post."""
    latest = earlier[-1] if earlier else None
    if latest is None or latest.state == DeliveryState.CANCELLED:
        return None
    if latest.content_hash != content_hash(post):
        return None
    if latest.state not in ENDED_UNSENT:
        return latest
    if _was_refused(latest):
        return None
    due_at = max(post.scheduled_for, moment)
    changes: dict[str, Any] = {
        "state": DeliveryState.SCHEDULED,
        "due_at": due_at,
        "attempts": 0,
        "lookups": 0,
        "error_code": "",
        "error_message": "",
        "updated_at": moment,
        **rows.FREE,
    }
    Delivery.objects.filter(pk=latest.pk).update(fence=F("fence") + 1, **changes)
    followers.revive(latest, moment)
    latest.refresh_from_db()
    record(action="delivery.scheduled", target=latest, kind=ActorKind.SYSTEM)
    return latest


def _was_refused(delivery: Delivery) -> bool:
    """The same payload would be refused again, so a new one is made."""
    last = delivery.trail.order_by("-created_at", "-pk").first()
    return last is not None and last.outcome == DeliveryAttempt.Outcome.REFUSED


def _new(earlier: list[Delivery], post: PendingPost, moment: datetime) -> Delivery:
    occurrence = str(len(earlier) + 1)
    key = followers.key_of(post, occurrence)
    payload = freeze(post, key, moment)
    delivery = Delivery.objects.create(
        pending_post=post,
        account=post.account,
        platform=post.platform,
        occurrence=occurrence,
        idempotency_key=key,
        payload=payload,
        payload_hash=fingerprint(payload),
        content_hash=content_hash(post),
        due_at=max(post.scheduled_for, moment),
    )
    if followers.has_followers(post):
        followers.create(delivery, post, moment)
    record(action="delivery.scheduled", target=delivery, kind=ActorKind.SYSTEM)
    return delivery


def _cancel(delivery: Delivery) -> None:
    moment = now()
    give_back(delivery, "the post was withdrawn")
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.CANCELLED,
        fence=F("fence") + 1,
        error_message=words.WITHDRAWN,
        updated_at=moment,
        **rows.FREE,
    )
    if not delivery.is_follower:
        record(action="delivery.cancelled", target=delivery, kind=ActorKind.SYSTEM)


def _wake_worker(delivery: Delivery) -> None:
    """Tell the workers of what is due now; the sweep would find it a little later."""
    fault(CrashPoint.COMMITTED)
    if delivery.due_at is None or delivery.due_at > now():
        return
    # Tasks stand on the ledger.
    from publishing.tasks import deliver_delivery

    hint(deliver_delivery, str(delivery.organization_id), str(delivery.pk))
