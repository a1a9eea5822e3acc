"""Pictures and colours of a brand: kept clean, and what of them can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from brands.models import BrandProfile
from config.kernel.contrast import LARGE, TEXT, contrast, readable
from config.kernel.errors import Invalid
from config.kernel.uploads import PICTURE_BYTES, check_name, rewrite_picture
from organizations.services.files import delete_stored, store_file


@dataclass(frozen=True, slots=True)
class ContrastCheck:
    """One pair of colours that stand on each other; `advice` is a colour that would do."""

    label: str
    color: str
    background: str
    ratio: float
    needed: float
    advice: str

    @property
    def is_enough(self) -> bool:
        return self.ratio >= self.needed

    @property
    def shown(self) -> str:
        """Rounded, but never up to what is needed."""
        rounded = round(self.ratio, 2)
        return f"{rounded if self.is_enough or rounded < self.needed else rounded - 0.01:.2f}"


_PAIRS = (
    ("Text on the background", "text", TEXT),
    ("Primary colour on the background, for headlines", "primary", LARGE),
    ("Secondary colour on the background, for headlines", "secondary", LARGE),
    ("Accent colour on the background, for headlines", "accent", LARGE),
)


def contrasts_of(colors: Mapping[str, str]) -> list[ContrastCheck]:
    """Every colour on the background, against 4.5 for text and 3 for headlines (24 px and more).

    Colours that are none are left out. Source: WCAG 2.2, 1.4.3; specification 2c and 6.6.
    """
    found = []
    for label, name, needed in _PAIRS:
        color, ground = colors.get(name, ""), colors.get("background", "")
        try:
            ratio = contrast(color, ground)
        except ValueError:
            continue
        advice = readable(color, ground, needed)
        found.append(ContrastCheck(label, color, ground, ratio, needed, advice))
    return found


def keep_picture(upload: UploadedFile[bytes], *, field: str) -> str:
    """Store a logo or icon, written anew, and return its key. Raises Invalid, naming the field."""
    try:
        if upload.size is not None and upload.size > PICTURE_BYTES:
            raise Invalid(
                f"The picture has {upload.size / 1_048_576:.0f} MB; at most 20 MB are taken. Save "
                "it smaller, and upload that.",
                code="picture_too_large",
            )
        picture = rewrite_picture(upload.read())
        check_name(upload.name or "", "picture")
        return store_file(picture.data, ending=picture.ending)
    except Invalid as error:
        error.field = field
        raise


def erase_pictures(brand: BrandProfile) -> None:
    for key in filter(None, (brand.logo, brand.icon)):
        delete_stored(key)


def names_picture(key: str) -> bool:
    """Whether a brand in sight shows this file."""
    rows: Any = BrandProfile.with_deleted
    return bool(rows.filter(logo=key).exists() or rows.filter(icon=key).exists())
