"""Questions with their answers: found in documents, typed in, or asked for by a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog

from brands.knowledge.chunks import text_hash
from brands.knowledge.fulltext import words_of_passage
from brands.models import KnowledgeBucket, KnowledgeChunk, KnowledgeDocument, KnowledgeEntry
from config.kernel.embeddings import Embedded, embed
from config.kernel.embeddings.weights import WeightsError
from config.kernel.errors import DomainError, Invalid, PaymentRequired
from config.kernel.language.detection import languages_of
from config.kernel.llm.errors import ModelError
from config.kernel.scoping import current_organization_id, org_atomic
from organizations.models import User
from organizations.services.audit import record

if TYPE_CHECKING:
    from brands.agents.knowledge_editor import Edited

log = structlog.get_logger(__name__)

QUESTION_CHARACTERS: Final = 500
ANSWER_CHARACTERS: Final = 4_000
Status = KnowledgeEntry.Status


def add_entry(
    *,
    bucket: KnowledgeBucket,
    question: str,
    answer: str,
    by: User | None,
    category: str = "",
    kind: str = KnowledgeEntry.Kind.FAQ,
) -> KnowledgeEntry:
    """Take in a question with its answer; it can be found at once.

    Raises Invalid, naming the field. Call it with no transaction open when embeddings are remote.
    """
    question, answer = _checked(question, answer)
    vector = _vector(question, answer)
    with org_atomic():
        entry = KnowledgeEntry.objects.create(
            bucket=bucket,
            kind=kind,
            question=question,
            answer=answer,
            category=category[:40],
            status=Status.ACTIVE,
        )
        _place(entry, vector)
        record(action="knowledge.entry_added", target=entry, by=by, data={"question": question})
    return entry


def edit_entry(
    *,
    entry: KnowledgeEntry,
    question: str,
    answer: str,
    by: User | None,
    category: str | None = None,
) -> KnowledgeEntry:
    """Change an entry's words. One that was suggested is thereby agreed to."""
    question, answer = _checked(question, answer)
    vector = _vector(question, answer)
    with org_atomic():
        entry.question, entry.answer, entry.status = question, answer, Status.ACTIVE
        entry.category = entry.category if category is None else category[:40]
        entry.save(update_fields=["question", "answer", "status", "category", "updated_at"])
        _place(entry, vector)
        record(action="knowledge.entry_edited", target=entry, by=by)
    return entry


def activate_entry(*, entry: KnowledgeEntry, by: User | None) -> KnowledgeEntry:
    """Agree to what was suggested, or bring back what was archived: it is found from now on."""
    vector = _vector(entry.question, entry.answer)
    with org_atomic():
        entry.status = Status.ACTIVE
        entry.save(update_fields=["status", "updated_at"])
        _place(entry, vector)
        record(action="knowledge.entry_activated", target=entry, by=by)
    return entry


def archive_entry(*, entry: KnowledgeEntry, by: User | None) -> KnowledgeEntry:
    """Take an entry out of reach; it stays to be looked at and can be brought back."""
    with org_atomic():
        _shelve(entry, Status.ARCHIVED)
        record(action="knowledge.entry_archived", target=entry, by=by)
    return entry


def suggestions_for(*, text: str, title: str, language: str) -> Edited:
    """Questions that a text answers, by the organization's model, or offline when it has none or
    the model is away. Call it with no transaction open."""
    from brands.agents import knowledge_editor

    try:
        return knowledge_editor.edit(
            text,
            title=title,
            language=language,
            organization_id=current_organization_id(),
            step_key=f"entries:{text_hash(text)[:32]}",
        )
    except (ModelError, PaymentRequired) as error:
        log.warning("edited_offline", code=error.code)
        return knowledge_editor.offline(text, title=title, language=language)


def suggest_entries(*, document: KnowledgeDocument, bucket_id: UUID, edited: Edited) -> int:
    """Put suggestions before people, who agree to them or not; counts the new ones.

    What was suggested before, in whatever state it is now, is not suggested again.
    """
    with org_atomic():
        mine = KnowledgeEntry.objects.filter(bucket_id=bucket_id)
        known = {question.casefold() for question in mine.values_list("question", flat=True)}
        rows = [
            KnowledgeEntry(
                bucket_id=bucket_id,
                document=document,
                question=each.question[:QUESTION_CHARACTERS],
                answer=each.answer[:ANSWER_CHARACTERS],
                quote=each.quote,
                category=each.category,
                status=Status.SUGGESTED,
                made_by=edited.model_used[:120],
            )
            for each in edited.entries
            if each.question.casefold() not in known
        ]
        KnowledgeEntry.objects.bulk_create(rows)
    return len(rows)


def check_quotes(*, document: KnowledgeDocument, is_gone: bool = False) -> int:
    """Look whether what entries quote still stands in their document; counts those that do not.

    What people agreed to waits for them again, out of reach until then; what nobody had looked at
    is archived.
    """
    entries = KnowledgeEntry.objects.filter(document=document).exclude(status=Status.ARCHIVED)
    lost = [
        entry
        for entry in entries
        if entry.quote and (is_gone or entry.quote not in document.content)
    ]
    for entry in lost:
        was_agreed = entry.status == Status.ACTIVE
        _shelve(entry, Status.SUGGESTED if was_agreed else Status.ARCHIVED)
    return len(lost)


def _shelve(entry: KnowledgeEntry, status: str) -> None:
    entry.status = status
    entry.save(update_fields=["status", "updated_at"])
    KnowledgeChunk.objects.filter(entry=entry).delete()


def _place(entry: KnowledgeEntry, embedded: Embedded | None) -> None:
    """The passage by which an entry is found: one, whatever its length."""
    text = passage_of(entry)
    language = next(iter(languages_of(text)), "")
    values = {
        "bucket_id": entry.bucket_id,
        "heading": entry.question[:300],
        "content": text,
        "content_hash": text_hash(text),
        "end": len(text),
        "token_count": max(1, len(text) // 4),
        "words": words_of_passage(entry.question, entry.answer, language),
        "embedding": embedded.vectors[0] if embedded else None,
        "model": embedded.model if embedded else "",
    }
    KnowledgeChunk.objects.filter(entry=entry).delete()
    KnowledgeChunk.objects.create(entry=entry, **values)


def passage_of(entry: KnowledgeEntry) -> str:
    return f"{entry.question}\n{entry.answer}"


def _checked(question: str, answer: str) -> tuple[str, str]:
    question = " ".join(question.replace("\x00", "").split())
    answer = answer.replace("\x00", "").strip()
    if not any(character.isalnum() for character in question):
        raise Invalid("Write the question.", field="question")
    if not any(character.isalnum() for character in answer):
        raise Invalid("Write the answer.", field="answer")
    if len(question) > QUESTION_CHARACTERS:
        raise Invalid("The question is longer than 500 characters. Shorten it.", field="question")
    if len(answer) > ANSWER_CHARACTERS:
        raise Invalid("The answer is longer than 4,000 characters. Shorten it.", field="answer")
    return question, answer


def _vector(question: str, answer: str) -> Embedded | None:
    try:
        return embed([f"{question}\n{answer}"])
    except (DomainError, WeightsError):
        return None  # words find it until it is read again
