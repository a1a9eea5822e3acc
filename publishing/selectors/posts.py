"""The list of what is out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from config.kernel.pagination import Page, paginate
from content.models import Angle
from publishing.models import Post, PostStatus

PAGE_SIZE = 25
# A post, its account and its brand have ninety columns; the list shows these.
_LISTED = (
    *("content", "platform", "status", "angle", "model_used", "published_at"),
    *("likes", "comments", "shares", "clicks", "impressions"),
    *("account__name", "brand__name", "brand__timezone"),
)


@dataclass(frozen=True, slots=True)
class PostFilter:
    """What a person chose; each is empty or a value that exists."""

    platform: str = ""
    brand: str = ""
    angle: str = ""
    state: str = ""
    search: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> PostFilter:
        """Values that make no sense count as not chosen, so that an old address still works."""
        angle, state = query.get("angle", ""), query.get("state", "")
        return cls(
            platform=query.get("platform", ""),
            brand=_uuid(query.get("brand", "")),
            angle=angle if angle in Angle.values else "",
            state=state if state in PostStatus.values else "",
            search=query.get("q", "").strip()[:100],
        )

    @property
    def is_empty(self) -> bool:
        return not (self.platform or self.brand or self.angle or self.state or self.search)


def posts_for_list(*, chosen: PostFilter, cursor: str | None = None) -> Page[Post]:
    """Newest first, 25 a page."""
    posts = Post.objects.select_related("account", "brand").only(*_LISTED)
    wanted = {
        "platform": chosen.platform,
        "brand_id": chosen.brand,
        "angle": chosen.angle,
        "status": chosen.state,
        "content__icontains": chosen.search,
    }
    posts = posts.filter(**{name: value for name, value in wanted.items() if value})
    return paginate(posts, order=("-published_at", "-id"), cursor=cursor, size=PAGE_SIZE)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
