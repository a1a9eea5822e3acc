"""What one generation is written from, read once and made into plain values: the brand with its
voice and lessons, the material with what the knowledge base says on it, a structure for each
candidate, and what the texts are held against."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np
from django.db.models import Q

from brands.models import BrandProfile, KnowledgeBucket
from brands.services.knowledge_search import Passage, find_passages
from brands.services.strategy import lines_for_writer
from brands.services.voices import VoiceProfile, voice_of
from config.kernel.scoping import current_organization_id, org_atomic
from content.agents import BrandBrief, MaterialBrief, PlatformRules
from content.agents.briefs import PassageBrief
from content.models import Generation, Material
from content.skills.intent import intent_of

from .angles import AngleChoice
from .briefs import brand_brief, guard_brief, material_brief
from .configurations import Configured, configuration_for
from .drafting import Assignment
from .feedback import lessons_for
from .skills import SkillChoice, choose_skills
from .understanding import analysis_of

PASSAGES = 5
_QUERY_CHARACTERS = 400
_TERMS = 20


def assignment_of(
    generation: Generation,
    *,
    brand: BrandProfile,
    material: Material,
    rules: PlatformRules,
    choices: Sequence[AngleChoice],
    exclude: Collection[UUID] = (),
) -> Assignment:
    """The whole assignment of a generation that has begun.

    A re-run of the same generation gets the same structures while the skills stand as they stood.
    Looks the knowledge base up, so call it with no transaction open.
    """
    configured = configuration_for(brand_id=brand.pk, platform=generation.platform)
    with org_atomic():
        voice = voice_of(brand)
        lessons = lessons_for(brand.pk)
        strategy = tuple(lines_for_writer(brand))
    passages = passages_on(material, brand.pk)
    profile = replace(brand_brief(brand, platform=generation.platform), strategy=strategy)
    told = _told(profile, voice, lessons, configured)
    matter = replace(material_brief(material), passages=passages)
    held = _within(rules, configured)
    return Assignment(
        generation_id=generation.pk,
        organization_id=current_organization_id(),
        brand=told,
        material=matter,
        analysis=analysis_of(material),
        rules=held,
        guards=guard_brief(
            brand=brand,
            material=material,
            rules=held,
            instruction=generation.instruction,
            passages=passages,
            voice=voice,
            voice_minimum=configured.voice_minimum,
            requires_guards=configured.requires_guards,
        ),
        skills=_skills(generation, brand, told, matter, material, held, choices),
        instruction=generation.instruction,
        exclude=frozenset(exclude),
        brand_id=brand.pk,
        configured=configured,
    )


def passages_on(material: Material, brand_id: UUID) -> tuple[PassageBrief, ...]:
    """What the knowledge base says on a material, best first; nothing where nothing is known."""
    words = " ".join([material.name, material.summary, *material.keywords])[:_QUERY_CHARACTERS]
    if not any(character.isalnum() for character in words) or not _knows(brand_id):
        return ()
    found = find_passages(query=words, brand_id=brand_id, limit=PASSAGES, agent="copywriter")
    return tuple(
        PassageBrief(id=str(each.chunk_id), label=label_of(each), text=each.text) for each in found
    )


def _knows(brand_id: UUID) -> bool:
    """Whether there is a bucket to look in; without one, nothing is embedded and nothing noted."""
    with org_atomic():
        return KnowledgeBucket.objects.filter(Q(brand_id=brand_id) | Q(brand=None)).exists()


def label_of(passage: Passage) -> str:
    return f"{passage.title}, {passage.heading}" if passage.heading else passage.title


def _told(
    brief: BrandBrief, voice: VoiceProfile | None, lessons: Sequence[str], configured: Configured
) -> BrandBrief:
    """The brief with what is known beside the profile, and as the configuration wants it."""
    brief = replace(brief, learned=tuple(lessons), call_to_action=configured.call_to_action)
    if not configured.adds_call:
        brief = replace(brief, cta_style="none", call_to_action="")
    if configured.adds_hashtags:
        tags = dict.fromkeys([*configured.hashtags, *brief.default_hashtags])
        brief = replace(brief, default_hashtags=tuple(tags))
    else:
        brief = replace(brief, hashtag_style="none", default_hashtags=())
    if voice is None:
        return brief
    return replace(
        brief,
        voice_direction=voice.writing_direction or voice.summary,
        vocabulary=voice.terms[:_TERMS],
        writing_rules=tuple(each.rule for each in voice.writing_style),
        avoidances=voice.avoidances,
        words_to_avoid=tuple(dict.fromkeys([*brief.words_to_avoid, *voice.avoided_words])),
        example_posts=brief.example_posts or voice.example_texts,
    )


def _within(rules: PlatformRules, configured: Configured) -> PlatformRules:
    """The network's limits, with the configuration's own where it is stricter."""
    if configured.hashtags_max is None:
        return rules
    limits = [configured.hashtags_max, rules.hashtags_max]
    return replace(rules, hashtags_max=min(each for each in limits if each is not None))


def _skills(
    generation: Generation,
    brand: BrandProfile,
    told: BrandBrief,
    matter: MaterialBrief,
    material: Material,
    rules: PlatformRules,
    choices: Sequence[AngleChoice],
) -> tuple[SkillChoice, ...]:
    intent = intent_of(
        brand=told,
        material=matter,
        analysis=analysis_of(material),
        rules=rules,
        angle=choices[0].angle,
    )
    return tuple(
        choose_skills(
            brand_id=brand.pk,
            platform=generation.platform,
            intent=intent,
            count=len(choices),
            random=np.random.default_rng(generation.pk.int),
            exploration_ratio=brand.exploration_ratio,
        )
    )
