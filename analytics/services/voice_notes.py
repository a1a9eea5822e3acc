"""How much what went out sounds like its brand, noted once a post, so that drift can be seen."""

from __future__ import annotations

from brands.models import VoiceScore
from brands.services.voices import note_voice_score, score_voice, voice_of
from config.kernel.scoping import org_atomic
from publishing.models import Post


def note_voice_of_post(post: Post) -> None:
    """Score the words of a published post against the voice that is confirmed now.

    Does nothing for a brand without a confirmed voice, and for a post that was scored before.
    Source: specification 6.4, voice drift.
    """
    with org_atomic():
        if VoiceScore.objects.filter(subject_type="post", subject_id=post.pk).exists():
            return
        voice = voice_of(post.brand)
        if voice is None:
            return
        verdict = score_voice(post.content, voice)
        note_voice_score(
            brand_id=post.brand_id,
            subject_type="post",
            subject_id=post.pk,
            score=verdict.score,
            reasons=verdict.reasons,
            said_at=post.published_at,
        )
