from __future__ import annotations

from uuid import UUID

from brands.models import BrandProfile
from config.kernel.errors import NotFound


def brand_named_by(brand_id: UUID) -> BrandProfile:
    """The brand that an address names, if whoever asks may see it. Raises NotFound."""
    row = BrandProfile.objects.filter(pk=brand_id).first()
    if row is None:
        raise NotFound("There is no such brand. It may have been deleted.")
    return row
