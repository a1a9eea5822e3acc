"""Builders of what a person composes, and of accounts that it goes to."""

from __future__ import annotations

from typing import Any

from brands.models import BrandProfile
from content.models import Signature
from publishing.models import BrandAccountLink, Composition, SocialAccount
from publishing.services.compositions import compose


def composition(
    brand: BrandProfile, *accounts: SocialAccount, text: str = "Masts in twelve days.", **words: Any
) -> Composition:
    return compose(brand=brand, by=None, accounts=accounts, text=text, **words)


def network_account(
    brand: BrandProfile, platform: str, name: str = "Harbour & Pine", **fields: Any
) -> SocialAccount:
    """An account that the brand may post to, connected to nothing."""
    account = SocialAccount.objects.create(
        **{
            "platform": platform,
            "remote_id": f"{platform}-{name}",
            "name": name,
            "handle": name.lower().replace(" ", "-"),
            "credentials": {},
            **fields,
        }
    )
    BrandAccountLink.objects.create(brand=brand, account=account, platform=platform)
    return account


def signature(brand: BrandProfile | None = None, **fields: Any) -> Signature:
    values = {"brand": brand, "name": "House", "text": "Harbour & Pine, Kiel", **fields}
    return Signature.objects.create(**values)
