from __future__ import annotations

from brands.models import BrandProfile
from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from organizations.models import User
from publishing.channels.base import Hosts
from publishing.channels.registry import channels
from publishing.models import BrandAccountLink, SocialAccount

from .accounts import connect_account


def open_hosted_page(*, by: User) -> SocialAccount:
    """Put a page of the team's first brand on the air, at an address made of its name.

    A brand that has its page keeps it. Raises Conflict when there is no brand yet; call it with no
    transaction open, as `connect_account` wants.
    """
    platform = next(slug for slug, channel in channels.items() if isinstance(channel, Hosts))
    with org_atomic():
        brand = BrandProfile.objects.order_by("created_at").first()
        if brand is None:
            raise Conflict("Set up a brand first: the page carries its name.", code="no_brand")
        links = BrandAccountLink.objects.filter(brand=brand, platform=platform)
        link = links.select_related("account").first()
    if link is not None:
        account: SocialAccount = link.account
        return account
    return connect_account(platform=platform, values={"name": brand.name}, brand=brand, by=by)
