from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from brands.forms.brand import SECTIONS, SectionForm
from brands.models import BrandProfile
from brands.selectors import brand_named_by
from brands.services.look import contrasts_of
from brands.services.preview import preview_of, used_platforms
from config.kernel.errors import NotFound
from organizations.access import Request, member_of
from organizations.throttles import throttled


@require_POST
@member_of("member")
@throttled("brand-preview", limit=1_200, per_seconds=3600, fail_open=True)
def brand_preview(request: Request, brand: UUID, section: str) -> HttpResponse:
    """The sample with what stands in the form, which stays unsaved."""
    row = brand_named_by(brand)
    if section not in SECTIONS:
        raise NotFound("A brand has no such side. Choose one of the tabs.")
    form = SECTIONS[section](request.POST, brand=row)
    is_whole = form.is_valid()
    context = sample_context(
        form, row, form.values() if is_whole else {}, request.POST.get("sample-platform", "")
    )
    context["is_waiting"] = not is_whole
    return TemplateResponse(request, f"brands/brand/_{form.previews}.html", context)


def sample_context(
    form: SectionForm, brand: BrandProfile, changes: dict[str, Any], platform: str = ""
) -> dict[str, Any]:
    """What the page beside the form shows; nothing for sides that change no post."""
    if form.previews == "look":
        said = getattr(form, "cleaned_data", {})
        known = {name: said.get(name) or color for name, color in brand.colors.items()}
        return {"colors": known, "checks": contrasts_of(known), "brand": brand}
    if form.previews == "sample":
        preview = preview_of(brand, changes, platform)
        return {"preview": preview, "platforms": used_platforms(brand), "brand": brand}
    return {}
