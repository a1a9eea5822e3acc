"""Links for clients, for the organization in scope."""

from __future__ import annotations

from typing import Any

from brands.models import BrandProfile
from publishing.models import PortalLink
from publishing.services.portal import make_link


def portal_link(
    brand: BrandProfile, purpose: str = PortalLink.Purpose.REVIEW, **values: Any
) -> tuple[PortalLink, str]:
    """The link and the token of its address."""
    link, address = make_link(brand=brand, purpose=purpose, by=None, **values)
    return link, address.split("/c/")[1].split("/")[0]
