"""What somebody who writes by hand can choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from brands.models import BrandProfile
from content.models import Material
from publishing.channels.registry import platform_label
from publishing.models import BrandAccountLink, SocialAccount
from publishing.services.accounts import is_usable

MATERIALS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Desk:
    brand: BrandProfile
    materials: Sequence[Material]
    accounts: Sequence[tuple[SocialAccount, str]]


def writing_desk(brand: BrandProfile) -> Desk:
    """The brand's ready materials, newest first, and one usable account a network."""
    materials = (
        Material.objects.usable()
        .for_brand(brand.pk)
        .defer("extracted_text", "original_content")
        .order_by("-created_at")[:MATERIALS_SHOWN]
    )
    links = (
        BrandAccountLink.objects.filter(brand=brand, account__deleted_at=None)
        .select_related("account")
        .order_by("platform", "-is_default", "created_at")
    )
    accounts: dict[str, SocialAccount] = {}
    for link in links:
        if is_usable(link.account):
            accounts.setdefault(link.platform, link.account)
    return Desk(
        brand,
        list(materials),
        [(account, platform_label(platform)) for platform, account in accounts.items()],
    )
