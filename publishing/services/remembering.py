"""The words of posts placed among what was said, for later checks. It needs the embedder."""

from __future__ import annotations

from uuid import UUID

from config.kernel.scoping import org_atomic
from content.services.similarity import ContentType, remember
from publishing.models import PendingPost


def remember_post(post: PendingPost) -> None:
    """Let later checks know the post's text; call it with no transaction open."""
    remember(
        content_type=ContentType.PENDING_POST,
        content_id=post.pk,
        text=post.content,
        brand_id=post.brand_id,
    )


def remember_words(*, post_id: UUID) -> None:
    """Remember a post of the organization in scope as it stands now, if it is still there."""
    with org_atomic():
        post = PendingPost.objects.filter(pk=post_id).first()
    if post is not None:
        remember_post(post)
