"""A post on a fixed material, as a brand would write it with other values. Nothing is saved.

The profile's live preview and the voice's before and after are made of it, so it costs nothing and
says the same each time: the offline writer writes, and the guards mend what they can.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from brands.models import BrandProfile
from brands.platforms import platforms
from content.models import Material

from .sample_texts import SAMPLE_TEXTS

if TYPE_CHECKING:
    from brands.services.voices import VoiceProfile
    from content.agents import AngleName, BrandBrief, PlatformRules


def sample_post(
    brand: BrandProfile,
    changes: Mapping[str, Any],
    voice: VoiceProfile | None,
    platform: str = "",
) -> str:
    """The post as it would go out: text, hashtags and link.

    On the brand's newest ready material, else on a text that we bring in the brand's language. What
    the brand said lately does not count, or its sample would change from day to day. Raises Invalid
    with what to do when nothing may be written, such as when every sentence has a word to avoid.
    """
    # Writers run in workers; a web process, which imports this module too, stays small.
    from content.agents import analyse_offline, write_offline
    from content.guards import CandidateText, inspect

    from .briefs import brand_brief, guard_brief, material_brief

    changed = laid_over(brand, changes)
    source = sample_material(changed)
    rules = _rules(platform)
    brief = replace(brand_brief(changed, platform=rules.slug), recent_posts=())
    if voice is not None:
        brief = _in_voice(brief, voice)
    told = material_brief(source)
    # To place it under a pillar would take the vectors' model, and a post says no pillar.
    analysis = analyse_offline(told, replace(brief, pillars=())).analysis
    angle: AngleName = next(iter(analysis.suggested_angles), "product_focus")
    draft = write_offline(brief, told, analysis, angle, rules).draft
    held = guard_brief(brand=changed, material=source, rules=rules, voice=voice)
    mended = inspect(CandidateText(draft.text, tuple(draft.hashtags), draft.link), held).candidate
    tags = " ".join(f"#{tag}" for tag in mended.hashtags)
    return "\n\n".join(part for part in (mended.text, tags, mended.link) if part)


def laid_over(brand: BrandProfile, changes: Mapping[str, Any]) -> BrandProfile:
    """A copy of the row with other values; unknown names are left out. It is not for saving."""
    changed = copy.copy(brand)
    known = {field.name for field in BrandProfile._meta.concrete_fields} - {"id", "organization"}
    for name in known & set(changes):
        setattr(changed, name, changes[name])
    return changed


def sample_material(brand: BrandProfile) -> Material:
    """The brand's newest ready material, else an unsaved one in its language."""
    own = Material.objects.usable().filter(brand_id=brand.pk).exclude(extracted_text="")
    found = own.order_by("-created_at", "-pk").first()
    if found is not None:
        return found
    language = brand.language if brand.language in SAMPLE_TEXTS else "en"
    title, text = SAMPLE_TEXTS[language]
    return Material(
        kind=Material.Kind.TEXT, name=title, extracted_text=text, language=language, brand=brand
    )


def _rules(slug: str) -> PlatformRules:
    """The limits of a network; without one, those of a short post."""
    from content.agents import PlatformRules

    known = platforms.get(slug)
    if known is None:
        return PlatformRules(slug="", label="A short post", max_characters=500)
    return PlatformRules(
        slug=known.slug,
        label=known.label,
        max_characters=known.max_characters,
        count=known.count,
        hashtags_max=known.hashtags_max,
    )


def _in_voice(brief: BrandBrief, voice: VoiceProfile) -> BrandBrief:
    avoided = dict.fromkeys([*brief.words_to_avoid, *voice.avoided_words])
    return replace(
        brief,
        tone=tuple(dict.fromkeys([*brief.tone, *(each.name for each in voice.tone_attributes)])),
        voice_direction=voice.writing_direction or voice.summary,
        vocabulary=voice.terms,
        writing_rules=tuple(each.rule for each in voice.writing_style),
        avoidances=voice.avoidances,
        words_to_avoid=tuple(avoided),
        example_posts=brief.example_posts or voice.example_texts,
    )
