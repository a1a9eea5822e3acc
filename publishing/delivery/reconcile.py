"""After an unknown outcome: read back first, and only then decide. Never straight to sending."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind
from organizations.services.audit import record
from publishing.channels.base import Accepted, ChannelError, DeliveryClass, Outcome
from publishing.models import DeliveryAttempt, DeliveryState

from . import brake, pace, rows, words
from .failure import ask_a_person, give_up, needs_reconnect, settle_refused
from .parcel import Parcel

LOOKS_TO_BE_SURE = {
    DeliveryClass.A: 1,
    DeliveryClass.B: 1,
    DeliveryClass.C: 2,
    DeliveryClass.D: 2,
}
"""Looks that must have found nothing before the post is sent again. Where no key makes a second
sending harmless, a request that we gave up could still be worked on during the first look."""

SOONEST_CHECK_SECONDS = 1.0


def settle_accepted(parcel: Parcel, accepted: Accepted) -> None:
    """The platform, or a person, works on it: nobody's row until it is due to be asked for.

    That may take days, so nothing bounds it; each answer of this kind ends the count of looks that
    told nothing.
    """
    with org_atomic(parcel.organization_id):
        moment = now()
        wait = timedelta(seconds=max(accepted.check_after, SOONEST_CHECK_SECONDS))
        is_new = parcel.delivery.state != DeliveryState.ACCEPTED
        moved = rows.write(
            parcel,
            DeliveryState.ACCEPTED,
            moment,
            due_at=moment + wait,
            lookups=0,
            error_code=words.ACCEPTED,
            error_message=accepted.message,
        )
        if moved and is_new:
            line = rows.attempt(parcel, DeliveryAttempt.Outcome.ACCEPTED, message=accepted.message)
            line.save(force_insert=True)
        if moved and is_new and parcel.channel and parcel.channel.waits_for_person:
            record(
                action=words.act(parcel.delivery, "due_by_hand"),
                target=parcel.delivery,
                kind=ActorKind.SYSTEM,
                reason=accepted.message,
            )


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
    """The post is not there. Send it again, if it is sure and not too often.

    Also where the platform had said that it works on it: what it dropped it will not make.
    """
    channel = parcel.channel
    assert channel is not None
    with org_atomic(parcel.organization_id):
        rows.lock_pending([parcel])
        moment = now()
        looks = parcel.delivery.lookups + 1
        if looks < LOOKS_TO_BE_SURE[channel.delivery_class]:
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
    """The look told nothing. Look again later, and after some looks ask a person.

    One thing it can tell: that the platform worked on the post and could not make it.
    """
    with org_atomic(parcel.organization_id):
        rows.lock_pending([parcel])
        moment = now()
        if error.code == words.STOPPED:
            # Nobody was asked, so it is no look; it is tried again while the stop stands.
            until = moment + brake.LOOKS_WAIT
            rows.write(parcel, parcel.delivery.state, moment, claimed_until=until)
            return
        looks = parcel.delivery.lookups + 1
        if _says_that_it_failed(parcel, error):
            settle_refused(parcel, error, moment)
            return
        if error.outcome is Outcome.RECONNECT:
            needs_reconnect(parcel.delivery.account, error.message, moment)
        if looks >= pace.MOST_LOOKUPS or parcel.delivery.state == DeliveryState.UNKNOWN:
            sentence = words.UNKNOWN_LOOKED.format(
                label=parcel.label, count=looks, reason=error.message
            )
            moved = ask_a_person(parcel, sentence, moment, code=error.code or "look_failed")
        else:
            moved = _look_again(parcel, looks, moment, after=error.retry_after or 0.0)
        if moved:
            rows.attempt(
                parcel,
                DeliveryAttempt.Outcome.AMBIGUOUS,
                message=f"Looking for the post told nothing: {error.message}",
                code=error.code,
            ).save(force_insert=True)


def _says_that_it_failed(parcel: Parcel, error: ChannelError) -> bool:
    """A verdict on the post. A look that was itself refused (an HTTP error) is none, and neither is
    one on a network that knows no handle: there it would be a guess."""
    channel = parcel.channel
    is_worked_on = parcel.delivery.state == DeliveryState.ACCEPTED or (
        channel is not None and channel.delivery_class is DeliveryClass.B
    )
    is_refused_look = (error.extra.get("http_status") or 0) >= 400
    return error.outcome is Outcome.REFUSED and is_worked_on and not is_refused_look


def _look_again(parcel: Parcel, looks: int, moment: datetime, *, after: float = 0.0) -> bool:
    state = parcel.delivery.state
    until = max(pace.look_at(moment, lookups=looks), moment + timedelta(seconds=after))
    return rows.write(parcel, state, moment, lookups=looks, claimed_until=until)
