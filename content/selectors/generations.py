"""The three texts of one writing, side by side, with all that speaks for and against each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from brands.models import KnowledgeChunk
from config.kernel.brands import brands_in_sight
from config.kernel.embeddings import current_model, thresholds
from config.kernel.embeddings.thresholds import Thresholds
from config.kernel.errors import Invalid
from content.guards import guards
from content.models import Candidate, Generation, GuardResult
from content.services import ranking
from content.skills.structure import Structure, name_of

from .citations import Cited, Piece, cited_in, pieces_of

_OF_THE_MATERIAL = ("material", "title", "alt_text")
_STATES = {"block": "failed", "review": "asks"}
_OWN_CHECKS = {"similarity": "Unlike what was said before"}


@dataclass(frozen=True, slots=True)
class Check:
    """What one guard said; `state` is passed, warned, asks (for a person) or failed."""

    label: str
    state: str
    reason: str
    version: str
    was_fixed: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One score of the ranking, 0 to 1, and its weight in percent."""

    label: str
    value: float
    weight: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Something said before: how near by cosine, and its words where the reader may see them."""

    score: float
    excerpt: str
    said_at: datetime | None
    tone: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One candidate as the page shows it."""

    candidate: Candidate
    pieces: Sequence[Piece]
    checks: Sequence[Check]
    parts: Sequence[Part]
    neighbours: Sequence[Neighbour]

    @property
    def cited(self) -> list[Cited]:
        return cited_in(self.pieces)

    @property
    def open_checks(self) -> list[Check]:
        """Those that did not simply pass, the worst first."""
        order = ("failed", "asks", "warned")
        found = [check for check in self.checks if check.state != "passed"]
        return sorted(found, key=lambda check: order.index(check.state))

    @property
    def passed_checks(self) -> list[Check]:
        return [check for check in self.checks if check.state == "passed"]

    @property
    def skill_name(self) -> str:
        version = self.candidate.skill_version
        if version is not None:
            return str(version.skill.name)
        shared = self.candidate.shared_skill
        return name_of(Structure.from_json(shared.structure)) if shared is not None else ""


def generation_of(generation_id: UUID) -> Generation | None:
    rows = Generation.objects.select_related("material", "brand", "regeneration_of")
    return rows.filter(pk=generation_id).first()


def shown_candidates(generation: Generation) -> list[Shown]:
    """The candidates by their label, A, B, C."""
    related = ("skill_version__skill", "shared_skill")
    rows = list(generation.candidates.select_related(*related).order_by("label"))
    checks, urls, limits = _checks(rows), _addresses(generation, rows), _thresholds()
    return [
        Shown(
            candidate=row,
            pieces=pieces_of(row.text, row.citations, urls),
            checks=checks.get(row.pk, []),
            parts=_parts(row),
            neighbours=[_neighbour(each, limits) for each in row.neighbours],
        )
        for row in rows
    ]


def _parts(row: Candidate) -> list[Part]:
    """In the order of their weight, as `ranking.Scores.total` weighs them."""
    values = (
        ("Near its material", row.similarity_score, ranking.SIMILARITY),
        ("Guards passed", row.guard_score, ranking.GUARDS),
        ("The angle's record", row.history_score, ranking.HISTORY),
        ("Easy to read", row.aesthetics_score, ranking.AESTHETICS),
        ("Unlike the other two", row.diversity_score, ranking.DIVERSITY),
        ("Cost saved", row.cost_score, ranking.COST),
    )
    return [Part(label, value, round(weight * 100)) for label, value, weight in values]


def _checks(rows: Iterable[Candidate]) -> dict[UUID, list[Check]]:
    found: dict[UUID, list[Check]] = {}
    results = GuardResult.objects.filter(candidate__in=[row.pk for row in rows])
    for row in results.order_by("id"):
        check = Check(_label(row.guard), _state(row), row.reason, row.version, row.was_fixed)
        found.setdefault(row.candidate_id, []).append(check)
    return found


def _label(slug: str) -> str:
    guard = guards.get(slug)
    return guard.label if guard else _OWN_CHECKS.get(slug, slug.replace("_", " ").capitalize())


def _state(row: GuardResult) -> str:
    if row.passed:
        # The comparison with earlier posts passes with a remark when it found something near.
        return "warned" if row.reason and row.guard == "similarity" else "passed"
    return _STATES.get(row.severity, "warned")


def _thresholds() -> Thresholds | None:
    try:
        return thresholds(current_model())
    except Invalid:
        return None


def _neighbour(hit: Mapping[str, Any], limits: Thresholds | None) -> Neighbour:
    score = float(hit.get("score", 0))
    tone = ""
    if limits is not None:
        tone = "bad" if score >= limits.reject else "warn" if score >= limits.warn else "good"
    said = hit.get("created_at")
    return Neighbour(score, _excerpt(hit), datetime.fromisoformat(said) if said else None, tone)


def _excerpt(hit: Mapping[str, Any]) -> str:
    """The words of the neighbour, unless they are of a brand that the reader may not see."""
    brands, brand_id = brands_in_sight(), hit.get("brand_id")
    if brands is not None and brand_id and UUID(str(brand_id)) not in brands:
        return ""
    return str(hit.get("excerpt", ""))


def _addresses(generation: Generation, rows: Iterable[Candidate]) -> dict[tuple[str, str], str]:
    """Where each cited source can be read, by its kind and id."""
    slug = generation.organization.slug
    cited = {
        (str(each.get("source_kind", "")), str(each.get("source_id", "")))
        for row in rows
        for each in row.citations
    }
    material = reverse("content:material-show", args=[slug, generation.material_id])
    found = {key: material for key in cited if key[0] in _OF_THE_MATERIAL}
    passages = [UUID(key[1]) for key in cited if key[0] == "passage"]
    chunks = KnowledgeChunk.objects.filter(pk__in=passages).order_by()
    for chunk, document, entry in chunks.values_list("pk", "document_id", "entry_id"):
        found[("passage", str(chunk))] = _passage_address(slug, chunk, document, entry)
    return found


def _passage_address(slug: str, chunk: UUID, document: UUID | None, entry: UUID | None) -> str:
    """The document with the passage marked in its place; an entry is a whole answer."""
    if document is None:
        return reverse("brands:entry-edit", kwargs={"org": slug, "entry": entry})
    address = reverse("brands:document-show", kwargs={"org": slug, "document": document})
    return f"{address}?passage={chunk}#passage"
