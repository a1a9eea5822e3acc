"""The later parts of a thread and a first comment: deliveries of their own behind their post.

Each hangs on the delivery that it goes under and has no time until that one is out, so nothing that
happens to it can touch the post. A part that fails leaves those after it waiting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from config.kernel.clock import now
from config.kernel.errors import Conflict
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.tasks import hint
from organizations.models import User
from organizations.services.audit import record
from publishing.channels.base import Draft, Kind, Published, fingerprint
from publishing.models import Delivery, DeliveryState, Part, PendingPost
from publishing.services.networks import account_facts

from . import rows, words

COMMENT = "comment"
ENDED_UNSENT = (DeliveryState.FAILED, DeliveryState.MISSED)


def has_followers(post: PendingPost) -> bool:
    return bool(post.thread or post.first_comment)


def of(root: Delivery) -> QuerySet[Delivery]:
    """Everything that hangs on a post's delivery."""
    return Delivery.objects.filter(
        pending_post_id=root.pending_post_id, occurrence__startswith=f"{root.occurrence}/"
    )


def create(root: Delivery, post: PendingPost, moment: datetime) -> None:
    """Freeze every part and the comment with their post, in the caller's transaction."""
    # The drafts' module stands on the accounts', and that on this one.
    from publishing.services.drafts import channel_of, draft_of

    channel, account = channel_of(post.platform), account_facts(post.account)
    parent = root
    for place, (name, draft) in enumerate(_drafts(draft_of(post)), start=1):
        occurrence = f"{root.occurrence}/{name}"
        key = key_of(post, occurrence)
        # Ordered among themselves also where a network sorts by the time that is frozen here.
        dated = max(post.scheduled_for, moment) + timedelta(milliseconds=place)
        payload = channel.freeze(draft, account, occurrence_key=key, now=dated)
        under = root if draft.kind is Kind.COMMENT else parent
        parent = Delivery.objects.create(
            pending_post=post,
            account=post.account,
            platform=post.platform,
            parent=under,
            part=Part(draft.kind.value),
            occurrence=occurrence,
            idempotency_key=key,
            payload=payload,
            payload_hash=fingerprint(payload),
            content_hash=root.content_hash,
            due_at=None,
        )


def key_of(post: PendingPost, occurrence: str) -> str:
    """The key under which one delivery of a post is sent, however often."""
    return hashlib.sha256(f"{post.pk}:{post.account_id}:{occurrence}".encode()).hexdigest()


def wake(parents: Collection[UUID], moment: datetime) -> None:
    """Let what goes under these leave, in the transaction that writes down that they are out."""
    waiting = Delivery.objects.filter(
        parent_id__in=list(parents), state=DeliveryState.SCHEDULED, due_at=None
    )
    ids = list(waiting.values_list("pk", flat=True))
    if ids:
        Delivery.objects.filter(pk__in=ids).update(due_at=moment, updated_at=moment)
        transaction.on_commit(partial(_hint, current_organization_id(), ids))


def published(delivery: Delivery | None) -> Published | None:
    """Where a delivery is, for what goes under it."""
    return Published(delivery.remote_id, delivery.remote_url) if delivery else None


def roots_of(deliveries: Sequence[Delivery]) -> dict[UUID, Published]:
    """The post of each part and comment among these, by the delivery of that."""
    parts = [row for row in deliveries if row.is_follower]
    if not parts:
        return {}
    posts = Delivery.objects.posts().filter(
        pending_post_id__in={row.pending_post_id for row in parts}
    )
    found = {(row.pending_post_id, row.occurrence): row for row in posts}
    roots = {
        row.pk: published(found.get((row.pending_post_id, row.occurrence.partition("/")[0])))
        for row in parts
    }
    return {pk: root for pk, root in roots.items() if root is not None}


def end_with(root: Delivery, to: str, moment: datetime) -> None:
    """What waits behind a post that did not go out ends with it, in the caller's transaction."""
    if root.is_follower or not has_followers(root.pending_post):
        return
    state = to if to == DeliveryState.CANCELLED else DeliveryState.FAILED
    of(root).filter(state=DeliveryState.SCHEDULED).update(
        state=state,
        fence=F("fence") + 1,
        error_code=words.WITH_ITS_POST,
        error_message=words.POST_NOT_OUT,
        updated_at=moment,
        **rows.FREE,
    )


def revive(root: Delivery, moment: datetime) -> None:
    """Let what ended with a post wait behind it again."""
    of(root).filter(state__in=ENDED_UNSENT).update(**_anew(moment, due_at=None))


def send_part_again(*, delivery: Delivery, by: User | None) -> Delivery:
    """Let one part or comment that did not go out leave now, under its keys; what waits behind it
    follows. Raises Conflict when it did not end unsent, or its post is not out."""
    with org_atomic():
        list(PendingPost.objects.filter(pk=delivery.pending_post_id).select_for_update(no_key=True))
        row = Delivery.objects.select_related("parent").get(pk=delivery.pk)
        if row.state not in ENDED_UNSENT or row.parent is None:
            raise Conflict("Only what did not go out is sent again. Look again at this part.")
        if row.parent.state != DeliveryState.PUBLISHED:
            raise Conflict("What this part goes under is not out. Send that again first.")
        moment = now()
        ended = Delivery.objects.filter(pk=row.pk, state=row.state, fence=row.fence)
        if not ended.update(**_anew(moment, due_at=moment)):
            raise Conflict("Somebody was faster. Look again at this part.")
        row.refresh_from_db()
        record(action="delivery.part_resent", target=row, by=by)
        transaction.on_commit(partial(_hint, current_organization_id(), [row.pk]))
    return row


def _anew(moment: datetime, *, due_at: datetime | None) -> dict[str, object]:
    return {
        "state": DeliveryState.SCHEDULED,
        "due_at": due_at,
        "attempts": 0,
        "lookups": 0,
        "fence": F("fence") + 1,
        "error_code": "",
        "error_message": "",
        "updated_at": moment,
        **rows.FREE,
    }


def _drafts(whole: Draft) -> Iterator[tuple[str, Draft]]:
    for number, text in enumerate(whole.thread, start=2):
        yield str(number), whole.follower(Kind.REPLY, text)
    if whole.first_comment:
        yield COMMENT, whole.follower(Kind.COMMENT, whole.first_comment)


def _hint(organization_id: UUID, ids: Collection[UUID]) -> None:
    # Tasks stand on the ledger.
    from publishing.tasks import deliver_batch

    hint(deliver_batch, [[str(organization_id), [str(pk) for pk in ids]]])
