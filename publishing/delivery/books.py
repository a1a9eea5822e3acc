"""Write down what came of calls, whatever the database does meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import structlog
from django.db import DatabaseError, IntegrityError

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from config.kernel.tasks import record_work
from publishing.channels.base import Accepted, ChannelError, Found, Published
from publishing.models import DeliveryAttempt, DeliveryState, Post

from . import health, pace, reconcile, rows, words
from .calls import Answer, Step
from .failure import ask_a_person, settle_failure
from .parcel import Parcel
from .settle import Out, settle_published
from .steady import steadily

log = structlog.get_logger(__name__)

WORK_KIND = "delivery"


def book(answers: Sequence[Answer]) -> None:
    """Settle every answer; one that cannot be settled does not hold up the others."""
    outs: dict[UUID, list[Out]] = {}
    for answer in answers:
        if isinstance(answer.given, Published | Found):
            outs.setdefault(answer.parcel.organization_id, []).append(_out(answer))
        else:
            _alone(answer)
    for of_one in outs.values():
        published(of_one)
    health.note(answers)
    if answers:
        record_work(WORK_KIND, len(answers))


def published(outs: Sequence[Out]) -> None:
    """Close the books on posts of one organization, together if that works, else one by one."""
    organization_id = outs[0].parcel.organization_id
    try:
        steadily(partial(settle_published, organization_id, outs), [out.parcel for out in outs])
    except DatabaseError as error:
        if len(outs) > 1:
            for out in outs:
                published([out])
        else:
            _keep_address(outs[0], error)


def no_channel(parcel: Parcel) -> None:
    sentence = words.NO_CHANNEL.format(platform=parcel.delivery.platform)
    settle_failure(parcel, ChannelError(sentence, permanent=True, code="no_channel"))


def unlookable(parcel: Parcel) -> None:
    steadily(partial(reconcile.settle_unlookable, parcel), [parcel])


def _alone(answer: Answer) -> None:
    parcel = answer.parcel
    try:
        if isinstance(answer.given, Accepted):
            steadily(partial(reconcile.settle_accepted, parcel, answer.given), [parcel])
        elif answer.step is Step.FIND and answer.error is not None:
            steadily(partial(reconcile.settle_untold, parcel, answer.error), [parcel])
        elif answer.step is Step.FIND:
            steadily(partial(reconcile.settle_not_found, parcel), [parcel])
        elif answer.error is not None:
            steadily(partial(settle_failure, parcel, answer.error), [parcel])
    except DatabaseError:
        # Its lease ends, and the reaper takes it up as what it is.
        log.exception("delivery_not_settled", delivery=str(parcel.id))


def _out(answer: Answer) -> Out:
    given = answer.given
    if isinstance(given, Published):
        return Out(answer.parcel, given.remote_id[:500], given.url[:1000], notes=given.notes)
    assert isinstance(given, Found)
    is_accepted = answer.parcel.delivery.state == DeliveryState.ACCEPTED
    return Out(
        answer.parcel,
        given.remote_id[:500],
        given.url[:1000],
        outcome=DeliveryAttempt.Outcome.FOUND,
        message=words.WORKED_OFF.format(label=answer.parcel.label) if is_accepted else "",
    )


def _keep_address(out: Out, error: DatabaseError) -> None:
    """The post is out and the books cannot be closed: keep where it is, and try again later."""
    parcel = out.parcel
    log.error("delivery_not_settled", delivery=str(parcel.id), url=out.url, exc_info=error)
    try:
        with org_atomic(parcel.organization_id):
            if isinstance(error, IntegrityError) and _is_twin(out):
                sentence = words.UNKNOWN_TWIN.format(label=parcel.label, url=out.url)
                ask_a_person(parcel, sentence, now(), code="address_taken")
            else:
                _note_accepted(out)
    except DatabaseError:
        # The lease ends, and the reaper looks for the post.
        log.exception("delivery_address_not_kept", delivery=str(parcel.id))


def _is_twin(out: Out) -> bool:
    delivery = out.delivery
    return (
        Post.with_deleted.filter(
            platform=delivery.platform, account_id=delivery.account_id, external_id=out.remote_id
        )
        .exclude(delivery_id=delivery.id)
        .exists()
    )


def _note_accepted(out: Out) -> None:
    """Hardly anything can be in the way of this one statement."""
    parcel, moment = out.parcel, now()
    tries = parcel.delivery.lookups + 1
    if tries >= pace.MOST_LOOKUPS:
        sentence = words.NOT_BOOKED.format(label=parcel.label, url=out.url)
        ask_a_person(parcel, sentence, moment, code="not_booked")
        return
    rows.write(
        parcel,
        DeliveryState.ACCEPTED,
        moment,
        remote_id=out.remote_id,
        remote_url=out.url,
        lookups=tries,
        claimed_until=pace.look_at(moment, lookups=tries),
    )
