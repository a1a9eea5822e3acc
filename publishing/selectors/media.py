"""Which stored files the posts in sight name."""

from __future__ import annotations

from publishing.models import MediaRendition, PendingPost, Post


def names_file(key: str) -> bool:
    """Whether a post in sight shows a file, as it was given or as it was made to fit."""
    fitted = MediaRendition.objects.filter(fitted=key).values_list("reference", flat=True)
    return any(_is_shown(each) for each in {key, *fitted})


def _is_shown(key: str) -> bool:
    named = [{"reference": key}]
    return (
        PendingPost.objects.filter(media__contains=named).exists()
        or Post.objects.filter(media__contains=named).exists()
    )
