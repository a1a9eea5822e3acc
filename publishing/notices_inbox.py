"""What the inbox tells people of: new words, late answers, and what became of theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from organizations.models import AuditRecord
from organizations.notices.kinds import Notice, NoticeKind, place, target_of

from .channels.registry import platform_label
from .models import Conversation, InboxMessage
from .notices import APPROVAL_GAP, quoted


def new_message(record: AuditRecord) -> Notice | None:
    return _about_conversation(record, "{person} wrote to {account} on {channel}")


def late_answer(record: AuditRecord) -> Notice | None:
    return _about_conversation(record, "{person} still waits for an answer on {channel}")


def unclear_answer(record: AuditRecord) -> Notice | None:
    return _about_conversation(record, "Did the answer to {person} arrive on {channel}?")


def failed_answer(record: AuditRecord) -> Notice | None:
    return _about_conversation(record, "An answer to {person} was not sent on {channel}")


def assigned_conversation(record: AuditRecord) -> Notice | None:
    told = _about_conversation(record, "{person} on {channel} is yours to answer")
    return replace(told, people=frozenset({UUID(record.data["to"])})) if told else None


def _about_conversation(record: AuditRecord, title: str) -> Notice | None:
    row = target_of(record, Conversation.objects.select_related("account"))
    if row is None:
        return None
    said = row.messages.filter(side=InboxMessage.Side.THEIRS).order_by("-said_at").first()
    return Notice(
        title=title.format(
            person=row.person_name or row.person_handle or "Somebody",
            account=row.account.name,
            channel=platform_label(row.platform),
        ),
        body=f"{record.reason}\n\n{quoted(said.text) if said else ''}".strip(),
        path=place("publishing:conversation-show", conversation=row.pk),
        brand_ids=frozenset({row.brand_id}) if row.brand_id else None,
    )


KINDS: Final = (
    NoticeKind(
        key="inbox_message",
        words="Somebody wrote to a channel",
        help="Comments, mentions and messages, as they are heard. By mail all together.",
        group="Inbox",
        actions=frozenset({"inbox.message_received"}),
        make=new_message,
        gap=APPROVAL_GAP,
        settled_by=frozenset({"inbox.answer_sent", "inbox.done"}),
    ),
    NoticeKind(
        key="inbox_assigned",
        words="A conversation is given to you",
        help="By somebody of the team.",
        group="Inbox",
        actions=frozenset({"inbox.assigned"}),
        make=assigned_conversation,
        by_mail=True,
        settled_by=frozenset({"inbox.answer_sent", "inbox.done", "inbox.unassigned"}),
    ),
    NoticeKind(
        key="inbox_late",
        words="An answer is late",
        help="Somebody waits for longer than the brand set as its service level.",
        group="Inbox",
        actions=frozenset({"inbox.answer_late"}),
        make=late_answer,
        by_mail=True,
        settled_by=frozenset({"inbox.answer_sent", "inbox.done"}),
    ),
    NoticeKind(
        key="inbox_failed",
        words="An answer was not sent",
        help="With what the channel said. It is not sent again by itself.",
        group="Inbox",
        actions=frozenset({"inbox.answer_failed"}),
        make=failed_answer,
        by_mail=True,
        tells_actor=True,
        settled_by=frozenset({"inbox.answer_sent", "inbox.done"}),
    ),
    NoticeKind(
        key="inbox_unknown",
        words="Nobody knows whether an answer arrived",
        help="Nothing is sent again until a person has looked.",
        group="Inbox",
        actions=frozenset({"inbox.answer_unknown"}),
        make=unclear_answer,
        by_mail=True,
        tells_actor=True,
        settled_by=frozenset({"inbox.answer_sent", "inbox.answer_settled"}),
    ),
)
