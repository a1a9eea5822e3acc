"""The texts of posts by id, for whoever moves their vectors to another embedding model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from publishing.models import PendingPost, Post


def texts_of_pending_posts(ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return dict(PendingPost.objects.filter(pk__in=ids).values_list("pk", "content"))


def texts_of_posts(ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return dict(Post.objects.filter(pk__in=ids).values_list("pk", "content"))
