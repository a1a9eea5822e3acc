from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from organizations.models import Role


@dataclass(frozen=True, slots=True)
class Belonging:
    """One organization that a person belongs to, as the switcher and the access check need it.

    `id` is the organization's.
    """

    id: UUID
    name: str
    slug: str
    timezone: str
    role: Role
    membership_id: UUID
    is_closing: bool = False
    sees_all_brands: bool = True


def belongings_of_user(user_id: UUID) -> list[Belonging]:
    """The living organizations of one person, by name.

    Asked through a door in the database, because no single organization's scope can answer it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organization_id, name, slug, timezone, role, membership_id, "
            "status = 'closing', sees_all_brands FROM organizations_of_user(%s)",
            [user_id],
        )
        rows = cursor.fetchall()
    return [
        Belonging(id, name, slug, timezone, Role(role), membership_id, is_closing, all_brands)
        for id, name, slug, timezone, role, membership_id, is_closing, all_brands in rows
    ]
