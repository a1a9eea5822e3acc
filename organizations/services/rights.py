"""Who may decide over whom in a team: asked again inside the transaction that decides."""

from __future__ import annotations

from uuid import UUID

from config.kernel.clock import now
from config.kernel.errors import Forbidden, NotFound
from organizations.models import Membership, Organization, Role, SupportVisit, User

from .brand_sight import sight

LIMITED_ROLES = frozenset({Role.VIEWER, Role.MEMBER})
"""The roles of who may be restricted to brands: the others decide over the whole team."""


def lock_team() -> None:
    """Let changes of who belongs to the team in scope happen one after the other.

    Held to the end of the caller's transaction. Rows that point at the organization are written
    meanwhile as always: the lock is the weak one that foreign keys do not wait for.
    """
    Organization.objects.select_for_update(no_key=True).get()


def membership_of(user: User) -> Membership:
    """The person's own membership as it is now. Raises Forbidden for who belongs to the team no
    more, an operator on a support visit among them."""
    mine = Membership.objects.filter(user=user).first()
    if mine is None:
        raise Forbidden("You are not, or no longer, a member of this team. Nothing was changed.")
    return mine


def membership_by_id(membership_id: UUID) -> Membership:
    found = Membership.objects.select_related("user").filter(pk=membership_id).first()
    if found is None:
        raise NotFound("There is no such member. They may have left or been removed meanwhile.")
    return found


def manager_of_people(user: User) -> Membership:
    """The membership of somebody who may manage people. Raises Forbidden for everybody else."""
    mine = membership_of(user)
    if not Role(mine.role).covers(Role.ADMIN):
        raise Forbidden("Only the owner and admins manage people. Ask one of them.")
    return mine


def still_may(*, user_id: UUID, role: Role = Role.MEMBER, brand_id: UUID | None = None) -> bool:
    """Whether a person may now do what they asked for earlier, for workers that do it later.

    False for who left, has too small a role by now, is switched off, or sees the brand no more. An
    operator may as long as their visit goes on.
    """
    mine = Membership.objects.filter(user_id=user_id, user__is_active=True).first()
    if mine is None:
        return _is_visiting(user_id)
    if not Role(mine.role).covers(role):
        return False
    return mine.sees_all_brands or brand_id is None or brand_id in sight().of(mine.pk)


def _is_visiting(user_id: UUID) -> bool:
    going_on = SupportVisit.objects.filter(ended_at=None, ends_at__gt=now(), may_change=True)
    return bool(going_on.filter(staff_id=user_id, staff__is_active=True).exists())
