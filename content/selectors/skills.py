"""What the skill pages show: the library, and one skill with everything that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from brands.platforms import platforms
from content.models import Candidate, RevisionEvent, SharedSkill, Skill, SkillStatus, SkillVersion
from content.services.skills import record_of
from content.services.upward import skill_chart
from content.skills.structure import Structure, describe, describe_change, name_of
from content.skills.vocabulary import PART_LABELS, PARTS
from content.skills.wishes import LABELS

MOST_LISTED = 300
REVISIONS_SHOWN, USES_SHOWN = 12, 8


@dataclass(frozen=True)
class Block:
    """One bar of a wireframe: what stands there, and how wide and how often it is drawn."""

    kind: str
    label: str
    lines: range


@dataclass(frozen=True)
class Card:
    """A skill in the library. Ratios from 0 to 1, `low` and `high` eight times in ten."""

    row: Skill
    words: str
    platform: str
    low: float
    high: float


@dataclass(frozen=True)
class Version:
    row: SkillVersion
    changes: str


@dataclass(frozen=True)
class Known:
    """One skill with its versions, newest first, its chart, what people said, and where it is."""

    card: Card
    structure: Structure
    blocks: Sequence[Block]
    parts: Sequence[tuple[str, str]]
    versions: Sequence[Version]
    series: Sequence[object]
    revisions: Sequence[tuple[RevisionEvent, str]]
    used_in: Sequence[Candidate]
    variants: Sequence[Skill]


@dataclass(frozen=True)
class SharedCard:
    row: SharedSkill
    name: str
    words: str
    platform: str
    is_ours: bool


def library(*, status: str = "", platform: str = "") -> list[Card]:
    """Skills of the organization, the best first; retired ones only when they are asked for."""
    rows = Skill.objects.filter(versions__is_active=True).select_related("brand", "forked_from")
    rows = rows.filter(status=status) if status else rows.exclude(status=SkillStatus.RETIRED)
    if platform:
        rows = rows.filter(platform__in=["", platform])
    listed = list(rows.order_by("-approval_rate", "-uses_count", "name", "pk")[:MOST_LISTED])
    active = SkillVersion.objects.filter(skill__in=listed, is_active=True).defer("embedding")
    structures = {row.skill_id: Structure.from_json(row.structure) for row in active}
    return [_card(row, structures[row.pk]) for row in listed]


def shared_library(*, platform: str = "") -> list[SharedCard]:
    rows = SharedSkill.objects.filter(retired_at=None).defer("embedding")
    if platform:
        rows = rows.filter(platform__in=["", platform])
    ours = set(
        Skill.objects.exclude(status=SkillStatus.RETIRED)
        .exclude(forked_from=None)
        .values_list("forked_from_id", flat=True)
    )
    return [shared_card(row, is_ours=row.pk in ours) for row in rows[:MOST_LISTED]]


def shared_card(row: SharedSkill, *, is_ours: bool) -> SharedCard:
    structure = Structure.from_json(row.structure)
    return SharedCard(
        row, name_of(structure), describe(structure), platform_label(row.platform), is_ours
    )


def skill_for_page(skill: Skill) -> Known:
    versions = list(skill.versions.defer("embedding").order_by("-number"))
    structures = [Structure.from_json(row.structure) for row in versions]
    active = next(place for place, row in enumerate(versions) if row.is_active)
    chart = skill_chart.get()
    return Known(
        card=_card(skill, structures[active]),
        structure=structures[active],
        blocks=wireframe(structures[active]),
        parts=parts_of(structures[active]),
        versions=[
            Version(row, describe_change(before, structure) if before else "The first version")
            for row, structure, before in zip(
                versions, structures, [*structures[1:], None], strict=True
            )
        ],
        series=chart(skill.pk) if chart else [],
        revisions=[(event, _said(event)) for event in _revisions(skill)],
        used_in=_used_in(skill),
        variants=list(skill.variants.order_by("-approval_rate", "name")),
    )


def parts_of(structure: Structure) -> list[tuple[str, str]]:
    return [
        (PART_LABELS[part], words[getattr(structure, part)].label) for part, words in PARTS.items()
    ]


def wireframe(structure: Structure) -> list[Block]:
    """The shape of a post as bars, from top to bottom."""
    blocks = [_block("hook", structure.hook, 1)]
    body_lines = {"line": 1, "short": 2, "medium": 3, "long": 5}[structure.length]
    if structure.body in ("list", "steps"):
        blocks.append(_block("list", structure.body, max(3, body_lines), part="body"))
    elif structure.body != "none":
        blocks.append(_block("body", structure.body, body_lines))
    if structure.closing != "none":
        blocks.append(_block("closing", structure.closing, 1))
    if structure.hashtags != "none":
        blocks.append(_block("hashtags", structure.hashtags, 1))
    return blocks


def platform_label(slug: str) -> str:
    known = platforms.get(slug) if slug else None
    return known.label if known else slug or "Every platform"


def _block(kind: str, word: str, lines: int, *, part: str = "") -> Block:
    named = part or kind
    label = PARTS[named][word].label
    return Block(kind, f"{PART_LABELS[named]}: {label[:1].lower()}{label[1:]}", range(lines))


def _card(row: Skill, structure: Structure) -> Card:
    low, high = record_of(row).interval()
    return Card(row, describe(structure), platform_label(row.platform), low, high)


def _revisions(skill: Skill) -> Sequence[RevisionEvent]:
    rows = RevisionEvent.objects.filter(skill_version__skill=skill).select_related("by")
    return list(rows.order_by("-created_at", "-pk")[:REVISIONS_SHOWN])


def _said(event: RevisionEvent) -> str:
    labels = [*event.defect_labels, *event.preference_labels]
    return ", ".join(LABELS.get(label, label) for label in labels)


def _used_in(skill: Skill) -> Sequence[Candidate]:
    rows = Candidate.objects.filter(skill_version__skill=skill)
    return list(rows.select_related("generation").order_by("-created_at", "-pk")[:USES_SHOWN])
