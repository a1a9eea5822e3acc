from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from billing.services.limits import require_room_for
from brands.models import BrandProfile
from config.kernel.brands import over_all_brands
from config.kernel.clock import is_zone, now
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import changed_fields, record

from .look import keep_picture


def create_brand(*, values: Mapping[str, Any], by: User) -> BrandProfile:
    """Add a brand. An uploaded `logo` or `icon` is kept as a clean picture.

    Raises Invalid, naming the field, when a value cannot stand, and PaymentRequired when the plan
    covers no more.
    """
    values = _with_pictures(values)
    with org_atomic():
        require_room_for("brands", BrandProfile.objects.count)
        brand = BrandProfile(**_checked(values, brand=None))
        brand.save()
        record(action="brand.created", target=brand, by=by, data={"name": brand.name})
    return brand


def update_brand(*, brand: BrandProfile, values: Mapping[str, Any], by: User) -> BrandProfile:
    """Change only the fields that are given. Raises Invalid, naming the field.

    A picture that another takes the place of stays on the disk until the next clearing of loose
    files, so that whoever has the page open still sees it.
    """
    values = _with_pictures(values)
    with org_atomic():
        fresh = BrandProfile.objects.select_for_update().get(pk=brand.pk)
        wanted = _checked(values, brand=fresh)
        before, after = changed_fields({name: getattr(fresh, name) for name in wanted}, wanted)
        for name in after:
            setattr(fresh, name, wanted[name])
        if after:
            fresh.save(update_fields=[*after, "updated_at"])
            record(action="brand.changed", target=fresh, by=by, before=before, after=after)
    return fresh


def pause_brand(*, brand: BrandProfile, by: User | None, reason: str = "") -> None:
    """Stop everything that would go out for a brand, from this transaction on."""
    with org_atomic():
        brand.paused_at = now()
        brand.pause_reason = " ".join(reason.replace("\x00", "").split())[:200] or "Paused by hand"
        brand.save(update_fields=["paused_at", "pause_reason", "updated_at"])
        record(action="brand.paused", target=brand, by=by, reason=brand.pause_reason)


def resume_brand(*, brand: BrandProfile, by: User | None) -> None:
    with org_atomic():
        brand.paused_at = None
        brand.pause_reason = ""
        brand.save(update_fields=["paused_at", "pause_reason", "updated_at"])
        record(action="brand.resumed", target=brand, by=by)


def delete_brand(*, brand: BrandProfile, by: User) -> None:
    """Hide a brand with its materials; both can be restored for 30 days."""
    with org_atomic():
        brand.soft_delete()
        moment = brand.deleted_at
        brand.materials.all().update(deleted_at=moment)
        record(action="brand.deleted", target=brand, by=by)


def restore_brand(*, brand: BrandProfile, by: User) -> None:
    """Bring a brand back with what was hidden in the same moment. Raises Invalid when its name is
    taken by now."""
    with org_atomic():
        _refuse_taken_name(brand.name, brand)
        moment = brand.deleted_at
        brand.restore()
        hidden: Any = brand._meta.get_field("materials").related_model
        hidden.with_deleted.filter(brand=brand, deleted_at=moment).update(deleted_at=None)
        record(action="brand.restored", target=brand, by=by)


def _with_pictures(values: Mapping[str, Any]) -> dict[str, Any]:
    """Uploads are on the disk before the row that names them is committed."""
    return {
        name: keep_picture(value, field=name) if isinstance(value, UploadedFile) else value
        for name, value in values.items()
    }


def _checked(values: Mapping[str, Any], *, brand: BrandProfile | None) -> dict[str, Any]:
    checked = dict(values)
    if "name" in checked:
        checked["name"] = checked["name"].strip()
        if not checked["name"]:
            raise Invalid("A brand needs a name.", field="name")
        _refuse_taken_name(checked["name"], brand)
    if "timezone" in checked and not is_zone(checked["timezone"]):
        raise Invalid(
            "This is not a time zone we know. Choose one from the list.", field="timezone"
        )
    if "content_pillars" in checked:
        _check_pillars(checked["content_pillars"])
    return checked


def _refuse_taken_name(name: str, brand: BrandProfile | None) -> None:
    with over_all_brands("names of brands are unique in the team"):
        namesakes = BrandProfile.objects.filter(name__iexact=name)
        if brand is not None:
            namesakes = namesakes.exclude(pk=brand.pk)
        is_taken = namesakes.exists()
    if is_taken:
        raise Invalid(f"There is already a brand called {name}. Choose another name.", field="name")


def _check_pillars(pillars: list[dict[str, Any]]) -> None:
    total = sum(int(pillar["percentage"]) for pillar in pillars)
    if pillars and total != 100:
        raise Invalid(
            f"The pillars add up to {total} %. Make it 100 %, so that each has its share.",
            field="content_pillars",
        )
