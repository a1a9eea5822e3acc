"""Which brands a restricted member may see. The app of the brands answers; it stands above us."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from config.kernel.hooks import Slot


@dataclass(frozen=True, slots=True)
class BrandName:
    id: UUID
    name: str


class BrandSight:
    """Asked only for memberships that do not see all brands; without an answer they see none."""

    def of(self, membership_id: UUID) -> frozenset[UUID]:
        """The brands of one member, by one query. No brand stands for none at all."""
        return frozenset()

    def of_each(self, membership_ids: Collection[UUID]) -> Mapping[UUID, list[BrandName]]:
        """The living brands of several members by name; who has none is left out."""
        return {}

    def choices(self) -> list[BrandName]:
        """All brands that the caller may see, by name."""
        return []

    def choose(self, membership_id: UUID, brand_ids: Collection[UUID]) -> None:
        """Let a member see exactly these; ids of no living brand are passed over."""


brand_sight: Slot[BrandSight] = Slot("brand sight", BrandSight)


def sight() -> BrandSight:
    return brand_sight.get() or BrandSight()
