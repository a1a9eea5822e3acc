"""Sending a person's answer once.

`sending` is committed before the first byte, under a lease and a fence; what became of it in a
second transaction. Within the time that the network knows a repetition by its key, an answer whose
end nobody knows is sent again, which makes nothing new; otherwise a person decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx2
import structlog
from django.db.models import Q

from config.kernel import http
from config.kernel.clock import now
from config.kernel.errors import DomainError
from config.kernel.models import claim
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from config.kernel.tasks import record_work
from organizations.models import ActorKind
from organizations.services.audit import record
from publishing.channels.base import (
    Answers,
    ChannelError,
    CrashPoint,
    Heard,
    Outcome,
    Published,
)
from publishing.channels.errors import transport_error
from publishing.channels.registry import channels, platform_label
from publishing.delivery import pace
from publishing.delivery.failure import needs_reconnect
from publishing.delivery.faults import fault
from publishing.delivery.health import keep_readings, reading_row
from publishing.delivery.parcel import Lease
from publishing.delivery.session import MOST_BYTES, QUESTIONS, AccountSession, lease_lost
from publishing.models import (
    AccountStatus,
    Conversation,
    InboxMessage,
    MessageState,
    SocialAccount,
)

from .inbox_keeping import CLOCKS_APART, Side, bare_words, settle_as_said
from .standing import STOPPED, first_of, known_to_stand
from .stops import refuse_stopped

log = structlog.get_logger(__name__)

MOST_TRIES: Final = 6
FIRST_WAIT: Final = timedelta(seconds=30)
WORK: Final = "inbox_answers"
NOBODY_KNOWS: Final = (
    "{label} did not say whether it took the answer. Look there, then tell Warren what you saw."
)


class AnswerSession(AccountSession):
    """An account's session whose requests are refused once the lease may end in them, or somebody
    has stopped what they are for: a worker that was frozen and wakes up must not send what somebody
    else decides about meanwhile."""

    def __init__(self, account: SocialAccount, lease: Lease, brand_id: UUID | None) -> None:
        super().__init__(account)
        self._lease = lease
        self._brand_id = brand_id
        self._client: httpx2.Client | None = None
        self._has_written = False

    @property
    def http(self) -> httpx2.Client:
        if self._client is None:
            self._client = http.client(timeout_seconds=pace.call_seconds(), max_bytes=MOST_BYTES)
            self._client.event_hooks = {"request": [self._ask_first]}
        return self._client

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _ask_first(self, request: httpx2.Request) -> None:
        """A stop ends an answer for good, since letting go sends nothing by itself."""
        if not self._lease.covers_a_call:
            raise lease_lost()
        stop = first_of(
            known_to_stand(self.row.organization_id),
            brand_id=self._brand_id,
            account_id=self.row.pk,
            platform=self.row.platform,
        )
        if stop is not None:
            raise ChannelError(
                stop.sentence,
                permanent=not self._has_written,
                ambiguous=self._has_written,
                code=STOPPED,
            )
        self._has_written = self._has_written or request.method not in QUESTIONS


def send_answer(*, message_id: UUID) -> bool:
    """Send one answer of the organization in scope, if it is due and nobody's. Safe to run twice.

    Calls the network, so call it with no transaction open.
    """
    lease = Lease.starting_now()
    open_ones = InboxMessage.objects.filter(
        pk=message_id,
        side=Side.OURS,
        state__in=(MessageState.QUEUED, MessageState.SENDING),
    )
    rows = claim(open_ones, lease_seconds=pace.lease().total_seconds())
    for message in rows:
        fault(CrashPoint.CLAIMED)
        _send(message, lease)
        record_work(WORK)
    return bool(rows)


def _send(message: InboxMessage, lease: Lease) -> None:
    may_be_out = message.state == MessageState.SENDING
    try:
        begun = _begin(message)
    except DomainError as error:
        # A stop, or an account that is gone: nothing leaves now, and nothing by itself later.
        if may_be_out:
            _ask_person(message)
        else:
            _fail(message, error.message)
        return
    if begun is None:
        return
    account, brand_id, channel, heard = begun
    fault(CrashPoint.SENDING)
    session = AnswerSession(account, lease, brand_id)
    try:
        said = channel.answer(
            heard,
            message.text,
            session,
            key=message.idempotency_key,
            at=message.said_at,
        )
    except ChannelError as error:
        _after_failure(message, account, channel, error)
    except DomainError as error:
        _after_failure(message, account, channel, transport_error(account.platform, error))
    else:
        fault(CrashPoint.SENT)
        _said(message, said)
        fault(CrashPoint.SETTLED)
    finally:
        session.close()
        _keep_readings(session)


def _begin(message: InboxMessage) -> tuple[SocialAccount, UUID | None, Answers, Heard] | None:
    """Commit `sending` with everything that must be true then; None when that is over.

    Raises DomainError when nothing may leave.
    """
    with org_atomic():
        place = Conversation.objects.select_for_update().get(pk=message.conversation_id)
        current = InboxMessage.objects.select_for_update().get(pk=message.pk)
        if current.fence != message.fence:
            return None
        account = place.account
        channel: object = channels.get(account.platform)
        if message.state == MessageState.SENDING and not _may_repeat(message, channel):
            _unknown(place, message)
            return None
        usable = account.is_active and account.status == AccountStatus.ACTIVE
        if account.deleted_at or not usable or not isinstance(channel, Answers):
            raise ChannelError(
                f"{account.name} is not connected, so nothing was sent. Connect it, then send the "
                "answer again.",
                permanent=True,
            )
        heard = heard_again(place, message.parent_remote_id)
        if heard is None:
            raise ChannelError("What this answers is no longer here, so nothing was sent.")
        refuse_stopped(account=account, brand_id=place.brand_id)
        if message.state == MessageState.QUEUED:
            moved = move(message, MessageState.SENDING, fence=message.fence, sending_at=now())
            if not moved:
                return None
    return account, place.brand_id, channel, heard


def heard_again(place: Conversation, remote_id: str) -> Heard | None:
    """What somebody said, as the channel gave it; None when it is gone."""
    row = place.messages.filter(side=Side.THEIRS, remote_id=remote_id).first()
    return heard_of(place, row) if row else None


def heard_of(place: Conversation, row: InboxMessage) -> Heard:
    return Heard(
        remote_id=row.remote_id,
        conversation=place.remote_id,
        kind=place.kind,
        text=row.text,
        said_at=row.said_at,
        author_id=row.author_id,
        author_name=row.author_name,
        author_handle=place.person_handle,
        url=row.url,
        parent=row.parent_remote_id,
        under=place.post.external_id if place.post else "",
        handle=dict(row.handle),
    )


def _may_repeat(message: InboxMessage, channel: object) -> bool:
    """Whether the network still knows this very answer by its key."""
    if not isinstance(channel, Answers) or message.sending_at is None:
        return False
    if message.attempts > MOST_TRIES:
        return False
    return now() - message.sending_at < channel.answer_key_lasts


def _said(message: InboxMessage, said: Published) -> None:
    with org_atomic():
        place = Conversation.objects.select_for_update().get(pk=message.conversation_id)
        current = InboxMessage.objects.select_for_update().get(pk=message.pk)
        # Whoever decided meanwhile that nobody knows is told better by the network itself.
        is_ours = current.fence == message.fence
        if is_ours or current.state == MessageState.UNKNOWN:
            settle_as_said(place, current, said.remote_id, said.url)
            place.save()


def _after_failure(
    message: InboxMessage, account: SocialAccount, channel: Answers, error: ChannelError
) -> None:
    """Back to waiting only when it was certainly not sent and never may have been."""
    was_unclear = bool(message.handle.get("unclear"))
    if error.outcome is Outcome.AMBIGUOUS or (was_unclear and not error.permanent):
        _try_or_ask(message, channel)
    elif error.outcome in (Outcome.REFUSED, Outcome.RECONNECT) and not was_unclear:
        with org_atomic():
            if _fail(message, error.message) and error.outcome is Outcome.RECONNECT:
                needs_reconnect(account, error.message, now())
    elif was_unclear or message.attempts >= MOST_TRIES:
        if was_unclear:
            _ask_person(message)
        else:
            _fail(message, error.message)
    else:
        with org_atomic():
            move(
                message,
                MessageState.QUEUED,
                fence=message.fence,
                due_at=now() + _wait(message, error),
                claimed_until=None,
                error_message=error.message,
            )


def _try_or_ask(message: InboxMessage, channel: Answers) -> None:
    if not _may_repeat(message, channel) or message.attempts >= MOST_TRIES:
        _ask_person(message)
        return
    with org_atomic():
        ours = InboxMessage.objects.filter(pk=message.pk, fence=message.fence)
        ours.update(
            due_at=now() + _wait(message, None),
            claimed_until=None,
            handle={**message.handle, "unclear": True},
            updated_at=now(),
        )


def _ask_person(message: InboxMessage) -> None:
    with org_atomic():
        place = Conversation.objects.select_for_update().get(pk=message.conversation_id)
        _unknown(place, message)


def _unknown(place: Conversation, message: InboxMessage) -> None:
    """Nobody knows; unless the network has told of these very words meanwhile."""
    if (there := _heard_since(place, message)) is not None:
        current = InboxMessage.objects.select_for_update().get(pk=message.pk)
        if current.fence == message.fence:
            settle_as_said(place, current, there.remote_id, there.url)
            place.save()
        return
    sentence = NOBODY_KNOWS.format(label=platform_label(place.platform))
    moved = move(
        message,
        MessageState.UNKNOWN,
        fence=message.fence,
        due_at=None,
        claimed_until=None,
        error_message=sentence,
    )
    if moved:
        record(action="inbox.answer_unknown", target=place, kind=ActorKind.SYSTEM, reason=sentence)


def _heard_since(place: Conversation, message: InboxMessage) -> InboxMessage | None:
    """Our own words, as the network told of them, that are this answer's."""
    since: datetime = (message.sending_at or message.said_at) - CLOCKS_APART
    heard = place.messages.filter(~Q(remote_id=""), side=Side.OURS, said_at__gte=since)
    words = bare_words(message.text)
    return next((each for each in heard if bare_words(each.text) == words), None)


def _fail(message: InboxMessage, sentence: str) -> bool:
    with org_atomic():
        moved = move(
            message,
            MessageState.FAILED,
            fence=message.fence,
            due_at=None,
            claimed_until=None,
            error_message=sentence,
        )
        if moved:
            record(
                action="inbox.answer_failed",
                target=message.conversation,
                kind=ActorKind.SYSTEM,
                reason=sentence,
            )
    return moved


def _wait(message: InboxMessage, error: ChannelError | None) -> timedelta:
    wait: timedelta = FIRST_WAIT * 2 ** min(max(message.attempts, 1) - 1, 5)
    if error is not None and error.retry_after is not None:
        return max(timedelta(seconds=error.retry_after), timedelta(seconds=1))
    return wait


def _keep_readings(session: AnswerSession) -> None:
    if session.readings:
        rows: list[Any] = [reading_row(session.row.pk, each) for each in session.readings.values()]
        with org_atomic():
            keep_readings(rows)
