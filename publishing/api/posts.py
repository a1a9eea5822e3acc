from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema

from config.kernel.errors import NotFound
from organizations.api.door import ApiRequest, scoped
from organizations.api.inputs import Moment, Words
from organizations.api.pages import Asked, PageOf, page_of
from publishing.models import Post

router = Router(tags=["Posts"])


class Numbers(Schema):
    likes: int
    comments: int
    shares: int
    clicks: int
    impressions: int
    reach: int
    engagement_rate: float = Field(description="Per cent of impressions; 0 without impressions.")
    updated_at: datetime | None = Field(description="Null: not read yet.")


class Published(Schema):
    id: UUID
    brand_id: UUID
    channel_id: UUID
    material_id: UUID | None
    platform: str
    status: str
    content: str
    hashtags: list[str]
    link: str
    url: str = Field(description="Where people see it; empty if the network gives no address.")
    published_at: datetime
    angle: str
    numbers: Numbers

    @staticmethod
    def resolve_channel_id(post: Post) -> UUID:
        return post.account_id

    @staticmethod
    def resolve_url(post: Post) -> str:
        return post.external_url

    @staticmethod
    def resolve_numbers(post: Post) -> dict[str, Any]:
        names = ("likes", "comments", "shares", "clicks", "impressions", "reach", "engagement_rate")
        counted = {name: getattr(post, name) for name in names}
        return {**counted, "updated_at": post.metrics_updated_at}


@router.get("/posts/", response=PageOf[Published], url_name="post-list", summary="List posts")
@scoped("read:posts")
def post_list(
    request: ApiRequest,
    asked: Asked,
    brand_id: UUID | None = None,
    platform: Words | None = None,
    published_after: Moment | None = None,
    published_before: Moment | None = None,
) -> dict[str, Any]:
    """What is out, newest first, each with its latest numbers."""
    wanted = {
        "brand_id": brand_id,
        "platform": platform,
        "published_at__gte": published_after,
        "published_at__lt": published_before,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    return page_of(Post.objects.filter(**given), asked, order=("-published_at",))


@router.get("/posts/{uuid:post}/", response=Published, url_name="post", summary="Read a post")
@scoped("read:posts")
def post_read(request: ApiRequest, post: UUID) -> Post:
    """One post as it is out, with its latest numbers."""
    row = Post.objects.filter(pk=post).first()
    if row is None:
        raise NotFound("There is no such post. It may have been deleted.")
    return row
