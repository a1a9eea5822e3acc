"""Whether a draft repeats what was said lately. It needs the embedder, so a worker asks."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction

from config.kernel.scoping import org_atomic
from config.kernel.tasks import hint
from content.services.similarity import Novelty, check_text, content_hash
from publishing.models import Composition, PendingPost, Post

MOST = 500


def words_compared(row: Composition) -> str:
    """What a draft says to everybody; what it says else to one account is close to it anyway."""
    return "\n\n".join(part for part in (row.text, *row.thread) if part)


def is_compared(row: Composition) -> bool:
    """Whether `said_before` is about the words as they stand. Nothing is said about no words."""
    words = words_compared(row)
    return not words or row.compared_hash == content_hash(words)


def compare_soon(row: Composition) -> None:
    """Have the worker look once this is committed, unless it looked at these very words."""
    if is_compared(row):
        return
    # The tasks stand on the services.
    from publishing.autopilot.tasks import compare_composition

    ids = (str(row.organization_id), str(row.pk))
    transaction.on_commit(partial(hint, compare_composition, *ids))


def compare(*, composition_id: UUID) -> None:
    """Note beside a draft what the organization said in the last 30 days that is close to it.

    Call it with no transaction open, as embeddings may be remote. While the embedder is away
    nothing is noted, so that the next change of the draft asks again. Safe to run twice.
    """
    with org_atomic():
        row = Composition.objects.filter(pk=composition_id).first()
        if row is None or is_compared(row):
            return
        posts = PendingPost.objects.filter(variant__composition=row)
        own = set(posts.values_list("pk", flat=True))
        own |= set(Post.objects.filter(pending_post__in=own).values_list("pk", flat=True))
    words = words_compared(row)
    found = check_text(text=words, exclude=own, brand_id=row.brand_id)
    if found.verdict is Novelty.UNCHECKED:
        return
    with org_atomic():
        # Not `updated_at`: this is no change of what somebody wrote.
        Composition.objects.filter(pk=row.pk).update(
            said_before=found.reason[:MOST], compared_hash=content_hash(words)
        )
