"""Cutting a picture of the library: the whole one stays, and the cut is a picture of its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from config.kernel.uploads import rewrite_picture
from content.models import Asset
from organizations.models import User
from organizations.services.audit import record
from organizations.services.files import read_stored, store_file

from .library import enter, same_file
from .library_pictures import small_picture
from .media import KeptMedium

RATIOS: Final[dict[str, float]] = {
    "1:1": 1.0,
    "4:5": 0.8,
    "16:9": 16 / 9,
    "9:16": 9 / 16,
    "1.91:1": 1.91,
}
"""Width by height, as networks ask for them."""
FEWEST_PIXELS: Final = 16


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture: its left upper corner and its sides, in ratios of the whole."""

    x: float
    y: float
    width: float
    height: float

    def as_json(self) -> dict[str, float]:
        return {"x": self.x, "y": self.y, "width": self.width, "height": self.height}


def box_for(asset: Asset, ratio: float) -> Box:
    """The largest part of that ratio, with what must stay in sight as near its middle as it goes.

    Pure. Sides that are not known count as square.
    """
    whole = (asset.width or 1) / (asset.height or 1)
    width, height = (ratio / whole, 1.0) if ratio < whole else (1.0, whole / ratio)
    return Box(
        x=round(_placed(asset.focal_x, width), 4),
        y=round(_placed(asset.focal_y, height), 4),
        width=round(width, 4),
        height=round(height, 4),
    )


def cut_asset(*, asset: Asset, box: Box, by: User, name: str = "") -> Asset:
    """A new picture made of a part of another, in the same place, under the same words.

    The same cut again gives the one that is there. Reads and writes files, so let no row be locked
    meanwhile. Raises Invalid for a video and for a part that is too small or not within the whole.
    """
    _refuse(asset, box)
    data = read_stored(asset.reference)
    picture = rewrite_picture(data, box=(box.x, box.y, box.width, box.height))
    checksum = hashlib.sha256(picture.data).hexdigest()
    known = same_file(checksum, asset.brand)
    if known is not None:
        return known
    key = store_file(picture.data, ending=picture.ending)
    size = len(picture.data)
    kept = KeptMedium(key, picture.content_type, size, picture.width, picture.height)
    thumbnail = small_picture(kept)
    with org_atomic():
        cut = enter(
            kept,
            checksum=checksum,
            brand=asset.brand,
            folder=asset.folder,
            by=by,
            name=name or f"{asset.name[:180]} {picture.width} × {picture.height}",
            alt=asset.alt,
            made_from=asset,
            crop=box.as_json(),
            tags=list(asset.tags),
            thumbnail=thumbnail,
        )
        record(action="asset.cut", target=asset, by=by, data={"made": str(cut.pk)})
    return cut


def _placed(focal: float, side: float) -> float:
    return min(max(focal - side / 2, 0.0), 1.0 - side)


def _refuse(asset: Asset, box: Box) -> None:
    if asset.is_video:
        raise Invalid("Only pictures can be cut here. Cut the video first, and upload that.")
    slack = 0.001
    is_within = (
        min(box.x, box.y) >= 0
        and box.x + box.width <= 1 + slack
        and box.y + box.height <= 1 + slack
    )
    sides = box.width * (asset.width or FEWEST_PIXELS), box.height * (asset.height or FEWEST_PIXELS)
    if not is_within or min(sides) < FEWEST_PIXELS:
        raise Invalid(
            "The part has to lie within the picture, and have at least "
            f"{FEWEST_PIXELS} pixels on each side.",
            code="crop_outside",
            field="width",
        )
