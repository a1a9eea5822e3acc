"""The candidates of one pair, written as a generation writes them, and without a table.

Three angles, three structures, at most three attempts each: guards with their fixes, then what was
said before, then the other candidates. See `content.services.drafting`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

import numpy as np

from brands.platforms import platforms
from config.kernel.embeddings import Embedded, thresholds
from config.kernel.errors import DomainError
from content.agents import (
    ANGLES,
    Analysis,
    AngleName,
    BrandBrief,
    MaterialBrief,
    PlatformRules,
    Written,
    analyse_offline,
    write_offline,
)
from content.guards import CandidateText, GuardBrief, Inspection, inspect
from content.services.briefs import brand_brief, guard_brief, material_brief
from content.skills import Intent, Structure, intent_of, similarity
from content.skills.matching import adapted
from content.skills.starters import STARTERS

from .cases import Case

COUNT = 3
MOST_ATTEMPTS = 3

Embed = Callable[[Sequence[str]], Embedded | None]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a writer is asked for one attempt."""

    case: str
    brand: BrandBrief
    material: MaterialBrief
    analysis: Analysis
    angle: AngleName
    rules: PlatformRules
    structure: Structure
    label: str
    attempt: int
    faults: Sequence[str]
    shown: Sequence[str]


class Writer(Protocol):
    def analyse(self, case: str, brand: BrandBrief, material: MaterialBrief) -> Analysis: ...
    def write(self, ask: Ask) -> Written: ...


class OfflineWriter:
    """The writer without a model."""

    def analyse(self, case: str, brand: BrandBrief, material: MaterialBrief) -> Analysis:
        return analyse_offline(material, brand).analysis

    def write(self, ask: Ask) -> Written:
        return write_offline(
            ask.brand,
            ask.material,
            ask.analysis,
            ask.angle,
            ask.rules,
            attempt=ask.attempt,
            shown=ask.shown,
            structure=ask.structure,
        )


@dataclass(frozen=True)
class Text:
    """One candidate after its last attempt; `vector` has length 1, None without an embedder."""

    label: str
    angle: str
    inspection: Inspection
    attempts: int
    cost_micros: int
    repeats: str = ""
    vector: np.ndarray | None = field(default=None, repr=False, compare=False)

    @property
    def candidate(self) -> CandidateText:
        return self.inspection.candidate


@dataclass
class Outcome:
    """What came of one pair: its texts, and why others are missing."""

    case: Case
    rules: PlatformRules
    brief: GuardBrief
    texts: list[Text] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class _Memory:
    """What was said so far, with vectors: earlier posts and the other candidates."""

    embed: Embed
    texts: list[str]
    embedded: Embedded | None

    @classmethod
    def of(cls, texts: Sequence[str], embed: Embed) -> _Memory:
        return cls(embed, list(texts), embed(list(texts)) if texts else None)

    def repeated(self, embedded: Embedded | None) -> str:
        """The earlier text that a text repeats, by the embedder's own threshold."""
        if embedded is None or self.embedded is None:
            return ""
        scores = self.embedded.vectors @ embedded.vectors[0]
        nearest = int(scores.argmax())
        limit = thresholds(embedded.model).reject
        return self.texts[nearest] if scores[nearest] >= limit else ""

    def add(self, text: str, embedded: Embedded | None) -> None:
        if embedded is None:
            return
        known = [] if self.embedded is None else [self.embedded.vectors]
        self.texts.append(text)
        self.embedded = Embedded(np.concatenate([*known, embedded.vectors]), embedded.model)


def write_case(case: Case, writer: Writer, embed: Embed) -> Outcome:
    """Three candidates for a pair. What the writer refuses is kept as an error, in its words."""
    rules = rules_of(case.platform)
    told = replace(_told(case, rules), recent_posts=case.history)
    material = material_brief(case.material)
    analysis = writer.analyse(case.slug, told, material)
    brief = guard_brief(brand=case.brand, material=case.material, rules=rules, voice=case.voice)
    outcome = Outcome(case, rules, brief)
    memory = _Memory.of(case.history, embed)
    angles = [*analysis.suggested_angles, *ANGLES]
    for place, angle in enumerate(list(dict.fromkeys(angles))[:COUNT]):
        structures = _structures(
            intent_of(brand=told, material=material, analysis=analysis, rules=rules, angle=angle)
        )
        ask = Ask(
            case=case.slug,
            brand=told,
            material=material,
            analysis=analysis,
            angle=cast("AngleName", angle),
            rules=rules,
            structure=structures[place % len(structures)],
            label=chr(ord("A") + place),
            attempt=1,
            faults=(),
            shown=[text.candidate.text for text in outcome.texts],
        )
        try:
            text = _written(ask, writer, brief, memory)
        except DomainError as error:
            outcome.errors.append(f"{ask.label}: {error.message}")
            continue
        outcome.texts.append(text)
    return outcome


def rules_of(slug: str) -> PlatformRules:
    """The network's limits; of one that is not installed, those of a short post."""
    known = platforms.get(slug)
    if known is None:
        return PlatformRules(slug=slug, label=slug.capitalize(), max_characters=500)
    return PlatformRules(
        slug=known.slug,
        label=known.label,
        max_characters=known.max_characters,
        count=known.count,
        hashtags_max=known.hashtags_max,
    )


def _told(case: Case, rules: PlatformRules) -> BrandBrief:
    """Its own settings for the network are laid over by hand: with the network's name the brief
    would look up what the brand said lately, and these brands have no rows."""
    own = case.brand.platform_settings.get(rules.slug, {})
    brief = brand_brief(case.brand)
    brief = replace(brief, default_hashtags=tuple(own.get("hashtags_default", ())))
    if case.voice is None:
        return brief
    return replace(
        brief,
        voice_direction=case.voice.writing_direction or case.voice.summary,
        vocabulary=tuple(case.voice.terms),
        writing_rules=tuple(each.rule for each in case.voice.writing_style),
        avoidances=tuple(case.voice.avoidances),
    )


def _structures(intent: Intent) -> list[Structure]:
    """The three starters that serve best, put right where they do not, as skills begin."""
    ranked = sorted(STARTERS, key=lambda one: -similarity(intent, one))
    return [adapted(one, intent) for one in ranked[:COUNT]]


def _written(ask: Ask, writer: Writer, brief: GuardBrief, memory: _Memory) -> Text:
    """The first attempt that passes, else the last."""
    cost = 0
    while True:
        written = writer.write(ask)
        cost += written.cost_micros
        draft = written.draft
        inspection = inspect(
            CandidateText(draft.text.strip(), tuple(draft.hashtags), draft.link), brief
        )
        embedded = memory.embed([inspection.candidate.text])
        repeats = memory.repeated(embedded)
        is_good = inspection.is_passed and not inspection.doubts and not repeats
        if is_good or ask.attempt == MOST_ATTEMPTS:
            break
        faults = [*inspection.faults, *(["This repeats an earlier text."] if repeats else [])]
        shown = [*ask.shown, inspection.candidate.text, *([repeats] if repeats else [])]
        ask = replace(ask, attempt=ask.attempt + 1, faults=faults, shown=shown)
    memory.add(inspection.candidate.text, embedded)
    return Text(
        label=ask.label,
        angle=ask.angle,
        inspection=inspection,
        attempts=ask.attempt,
        cost_micros=cost,
        repeats=repeats,
        vector=None if embedded is None else embedded.vectors[0],
    )
