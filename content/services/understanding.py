"""What the analyst makes of an extracted text, in the columns of a material."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from content.models import Material
from content.readers import Extracted


@dataclass(frozen=True, slots=True)
class Understanding:
    summary: str
    key_points: list[str]
    keywords: list[str]
    suggested_angles: list[str]
    content_type: str
    sentiment: str
    audience: str
    content_pillar: str
    language: str
    analyzed_by: str

    def as_fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def understand(material: Material, extracted: Extracted, *, is_last_try: bool) -> Understanding:
    raise LookupError
