"""Folders of the media library: of one brand, or of the whole team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import Asset, AssetFolder
from organizations.models import User
from organizations.services.audit import record

from .library import clean_name, fitting_folder

NAME_CHARACTERS: Final = 120
MOST_DEEP: Final = 5
_PARENT: Final = "A folder can only lie in one of the same brand, or in one of the whole team."


def create_folder(
    *, name: str, brand: BrandProfile | None, parent: AssetFolder | None, by: User
) -> AssetFolder:
    """Raises Invalid, naming the field: no name, one that is taken there, too deep."""
    with org_atomic():
        folder = AssetFolder(brand=brand, parent=parent, name=_name(name))
        _check(folder)
        folder.save(force_insert=True)
        record(action="asset_folder.created", target=folder, by=by, data={"name": folder.name})
    return folder


def rename_folder(*, folder: AssetFolder, name: str, by: User) -> AssetFolder:
    with org_atomic():
        row = AssetFolder.objects.select_for_update().get(pk=folder.pk)
        before, row.name = row.name, _name(name)
        if row.name != before:
            _check(row)
            row.save(update_fields=["name", "updated_at"])
            _record_change(row, by, "name", before, row.name)
    return row


def move_folder(*, folder: AssetFolder, parent: AssetFolder | None, by: User) -> AssetFolder:
    """Put it into another folder, or on top with None. Raises Invalid for one of its own."""
    with org_atomic():
        # All of them: two moves at once could else put each of two folders into the other.
        rows = {row.pk: row for row in AssetFolder.objects.select_for_update().order_by("pk")}
        row = rows[folder.pk]
        above = parent
        while above is not None:
            if above.pk == row.pk:
                raise Invalid("A folder cannot lie in itself. Choose another.", field="parent")
            above = rows.get(above.parent_id) if above.parent_id else None
        before, row.parent = row.parent_id, parent
        if row.parent_id != before:
            _check(row)
            row.save(update_fields=["parent", "updated_at"])
            _record_change(row, by, "parent", str(before or ""), str(row.parent_id or ""))
    return row


def delete_folder(*, folder: AssetFolder, by: User) -> int:
    """Its files and folders move up to where it was; returns how many files. Nothing is deleted.

    Raises Invalid when a folder in it has the name of one that is there already.
    """
    with org_atomic():
        row = AssetFolder.objects.select_for_update().get(pk=folder.pk)
        for child in AssetFolder.objects.select_for_update().filter(parent=row):
            child.parent_id = row.parent_id
            _check(child, beside=row)
            child.save(update_fields=["parent", "updated_at"])
        moved = Asset.with_deleted.filter(folder=row).update(folder=row.parent_id)
        record(
            action="asset_folder.deleted",
            target=row,
            by=by,
            data={"name": row.name, "files_moved": moved},
        )
        row.delete()
    return moved


def move_assets(*, asset_ids: Sequence[UUID], folder: AssetFolder | None, by: User) -> int:
    """Put several into a folder, or on top with None. All of them or none.

    Raises Invalid when one belongs to another brand than the folder.
    """
    with org_atomic():
        rows = list(
            Asset.objects.select_related("brand")
            .select_for_update(of=("self",))
            .filter(pk__in=asset_ids)
            .order_by("pk")
        )
        moved = [asset for asset in rows if asset.folder_id != (folder.pk if folder else None)]
        for asset in moved:
            before = str(asset.folder_id or "")
            asset.folder = fitting_folder(folder, asset.brand)
            asset.save(update_fields=["folder", "updated_at"])
            record(
                action="asset.changed",
                target=asset,
                by=by,
                before={"folder": before},
                after={"folder": str(asset.folder_id or "")},
            )
    return len(moved)


def _check(folder: AssetFolder, *, beside: AssetFolder | None = None) -> None:
    parent = folder.parent
    if parent is not None and parent.brand_id not in (None, folder.brand_id):
        raise Invalid(_PARENT, field="parent")
    deep, above = 1, parent
    while above is not None:
        deep, above = deep + 1, above.parent
    if deep > MOST_DEEP:
        raise Invalid(
            f"Folders lie at most {MOST_DEEP} deep. Choose one further up.", field="parent"
        )
    namesakes = AssetFolder.objects.filter(
        brand_id=folder.brand_id, parent_id=folder.parent_id, name__iexact=folder.name
    ).exclude(pk__in=[folder.pk, beside.pk if beside else folder.pk])
    if namesakes.exists():
        raise Invalid(f"There is a folder “{folder.name}” here already.", field="name")


def _name(name: str) -> str:
    words = clean_name(name)[:NAME_CHARACTERS]
    if not words:
        raise Invalid("The folder needs a name.", field="name")
    return words


def _record_change(row: AssetFolder, by: User, field: str, before: str, after: str) -> None:
    record(
        action="asset_folder.changed",
        target=row,
        by=by,
        before={field: before},
        after={field: after},
    )
