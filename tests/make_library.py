"""Rows of the media library, and files to put into it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from brands.models import BrandProfile
from config.kernel.clock import now
from content.models import Asset, AssetFolder, Signature, Upload
from organizations.models import User
from organizations.services.files import store_file
from organizations.services.incoming_files import new_incoming
from publishing.models import TrackedLink
from publishing.services.links import track_link
from tests.world import World


def photo(width: int = 64, height: int = 48, *, color: str = "teal", form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, form)
    return out.getvalue()


def upload(data: bytes | None = None, name: str = "harbour.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo() if data is None else data)


def asset_folder(brand: BrandProfile | None = None, **fields: Any) -> AssetFolder:
    return AssetFolder.objects.create(**{"brand": brand, "name": "Summer", **fields})


def asset(brand: BrandProfile | None = None, **fields: Any) -> Asset:
    """A picture in the library. Its file is stored unless `reference` names one."""
    data = photo()
    known: dict[str, Any] = {
        "brand": brand,
        "name": "Harbour",
        "content_type": "image/jpeg",
        "size_bytes": len(data),
        "width": 64,
        "height": 48,
        "alt": "Boats in the harbour.",
        "checksum": "0" * 64,
        **fields,
    }
    if "reference" not in known:
        known["reference"] = store_file(data, ending="jpg")
    return Asset.objects.create(**known)


def signature(brand: BrandProfile | None = None, **fields: Any) -> Signature:
    return Signature.objects.create(
        **{"brand": brand, "name": "House", "text": "Harbour Bakery, Quay 3", **fields}
    )


def tracked_link(brand: BrandProfile, **fields: Any) -> TrackedLink:
    return track_link(**{"brand": brand, "url": "https://example.org/rye", **fields})


def upload_row(user: User, brand: BrandProfile | None = None, **fields: Any) -> Upload:
    known = {"name": "harbour.jpg", "length": 10, "expires_at": now() + timedelta(hours=24)}
    return Upload.objects.create(
        **{"user": user, "brand": brand, "key": new_incoming(), **known, **fields}
    )


def library_rows(world: World) -> dict[str, Any]:
    """Keyword of an address -> the id that stands in it."""
    return {
        "folder": asset_folder(world.brand).pk,
        "asset": asset(world.brand).pk,
        "upload": upload_row(world.owner, world.brand).pk,
        "signature": signature(world.brand).pk,
        "tracked": tracked_link(world.brand).pk,
    }
