"""The media library: pictures and videos that posts are made with, each once, under a name.

What a person gives is looked at and cleaned as any upload is; the row names the file. A file goes
when nothing names it any more, neither an asset nor a post, by the sweep of loose files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import F, Q

from brands.models import BrandProfile
from config.kernel.brands import over_all_brands, refuse_beyond_brands
from config.kernel.clock import now
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import Asset, AssetFolder
from organizations.models import User
from organizations.services.audit import changed_fields, record

from .library_pictures import small_picture
from .media import KeptMedium, keep_medium

NAME_CHARACTERS: Final = 200
ALT_CHARACTERS: Final = 1_000
TAG_CHARACTERS: Final = 40
MOST_TAGS: Final = 20


def keep_file(
    *,
    upload: UploadedFile[bytes],
    brand: BrandProfile | None,
    folder: AssetFolder | None,
    by: User,
    name: str = "",
    alt: str = "",
) -> Asset:
    """Take a picture (20 MB) or a video (WARREN_VIDEO_MB) into the library.

    One of no brand belongs to the whole team. What is there already, for this brand or the team, is
    not kept twice: the asset that is there comes back, and its `was_there` says so. Reads and
    writes files, so let no row be locked meanwhile. Raises Invalid with what to do instead.
    """
    refuse_beyond_brands(Asset(brand=brand))
    checksum = checksum_of(upload)
    known = same_file(checksum, brand)
    if known is not None:
        return known
    kept = keep_medium(upload=upload)
    thumbnail = small_picture(kept)
    with org_atomic():
        return enter(
            kept,
            checksum=checksum,
            brand=brand,
            folder=folder,
            by=by,
            name=name or PurePath(upload.name or "").stem,
            alt=alt,
            thumbnail=thumbnail,
        )


def enter(
    kept: KeptMedium,
    *,
    checksum: str,
    brand: BrandProfile | None,
    folder: AssetFolder | None,
    by: User | None,
    name: str,
    alt: str = "",
    **more: Any,
) -> Asset:
    """The row of a file that is stored. `checksum` is of the file as it was given."""
    asset = Asset(
        brand=brand,
        folder=fitting_folder(folder, brand),
        name=clean_name(name) or ("Video" if kept.content_type.startswith("video/") else "Picture"),
        alt=clean_alt(alt),
        checksum=checksum,
        created_by=by,
        reference=kept.reference,
        content_type=kept.content_type,
        size_bytes=kept.size_bytes,
        width=kept.width,
        height=kept.height,
        duration_seconds=kept.duration_seconds,
        **more,
    )
    asset.save(force_insert=True)
    record(action="asset.added", target=asset, by=by, data={"name": asset.name})
    return asset


def same_file(checksum: str, brand: BrandProfile | None) -> Asset | None:
    """The asset of the brand, or of the whole team, that was made of the same bytes."""
    here = Q(brand=None) | Q(brand=brand) if brand is not None else Q(brand=None)
    with org_atomic():
        known: Asset | None = Asset.objects.filter(here, checksum=checksum).first()
    if known is not None:
        known.was_there = True
    return known


def checksum_of(upload: UploadedFile[bytes]) -> str:
    """SHA-256 of a file as it was given, 64 hex digits."""
    digest = hashlib.sha256()
    upload.seek(0)
    for piece in upload.chunks():
        digest.update(piece)
    upload.seek(0)
    return digest.hexdigest()


def media_of(asset_ids: Iterable[UUID | str]) -> list[dict[str, Any]]:
    """Assets as the rows of posts keep their media, in the order of the ids.

    What is deleted, or out of the member's sight, is left out.
    """
    ids = [str(each) for each in asset_ids]
    with org_atomic():
        found = {str(asset.pk): asset for asset in Asset.objects.filter(pk__in=ids)}
    return [as_medium(found[each]) for each in dict.fromkeys(ids) if each in found]


def as_medium(asset: Asset) -> dict[str, Any]:
    """One asset as a post's medium: what is not known of it is not named."""
    return KeptMedium(
        reference=asset.reference,
        content_type=asset.content_type,
        size_bytes=asset.size_bytes,
        width=asset.width,
        height=asset.height,
        duration_seconds=asset.duration_seconds,
    ).as_json(asset.alt)


def note_use(asset_ids: Iterable[UUID | str]) -> None:
    """Count one use of each. The team's assets count too for those who may not change them."""
    ids = [str(each) for each in asset_ids]
    with org_atomic(), over_all_brands("uses of the team's assets are counted for all"):
        Asset.objects.filter(pk__in=ids).update(use_count=F("use_count") + 1, last_used_at=now())


def change_asset(*, asset: Asset, by: User, **words: Any) -> Asset:
    """Change name, alt, tags, focal_x, focal_y or folder; only what is given, in one record.

    Raises Invalid, naming the field. Posts that show it already keep the description they have.
    """
    wanted = {name: _CLEANED[name](value) for name, value in words.items()}
    if wanted.get("name") == "":
        raise Invalid("It needs a name, so that you find it again.", field="name")
    with org_atomic():
        fresh = Asset.objects.select_for_update().get(pk=asset.pk)
        if "folder" in wanted:
            wanted["folder_id"] = _id(fitting_folder(wanted.pop("folder"), fresh.brand))
        before, after = changed_fields({each: getattr(fresh, each) for each in wanted}, wanted)
        for field in after:
            setattr(fresh, field, wanted[field])
        if after:
            fresh.save(update_fields=[*after, "updated_at"])
            record(action="asset.changed", target=fresh, by=by, before=before, after=after)
    return fresh


def tag_assets(*, asset_ids: Sequence[UUID], tags: Sequence[str], by: User) -> int:
    """Put these tags on several assets beside those they have. Returns how many were changed."""
    added = clean_tags(tags)
    changed = 0
    with org_atomic():
        for asset in Asset.objects.select_for_update().filter(pk__in=asset_ids).order_by("pk"):
            kept = clean_tags([*asset.tags, *added])
            if kept != asset.tags:
                before, asset.tags = list(asset.tags), kept
                asset.save(update_fields=["tags", "updated_at"])
                record(
                    action="asset.changed",
                    target=asset,
                    by=by,
                    before={"tags": before},
                    after={"tags": kept},
                )
                changed += 1
    return changed


def delete_assets(*, asset_ids: Sequence[UUID], by: User) -> int:
    """Hide them. Posts that show them keep the files; 30 days later the rest goes for good."""
    with org_atomic():
        rows = list(Asset.objects.select_for_update().filter(pk__in=asset_ids).order_by("pk"))
        for asset in rows:
            asset.soft_delete()
            record(action="asset.deleted", target=asset, by=by, data={"name": asset.name})
    return len(rows)


def restore_assets(*, asset_ids: Sequence[UUID], by: User) -> int:
    with org_atomic():
        gone = Asset.with_deleted.select_for_update().filter(pk__in=asset_ids)
        rows = list(gone.filter(deleted_at__isnull=False).order_by("pk"))
        for asset in rows:
            asset.restore()
            record(action="asset.restored", target=asset, by=by, data={"name": asset.name})
    return len(rows)


def fitting_folder(folder: AssetFolder | None, brand: BrandProfile | None) -> AssetFolder | None:
    """A folder of another brand takes no asset of this one. Raises Invalid, naming the field."""
    if folder is not None and folder.brand_id not in (None, _id(brand)):
        raise Invalid(
            f"The folder “{folder.name}” belongs to another brand. Choose one of this brand, or "
            "one of the whole team.",
            field="folder",
        )
    return folder


def clean_name(name: str) -> str:
    return " ".join(name.replace("\x00", "").split())[:NAME_CHARACTERS]


def clean_alt(alt: str) -> str:
    return " ".join(alt.replace("\x00", "").split())[:ALT_CHARACTERS]


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Each once, whatever its case and without #. Raises Invalid for long and for many ones."""
    found: dict[str, str] = {}
    for tag in tags:
        word = clean_name(tag).lstrip("#")
        if len(word) > TAG_CHARACTERS:
            raise Invalid(
                f"“{word[:TAG_CHARACTERS]}…” is too long for a tag. Use at most {TAG_CHARACTERS} "
                "letters.",
                field="tags",
            )
        if word:
            found.setdefault(word.casefold(), word)
    if len(found) > MOST_TAGS:
        raise Invalid(
            f"These are {len(found)} tags; one file has at most {MOST_TAGS}. Leave some out.",
            field="tags",
        )
    return list(found.values())


def _ratio(value: Any) -> float:
    return round(min(1.0, max(0.0, float(value))), 4)


def _id(row: BrandProfile | AssetFolder | None) -> UUID | None:
    return None if row is None else row.pk


_CLEANED: Final[dict[str, Any]] = {
    "name": clean_name,
    "alt": clean_alt,
    "tags": clean_tags,
    "focal_x": _ratio,
    "focal_y": _ratio,
    "folder": lambda folder: folder,
}
