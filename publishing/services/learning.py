"""What a person does with a post, told to those who learn from it."""

from __future__ import annotations

import structlog
from django.db import DatabaseError

from config.kernel.errors import DomainError
from content.learning.texts import composed
from content.models import Candidate
from content.services.feedback import note_feedback
from organizations.models import User
from publishing.models import PendingPost

log = structlog.get_logger(__name__)


def words_of(post: PendingPost) -> str:
    """Text and hashtags as one, which is what is learned from."""
    return composed(post.content, post.hashtags)


def tell_learning(
    post: PendingPost,
    kind: str,
    *,
    by: User | None,
    original: str = "",
    note: str = "",
    score: int | None = None,
) -> None:
    """Note an act on a post, in the act's transaction; what is noted has a savepoint of its own.

    What cannot be learned is logged and forgotten: it never undoes what the person did.
    """
    if post.candidate_id is None:
        # Written by a person: there is nothing of the agent's that could be learned from.
        return
    candidate = Candidate.objects.select_related("generation").get(pk=post.candidate_id)
    try:
        note_feedback(
            candidate=candidate,
            kind=kind,
            by=by,
            original=original,
            changed=words_of(post) if kind in ("edit", "approve") else "",
            note=note,
            score=score,
        )
    except (DatabaseError, DomainError) as error:
        log.warning("feedback_lost", post=str(post.pk), kind=kind, error=str(error))
