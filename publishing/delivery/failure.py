"""What becomes of a delivery that did not go out, or of which nobody knows."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditCategory
from organizations.services.audit import record
from publishing.channels.base import ChannelError, Outcome
from publishing.models import (
    AccountStatus,
    Decision,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    SocialAccount,
)

from . import followers, pace, rows, words
from .charges import give_back
from .checks import Obstacle, Then
from .parcel import Parcel
from .rows import approve_again, attempt, fail_pending, write

_jitter = Random()

CATEGORIES = {
    Outcome.NOT_SENT: "network",
    Outcome.RATE_LIMITED: "rate_limit",
    Outcome.REFUSED: "validation",
    Outcome.RECONNECT: "auth",
    Outcome.AMBIGUOUS: "unknown",
}


def settle_failure(parcel: Parcel, error: ChannelError) -> None:
    """Write down a failed call and what follows from it, in one transaction.

    Not sent: again later, five times at most. Refused: failed. No access: the account needs a
    person and the post waits. Ambiguous: look for the post before anything is sent again, or, where
    that cannot be done, ask a person. A step before `sending` never leaves anything behind.
    """
    outcome = error.outcome
    if outcome is Outcome.AMBIGUOUS and not parcel.is_sending:
        outcome = Outcome.NOT_SENT
    with org_atomic(parcel.organization_id):
        rows.lock_pending([parcel])
        moment = now()
        if outcome is Outcome.AMBIGUOUS:
            _await_look(parcel, error, moment)
        elif error.code == words.STOPPED:
            _hold_stopped(parcel, error, moment)
        elif outcome is Outcome.REFUSED:
            _count_unsent(parcel)
            settle_refused(parcel, error, moment)
        elif outcome is Outcome.RECONNECT:
            _reconnect(parcel, error, moment)
        else:
            _try_again(parcel, error, outcome, moment)


def put_off(parcel: Parcel, obstacle: Obstacle, moment: datetime) -> None:
    """Take back a `sending` that the caller's transaction has not committed yet."""
    delivery = parcel.delivery
    as_before: dict[str, Any] = {
        "attempts": delivery.attempts,
        "sending_at": delivery.sending_at,
        "charge_key": delivery.charge_key,
        "error_code": obstacle.code,
        "error_message": obstacle.sentence,
    }
    if obstacle.then is Then.HOLD:
        as_before["due_at"] = obstacle.until or moment + pace.hold()
    to = {
        Then.HOLD: DeliveryState.SCHEDULED,
        Then.CANCEL: DeliveryState.CANCELLED,
        Then.FAIL: DeliveryState.FAILED,
    }[obstacle.then]
    write(parcel, to, moment, stored=DeliveryState.SENDING, **as_before)
    if obstacle.then is Then.HOLD:
        return
    give_back(delivery, obstacle.sentence)
    followers.end_with(delivery, to, moment)
    record(
        action=words.act(delivery, to),
        target=delivery,
        kind=ActorKind.SYSTEM,
        reason=obstacle.sentence,
    )
    if obstacle.then is Then.FAIL:
        fail_pending(delivery, category="validation", reason=obstacle.sentence, moment=moment)


def ask_a_person(parcel: Parcel, sentence: str, moment: datetime, *, code: str) -> bool:
    """End in `unknown`, in the caller's transaction: nothing happens until somebody decides."""
    if not write(
        parcel,
        DeliveryState.UNKNOWN,
        moment,
        error_code=code[:60],
        error_message=sentence,
    ):
        return False
    delivery = parcel.delivery
    action = words.act(delivery, "unknown")
    record(action=action, target=delivery, kind=ActorKind.SYSTEM, reason=sentence)
    return True


def give_up(parcel: Parcel, sentence: str, moment: datetime, *, category: str, code: str) -> bool:
    """End in `failed`, in the caller's transaction; unless the post is at fault, paid back."""
    delivery = parcel.delivery
    if not write(
        parcel,
        DeliveryState.FAILED,
        moment,
        error_code=code[:60],
        error_message=sentence,
        attempts=delivery.attempts,
    ):
        return False
    fail_pending(delivery, category=category, reason=sentence, moment=moment)
    followers.end_with(delivery, DeliveryState.FAILED, moment)
    if category in words.REFUNDED:
        give_back(delivery, f"not published on {parcel.label} ({category})")
    Decision.objects.create(
        run_id=delivery.pending_post.run_id,
        pending_post_id=delivery.pending_post_id,
        kind=Decision.Kind.DELIVERY,
        summary=_not_published(parcel)[:300],
        reason=sentence,
        data={"attempts": delivery.attempts, "category": category, "code": code},
    )
    action = words.act(delivery, "failed")
    record(action=action, target=delivery, kind=ActorKind.AGENT, reason=sentence)
    return True


def _not_published(parcel: Parcel) -> str:
    if not parcel.delivery.is_follower:
        return f"Not published on {parcel.label}"
    return f"{words.name_of(parcel.delivery)} was not published on {parcel.label}"


def _await_look(parcel: Parcel, error: ChannelError, moment: datetime) -> None:
    evidence = _evidence(error)
    line = attempt(
        parcel,
        DeliveryAttempt.Outcome.AMBIGUOUS,
        message=error.message,
        code=error.code,
        evidence=evidence,
    )
    if not parcel.can_be_found:
        is_stopped = error.code == words.STOPPED
        told = words.UNKNOWN_STOPPED if is_stopped else words.UNKNOWN_D
        sentence = told.format(label=parcel.label, reason=error.message)
        if ask_a_person(parcel, sentence, moment, code=error.code):
            line.save(force_insert=True)
        return
    # The row stays `sending` and nobody's; when this lease ends, the reaper has it looked for.
    if write(
        parcel,
        DeliveryState.SENDING,
        moment,
        claimed_until=pace.look_at(moment, lookups=0),
        error_code=error.code[:60],
        error_message=error.message,
    ):
        line.save(force_insert=True)


def _hold_stopped(parcel: Parcel, error: ChannelError, moment: datetime) -> None:
    """Nothing had left when somebody pulled the brake: it waits, and no try of it is counted."""
    tries = parcel.delivery.attempts - (1 if parcel.is_sending else 0)
    if write(
        parcel,
        DeliveryState.SCHEDULED,
        moment,
        due_at=moment + pace.hold(),
        attempts=max(tries, 0),
        error_code=words.STOPPED,
        error_message=error.message,
    ):
        approve_again(parcel, moment)
        _note(parcel, DeliveryAttempt.Outcome.NOT_SENT, error)


def settle_refused(parcel: Parcel, error: ChannelError, moment: datetime) -> None:
    """End in `failed` because of the post itself, in the caller's transaction."""
    if give_up(parcel, error.message, moment, category="validation", code=error.code):
        _note(parcel, DeliveryAttempt.Outcome.REFUSED, error)


def _try_again(parcel: Parcel, error: ChannelError, outcome: Outcome, moment: datetime) -> None:
    _count_unsent(parcel)
    attempts = parcel.delivery.attempts
    if attempts >= pace.MOST_ATTEMPTS:
        sentence = words.GAVE_UP.format(reason=error.message, attempts=attempts)
        moved = give_up(parcel, sentence, moment, category=CATEGORIES[outcome], code=error.code)
    else:
        due_at = pace.retry_at(
            moment, attempts=attempts, retry_after=error.retry_after, random=_jitter
        )
        moved = write(
            parcel,
            DeliveryState.SCHEDULED,
            moment,
            due_at=due_at,
            attempts=attempts,
            error_code=error.code[:60],
            error_message=error.message,
        )
        if moved:
            approve_again(parcel, moment)
        if moved and outcome is Outcome.RATE_LIMITED:
            _spare_account(parcel, due_at)
    if moved:
        _note(parcel, DeliveryAttempt.Outcome(outcome.value), error)


def _reconnect(parcel: Parcel, error: ChannelError, moment: datetime) -> None:
    """The account is a person's to mend; its posts wait, and are missed if that takes too long."""
    if not write(
        parcel,
        DeliveryState.SCHEDULED,
        moment,
        due_at=moment + pace.hold(),
        error_code="account_reconnect",
        error_message=words.HELD["account_reconnect"],
    ):
        return
    approve_again(parcel, moment)
    _note(parcel, DeliveryAttempt.Outcome.RECONNECT, error)
    needs_reconnect(parcel.delivery.account, error.message, moment)


def needs_reconnect(account: SocialAccount, sentence: str, moment: datetime) -> None:
    """Mark an account whose access has ended, once; only a recognised refusal may do this."""
    active = SocialAccount.objects.filter(pk=account.pk, status=AccountStatus.ACTIVE)
    if active.update(status=AccountStatus.NEEDS_RECONNECT, last_error=sentence, updated_at=moment):
        record(
            action="account.needs_reconnect",
            target=account,
            kind=ActorKind.SYSTEM,
            category=AuditCategory.SECRET,
            reason=sentence,
        )


def _spare_account(parcel: Parcel, until: datetime) -> None:
    """What else waits for this account waits as long: asking again earlier makes it worse."""
    Delivery.objects.filter(
        account_id=parcel.delivery.account_id, state=DeliveryState.SCHEDULED, due_at__lt=until
    ).update(due_at=until)


def _count_unsent(parcel: Parcel) -> None:
    # Sending counts itself when it is committed; what failed before that counts here.
    if not parcel.is_sending:
        parcel.delivery.attempts += 1


def _note(parcel: Parcel, outcome: str, error: ChannelError) -> None:
    attempt(
        parcel, outcome, message=error.message, code=error.code, evidence=_evidence(error)
    ).save(force_insert=True)


def _evidence(error: ChannelError) -> dict[str, Any]:
    known = ("http_status", "detail")
    found = {name: error.extra[name] for name in known if error.extra.get(name)}
    if error.retry_after is not None:
        found["retry_after_seconds"] = error.retry_after
    return found
