from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema

from organizations.api.door import ApiRequest, scoped
from organizations.api.pages import Asked, PageOf, page_of
from publishing.models import SocialAccount

router = Router(tags=["Channels"])


class Channel(Schema):
    """A connected account. What it is connected with is never told."""

    id: UUID
    platform: str
    name: str
    handle: str
    profile_url: str
    status: str = Field(description="active, expired, revoked, error or needs_reconnect.")
    is_active: bool
    last_error: str
    last_used_at: datetime | None


@router.get(
    "/channels/", response=PageOf[Channel], url_name="channel-list", summary="List channels"
)
@scoped("read:channels")
def channel_list(request: ApiRequest, asked: Asked) -> dict[str, Any]:
    """Where the team's posts go out."""
    accounts = SocialAccount.objects.defer("credentials")
    return page_of(accounts, asked, order=("platform", "name"))
