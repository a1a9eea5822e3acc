"""The people of the scene: limited ones, invited ones in each state, and a link that works."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from brands.models import BrandAccess, BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Invitation, Membership
from tests.world import World, person

TOKEN = "a" * 43
DAY = timedelta(days=1)


def people(world: World) -> None:
    """For the organization in scope, which has its brands already."""
    client = person("a.client.of.long.standing@a-rather-long-domain-name.example.com")
    limited = Membership.objects.create(
        user=client, role="viewer", sees_all_brands=False, joined_at=now()
    )
    for brand in BrandProfile.objects.all():
        BrandAccess.objects.create(membership=limited, brand=brand)
    _invited(world, "sent@example.com", token=TOKEN, sent_at=now(), role="viewer")
    _invited(world, "not.sent@example.com")
    _invited(world, "expired@example.com", sent_at=now() - 8 * DAY, expires_at=now() - DAY)


def people_ids(world: World) -> dict[str, Any]:
    with org_atomic(world.id):
        return {
            "member": Membership.objects.get(user=world.editor).pk,
            "invitation": Invitation.objects.order_by("pk")[0].pk,
            "invited": TOKEN,
        }


def _invited(world: World, email: str, *, token: str = "", **fields: Any) -> None:
    Invitation.objects.create(
        **{
            "email": email,
            "invited_by": world.owner,
            "token_digest": hashlib.sha256((token or email).encode()).hexdigest(),
            "brand_ids": [world.brand.pk],
            "expires_at": now() + 6 * DAY,
            **fields,
        }
    )
