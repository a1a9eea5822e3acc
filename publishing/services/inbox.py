"""What people do in the inbox: take a conversation, note, answer, end it.

Nothing here calls a network: an answer is kept as a row that is due, and sent by a worker. Reading,
keeping and sending are in the modules beside this one.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from config.kernel.tasks import hint
from organizations.models import Membership, Role, User
from organizations.services.audit import record
from organizations.services.brand_sight import sight
from publishing.channels.base import Answers, ChannelError
from publishing.channels.listening import refuse_misfit
from publishing.channels.registry import channels, platform_label
from publishing.models import (
    AccountStatus,
    Conversation,
    ConversationStatus,
    InboxMessage,
    MessageState,
)
from publishing.services.networks import account_facts

from .inbox_keeping import Side, settle_as_said
from .inbox_level import due_moment, level_of
from .inbox_sending import heard_of
from .stops import refuse_stopped

DOUBLE_CLICK: Final = timedelta(minutes=10)
"""Within it the same words to the same message are the same answer."""
NOTE_MAX: Final = 5_000


def answer(
    *,
    conversation: Conversation,
    text: str,
    by: User,
    to: UUID | None = None,
    was_suggested: bool = False,
) -> InboxMessage:
    """Keep a person's answer, to be sent at once; the same twice in a row is kept once.

    `to` is the message that it answers, else their last one. Raises Invalid with the sentence for
    the field when the network would not take it, Conflict when the channel cannot answer now,
    Halted while a stop stands.
    """
    words = text.replace("\r\n", "\n").replace("\x00", "").strip()
    with org_atomic():
        place = _locked(conversation)
        target = _target(place, to)
        channel = channels.get(place.platform)
        room = room_of(place, target, channel)
        assert channel is not None
        try:
            refuse_misfit(channel, room, words, account_facts(place.account))
        except ChannelError as error:
            raise Invalid(error.message, field="text", code=error.code) from error
        _refuse_unusable(place)
        refuse_stopped(account=place.account, brand_id=place.brand_id)
        moment = now()
        if (before := _said_lately(place, target, words, moment)) is not None:
            return before
        message = InboxMessage.objects.create(
            conversation=place,
            side=Side.OURS,
            state=MessageState.QUEUED,
            parent_remote_id=target.remote_id,
            text=words,
            said_at=moment,
            due_at=moment,
            written_by=by,
            author_name=by.name,
            was_suggested=was_suggested,
            idempotency_key=_key(place, target, words, moment),
        )
        if place.assignee_id is None:
            place.assignee = by
        _read(place)
        place.save()
        record(action="inbox.answered", target=place, by=by)
        _hint(message)
    return message


def room_of(place: Conversation, target: InboxMessage | None, channel: object = None) -> int | None:
    """Characters that an answer may have; None where nobody can answer from here."""
    channel = channel or channels.get(place.platform)
    if target is None or not isinstance(channel, Answers):
        return None
    return channel.answer_room(heard_of(place, target), account_facts(place.account))


def write_note(*, conversation: Conversation, text: str, by: User) -> InboxMessage:
    """A word among ourselves; it never leaves. Raises Invalid."""
    words = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not words:
        raise Invalid("Write a note first.", field="text")
    if len(words) > NOTE_MAX:
        raise Invalid(f"A note has at most {NOTE_MAX} characters: shorten it.", field="text")
    with org_atomic():
        note = InboxMessage.objects.create(
            conversation=conversation,
            side=Side.NOTE,
            state=MessageState.SAID,
            text=words,
            said_at=now(),
            written_by=by,
            author_name=by.name,
        )
        record(action="inbox.noted", target=conversation, by=by)
    return note


def assign(*, conversation: Conversation, to: UUID | None, by: User) -> Conversation:
    """Give a conversation to a member who may answer and sees its brand; None takes it from them.

    Raises Invalid for anybody else.
    """
    with org_atomic():
        place = _locked(conversation)
        member = _member(to) if to else None
        if to and (member is None or not may_take(place, member)):
            raise Invalid("Choose a member who may answer for this brand.", field="assignee")
        if place.assignee_id == (member.user_id if member else None):
            return place
        place.assignee_id = member.user_id if member else None
        place.save(update_fields=["assignee", "updated_at"])
        record(
            action="inbox.assigned" if member else "inbox.unassigned",
            target=place,
            by=by,
            data={"to": str(place.assignee_id)} if member else {},
        )
    return place


def may_take(place: Conversation, member: Membership) -> bool:
    """Whether this member may answer, and sees the brand that was written to."""
    if not Role(member.role).covers(Role.MEMBER):
        return False
    if member.sees_all_brands:
        return True
    return place.brand_id in sight().of(member.pk)


def finish(*, conversation: Conversation, by: User) -> Conversation:
    """Nothing more is to be said. A new word of theirs opens it again."""
    with org_atomic():
        place = _locked(conversation)
        if place.status == ConversationStatus.DONE:
            return place
        move(
            place,
            ConversationStatus.DONE,
            waiting_since=None,
            answer_due_at=None,
            told_late_at=None,
            unread_count=0,
        )
        record(action="inbox.done", target=place, by=by)
    return place


def reopen(*, conversation: Conversation, by: User) -> Conversation:
    """Take it up again; who spoke last waits again, and since then."""
    with org_atomic():
        place = _locked(conversation)
        if place.status == ConversationStatus.OPEN:
            return place
        last = place.messages.exclude(side=Side.NOTE).order_by("-said_at").first()
        since = last.said_at if last and last.side == Side.THEIRS else None
        level = level_of(place.brand)
        due = due_moment(now(), level) if since and level else None
        move(place, ConversationStatus.OPEN, waiting_since=since, answer_due_at=due)
        record(action="inbox.reopened", target=place, by=by)
    return place


def mark_read(*, conversation: Conversation) -> None:
    """Somebody who may answer has looked at it."""
    with org_atomic():
        Conversation.objects.filter(pk=conversation.pk, unread_count__gt=0).update(unread_count=0)
    conversation.unread_count = 0


def settle_unknown(*, message: InboxMessage, decision: str, by: User) -> InboxMessage:
    """A person has looked: `there`, `again` (it is not: send it) or `leave` (it is not: drop it).

    Raises Conflict when the answer is not in question any more.
    """
    with org_atomic():
        place = _locked(message.conversation)
        row = InboxMessage.objects.select_for_update().get(pk=message.pk)
        if row.state != MessageState.UNKNOWN:
            raise Conflict("This answer is settled already. Look at the conversation again.")
        if decision == "there":
            settle_as_said(place, row, "", "")
            place.save()
        elif decision == "again":
            _queue_again(place, row)
        else:
            move(row, MessageState.FAILED, error_message="You said that it was not sent.")
        record(action="inbox.answer_settled", target=place, by=by, data={"decision": decision})
    return row


def send_again(*, message: InboxMessage, by: User) -> InboxMessage:
    """Send an answer that certainly did not go out. Raises Conflict for any other."""
    with org_atomic():
        place = _locked(message.conversation)
        row = InboxMessage.objects.select_for_update().get(pk=message.pk)
        if row.side != Side.OURS or row.state != MessageState.FAILED:
            raise Conflict("Only an answer that was not sent can be sent again.")
        _refuse_unusable(place)
        refuse_stopped(account=place.account, brand_id=place.brand_id)
        _queue_again(place, row)
        record(action="inbox.answered", target=place, by=by)
    return row


def _queue_again(place: Conversation, row: InboxMessage) -> None:
    """The key stays, so where networks know it nothing can double."""
    handle = {name: value for name, value in row.handle.items() if name != "unclear"}
    move(
        row,
        MessageState.QUEUED,
        due_at=now(),
        claimed_until=None,
        attempts=0,
        error_message="",
        handle=handle,
    )
    _hint(row)


def _locked(conversation: Conversation) -> Conversation:
    rows = Conversation.objects.select_related("account", "brand", "post")
    return rows.select_for_update(of=("self",)).get(pk=conversation.pk)


def _target(place: Conversation, to: UUID | None) -> InboxMessage:
    theirs = place.messages.filter(Q(side=Side.THEIRS) & ~Q(remote_id=""))
    found = (theirs.filter(pk=to) if to else theirs).order_by("-said_at", "-id").first()
    if found is None:
        raise Conflict("There is nothing of theirs here that could be answered.")
    return found


def _refuse_unusable(place: Conversation) -> None:
    account = place.account
    if account.deleted_at or not account.is_active or account.status != AccountStatus.ACTIVE:
        raise Conflict(
            f"{account.name} on {platform_label(account.platform)} is not connected now, so "
            "nothing can be answered. Connect it again under Channels; your words stay here."
        )


def _said_lately(
    place: Conversation, target: InboxMessage, words: str, moment: datetime
) -> InboxMessage | None:
    """The same answer, still on its way or said a moment ago."""
    same = place.messages.filter(side=Side.OURS, parent_remote_id=target.remote_id, text=words)
    on_its_way = Q(state__in=(MessageState.QUEUED, MessageState.SENDING, MessageState.UNKNOWN))
    lately = Q(state=MessageState.SAID, created_at__gte=moment - DOUBLE_CLICK)
    return same.exclude(idempotency_key="").filter(on_its_way | lately).first()


def _key(place: Conversation, target: InboxMessage, words: str, moment: datetime) -> str:
    parts = (str(place.pk), str(target.pk), words, moment.isoformat())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _read(place: Conversation) -> None:
    place.unread_count = 0
    if place.status == ConversationStatus.DONE:
        place.status = ConversationStatus.OPEN


def _member(user_id: UUID) -> Membership | None:
    return Membership.objects.filter(user_id=user_id).first()


def _hint(message: InboxMessage) -> None:
    # Tasks stand on services.
    from publishing.tasks import send_inbox_answer

    ids = (str(message.organization_id), str(message.pk))
    transaction.on_commit(partial(hint, send_inbox_answer, *ids))
