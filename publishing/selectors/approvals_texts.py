"""The agent's texts of one post, with what the guards said and how near earlier posts are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from config.kernel.brands import brands_in_sight
from config.kernel.embeddings import Thresholds, current_model, thresholds
from config.kernel.errors import Invalid
from content.models import Candidate, GuardResult
from publishing.models import PendingPost
from publishing.services.pending_posts import generations_of


@dataclass(frozen=True, slots=True)
class Check:
    """What one guard said; `state` is passed, warned, asks (for a person) or failed."""

    label: str
    state: str
    reason: str
    was_fixed: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near the nearest earlier post is. `value` is a cosine from 0 to 1; None: not checked."""

    value: float | None
    tone: str
    words: str
    excerpt: str
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Variation:
    candidate: Candidate
    is_chosen: bool
    is_shown: bool
    checks: Sequence[Check]
    likeness: Likeness

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if check.state == "failed"]

    @property
    def warned(self) -> list[Check]:
        return [check for check in self.checks if check.state in ("asks", "warned")]

    @property
    def sources(self) -> list[str]:
        return [words for each in self.candidate.sources if (words := _source(each))]

    @property
    def parts(self) -> list[tuple[str, float]]:
        """The six shares of the score, heaviest first."""
        row = self.candidate
        return [
            ("Close to the material", row.similarity_score),
            ("Guards passed", row.guard_score),
            ("History of the angle", row.history_score),
            ("Easy to read", row.aesthetics_score),
            ("Unlike the others", row.diversity_score),
            ("Low cost", row.cost_score),
        ]


def variations_of(post: PendingPost, *, shown_id: str = "") -> list[Variation]:
    """The texts that were written for a post, of all its generations; none where a person wrote it.

    `shown_id` names the one to look at, chosen or not.
    """
    texts = _candidates(post)
    if mine := next((each for each in texts if each.pk == post.candidate_id), None):
        post.candidate = mine
    if not texts:
        return []
    checks = _checks(texts)
    limits = _thresholds()
    chosen = str(post.candidate_id)
    shown = shown_id if any(str(each.pk) == shown_id for each in texts) else chosen
    return [
        Variation(
            candidate=each,
            is_chosen=str(each.pk) == chosen,
            is_shown=str(each.pk) == shown,
            checks=checks.get(each.pk, ()),
            likeness=_likeness(each, limits),
        )
        for each in texts
    ]


def _candidates(post: PendingPost) -> list[Candidate]:
    if post.generation_id is None:
        return []
    generations = generations_of(post) if post.regeneration_count else [post.generation_id]
    rows = Candidate.objects.filter(generation_id__in=generations).order_by("label")
    return sorted(rows, key=lambda row: generations.index(row.generation_id))


def _checks(texts: Iterable[Candidate]) -> dict[UUID, list[Check]]:
    found: dict[UUID, list[Check]] = {}
    for row in GuardResult.objects.filter(candidate__in=[each.pk for each in texts]).order_by("id"):
        label = row.guard.replace("_", " ").capitalize()
        found.setdefault(row.candidate_id, []).append(
            Check(label, _state(row), row.reason, row.was_fixed)
        )
    return found


def _state(row: GuardResult) -> str:
    if row.passed:
        # The comparison with earlier posts passes with a remark when it found something near.
        return "warned" if row.reason and row.guard == "similarity" else "passed"
    return {"block": "failed", "review": "asks"}.get(row.severity, "warned")


def _thresholds() -> Thresholds | None:
    try:
        return thresholds(current_model())
    except Invalid:
        return None


def _likeness(row: Candidate, limits: Thresholds | None) -> Likeness:
    nearest: Mapping[str, Any] = row.neighbours[0] if row.neighbours else {}
    value, excerpt = row.max_similarity, _excerpt(nearest)
    if value is None:
        return Likeness(None, "", "not checked", excerpt, is_copy=False)
    if limits is None:
        return Likeness(value, "", f"{value:.2f}", excerpt, is_copy=False)
    tone = "bad" if value >= limits.reject else "warn" if value >= limits.warn else "good"
    words = f"{value:.2f}; warns from {limits.warn:.2f}, refused from {limits.reject:.2f}"
    return Likeness(value, tone, words, excerpt, is_copy=value >= limits.reject)


def _excerpt(nearest: Mapping[str, Any]) -> str:
    """The words of the nearest text, unless they are of a brand that the reader may not see."""
    brands, brand_id = brands_in_sight(), nearest.get("brand_id")
    if brands is not None and brand_id and UUID(str(brand_id)) not in brands:
        return ""
    return str(nearest.get("excerpt", ""))


def _source(source: Any) -> str:
    """A source as the writer noted it: a sentence of the material, or one with its address."""
    if isinstance(source, str):
        return source.strip()
    if isinstance(source, dict):
        return str(source.get("quote") or source.get("text") or source.get("url") or "").strip()
    return ""
