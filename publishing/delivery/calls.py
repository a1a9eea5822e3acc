"""The outside calls of one delivery, as they run in a thread with no transaction open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import structlog

from config.kernel.errors import DomainError
from config.kernel.scoping import scope
from config.kernel.vault import MasterKeyMissing, SecretUnreadable
from publishing.channels.base import (
    Accepted,
    Channel,
    ChannelError,
    CrashPoint,
    Finds,
    Found,
    Published,
)
from publishing.channels.errors import transport_error

from . import words
from .faults import fault
from .parcel import Parcel
from .session import DeliverySession, refuse_to_leave, under_lease

log = structlog.get_logger(__name__)


class Step(StrEnum):
    PREPARE = "prepare"
    PUBLISH = "publish"
    FIND = "find"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gave: something, nothing (a find that found nothing), or a ChannelError."""

    parcel: Parcel
    step: Step
    given: Published | Found | Accepted | None = None
    error: ChannelError | None = None


def needs_prepare(channel: Channel) -> bool:
    return type(channel).prepare is not Channel.prepare


def call(parcel: Parcel, step: Step) -> Answer:
    """Make one call for a delivery. Raises whatever the channel raises by mistake."""
    assert parcel.channel is not None
    try:
        with scope(parcel.organization_id), under_lease(parcel) as session:
            _open_secrets(session)
            # Also for channels that ask nobody by HTTP, as our own page.
            refuse_to_leave()
            payload = parcel.delivery.payload or {}
            if step is Step.PREPARE:
                parcel.channel.prepare(payload, session)
                return Answer(parcel, step)
            if step is Step.FIND:
                return Answer(parcel, step, _find(parcel.channel, payload, session))
            parcel.has_called = True
            published = parcel.channel.publish(payload, session)
            fault(CrashPoint.ANSWERED)
            return Answer(parcel, step, published)
    except ChannelError as error:
        return Answer(parcel, step, error=error)
    except DomainError as error:
        return Answer(parcel, step, error=transport_error(parcel.label, error))


def _open_secrets(session: DeliverySession) -> None:
    """A secret that nobody can open must fail before the call that may make a post."""
    try:
        _ = session.credentials
    except SecretUnreadable as error:
        raise ChannelError(error.message, reconnect=True, code="secret_unreadable") from error
    except MasterKeyMissing as error:
        # Nothing was sent, and nothing is wrong with the account: it waits for the key.
        raise ChannelError(
            error.message, code="master_key_missing", retry_after=error.retry_after
        ) from error


def _find(channel: Channel, payload: dict[str, object], session: object) -> Found | Accepted | None:
    fault(CrashPoint.READING_BACK)
    assert isinstance(channel, Finds)
    return channel.find(payload, session)  # type: ignore[arg-type]


def mistake(parcel: Parcel, step: Step, error: BaseException) -> Answer:
    """Our own failure as an answer: unknown once a channel was asked to publish, else not sent."""
    log.error("delivery_call_failed", delivery=str(parcel.id), step=step, exc_info=error)
    sentence = words.OUR_FAULT if parcel.has_called else words.OUR_FAULT_BEFORE
    return Answer(
        parcel,
        step,
        error=ChannelError(
            sentence.format(error=type(error).__name__),
            ambiguous=parcel.has_called,
            code="internal_error",
            detail=str(error)[:300],
        ),
    )
