"""A material's text with its facts marked, and which posts say which of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from content.models import Material

SHOWN_CHARACTERS: Final = 12_000
KIND_WORDS: Final = {
    "number": "Figure",
    "price": "Price",
    "date": "Date",
    "quote": "Quotation",
    "name": "Name",
    "claim": "Key sentence",
}


@dataclass
class ShownFact:
    """One fact in the list beside the text. `posts` are those that cite its place."""

    place: int
    text: str
    start: int
    end: int
    kind: str
    posts: list[Any] = field(default_factory=list)

    @property
    def word(self) -> str:
        return KIND_WORDS.get(self.kind, "Fact")


@dataclass(frozen=True)
class Segment:
    """A piece of the text: `fact` marks it, `is_claim` says that it is in a key sentence.

    `anchors` are the facts that begin here, to which the list leads.
    """

    text: str
    fact: ShownFact | None
    is_claim: bool
    anchors: Sequence[int]


@dataclass(frozen=True)
class MarkedText:
    segments: Sequence[Segment]
    facts: Sequence[ShownFact]
    is_cut: bool

    @property
    def used(self) -> int:
        return sum(bool(fact.posts) for fact in self.facts)


def marked_text(material: Material, made: Iterable[Any]) -> MarkedText:
    """The beginning of a material's text in pieces, at most 12,000 characters.

    `made` are the pending posts of it, each with its candidate at hand: what their candidates cite
    says which facts they use. Asks nothing of the database.
    """
    text = material.extracted_text[:SHOWN_CHARACTERS]
    facts = [
        ShownFact(place, text[start:end], start, end, str(fact.get("kind", "")))
        for place, fact in enumerate(material.facts or [], start=1)
        if 0 <= (start := int(fact["start"])) < (end := int(fact["end"])) <= len(text)
    ]
    for post in made:
        _note_use(post, _cited(post, str(material.pk)), facts)
    return MarkedText(
        segments=_segments(text, facts),
        facts=facts,
        is_cut=len(material.extracted_text) > len(text),
    )


def _cited(post: Any, material_id: str) -> list[tuple[int, int]]:
    citations: Sequence[Mapping[str, Any]] = getattr(post.candidate, "citations", None) or []
    return [
        (int(each["source_span"][0]), int(each["source_span"][1]))
        for each in citations
        if each.get("source_kind") == "material" and each.get("source_id") == material_id
    ]


def _note_use(post: Any, spans: Sequence[tuple[int, int]], facts: Sequence[ShownFact]) -> None:
    for fact in facts:
        if any(start < fact.end and end > fact.start for start, end in spans):
            fact.posts.append(post)


def _segments(text: str, facts: Sequence[ShownFact]) -> list[Segment]:
    """Cut at every edge of a fact, so that a figure inside a key sentence is both."""
    edges = sorted({0, len(text), *(edge for fact in facts for edge in (fact.start, fact.end))})
    marks = [fact for fact in facts if fact.kind != "claim"]
    claims = [fact for fact in facts if fact.kind == "claim"]
    begins: dict[int, list[int]] = {}
    for fact in facts:
        begins.setdefault(fact.start, []).append(fact.place)
    return [
        Segment(
            text=text[start:end],
            fact=next((fact for fact in marks if fact.start <= start < fact.end), None),
            is_claim=any(fact.start <= start < fact.end for fact in claims),
            anchors=begins.get(start, []),
        )
        for start, end in zip(edges, edges[1:], strict=False)
    ]
