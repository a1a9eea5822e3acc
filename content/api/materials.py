from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema, Status

from brands.models import BrandProfile
from config.kernel.errors import Invalid, NotFound
from content.models import Material, MaterialStatus
from content.services.materials import add_text
from organizations.api.door import ApiRequest, scoped
from organizations.api.inputs import Words
from organizations.api.pages import Asked, PageOf, page_of

router = Router(tags=["Materials"])

# Texts may be megabytes long: a list does not carry them.
_LONG = ("original_content", "extracted_text")


class MaterialLine(Schema):
    id: UUID
    brand_id: UUID | None = Field(description="Null: for every brand of the team.")
    kind: str
    name: str
    url: str
    status: str
    error: str = Field(description="What went wrong and what to do; empty if nothing did.")
    usage_count: int
    last_used_at: datetime | None
    created_at: datetime


class MaterialRead(MaterialLine):
    summary: str
    key_points: list[str]
    keywords: list[str]
    language: str
    content_pillar: str
    suggested_angles: list[str]


class NewText(Schema):
    text: Words = Field(description="At most 100 KB.")
    name: Words = Field("", max_length=200, description="Empty: its first line.")
    brand_id: UUID | None = Field(None, description="Null: for every brand of the team.")


@router.get(
    "/materials/",
    response=PageOf[MaterialLine],
    url_name="material-list",
    summary="List materials",
)
@scoped("read:content")
def material_list(
    request: ApiRequest,
    asked: Asked,
    status: MaterialStatus | None = None,
    brand_id: UUID | None = None,
) -> dict[str, Any]:
    """What the agent writes from, newest first."""
    materials = Material.objects.defer(*_LONG)
    if status is not None:
        materials = materials.filter(status=status)
    if brand_id is not None:
        materials = materials.for_brand(brand_id)
    return page_of(materials, asked, order=("-created_at",))


@router.post(
    "/materials/",
    response={201: MaterialLine},
    url_name="material-list",
    summary="Add a text",
)
@scoped("write:content")
def material_add(request: ApiRequest, body: NewText) -> Status[Material]:
    """Give the agent a text to write from. It is read and understood in the background."""
    brand = None
    if body.brand_id is not None:
        brand = BrandProfile.objects.filter(pk=body.brand_id).first()
        if brand is None:
            raise Invalid("There is no such brand.", field="brand_id", code="brand_unknown")
    material = add_text(name=body.name, text=body.text, brand=brand, by=request.organization.user)
    return Status(201, material)


@router.get(
    "/materials/{uuid:material}/",
    response=MaterialRead,
    url_name="material",
    summary="Read a material",
)
@scoped("read:content")
def material_read(request: ApiRequest, material: UUID) -> Material:
    """A material and what was understood of it."""
    row = Material.objects.defer(*_LONG).filter(pk=material).first()
    if row is None:
        raise NotFound("There is no such material. It may have been deleted.")
    return row
