"""The voice of a brand: kept, edited, confirmed, merged, saved, and how well texts keep to it.

Light to import: guards take `VoiceProfile` and `score_voice` from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from brands.models import BrandProfile, BrandVoice, SavedVoice, VoiceScore
from brands.voice.measuring import dimensions_of, measure
from brands.voice.merging import merge_voices
from brands.voice.profile import Measures, VoiceProfile
from brands.voice.reading import KnownBrand
from brands.voice.scoring import Difference, VoiceVerdict, score_voice
from config.kernel.clock import now
from config.kernel.embeddings.gateway import embed
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import record

__all__ = [
    "Difference",
    "Measures",
    "VoiceProfile",
    "VoiceVerdict",
    "confirm_voice",
    "discard_draft",
    "edit_voice",
    "forget_saved_voice",
    "keep_draft",
    "known_brand",
    "measured",
    "merge_voice",
    "note_voice_score",
    "save_voice",
    "score_voice",
    "under_rules",
    "use_saved_voice",
    "voice_of",
    "voice_version_of",
]

MOST_SAVED: Final = 20  # specification 4b, saved_brand_voices
NAME_CHARACTERS: Final = 200

# Emoji in a hundred words that a brand's rule allows, whatever its own texts show so far.
_EMOJI_RULE = {"minimal": 1.5, "moderate": 4.0, "heavy": 9.0}


def voice_of(brand: BrandProfile) -> VoiceProfile | None:
    """The confirmed voice, with the brand's own rules laid over it; None while there is none.

    A rule is a decision, and what was measured only a habit: the words that the brand avoids count
    as avoided, and the emoji that it allows as its own.
    """
    row = confirmed_of(brand)
    return under_rules(VoiceProfile.from_json(row.voice.reveal()), brand) if row else None


def voice_version_of(brand_id: UUID) -> int:
    """The number of the confirmed voice; 0 while there is none."""
    with org_atomic():
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


def known_brand(brand: BrandProfile) -> KnownBrand:
    """What a brand's profile says of it, as a reader of voices is told."""
    rules: Mapping[str, Any] = brand.language_rules or {}
    return KnownBrand(
        name=brand.name,
        language=brand.language,
        business_type=brand.business_type,
        location=brand.location,
        audience=brand.target_audience,
        price_range=brand.price_range,
        selling_points=tuple(brand.unique_selling_points),
        words_to_use=tuple(rules.get("words_to_use") or ()),
        words_to_avoid=tuple(rules.get("words_to_avoid") or ()),
    )


def draft_of(brand: BrandProfile) -> BrandVoice | None:
    with org_atomic():
        return BrandVoice.objects.filter(brand=brand, status=BrandVoice.Status.DRAFT).first()


def confirmed_of(brand: BrandProfile) -> BrandVoice | None:
    with org_atomic():
        rows = BrandVoice.objects.filter(brand=brand, status=BrandVoice.Status.CONFIRMED)
        return rows.select_related("confirmed_by").first()


def keep_draft(
    *, brand: BrandProfile, profile: VoiceProfile, source: str, by: User | None, url: str = ""
) -> BrandVoice:
    """Put a voice before people; it takes the place of the draft that was there."""
    with org_atomic():
        row = BrandVoice.objects.select_for_update().filter(brand=brand, status="draft").first()
        row = row or BrandVoice(brand=brand, status=BrandVoice.Status.DRAFT)
        row.voice = profile.as_json()
        row.embedding, row.embedding_model = None, ""
        row.source, row.analysed_url = source, url
        row.version = voice_version_of(brand.pk) + 1
        row.save()
        record(action="voice.drafted", target=brand, by=by, data={"source": str(source)})
    return row


def edit_voice(*, brand: BrandProfile, profile: VoiceProfile, by: User) -> BrandVoice:
    """Keep what a person made of a voice as the draft; its measures follow its examples.

    What was measured on a whole site stays while the examples stay as they were.
    """
    before = draft_of(brand) or confirmed_of(brand)
    old = VoiceProfile.from_json(before.voice.reveal()) if before else VoiceProfile()
    changed = replace(profile, measures=old.measures)
    if profile.example_texts != old.example_texts:
        found = measure(profile.example_texts, language=brand.language)
        changed = replace(profile, measures=found)
    source = before.source if before else BrandVoice.Source.MANUAL
    url = before.analysed_url if before else ""
    return keep_draft(brand=brand, profile=changed, source=source, url=url, by=by)


def confirm_voice(*, brand: BrandProfile, by: User) -> BrandVoice:
    """Make the draft the voice that is written with and held against texts.

    Call it with no transaction open: its examples are embedded, perhaps elsewhere. Raises Conflict
    when there is no draft, or it changed meanwhile, and Unavailable when nobody embeds now.
    """
    draft = draft_of(brand)
    if draft is None:
        raise Conflict("There is no draft to confirm. Have a voice read, or write one, first.")
    profile = VoiceProfile.from_json(draft.voice.reveal())
    vector, model = _embedded(profile)
    with org_atomic():
        fresh = BrandVoice.objects.select_for_update().filter(pk=draft.pk).first()
        if fresh is None or fresh.updated_at != draft.updated_at:
            raise Conflict("Somebody changed the draft meanwhile. Look at it again, then confirm.")
        number = voice_version_of(brand.pk) + 1
        BrandVoice.objects.filter(brand=brand, status=BrandVoice.Status.CONFIRMED).delete()
        fresh.status = BrandVoice.Status.CONFIRMED
        fresh.version, fresh.confirmed_at, fresh.confirmed_by = number, now(), by
        fresh.embedding, fresh.embedding_model = vector, model
        fresh.save()
        record(action="voice.confirmed", target=brand, by=by, data={"version": number})
    return fresh


def discard_draft(*, brand: BrandProfile, by: User) -> None:
    """Throw the draft away; the confirmed voice stays as it is."""
    with org_atomic():
        removed, _ = BrandVoice.objects.filter(brand=brand, status="draft").delete()
        if removed:
            record(action="voice.discarded", target=brand, by=by)


def merge_voice(*, brand: BrandProfile, style: VoiceProfile, named: str, by: User) -> BrandVoice:
    """A draft that keeps who the brand is and takes its manner from `style` (specification 4c)."""
    row = draft_of(brand) or confirmed_of(brand)
    own = VoiceProfile.from_json(row.voice.reveal()) if row else identity_of(brand)
    merged = merge_voices(own, style)
    with org_atomic():
        source = BrandVoice.Source.MERGED if row else BrandVoice.Source.PRESET
        draft = keep_draft(brand=brand, profile=merged, source=source, by=by)
        record(action="voice.merged", target=brand, by=by, data={"with": named})
    return draft


def identity_of(brand: BrandProfile) -> VoiceProfile:
    """Who speaks, as the brand's profile says, and nothing yet of how."""
    known = known_brand(brand)
    return VoiceProfile(
        brand_name=known.name,
        business_type=known.business_type,
        location=known.location,
        audience=known.audience,
        price_range=known.price_range,
        selling_points=known.selling_points,
        avoided_words=known.words_to_avoid,
    )


def save_voice(*, brand: BrandProfile, name: str, by: User) -> SavedVoice:
    """Keep the brand's voice under a name for the team; it becomes the default.

    Raises Invalid for a name that is empty or taken, Conflict beyond 20 and without a voice.
    """
    row = confirmed_of(brand) or draft_of(brand)
    if row is None:
        raise Conflict("There is no voice to save yet. Have one read, or write one, first.")
    clean = " ".join(name.replace("\x00", "").split())[:NAME_CHARACTERS]
    if not clean:
        raise Invalid("Give the voice a name to find it by.", field="name")
    with org_atomic():
        SavedVoice.objects.filter(is_default=True).update(is_default=False)
        if SavedVoice.objects.count() >= MOST_SAVED:
            raise Conflict(f"{MOST_SAVED} voices are saved. Remove one that nobody uses first.")
        if SavedVoice.objects.filter(name__iexact=clean).exists():
            raise Invalid(f"There is a saved voice called {clean}. Choose another.", field="name")
        saved = SavedVoice.objects.create(
            brand=brand,
            name=clean,
            source_url=row.analysed_url,
            voice=row.voice.reveal(),
            is_default=True,
            created_by=by,
        )
        record(action="voice.saved", target=brand, by=by, data={"name": clean})
    return saved


def use_saved_voice(*, brand: BrandProfile, saved: SavedVoice, by: User) -> BrandVoice:
    """The manner of a saved voice for this brand, as a draft."""
    style = VoiceProfile.from_json(saved.voice.reveal())
    return merge_voice(brand=brand, style=style, named=saved.name, by=by)


def forget_saved_voice(*, saved: SavedVoice, by: User) -> None:
    with org_atomic():
        record(action="voice.forgotten", target=saved.brand, by=by, data={"name": saved.name})
        saved.delete()


def saved_voice_named_by(saved_id: UUID) -> SavedVoice:
    """Raises NotFound."""
    row = SavedVoice.objects.filter(pk=saved_id).first()
    if row is None:
        raise NotFound("There is no such saved voice. It may have been removed.")
    return row


def _embedded(profile: VoiceProfile) -> tuple[list[float] | None, str]:
    """The mean of the examples' vectors, of unit length; nothing without examples."""
    if not profile.example_texts:
        return None, ""
    found = embed(list(profile.example_texts))
    # Numbers are loaded where they are made.
    from config.kernel.embeddings.vectors import unit

    mean = unit(found.vectors.mean(axis=0, keepdims=True))[0]
    return [round(float(number), 6) for number in mean], found.model
