"""After an unknown outcome: read back first, and only then decide. Never straight to sending."""

from __future__ import annotations

from datetime import datetime

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.channels.base import ChannelError, DeliveryClass, Outcome
from publishing.models import DeliveryAttempt, DeliveryState

from . import pace, rows, words
from .failure import ask_a_person, give_up, needs_reconnect
from .parcel import Parcel

LOOKS_TO_BE_SURE = {DeliveryClass.A: 1, DeliveryClass.B: 1, DeliveryClass.C: 2}
"""Looks that must have found nothing before the post is sent again. Where no key makes a second
sending harmless, a request that we gave up could still be worked on during the first look."""


def settle_unlookable(parcel: Parcel) -> None:
    """A sending whose worker died on a network that cannot be asked: a person decides."""
    with org_atomic(parcel.organization_id):
        moment = now()
        name = words.UNKNOWN_D if parcel.channel else words.NO_CHANNEL
        sentence = name.format(label=parcel.label, platform=parcel.delivery.platform)
        if ask_a_person(parcel, sentence, moment, code="worker_lost"):
            rows.attempt(parcel, DeliveryAttempt.Outcome.AMBIGUOUS, message=sentence).save(
                force_insert=True
            )


def settle_not_found(parcel: Parcel) -> None:
    """The post is not there. Send it again, if it is sure and not too often."""
    channel = parcel.channel
    assert channel is not None
    with org_atomic(parcel.organization_id):
        rows.lock_pending([parcel])
        moment = now()
        looks = parcel.delivery.lookups + 1
        if parcel.delivery.state == DeliveryState.ACCEPTED:
            moved = _accepted_but_away(parcel, looks, moment)
        elif looks < LOOKS_TO_BE_SURE[channel.delivery_class]:
            moved = _look_again(parcel, looks, moment)
        elif parcel.delivery.attempts >= pace.MOST_ATTEMPTS:
            sentence = words.NOT_FOUND_GAVE_UP.format(
                label=parcel.label, attempts=parcel.delivery.attempts
            )
            moved = give_up(parcel, sentence, moment, category="unknown", code="not_found")
        else:
            moved = rows.write(parcel, DeliveryState.SCHEDULED, moment, due_at=moment, lookups=0)
            if moved:
                rows.approve_again(parcel, moment)
        if moved:
            sentence = f"{parcel.label} was read back: the post is not there (look {looks})."
            rows.attempt(parcel, DeliveryAttempt.Outcome.NOT_FOUND, message=sentence).save(
                force_insert=True
            )


def settle_untold(parcel: Parcel, error: ChannelError) -> None:
    """The look told nothing. Look again later, and after some looks ask a person."""
    with org_atomic(parcel.organization_id):
        rows.lock_pending([parcel])
        moment = now()
        looks = parcel.delivery.lookups + 1
        if error.outcome is Outcome.RECONNECT:
            needs_reconnect(parcel.delivery.account, error.message, moment)
        if looks >= pace.MOST_LOOKUPS or parcel.delivery.state == DeliveryState.UNKNOWN:
            sentence = words.UNKNOWN_LOOKED.format(
                label=parcel.label, count=looks, reason=error.message
            )
            moved = ask_a_person(parcel, sentence, moment, code=error.code or "look_failed")
        else:
            moved = _look_again(parcel, looks, moment)
        if moved:
            rows.attempt(
                parcel,
                DeliveryAttempt.Outcome.AMBIGUOUS,
                message=f"Looking for the post told nothing: {error.message}",
                code=error.code,
            ).save(force_insert=True)


def _accepted_but_away(parcel: Parcel, looks: int, moment: datetime) -> bool:
    """The network said that it has the post: sending it again could only double it."""
    if looks < pace.MOST_LOOKUPS:
        return _look_again(parcel, looks, moment)
    sentence = words.UNKNOWN_LOOKED.format(
        label=parcel.label, count=looks, reason="it is not shown there."
    )
    return ask_a_person(parcel, sentence, moment, code="not_shown")


def _look_again(parcel: Parcel, looks: int, moment: datetime) -> bool:
    state = parcel.delivery.state
    until = pace.look_at(moment, lookups=looks)
    return rows.write(parcel, state, moment, lookups=looks, claimed_until=until)
