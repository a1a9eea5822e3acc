from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema

from brands.models import BrandProfile
from brands.selectors import brand_named_by
from organizations.api.door import ApiRequest, scoped
from organizations.api.pages import Asked, PageOf, page_of

router = Router(tags=["Brands"])


class BrandLine(Schema):
    id: UUID
    name: str
    website_url: str
    language: str
    timezone: str
    is_paused: bool
    created_at: datetime

    @staticmethod
    def resolve_is_paused(brand: BrandProfile) -> bool:
        return brand.paused_at is not None


class Brand(BrandLine):
    business_type: str
    location: str
    target_audience: str
    personality: str
    tone: list[str]
    unique_selling_points: list[str]
    content_pillars: list[dict[str, Any]]
    language_rules: dict[str, Any]
    auto_approve: bool = Field(description="Whether posts that pass all checks need no person.")
    approval_timeout_hours: int
    pause_reason: str


@router.get("/brands/", response=PageOf[BrandLine], url_name="brand-list", summary="List brands")
@scoped("read:brands")
def brand_list(request: ApiRequest, asked: Asked) -> dict[str, Any]:
    """The team's brands by name."""
    return page_of(BrandProfile.objects.all(), asked, order=("name",))


@router.get("/brands/{uuid:brand}/", response=Brand, url_name="brand", summary="Read a brand")
@scoped("read:brands")
def brand_read(request: ApiRequest, brand: UUID) -> BrandProfile:
    """How a brand presents itself and how its posts are let out."""
    return brand_named_by(brand)
