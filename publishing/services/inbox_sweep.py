"""What the inbox has due, over all organizations: readings, answers, late ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from config.kernel.clock import now
from config.kernel.due import due_rows
from config.kernel.scoping import org_atomic, scope
from config.kernel.tasks import hint, record_work
from organizations.models import ActorKind
from organizations.services.audit import record
from publishing.models import (
    Conversation,
    ConversationStatus,
    InboxFeed,
    InboxMessage,
    SocialAccount,
)

from .inbox_feeds import add_missing_feeds
from .inbox_level import tell_late

FEEDS_A_SWEEP: Final = 500
ANSWERS_A_SWEEP: Final = 500
LATE_A_SWEEP: Final = 500
REMOVED_AT_ONCE: Final = 500
MOST_REMOVED: Final = 20_000
WORK: Final = "inbox_sweep"


def sweep(read: Any, send: Any) -> int:
    """Hand out what is due: `read` and `send` are the tasks of one feed and of one answer.

    Answers first, since somebody waits. Who is late is told here, in a short transaction each.
    """
    moment = now()
    answers = due_rows(InboxMessage, moment=moment, most=ANSWERS_A_SWEEP)
    for row in answers:
        hint(send, str(row.organization_id), str(row.id))
    add_missing_feeds()
    feeds = due_rows(InboxFeed, moment=moment, most=FEEDS_A_SWEEP)
    for row in feeds:
        hint(read, str(row.organization_id), str(row.id))
    late = tell_all_late(moment)
    record_work(WORK, max(len(answers) + len(feeds) + late, 1), at_once=True)
    return len(answers) + len(feeds) + late


def tell_all_late(moment: datetime) -> int:
    rows = due_rows(Conversation, moment=moment, most=LATE_A_SWEEP)
    told = 0
    for row in rows:
        with scope(row.organization_id):
            told += tell_late(conversation_id=row.id)
    return told


def forget_conversations(before: datetime) -> int:
    """Remove what was ended and where nobody spoke since that moment. Runs as the operator."""
    ended = Conversation.objects.filter(
        status=ConversationStatus.DONE, last_message_at__lt=before, updated_at__lt=before
    )
    removed = 0
    while removed < MOST_REMOVED:
        ids = list(ended.values_list("pk", flat=True)[:REMOVED_AT_ONCE])
        if not ids:
            break
        Conversation.objects.filter(pk__in=ids).delete()
        removed += len(ids)
    return removed


def erase_person(*, conversation: Conversation) -> int:
    """Remove everything that one outsider said to an account, and all that answers it; returns how
    many conversations. What is kept in the audit log names nobody of them."""
    with org_atomic(conversation.organization_id):
        theirs = Conversation.objects.filter(account_id=conversation.account_id)
        # Without an id nobody can tell who it is elsewhere.
        if conversation.person_id:
            theirs = theirs.filter(person_id=conversation.person_id)
        else:
            theirs = theirs.filter(pk=conversation.pk)
        ids = list(theirs.values_list("pk", flat=True))
        account = SocialAccount.with_deleted.get(pk=conversation.account_id)
        Conversation.objects.filter(pk__in=ids).delete()
        record(
            action="inbox.person_erased",
            target=account,
            kind=ActorKind.STAFF,
            data={"conversations": len(ids)},
        )
    return len(ids)
