"""Files that arrive in pieces and are taken up again where they stopped (tus 1.0.0).

The row's `offset` is the truth about how much is there. A piece is on the disk before the row says
so, and the row is locked meanwhile: of two who write at one offset the second is refused. When all
is there the file is looked at as any upload is, and becomes an asset of the library.
Source: tus.io/protocols/resumable-upload, version 1.0.0, read 2026-11.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import IO, Final
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F, Sum

from brands.models import BrandProfile
from config.kernel.brands import over_all_brands, refuse_beyond_brands
from config.kernel.clock import now
from config.kernel.due import Due, by_organization, due_rows
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.tasks import record_work
from config.kernel.uploads import PICTURE_BYTES
from content.models import Asset, AssetFolder, Upload
from organizations.models import User
from organizations.services.files import delete_stored, require_file_room
from organizations.services.incoming_files import (
    append,
    delete_incoming,
    incoming_path,
    new_incoming,
    remove_stale_incoming,
)

from .library import checksum_of, clean_name, enter, fitting_folder, same_file
from .library_pictures import small_picture
from .media import keep_medium

KEPT: Final = timedelta(hours=24)
"""How long an upload waits for its next piece."""
MOST_OPEN: Final = 50
"""Uploads that one person may have begun and not ended."""
UPLOADS_A_SWEEP: Final = 200


@dataclass(frozen=True, slots=True)
class Step:
    """Where an upload stands after a piece; `asset` when it was the last one."""

    offset: int
    asset: Asset | None = None
    was_there: bool = False


def most_bytes() -> int:
    """The largest file that is taken at all."""
    return max(PICTURE_BYTES, int(settings.WARREN_VIDEO_MB) * 1_048_576)


def begin_upload(
    *, length: int, name: str, brand: BrandProfile | None, folder: AssetFolder | None, by: User
) -> Upload:
    """Raises Invalid for a file that is too large, that the team has no room for, and for none."""
    if not 0 < length <= most_bytes():
        raise Invalid(
            "The file is empty. Choose another."
            if length <= 0
            else f"The file has {length / 1_048_576:,.0f} MB; at most "
            f"{most_bytes() // 1_048_576:,} are taken. Save it smaller, and upload that.",
            code="upload_too_large" if length > 0 else "upload_empty",
            field="upload",
        )
    with org_atomic():
        require_file_room(length + _on_their_way())
        if Upload.objects.filter(user=by, asset=None, problem="").count() >= MOST_OPEN:
            raise Invalid(
                f"{MOST_OPEN} uploads of yours are under way. Wait for some, or cancel them.",
                code="uploads_many",
                field="upload",
            )
        upload = Upload(
            user=by,
            brand=brand,
            folder=fitting_folder(folder, brand),
            name=clean_name(PurePath(name).name) or "File",
            length=length,
            expires_at=now() + KEPT,
        )
        refuse_beyond_brands(upload)
        upload.key = new_incoming()
        upload.save(force_insert=True)
        # What is over needs its row no longer: an answer that got lost was asked for again by now.
        Upload.objects.filter(user=by, asset__isnull=False, expires_at__lt=now()).delete()
    return upload


def upload_of(upload_id: UUID, user: User) -> Upload:
    """One's own upload. Raises NotFound for others' and for what is over."""
    found: Upload | None = Upload.objects.filter(
        pk=upload_id, user=user, expires_at__gt=now()
    ).first()
    if found is None:
        raise NotFound("This upload is over. Choose the file again.", code="upload_over")
    return found


def take_piece(*, upload: Upload, at: int, piece: IO[bytes], size: int) -> Step:
    """Put `size` bytes behind the first `at` ones. After the last piece the file becomes an asset.

    Raises Conflict when the file does not end there (ask where it does, and go on from there),
    Invalid for more than was announced and for a file that is refused, with what to do instead.
    """
    with org_atomic():
        rows = Upload.objects.select_related("user", "brand", "folder", "asset")
        row = rows.select_for_update(of=("self",)).get(pk=upload.pk)
        if at != row.offset:
            raise Conflict(
                "Another piece of this file was taken meanwhile. Go on from where it ends.",
                code="upload_offset",
                offset=row.offset,
            )
        if row.offset + size > row.length:
            raise Invalid("That is more than the file was said to have.", code="upload_longer")
        if size:
            row.offset = append(row.key, piece, at=row.offset)
            row.expires_at = now() + KEPT
            row.save(update_fields=["offset", "expires_at", "updated_at"])
    if row.offset < row.length:
        return Step(row.offset)
    return _finish(row)


def cancel_upload(*, upload: Upload) -> None:
    """Gone, with what came of it. An asset that came of it stays."""
    with org_atomic():
        Upload.objects.filter(pk=upload.pk).delete()
    delete_incoming(upload.key)


def expire_uploads() -> int:
    """Give up what nobody went on with for a day; returns how many. Safe to run twice."""
    moment = now()
    due: list[Due] = due_rows(Upload, moment=moment, most=UPLOADS_A_SWEEP)
    for organization_id, ids in by_organization(due).items():
        with org_atomic(organization_id):
            rows = Upload.objects.select_for_update().filter(pk__in=ids, expires_at__lte=moment)
            for row in rows:
                row.delete()
                delete_incoming(row.key)
    remove_stale_incoming(moment - 2 * KEPT)
    if due:
        record_work("uploads_expired", len(due))
    return len(due)


def _on_their_way() -> int:
    """Bytes of the whole team that open uploads announced and that are not in the library yet."""
    with over_all_brands("room is shared by the whole team"):
        rows = Upload.objects.filter(asset=None, problem="", expires_at__gt=now())
        return int(rows.aggregate(all=Sum(F("length")))["all"] or 0)


def _finish(row: Upload) -> Step:
    """Look at the whole file and take it in. Twice gives the same asset once."""
    if row.asset is not None:
        return Step(row.offset, row.asset)
    if row.problem:
        raise Invalid(row.problem, code="upload_refused", field="upload")
    try:
        asset = _asset_of(row)
    except NotFound:
        # Somebody else ended it a moment ago, and took the file away.
        with org_atomic():
            ended = Upload.objects.select_related("asset").get(pk=row.pk)
        if ended.asset is None:
            raise
        return Step(row.offset, ended.asset)
    except Invalid as error:
        with org_atomic():
            Upload.objects.filter(pk=row.pk).update(problem=error.message)
        delete_incoming(row.key)
        raise
    delete_incoming(row.key)
    return Step(row.offset, asset, asset.was_there)


def _asset_of(row: Upload) -> Asset:
    """Files are read and written with no row locked; who comes second gives its file back."""
    with incoming_path(row.key).open("rb") as stream:
        whole = UploadedFile(File(stream), name=row.name, size=row.length)
        checksum = checksum_of(whole)
        known = same_file(checksum, row.brand)
        kept = None if known else keep_medium(upload=whole)
    thumbnail = small_picture(kept) if kept else ""
    with org_atomic():
        rows = Upload.objects.select_related("asset").select_for_update(of=("self",))
        fresh = rows.get(pk=row.pk)
        asset = fresh.asset or known
        if asset is None and kept is not None:
            asset = enter(
                kept,
                checksum=checksum,
                brand=row.brand,
                folder=row.folder,
                by=row.user,
                name=PurePath(row.name).stem,
                thumbnail=thumbnail,
            )
        elif kept is not None:
            for key in filter(None, (kept.reference, thumbnail)):
                delete_stored(key)
        assert asset is not None
        Upload.objects.filter(pk=row.pk).update(asset=asset)
    return asset


def metadata_of(header: str) -> Mapping[str, str]:
    """`Upload-Metadata`: words and their values in base64, separated by commas.

    Raises Invalid for what is not written so.
    """
    found: dict[str, str] = {}
    for pair in filter(None, (each.strip() for each in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            raise Invalid(
                "The upload's own data is not readable.", code="upload_metadata"
            ) from None
    return found
