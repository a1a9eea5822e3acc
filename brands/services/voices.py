"""The voice of a brand: kept, edited, confirmed, merged, saved, and how well texts keep to it.

Light to import: guards take `VoiceProfile` and `score_voice` from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from brands.models import BrandProfile, BrandVoice, VoiceScore
from brands.voice.measuring import dimensions_of, measure
from brands.voice.profile import Measures, VoiceProfile
from brands.voice.scoring import Difference, VoiceVerdict, score_voice
from config.kernel.scoping import org_atomic

__all__ = [
    "Difference",
    "Measures",
    "VoiceProfile",
    "VoiceVerdict",
    "note_voice_score",
    "score_voice",
    "voice_of",
    "voice_version_of",
]

# Emoji in a hundred words that a brand's rule allows, whatever its own texts show so far.
_EMOJI_RULE = {"minimal": 1.5, "moderate": 4.0, "heavy": 9.0}


def voice_of(brand: BrandProfile) -> VoiceProfile | None:
    """The confirmed voice, with the brand's own rules laid over it; None while there is none.

    A rule is a decision, and what was measured only a habit: the words that the brand avoids count
    as avoided, and the emoji that it allows as its own.
    """
    row = BrandVoice.objects.filter(brand=brand, status=BrandVoice.Status.CONFIRMED).first()
    return under_rules(VoiceProfile.from_json(row.voice), brand) if row else None


def voice_version_of(brand_id: UUID) -> int:
    """The number of the confirmed voice; 0 while there is none."""
    rows = BrandVoice.objects.filter(brand_id=brand_id, status=BrandVoice.Status.CONFIRMED)
    return rows.values_list("version", flat=True).first() or 0


def under_rules(profile: VoiceProfile, brand: BrandProfile) -> VoiceProfile:
    rules: Mapping[str, Any] = brand.language_rules or {}
    avoided = [*profile.avoided_words, *(rules.get("words_to_avoid") or ())]
    measures = profile.measures
    if measures.words:
        allowed = _EMOJI_RULE.get(str(rules.get("emoji_usage")), 0.0)
        measures = replace(measures, emoji_per_100=max(measures.emoji_per_100, allowed))
    return replace(profile, avoided_words=tuple(dict.fromkeys(avoided)), measures=measures)


def measured(profile: VoiceProfile, *, language: str = "") -> VoiceProfile:
    """The profile with what its example texts show; without any, with what it had."""
    found = measure(profile.example_texts, language=language)
    if not found.words:
        return profile
    return replace(profile, measures=found, dimensions=dimensions_of(found))


def note_voice_score(
    *,
    brand_id: UUID,
    subject_type: str,
    subject_id: UUID,
    score: float,
    reasons: Sequence[str] = (),
    said_at: datetime,
    version: int | None = None,
) -> None:
    """Keep how much a text sounded like its brand; a second score of the same text replaces it.

    `version` is that of the voice; without it, of the one that is confirmed now. Call it inside the
    organization's scope.
    """
    with org_atomic():
        number = voice_version_of(brand_id) if version is None else version
        VoiceScore.objects.update_or_create(
            subject_type=subject_type,
            subject_id=subject_id,
            defaults={
                "brand_id": brand_id,
                "voice_version": number,
                "score": score,
                "reasons": [reason[:300] for reason in reasons],
                "said_at": said_at,
            },
        )
