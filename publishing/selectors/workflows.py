"""Who can be named as an approver of a brand's posts."""

from __future__ import annotations

from uuid import UUID

from brands.models import BrandProfile
from organizations.models import Membership
from publishing.services.reviewers import team_of

from .reviews import name_of


def approvers_for(brand: BrandProfile) -> dict[UUID, str]:
    """Members who may write for the brand, by name."""
    rows = Membership.objects.filter(user__is_active=True, user__deleted_at=None)
    users = {row.user_id: name_of(row.user) for row in rows.select_related("user")}
    able = team_of(set(users), brand.pk).able
    return {pk: name for pk, name in sorted(users.items(), key=lambda item: item[1]) if pk in able}
