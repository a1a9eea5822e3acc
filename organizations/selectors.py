from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from config.kernel.clock import now
from organizations.models import Organization, Role


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
    unread: int = 0
    visit: Visit | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A support visit that is going on: an operator sees the team's pages as one of its members."""

    id: UUID
    ends_at: datetime
    reason: str
    may_change: bool


def is_being_closed() -> bool:
    """Whether the organization in scope waits for its end: nothing is done for it until then."""
    return Organization.objects.filter(status=Organization.Status.CLOSING).exists()


def belongings_of_user(user_id: UUID) -> list[Belonging]:
    """The living organizations of one person, by name.

    Asked through a door in the database, because no single organization's scope can answer it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organization_id, name, slug, timezone, role, membership_id, "
            "status = 'closing', sees_all_brands, unread FROM organizations_of_user(%s)",
            [user_id],
        )
        rows = cursor.fetchall()
    return [
        Belonging(id, name, slug, timezone, Role(role), membership_id, is_closing, brands, unread)
        for id, name, slug, timezone, role, membership_id, is_closing, brands, unread in rows
    ]


def visits_of_staff(user_id: UUID) -> list[Belonging]:
    """The organizations whose pages an operator is visiting now, with the role of the visit.

    The role is that of the member whose pages are looked at, and never more than admin.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organization_id, name, slug, timezone, role, membership_id, "
            "status = 'closing', sees_all_brands, visit_id, ends_at, reason, may_change "
            "FROM visits_of_staff(%s, %s)",
            [user_id, now()],
        )
        rows = cursor.fetchall()
    return [
        Belonging(
            *(id, name, slug, timezone, _at_most_admin(role), membership_id, is_closing, brands),
            visit=Visit(*visit),
        )
        for id, name, slug, timezone, role, membership_id, is_closing, brands, *visit in rows
    ]


def _at_most_admin(role: str) -> Role:
    return Role.ADMIN if role == Role.OWNER else Role(role)
