"""Rows that people keep under a name of their own: templates, hashtag sets, post configurations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import F

from config.kernel.brands import over_all_brands
from config.kernel.clock import now
from config.kernel.errors import Invalid
from config.kernel.models import OrgOwned
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import changed_fields, record

R = TypeVar("R", bound=OrgOwned)


def create_named(model: type[R], values: Mapping[str, Any], *, action: str, by: User) -> R:
    """Raises Invalid, naming the field, for a name that is empty or taken."""
    with org_atomic():
        row = model(**_checked(model, values))
        row.save(force_insert=True)
        record(action=action, target=row, by=by, data={"name": row.name})  # type: ignore[attr-defined]
    return row


def change_named(row: R, values: Mapping[str, Any], *, action: str, by: User) -> R:
    """Change only the fields that are given, and keep no record where nothing differs."""
    with org_atomic():
        rows: Any = type(row)._default_manager
        fresh: R = rows.select_for_update().get(pk=row.pk)
        wanted = _checked(type(row), values, fresh)
        before, after = changed_fields({name: _read(fresh, name) for name in wanted}, _ids(wanted))
        for name in after:
            setattr(fresh, name, wanted[name])
        if after:
            fresh.save(update_fields=[*after, "updated_at"])
            record(action=action, target=fresh, by=by, before=before, after=after)
    return fresh


def delete_named(row: OrgOwned, *, action: str, by: User) -> None:
    with org_atomic():
        record(action=action, target=row, by=by, data={"name": str(row)})
        row.delete()


def note_use(model: type[OrgOwned], pk: Any) -> None:
    """Count one use. Rows of the whole team count too for members who may not change them."""
    with org_atomic(), over_all_brands("uses of the team's rows are counted for all"):
        rows: Any = model._default_manager.filter(pk=pk)
        rows.update(use_count=F("use_count") + 1, last_used_at=now())


def _checked(model: type[R], values: Mapping[str, Any], row: R | None = None) -> dict[str, Any]:
    checked = dict(values)
    if "name" in checked:
        checked["name"] = " ".join(checked["name"].replace("\x00", "").split())
        if not checked["name"]:
            raise Invalid("It needs a name, so that you find it again.", field="name")
        refuse_taken_name(model, checked["name"], row)
    return checked


def refuse_taken_name(model: type[R], name: str, row: R | None) -> None:
    with over_all_brands("names are unique in the team"):
        namesakes: Any = model._default_manager.all()
        namesakes = namesakes.filter(name__iexact=name)
        if any(field.name == "status" for field in model._meta.concrete_fields):
            namesakes = namesakes.filter(status="active")
        if row is not None:
            namesakes = namesakes.exclude(pk=row.pk)
        is_taken = namesakes.exists()
    if is_taken:
        raise Invalid(f"There is already one called “{name}”. Choose another name.", field="name")


def _read(row: OrgOwned, name: str) -> Any:
    return _id(getattr(row, name))


def _ids(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _id(value) for name, value in values.items()}


def _id(value: Any) -> Any:
    return str(value.pk) if isinstance(value, OrgOwned) else value
