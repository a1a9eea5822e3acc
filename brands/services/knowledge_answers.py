"""A question to an answer of which every sentence cites its passage, or to an honest refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from brands.knowledge.answers import Source
from config.kernel.embeddings import current_model
from config.kernel.embeddings.thresholds import passage_scale
from config.kernel.errors import DomainError, PaymentRequired
from config.kernel.llm.errors import ModelError
from config.kernel.scoping import current_organization_id
from organizations.models import User

from .knowledge_search import Passage, find_passages, mark_used

if TYPE_CHECKING:
    from brands.agents.answerer import Answered

log = structlog.get_logger(__name__)

AGENT = "answerer"


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence of the answer, and the words of a passage that it rests on.

    [start, end) are code points of the document, or of the entry's passage.
    """

    sentence: str
    quote: str
    passage: Passage
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is None when what is known does not answer; `passages` is what was looked at."""

    text: str | None
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...] = ()
    model_used: str = ""
    cost_micros: int = 0


def answer_question(
    *,
    question: str,
    brand_id: UUID | None,
    user: User | None,
    bucket_ids: Collection[UUID] | None = None,
) -> Reply:
    """Answer from what the brand knows and from nothing else. Call it with no transaction open.

    By the organization's model; offline, and whenever the model is away, in the passages' own
    words. Raises Invalid for an empty question.
    """
    passages = find_passages(
        query=question, brand_id=brand_id, agent=AGENT, user=user, bucket_ids=bucket_ids
    )
    answered = _answered(question, passages)
    citations = tuple(
        _citation(said.text, passages[said.passage], said.start, said.end) for said in answered.said
    )
    if citations:
        mark_used([each.passage.chunk_id for each in citations], access_id=passages[0].access_id)
    return Reply(
        text=" ".join(each.sentence for each in citations) or None,
        citations=citations,
        passages=tuple(passages),
        model_used=answered.model_used,
        cost_micros=answered.cost_micros,
    )


def _answered(question: str, passages: Sequence[Passage]) -> Answered:
    # Agents bring a model's library; a web process that asks nothing stays small.
    from brands.agents import answerer

    sources = [_source(passage) for passage in passages]
    seen = "".join(str(passage.chunk_id) for passage in passages)
    key = hashlib.sha256(f"{question}\n{seen}".encode()).hexdigest()[:32]
    try:
        return answerer.answer(
            question,
            sources,
            organization_id=current_organization_id(),
            step_key=f"answer:{key}",
        )
    except (ModelError, PaymentRequired) as error:
        log.warning("answered_offline", code=error.code)
        return answerer.offline(question, sources)


def _source(passage: Passage) -> Source:
    return Source(passage.text, passage.heading, passage.title, _scaled(passage.likeness))


def _scaled(likeness: float | None) -> float | None:
    """From the model's own scale to one of 0 to 1."""
    if likeness is None:
        return None
    try:
        return passage_scale(current_model(), likeness)
    except DomainError:
        return None


def _citation(sentence: str, passage: Passage, start: int, end: int) -> Citation:
    return Citation(
        sentence=sentence,
        quote=passage.text[start:end],
        passage=passage,
        start=passage.start + start,
        end=passage.start + end,
    )
