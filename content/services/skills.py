"""Which structures the candidates of a request are written in: reuse, adapt, create, explore.

A skill is chosen by how well its structure serves the request and by its own record; three lead to
three candidates. An organization that has none yet begins with the built-in ones, in testing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import numpy as np
from django.db import connection

from config.kernel.brands import over_all_brands
from config.kernel.errors import Invalid
from config.kernel.scoping import current_organization_id, org_atomic
from content.models import SharedSkill, Skill, SkillStatus, SkillVersion
from content.skills.intent import Intent
from content.skills.matching import (
    ADAPT,
    REUSE,
    WEIGHTS,
    adapted,
    ideal,
    next_best,
    possible,
    similarity,
)
from content.skills.record import TIER_WEIGHTS, UNKNOWN, Record
from content.skills.starters import STARTERS
from content.skills.structure import Structure, describe_change

from .skill_rows import create_skill, create_starters

EXPLORATION_RATIO = 0.10
REUSE_TEMPERATURE, ADAPT_TEMPERATURE, EXPLORE_TEMPERATURE = 0.7, 0.8, 1.0
FIT_SHARE = 0.6
"""How much serving the request counts against the record; of two that serve alike the better
record wins, and no record makes up for a structure that does not serve."""

Kind = Literal["reuse", "adapt", "new", "explore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillChoice:
    """The structure of one candidate. `history` is the expected approval rate of its skill, None
    below ten uses; `temperature` is for a model, the offline writer has none."""

    structure: Structure
    skill_version_id: UUID | None
    shared_skill_id: UUID | None
    kind: Kind
    similarity: float
    history: float | None
    temperature: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A skill as it is weighed: one of ours, or a shared one that we have not used yet."""

    name: str
    structure: Structure
    platform: str
    status: str
    fingerprint: str
    similarity: float
    history: float | None
    skill_id: UUID | None = None
    version_id: UUID | None = None
    shared_id: UUID | None = None

    @property
    def worth(self) -> float:
        known = UNKNOWN if self.history is None else self.history
        return FIT_SHARE * self.similarity + (1 - FIT_SHARE) * known


def choose_skills(
    *,
    brand_id: UUID,
    platform: str,
    intent: Intent,
    count: int = 3,
    random: np.random.Generator,
    exploration_ratio: float = EXPLORATION_RATIO,
) -> list[SkillChoice]:
    """`count` choices, the best first (A, B, C).

    A is the best skill: as it is from a likeness of 0.80 on, adapted from 0.65 on, and below that a
    new one made from the intent. B is the second from 0.65 on, else A's adapted. The last is in
    `exploration_ratio` of requests a novel variant, otherwise the third skill, or A's adapted once
    more. Creates rows for what is new and for a shared skill's first use. The same generator state
    and rows give the same choice. Raises Invalid for a ratio that is not from 0 to 1.
    Source: specification 2a main flow, 2c skill tiers, 5.2 conflict 7.
    """
    if not 0 <= exploration_ratio <= 1:
        raise Invalid("The exploration share is a number from 0 to 1.", field="exploration_ratio")
    is_exploring = count > 1 and random.random() < exploration_ratio
    with over_all_brands("a structure belongs to the whole team"), org_atomic():
        found = _ranked(_known(brand_id, platform, intent))
        suitable = [one for one in found if one.similarity >= ADAPT]
        chosen = [_chosen(one, intent) for one in suitable[:1]] or [_created(intent, found)]
        if count > 1:
            chosen += [_chosen(one, intent) for one in suitable[1 : count - is_exploring]]
        if is_exploring:
            chosen = [*chosen[: count - 1], _novel(found, intent, random, exploration_ratio)]
        return _filled(chosen, intent, count, before_last=is_exploring)


def _known(brand_id: UUID, platform: str, intent: Intent) -> list[Known]:
    """Every skill of the task that may serve, weighed; the built-in ones where there is none."""
    rows = _own(brand_id, platform, intent)
    if not rows and not Skill.objects.filter(task=intent.task).exists():
        start_skills(task=intent.task)
        rows = _own(brand_id, platform, intent)
    own = [_weighed(row, intent) for row in rows]
    return [*own, *_shared(platform, intent, {one.fingerprint for one in own})]


def start_skills(*, task: str = "post") -> None:
    """Give an organization the built-in skills, once, however many ask at the same moment."""
    with connection.cursor() as cursor:
        key = f"skills:{current_organization_id()}:{task}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    if Skill.objects.filter(task=task).exists():
        return
    create_starters(STARTERS, task=task)


def _own(brand_id: UUID, platform: str, intent: Intent) -> list[SkillVersion]:
    rows = SkillVersion.objects.filter(
        is_active=True, task=intent.task, platform__in=["", platform]
    ).exclude(skill__status=SkillStatus.RETIRED)
    rows = rows.filter(skill__brand=None) | rows.filter(skill__brand_id=brand_id)
    return list(rows.select_related("skill").defer("embedding").order_by("skill_id"))


def _weighed(row: SkillVersion, intent: Intent) -> Known:
    structure = Structure.from_json(row.structure)
    return Known(
        name=row.skill.name,
        structure=structure,
        platform=row.platform,
        status=row.skill.status,
        fingerprint=row.fingerprint,
        similarity=similarity(intent, structure, platform=row.platform),
        history=record_of(row.skill).history,
        skill_id=row.skill_id,
        version_id=row.pk,
        shared_id=row.skill.forked_from_id,
    )


def record_of(skill: Skill) -> Record:
    return Record(
        uses=skill.uses_count,
        decided=skill.decided_count,
        approved=skill.approved_count,
        defective=round(skill.defect_rate * skill.decided_count),
    )


def _shared(platform: str, intent: Intent, ours: Collection[str]) -> Iterable[Known]:
    rows = SharedSkill.objects.filter(
        task=intent.task, platform__in=["", platform], retired_at=None
    ).defer("embedding")
    for row in rows.exclude(fingerprint__in=list(ours)):
        structure = Structure.from_json(row.structure)
        yield Known(
            name=str(row),
            structure=structure,
            platform=row.platform,
            status=row.status,
            fingerprint=row.fingerprint,
            similarity=similarity(intent, structure, platform=row.platform),
            history=row.approval_rate or None,
            shared_id=row.pk,
        )


def _ranked(known: Iterable[Known]) -> list[Known]:
    return sorted(known, key=lambda one: (-one.worth, one.fingerprint))


def _chosen(one: Known, intent: Intent) -> SkillChoice:
    """A skill as it is or adapted; a shared one becomes ours with its first use."""
    version_id = one.version_id or _forked(one, intent).pk
    is_reuse = one.similarity >= REUSE
    structure = one.structure if is_reuse else adapted(one.structure, intent)
    record = (
        f"{one.history:.0%} approved" if one.history is not None else "too few uses to judge it yet"
    )
    said = f"{_named(one)}: serves this by {one.similarity:.2f}, {record}"
    if changes := describe_change(one.structure, structure):
        said += f"; adapted: {changes}"
    return SkillChoice(
        structure=structure,
        skill_version_id=version_id,
        shared_skill_id=one.shared_id,
        kind="reuse" if is_reuse else "adapt",
        similarity=one.similarity,
        history=one.history,
        temperature=REUSE_TEMPERATURE if is_reuse else ADAPT_TEMPERATURE,
        reason=said[:300],
    )


def _named(one: Known) -> str:
    from content.skills.structure import name_of

    return name_of(one.structure) if one.skill_id is None else one.name


def _forked(one: Known, intent: Intent) -> SkillVersion:
    return create_skill(
        structure=one.structure,
        task=intent.task,
        platform=one.platform,
        forked_from_id=one.shared_id,
        notes="Taken from the shared library",
    )


def _created(intent: Intent, found: Sequence[Known]) -> SkillChoice:
    """A new skill from the intent, since none serves it."""
    structure = ideal(intent)
    nearest = max((one.similarity for one in found), default=0.0)
    version = _kept(structure, intent, notes="Made because none served")
    return SkillChoice(
        structure=structure,
        skill_version_id=version.pk,
        shared_skill_id=None,
        kind="new",
        similarity=similarity(intent, structure, platform=version.platform),
        history=None,
        temperature=ADAPT_TEMPERATURE,
        reason=f"{version.skill.name}: new, because the nearest skill serves by {nearest:.2f} only",
    )


def _novel(
    found: Sequence[Known], intent: Intent, random: np.random.Generator, ratio: float
) -> SkillChoice:
    """A variant of a skill, drawn by the weights of the tiers, with one or two other words."""
    able = [one for one in found if one.similarity >= ADAPT] or list(found)
    parent = (
        able[_drawn([TIER_WEIGHTS.get(one.status, 0.5) for one in able], random)] if able else None
    )
    base = adapted(parent.structure, intent) if parent else ideal(intent)
    structure = _varied(base, intent, random, {one.structure for one in found})
    version = _kept(
        structure,
        intent,
        notes="Tried to learn from",
        variant_of=parent.skill_id if parent else None,
    )
    return SkillChoice(
        structure=structure,
        skill_version_id=version.pk,
        shared_skill_id=None,
        kind="explore",
        similarity=similarity(intent, structure, platform=version.platform),
        history=None,
        temperature=EXPLORE_TEMPERATURE,
        reason=f"{version.skill.name}: a novel variant, as in {ratio:.0%} of requests, to keep "
        f"learning; {describe_change(base, structure) or 'nothing else is left to try'}"[:300],
    )


def _varied(
    base: Structure, intent: Intent, random: np.random.Generator, known: Collection[Structure]
) -> Structure:
    """Another opening or middle, drawn from what the material allows, then another end if need
    be, until it is none of the known ones."""
    structure = base
    for part in random.permutation(["hook", "body", "closing", "person", "paragraphs"]):
        others = [word for word in possible(intent, part) if word != getattr(base, part)]
        if not others:
            continue
        structure = structure.but(**{str(part): str(random.choice(others))})
        if structure not in known:
            break
    return structure


def _drawn(weights: Sequence[float], random: np.random.Generator) -> int:
    odds = np.array(weights)
    return int(random.choice(len(odds), p=odds / odds.sum()))


def _kept(
    structure: Structure, intent: Intent, *, notes: str, variant_of: UUID | None = None
) -> SkillVersion:
    """The version that has this structure already, else one of a new skill in testing."""
    fingerprint = structure.fingerprint(task=intent.task, platform=intent.platform)
    rows = SkillVersion.objects.filter(fingerprint=fingerprint, is_active=True)
    earlier = rows.exclude(skill__status=SkillStatus.RETIRED).select_related("skill").first()
    return earlier or create_skill(
        structure=structure,
        task=intent.task,
        platform=intent.platform,
        variant_of_id=variant_of,
        notes=notes,
    )


def _filled(
    chosen: list[SkillChoice], intent: Intent, count: int, *, before_last: bool
) -> list[SkillChoice]:
    """Where skills are wanting, A's adapted in another way; a novel variant stays the last."""
    last = chosen[-1:] if before_last else []
    filled = chosen[:-1] if before_last else list(chosen)
    parts = sorted(WEIGHTS, key=lambda part: -WEIGHTS[part])
    for part in parts:
        if len(filled) + len(last) >= count:
            break
        structure = next_best(filled[0].structure, intent, part)
        if structure not in {one.structure for one in [*filled, *last]}:
            filled.append(_adapted_again(filled[0], structure, intent))
    return [*filled, *last][:count]


def _adapted_again(first: SkillChoice, structure: Structure, intent: Intent) -> SkillChoice:
    return SkillChoice(
        structure=structure,
        skill_version_id=first.skill_version_id,
        shared_skill_id=first.shared_skill_id,
        kind="adapt",
        similarity=similarity(intent, structure),
        history=first.history,
        temperature=ADAPT_TEMPERATURE,
        reason=f"No second skill serves this, so the first is adapted: "
        f"{describe_change(first.structure, structure)}"[:300],
    )
