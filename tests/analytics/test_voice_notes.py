"""What went out is held against the confirmed voice, once."""

from __future__ import annotations

import pytest

from analytics.services.voice_notes import note_voice_of_post
from brands.models import BrandVoice, VoiceScore
from brands.services.voices import VoiceProfile
from config.kernel.scoping import org_atomic
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_post_is_scored_once_against_the_confirmed_voice(world: World) -> None:
    with org_atomic(world.id):
        post = make.post(world.brand, world.account, content="We plane every mast by hand.")
        note_voice_of_post(post)
        assert not VoiceScore.objects.exists()

        voice = VoiceProfile(example_texts=("We plane every mast by hand.",))
        BrandVoice.objects.create(brand=world.brand, status="confirmed", voice=voice.as_json())
        note_voice_of_post(post)
        first = VoiceScore.objects.get()
        assert (first.subject_id, first.said_at) == (post.pk, post.published_at)
        assert 0 <= first.score <= 1

        post.content = "BUY NOW!!!"
        note_voice_of_post(post)
        assert VoiceScore.objects.get().score == first.score
