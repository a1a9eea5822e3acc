"""A brand's voice: kept, edited, confirmed, merged, saved, scored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from brands.models import BrandVoice, SavedVoice, VoiceScore
from brands.services.brands import update_brand
from brands.services.voices import (
    MOST_SAVED,
    VoiceProfile,
    confirm_voice,
    discard_draft,
    edit_voice,
    forget_saved_voice,
    keep_draft,
    measured,
    merge_voice,
    note_voice_score,
    save_voice,
    score_voice,
    use_saved_voice,
    voice_of,
)
from brands.voice.presets import PRESETS
from brands.voice.profile import VocabularyGroup
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord
from tests.brands.voice_texts import VOICES
from tests.world import World

pytestmark = pytest.mark.django_db


def craft() -> VoiceProfile:
    return measured(
        VoiceProfile(
            brand_name="Kiln & Crumb",
            summary="Warm and plain.",
            vocabulary=(VocabularyGroup("Bread", ("sourdough", "crust")),),
            example_texts=VOICES["craft"],
        )
    )


def draft(world: World, profile: VoiceProfile | None = None) -> BrandVoice:
    return keep_draft(
        brand=world.brand,
        profile=profile or craft(),
        source=BrandVoice.Source.ANALYSED,
        url="https://kiln.example",
        by=world.editor,
    )


def test_only_a_confirmed_voice_is_the_brands(world: World) -> None:
    with org_atomic(world.id):
        draft(world)
        assert voice_of(world.brand) is None

        row = confirm_voice(brand=world.brand, by=world.editor)

        found = voice_of(world.brand)
        assert found is not None
        assert found.example_texts == VOICES["craft"]
        assert (row.version, row.confirmed_by) == (1, world.editor)
        assert len(row.embedding.reveal()) == 768
        assert row.embedding_model


def test_a_new_voice_takes_the_place_of_the_old_one_and_counts_on(world: World) -> None:
    with org_atomic(world.id):
        for _ in range(2):
            draft(world)
            confirm_voice(brand=world.brand, by=world.editor)

        rows = BrandVoice.objects.filter(brand=world.brand)
        assert [(row.status, row.version) for row in rows] == [("confirmed", 2)]


def test_there_is_one_draft_and_it_can_be_thrown_away(world: World) -> None:
    with org_atomic(world.id):
        draft(world)
        draft(world)
        assert BrandVoice.objects.count() == 1

        discard_draft(brand=world.brand, by=world.editor)

        assert not BrandVoice.objects.exists()
        with pytest.raises(Conflict, match="no draft"):
            confirm_voice(brand=world.brand, by=world.editor)


def test_the_brands_rules_lie_over_its_voice(world: World) -> None:
    with org_atomic(world.id):
        rules = {**world.brand.language_rules, "words_to_avoid": ["rain"], "emoji_usage": "heavy"}
        brand = update_brand(brand=world.brand, values={"language_rules": rules}, by=world.editor)
        draft(world)
        confirm_voice(brand=brand, by=world.editor)

        found = voice_of(brand)

    assert found is not None
    assert found.avoided_words == ("rain",)
    assert score_voice(VOICES["craft"][0], found).score < 0.80
    assert score_voice(f"🍞 {VOICES['craft'][1]} 🥐 🌾", found).score > 0.80


def test_no_word_of_a_voice_stands_in_its_rows(world: World) -> None:
    with org_atomic(world.id):
        draft(world)
        confirm_voice(brand=world.brand, by=world.editor)
        save_voice(brand=world.brand, name="Ours", by=world.editor)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(v::text, '') FROM brands_brandvoice v "
                "UNION ALL SELECT string_agg(s::text, '') FROM brands_savedvoice s"
            )
            dump = "".join(row[0] for row in cursor.fetchall())

    for word in ("sourdough", "Kiln & Crumb", "Warm", "Penryn", "crust"):
        assert word not in dump
        assert word.encode().hex() not in dump
    assert "https://kiln.example" in dump


def test_what_a_person_changes_is_kept_and_examples_are_measured_anew(world: World) -> None:
    with org_atomic(world.id):
        before = draft(world)
        own = VoiceProfile.from_json(before.voice.reveal())

        same = edit_voice(brand=world.brand, profile=replace(own, summary="Calm."), by=world.editor)
        other = edit_voice(
            brand=world.brand, profile=replace(own, example_texts=VOICES["law"]), by=world.editor
        )

    kept = VoiceProfile.from_json(same.voice.reveal())
    assert (kept.summary, kept.measures) == ("Calm.", own.measures)
    anew = VoiceProfile.from_json(other.voice.reveal())
    assert anew.measures.sentence_words > own.measures.sentence_words


def test_a_merge_keeps_who_speaks_and_takes_how(world: World) -> None:
    with org_atomic(world.id):
        draft(world, replace(craft(), avoided_words=("artisan",), location="Penryn"))
        style = replace(PRESETS["playful"].profile, avoided_words=("boring",))

        row = merge_voice(brand=world.brand, style=style, named="Playful friend", by=world.editor)

    merged = VoiceProfile.from_json(row.voice.reveal())
    assert (merged.brand_name, merged.location) == ("Kiln & Crumb", "Penryn")
    assert {"sourdough", "crust"} <= set(merged.terms)
    assert merged.tone_attributes == style.tone_attributes
    assert merged.writing_direction == style.writing_direction
    assert merged.avoided_words == ("artisan", "boring")
    assert merged.summary not in ("Warm and plain.", style.summary)
    assert row.source == BrandVoice.Source.MERGED


def test_a_preset_serves_a_brand_that_has_no_voice_yet(world: World) -> None:
    with org_atomic(world.id):
        style = PRESETS["expert"].profile
        row = merge_voice(brand=world.brand, style=style, named="Calm expert", by=world.editor)

        assert row.source == BrandVoice.Source.PRESET
        assert VoiceProfile.from_json(row.voice.reveal()).brand_name == world.brand.name


def test_the_voice_saved_last_is_the_default(world: World) -> None:
    with org_atomic(world.id):
        draft(world)
        first = save_voice(brand=world.brand, name="First", by=world.editor)
        second = save_voice(brand=world.brand, name=" Second  one ", by=world.editor)

        first.refresh_from_db()
        assert (first.is_default, second.is_default, second.name) == (False, True, "Second one")
        with pytest.raises(Invalid, match="Choose another"):
            save_voice(brand=world.brand, name="second one", by=world.editor)
        with pytest.raises(Invalid, match="a name"):
            save_voice(brand=world.brand, name="  ", by=world.editor)


def test_twenty_voices_are_saved_and_no_more(world: World) -> None:
    with org_atomic(world.id):
        draft(world)
        for number in range(MOST_SAVED):
            saved = save_voice(brand=world.brand, name=f"Voice {number}", by=world.editor)
        with pytest.raises(Conflict, match="20 voices"):
            save_voice(brand=world.brand, name="One more", by=world.editor)

        assert SavedVoice.objects.get(is_default=True) == saved
        forget_saved_voice(saved=saved, by=world.editor)
        save_voice(brand=world.brand, name="One more", by=world.editor)


def test_a_saved_voice_lends_its_manner(world: World) -> None:
    with org_atomic(world.id):
        draft(world)
        saved = save_voice(brand=world.brand, name="Ours", by=world.editor)

        row = use_saved_voice(brand=world.brand, saved=saved, by=world.editor)

        assert VoiceProfile.from_json(row.voice.reveal()).example_texts == VOICES["craft"]


def test_a_score_is_kept_once_a_text_with_the_voice_of_its_day(world: World) -> None:
    subject = uuid4()
    with org_atomic(world.id):
        draft(world)
        confirm_voice(brand=world.brand, by=world.editor)
        for score in (0.5, 0.9):
            note_voice_score(
                brand_id=world.brand.pk,
                subject_type="candidate",
                subject_id=subject,
                score=score,
                reasons=["x" * 400],
                said_at=now() - timedelta(days=1),
            )

        row = VoiceScore.objects.get()
        assert (row.score, row.voice_version, len(row.reasons[0])) == (0.9, 1, 300)


def test_every_act_stands_in_the_audit_log(world: World) -> None:
    with org_atomic(world.id):
        draft(world)
        confirm_voice(brand=world.brand, by=world.editor)
        save_voice(brand=world.brand, name="Ours", by=world.editor)

        actions = set(AuditRecord.objects.values_list("action", flat=True))
    assert {"voice.drafted", "voice.confirmed", "voice.saved"} <= actions
