"""One voice out of two: who speaks from one, how from the other. Source: specification 4c."""

from __future__ import annotations

from dataclasses import replace

from brands.voice.profile import VocabularyGroup, VoiceProfile


def merge_voices(own: VoiceProfile, style: VoiceProfile) -> VoiceProfile:
    """Identity and every term of `own`; personality, tone, rules and measures of `style`.

    The summary is written anew. Words to avoid of both stay avoided.
    """
    merged = replace(
        own,
        personality=style.personality,
        tone_attributes=style.tone_attributes,
        writing_style=style.writing_style,
        avoidances=style.avoidances,
        avoided_words=tuple(dict.fromkeys([*own.avoided_words, *style.avoided_words])),
        writing_direction=style.writing_direction,
        vocabulary=_vocabulary(own, style),
        example_texts=style.example_texts,
        dimensions=style.dimensions,
        measures=style.measures,
    )
    return replace(merged, summary=_summary(merged))


def _vocabulary(own: VoiceProfile, style: VoiceProfile) -> tuple[VocabularyGroup, ...]:
    """All groups of one's own, then what the style adds to them."""
    have = {term.casefold() for term in own.terms}
    added = [
        replace(group, terms=tuple(term for term in group.terms if term.casefold() not in have))
        for group in style.vocabulary
    ]
    return (*own.vocabulary, *(group for group in added if group.terms))


def _summary(merged: VoiceProfile) -> str:
    name = merged.brand_name or "The brand"
    place = f" in {merged.location}" if merged.location else ""
    what = f" ({merged.business_type}{place})" if merged.business_type else ""
    tones = ", ".join(tone.name.lower() for tone in merged.tone_attributes)
    for_whom = f" It speaks to {_inside(merged.audience)}." if merged.audience else ""
    sounds = f"{name}{what} sounds {tones}." if tones else f"{name}{what}."
    return f"{sounds} {merged.personality.description}{for_whom}".strip()


def _inside(words: str) -> str:
    """As it is written within a sentence."""
    plain = words.strip().rstrip(".")
    return plain[:1].lower() + plain[1:] if plain[1:2].islower() else plain
