"""An earlier version of a post brought back."""

from __future__ import annotations

from organizations.models import User
from publishing.models import PendingPost, PostVersion

from .pending_posts import edit_post


def restore_version(*, version: PostVersion, by: User) -> PendingPost:
    """Let a post say again what it said in an earlier version. An edit like any other: it voids
    what was signed and makes a version of its own.

    Raises Invalid when those words do not fit the channel any more, Conflict when it is leaving.
    """
    words = version.words
    post = PendingPost.objects.select_related("brand", "account").get(pk=version.pending_post_id)
    return edit_post(
        post=post,
        content=words.get("content", ""),
        hashtags=words.get("hashtags", []),
        link=words.get("link", ""),
        media=words.get("media", []),
        title=words.get("title", ""),
        thread=words.get("thread", []),
        first_comment=words.get("first_comment", ""),
        options=words.get("options", {}),
        by=by,
        reason=f"Version {version.number} was brought back.",
    )
