from __future__ import annotations

from uuid import UUID

from ninja import Field, Router, Schema

from analytics.models import EngagementSnapshot
from config.kernel.errors import NotFound
from organizations.api.door import ApiRequest, scoped
from publishing.models import Post

router = Router(tags=["Analytics"])


class Reading(Schema):
    """A number that the network does not have is null and never zero."""

    age: str = Field(description="15m, 1h, 1d or 1w after the post went out.")
    age_seconds: int = Field(description="When it was read, after the post went out.")
    likes: int | None
    comments: int | None
    shares: int | None
    clicks: int | None
    impressions: int | None
    reach: int | None
    engagement_rate: float


@router.get(
    "/posts/{uuid:post}/metrics/",
    response=list[Reading],
    url_name="post-metrics",
    summary="Read a post's numbers over time",
)
@scoped("read:analytics")
def post_metrics(request: ApiRequest, post: UUID) -> list[EngagementSnapshot]:
    """The numbers at each age of the post that was read; at most four."""
    if not Post.objects.filter(pk=post).exists():
        raise NotFound("There is no such post. It may have been deleted.")
    return list(EngagementSnapshot.objects.filter(post_id=post).order_by("age_seconds"))
