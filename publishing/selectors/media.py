"""Which stored files the posts in sight name, and which posts those are."""

from __future__ import annotations

from django.urls import reverse

from config.kernel.scoping import current_organization_id
from content.services.upward import Mention
from organizations.models import Organization
from publishing.models import Composition, MediaRendition, PendingPost, PendingStatus, Post


def names_file(key: str) -> bool:
    """Whether a post in sight shows a file, as it was given or as it was made to fit."""
    fitted = MediaRendition.objects.filter(fitted=key).values_list("reference", flat=True)
    return any(_is_shown(each) for each in {key, *fitted})


MENTIONS_SHOWN = 8


def mentions_of_file(key: str) -> list[Mention]:
    """Posts and drafts in sight that show a file of the library, the newest of each kind first."""
    named = [{"reference": key}]
    slug = Organization.objects.get(pk=current_organization_id()).slug
    found = []
    posts = Post.objects.filter(media__contains=named).order_by("-published_at")
    for post in posts.only("content", "published_at")[:MENTIONS_SHOWN]:
        # The page of a post is the layer's above; it is known by its address alone.
        url = reverse("analytics:post-show", args=[slug, post.pk])
        found.append(Mention(post.content[:80], "published", url))
    waiting = PendingPost.objects.filter(media__contains=named)
    waiting = waiting.exclude(status=PendingStatus.PUBLISHED).order_by("-created_at")
    for pending in waiting.only("content", "status")[:MENTIONS_SHOWN]:
        url = reverse("publishing:approval-show", args=[slug, pending.pk])
        found.append(Mention(pending.content[:80], pending.get_status_display().lower(), url))
    drafts = Composition.objects.filter(media__contains=named).order_by("-updated_at")
    for draft in drafts.only("text")[:MENTIONS_SHOWN]:
        url = reverse("publishing:composition-show", args=[slug, draft.pk])
        found.append(Mention(draft.text[:80] or "No words yet", "draft", url))
    return found


def _is_shown(key: str) -> bool:
    named = [{"reference": key}]
    return (
        PendingPost.objects.filter(media__contains=named).exists()
        or Post.objects.filter(media__contains=named).exists()
        or Composition.objects.filter(media__contains=named).exists()
    )
