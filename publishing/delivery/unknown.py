"""When nobody knows whether a post is out, a person decides, and the decision is evidence."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import current_organization_id, org_atomic
from organizations.models import User
from organizations.services.audit import record
from publishing.models import Delivery, DeliveryAttempt, DeliveryState

from . import books, rows, words
from .claim import UNDECIDED, claim_undecided
from .crew import crew
from .desk import Desk
from .failure import give_up
from .parcel import Parcel, new_owner
from .settle import Out


class Decision(StrEnum):
    CHECK_AGAIN = "check_again"
    IS_OUT = "is_out"
    SEND_AGAIN = "send_again"
    NOT_SENT = "not_sent"


def settle_unknown(
    *, delivery: Delivery, decision: str, by: User | None, url: str = ""
) -> Delivery:
    """Settle an `unknown` or `accepted` delivery by a person's word, or look once more.

    `check_again` asks the network, with no transaction open, so call it outside of one; `is_out`
    needs the post's address; `send_again` sends it anew, which doubles it if the person is wrong;
    `not_sent` gives the credit back. What is `accepted` is worked on by somebody, and is not sent
    again meanwhile. Raises Conflict for that and when it is settled already, Invalid (field `url`
    or `decision`) for what is missing.
    """
    try:
        chosen = Decision(decision)
    except ValueError as error:
        raise Invalid("Choose what to do with this post.", field="decision") from error
    if chosen is Decision.CHECK_AGAIN:
        _check_again(delivery, by)
    elif chosen is Decision.IS_OUT:
        _is_out(delivery, by, url.strip())
    else:
        _decide(delivery, chosen, by)
    # Outside of a transaction row security shows nothing.
    with org_atomic():
        delivery.refresh_from_db()
    return delivery


def _check_again(delivery: Delivery, by: User | None) -> None:
    with org_atomic():
        record(action="delivery.checked_again", target=delivery, by=by)
    if not Desk(crew()).look(current_organization_id(), delivery.pk):
        raise _decided_already()


def _is_out(delivery: Delivery, by: User | None, url: str) -> None:
    if not url.startswith(("https://", "http://")):
        raise Invalid("Give the address of the post, as the network shows it.", field="url")
    parcel = _held(delivery)
    out = Out(
        parcel,
        remote_id=url[:500],
        url=url[:1000],
        outcome=DeliveryAttempt.Outcome.DECIDED,
        message=f"{_who(by)} found it on {parcel.label}.",
    )
    with org_atomic():
        record(action="delivery.settled", target=delivery, by=by, data={"decision": "is_out"})
        books.published([out])


def _decide(delivery: Delivery, decision: Decision, by: User | None) -> None:
    if decision is Decision.SEND_AGAIN and delivery.state == DeliveryState.ACCEPTED:
        raise Conflict(words.STILL_WORKED_ON, code="accepted")
    is_sent_again = decision is Decision.SEND_AGAIN
    parcel = _held(delivery, (DeliveryState.UNKNOWN,) if is_sent_again else UNDECIDED)
    with org_atomic():
        rows.lock_pending([parcel])
        moment = now()
        if is_sent_again:
            sentence = f"{_who(by)} looked, did not find the post, and had it sent again."
            moved = rows.write(
                parcel,
                DeliveryState.SCHEDULED,
                moment,
                due_at=moment,
                attempts=0,
                lookups=0,
                error_code="",
                error_message="",
            )
            if moved:
                rows.approve_again(parcel, moment)
        else:
            sentence = f"{_who(by)} looked and did not find the post. It was not sent."
            moved = give_up(parcel, sentence, moment, category="unknown", code="decided")
        if not moved:
            raise _decided_already()
        rows.attempt(parcel, DeliveryAttempt.Outcome.DECIDED, message=sentence).save(
            force_insert=True
        )
        record(action="delivery.settled", target=delivery, by=by, data={"decision": str(decision)})


def _held(delivery: Delivery, states: Sequence[str] = UNDECIDED) -> Parcel:
    """The delivery in a person's hand instead of a worker's."""
    organization_id = current_organization_id()
    parcels = claim_undecided(organization_id, delivery.pk, owner=new_owner(), states=states)
    if not parcels:
        raise _decided_already()
    return parcels[0]


def _who(by: User | None) -> str:
    return (by.name or by.email) if by else "Somebody"


def _decided_already() -> Conflict:
    return Conflict("This post was settled already, or is being looked for now. Look again.")
