"""Words to answer with: those that were kept under a name, and those that the agent suggests.

A suggestion is only ever put into the field where a person writes; nothing here sends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from brands.models import BrandProfile, KnowledgeBucket
from brands.services.knowledge_search import find_passages
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import current_organization_id, org_atomic
from content.agents.briefs import PassageBrief
from content.agents.reply_writer import Replied, write_reply
from content.services.briefs import brand_brief
from organizations.models import User
from organizations.services.audit import record
from publishing.models import Conversation, InboxMessage, SavedReply

from .inbox_keeping import Side

NAME_MAX: Final = 80
TEXT_MAX: Final = 5_000
PASSAGES: Final = 5
PASSAGE_LABEL: Final = "Knowledge"
NAME: Final = re.compile(r"\{\{ ?name ?\}\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the agent would say. Without `text` a person should answer, or nobody needs to, and
    `reason` says why. `cost_micros` are millionths of a dollar; nothing was spent offline."""

    text: str
    reason: str
    decision: str
    is_offline: bool
    cost_micros: int


def save_reply(
    *, name: str, text: str, brand: BrandProfile | None, by: User, reply: SavedReply | None = None
) -> SavedReply:
    """Keep words under a name, or change those that are kept. Raises Invalid."""
    name, text = " ".join(name.split()), text.replace("\r\n", "\n").strip()
    if not name or len(name) > NAME_MAX:
        raise Invalid(f"Give it a name of at most {NAME_MAX} characters.", field="name")
    if not text or len(text) > TEXT_MAX:
        raise Invalid(f"Write 1 to {TEXT_MAX} characters.", field="text")
    row = reply or SavedReply()
    row.name, row.text, row.brand = name, text, brand
    with org_atomic():
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Invalid("There is a saved reply of this name already.", field="name") from error
        record(action="inbox.reply_saved", target=row, by=by)
    return row


def delete_reply(*, reply: SavedReply, by: User) -> None:
    with org_atomic():
        record(action="inbox.reply_deleted", target=reply, by=by, data={"name": reply.name})
        reply.delete()


def filled(reply: SavedReply, conversation: Conversation) -> str:
    """The words with the person's name in its place; what they call themselves is only text."""
    name = conversation.person_name or conversation.person_handle
    return NAME.sub(lambda _: name, reply.text)


def use_reply(*, reply: SavedReply, conversation: Conversation) -> str:
    with org_atomic():
        SavedReply.objects.filter(pk=reply.pk).update(use_count=F("use_count") + 1)
    return filled(reply, conversation)


def suggest_reply(*, conversation: Conversation, by: User) -> Suggestion:
    """Ask the agent what to say to their last message, from what the brand knows.

    Calls models, so call it with no transaction open. What somebody wrote is given as data only.
    Raises Conflict without a brand or a message, and what the model gateway raises.
    """
    with org_atomic():
        brand = conversation.brand
        theirs = conversation.messages.filter(side=Side.THEIRS)
        last: InboxMessage | None = theirs.order_by("-said_at", "-id").first()
        if brand is None:
            raise Conflict("No brand uses this channel, so nobody knows whose voice to answer in.")
        if last is None:
            raise Conflict("There is nothing of theirs here that could be answered.")
        brief = brand_brief(brand)
        crisis = tuple(str(each) for each in (brand.guard_rules or {}).get("crisis_words") or ())
        knows = KnowledgeBucket.objects.filter(Q(brand=brand) | Q(brand=None)).exists()
    passages = _passages(last.text, brand) if knows else ()
    replied = write_reply(
        last.text,
        brief,
        post=conversation.post.content if conversation.post else "",
        passages=passages,
        crisis_words=crisis,
        organization_id=current_organization_id(),
        step_key=f"inbox-reply:{last.pk}",
    )
    with org_atomic():
        record(
            action="inbox.reply_suggested",
            target=conversation,
            by=by,
            data={"decision": replied.decision, "model": replied.model_used},
        )
    return _suggestion(replied)


def _passages(text: str, brand: BrandProfile) -> tuple[PassageBrief, ...]:
    if not any(character.isalnum() for character in text):
        return ()
    found = find_passages(query=text, brand_id=brand.pk, limit=PASSAGES, agent="reply_writer")
    return tuple(
        PassageBrief(id=str(each.chunk_id), label=PASSAGE_LABEL, text=each.text) for each in found
    )


def _suggestion(replied: Replied) -> Suggestion:
    return Suggestion(
        text=replied.text,
        reason=replied.reason,
        decision=replied.decision,
        is_offline=replied.is_offline,
        cost_micros=replied.cost_micros,
    )
