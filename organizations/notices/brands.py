"""Where brands want to hear of their own notices. The app of the brands answers; it stands above
us."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from config.kernel.hooks import Slot


@dataclass(frozen=True, slots=True)
class BrandAddress:
    brand_id: UUID
    email: str
    webhook: str


class BrandAddresses:
    """Without an answer no brand has an address."""

    def of(self, brand_ids: Collection[UUID]) -> Sequence[BrandAddress]:
        """Those of these brands that have a mailbox or a webhook, by one query."""
        return ()


brand_addresses: Slot[BrandAddresses] = Slot("brand addresses", BrandAddresses)
