"""Who belongs to a team, as what, and for which brands.

The owner may do everything. Admins do everything but billing and ownership: they manage viewers,
members and one another, and never the owner. Members and viewers manage nobody (specification 5.2
no. 3, 5.8 no. 19). Every function asks again, under the team's lock, who the doer is by now.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from config.kernel.errors import Conflict, Forbidden, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import AuditCategory, Membership, Role, User

from .audit import record
from .brand_sight import sight
from .invitations import revoke_beyond_rights
from .rights import (
    LIMITED_ROLES,
    lock_team,
    manager_of_people,
    membership_by_id,
    membership_of,
)


def change_role(*, membership_id: UUID, role: Role, by: User) -> Membership:
    """Give a member another role; what they may no longer hand out is taken back with it.

    Raises Forbidden for who may not, Invalid for a role that is not given this way.
    """
    with org_atomic():
        theirs = _manageable(membership_id, by)
        if role == Role.OWNER:
            raise Invalid(
                "There is exactly one owner. Use “Transfer ownership” to make it somebody else.",
                field="role",
            )
        if role not in LIMITED_ROLES and not theirs.sees_all_brands:
            raise Invalid(
                f"{theirs.user} sees only certain brands, and an admin decides over all of them. "
                "Let them see all brands first.",
                field="role",
            )
        before, after = Role(theirs.role), Role(role)
        if before != after:
            theirs.role = after
            theirs.save(update_fields=["role", "updated_at"])
            _write_down("member.role_changed", theirs, by, {"role": before}, {"role": after})
            revoke_beyond_rights(of=theirs.user, by=by)
    return theirs


def set_standing(
    *, membership_id: UUID, role: Role, brand_ids: Collection[UUID] | None, by: User
) -> Membership:
    """Role and brands together, as one form sends them; both or neither. Raises as each does."""
    with org_atomic():
        if brand_ids is None:
            restrict_member(membership_id=membership_id, brand_ids=None, by=by)
            return change_role(membership_id=membership_id, role=role, by=by)
        change_role(membership_id=membership_id, role=role, by=by)
        # Whoever made themselves a member by the first step still finishes what they were let to.
        return _restrict(membership_by_id(membership_id), brand_ids, by)


def remove_member(*, membership_id: UUID, by: User) -> None:
    """End a membership, from the next request on. What the person wrote and approved stays.

    Their open invitations fall with it. Raises Forbidden, also for the owner's membership; a person
    who removes themselves leaves.
    """
    with org_atomic():
        theirs = _manageable(membership_id, by)
        if theirs.user_id == by.pk:
            raise Conflict("To end your own membership, choose “Leave team”.")
        _end(theirs, "member.removed", by)


def leave_organization(*, by: User) -> None:
    """End one's own membership. Raises Conflict for the owner: somebody must own the team."""
    with org_atomic():
        lock_team()
        mine = membership_of(by)
        if mine.role == Role.OWNER:
            raise Conflict(
                "You own this team, so you cannot leave it. Transfer ownership to somebody first, "
                "or close the team under “Data and privacy”."
            )
        _end(mine, "member.left", by)


def transfer_ownership(*, membership_id: UUID, by: User) -> Membership:
    """Make another member the owner and the owner an admin, in one transaction.

    Raises Forbidden for everybody but the owner, Invalid for a member who cannot own a team.
    """
    with org_atomic():
        lock_team()
        mine = membership_of(by)
        if mine.role != Role.OWNER:
            raise Forbidden("Only the owner can hand the team to somebody else.")
        theirs = membership_by_id(membership_id)
        _require_fit_to_own(mine, theirs)
        before = theirs.role
        # In this order: at no moment, not even inside the transaction, are there two owners.
        mine.role = Role.ADMIN
        mine.save(update_fields=["role", "updated_at"])
        theirs.role = Role.OWNER
        theirs.save(update_fields=["role", "updated_at"])
        _write_down(
            "organization.transferred",
            theirs,
            by,
            {"owner": str(mine.user_id), "role": before},
            {"owner": str(theirs.user_id), "role": Role.OWNER},
        )
    return theirs


def restrict_member(
    *, membership_id: UUID, brand_ids: Collection[UUID] | None, by: User
) -> Membership:
    """Let a member see only these brands, or all of them again with None; from the next request on.

    Raises Invalid for admins and the owner, and when no brand that exists is chosen.
    """
    with org_atomic():
        return _restrict(_manageable(membership_id, by), brand_ids, by)


def _restrict(theirs: Membership, brand_ids: Collection[UUID] | None, by: User) -> Membership:
    before = _brands_of(theirs)
    if brand_ids is not None:
        _require_limitable(theirs, brand_ids)
    theirs.sees_all_brands = brand_ids is None
    theirs.save(update_fields=["sees_all_brands", "updated_at"])
    sight().choose(theirs.pk, brand_ids or [])
    after = _brands_of(theirs)
    if before != after:
        _write_down("member.restricted", theirs, by, {"brands": before}, {"brands": after})
    return theirs


def _manageable(membership_id: UUID, by: User) -> Membership:
    lock_team()
    mine, theirs = manager_of_people(by), membership_by_id(membership_id)
    if theirs.role == Role.OWNER:
        raise Forbidden(
            "The owner's membership cannot be changed. Only they can hand the team to somebody "
            "else, and become an admin by that."
            if mine.role != Role.OWNER
            else "You own this team. Transfer ownership first; then an owner or admin can do this."
        )
    return theirs


def _require_fit_to_own(mine: Membership, theirs: Membership) -> None:
    if theirs.pk == mine.pk:
        raise Invalid("You own this team already. Choose somebody else.", field="member")
    if not theirs.sees_all_brands:
        raise Invalid(
            f"{theirs.user} sees only certain brands, and an owner needs to see all of them. "
            "Change that first.",
            field="member",
        )
    if not theirs.user.is_active or theirs.user.deleted_at:
        raise Invalid(f"The account of {theirs.user} is closed. Choose another.", field="member")


def _require_limitable(theirs: Membership, brand_ids: Collection[UUID]) -> None:
    if theirs.role not in LIMITED_ROLES:
        raise Invalid(
            "Admins decide over all brands. Make them a member or a viewer first.", field="brands"
        )
    if not {brand.id for brand in sight().choices()} & set(brand_ids):
        raise Invalid("Choose at least one brand, or let them see all.", field="brands")


def _brands_of(member: Membership) -> str | list[str]:
    return "all" if member.sees_all_brands else sorted(map(str, sight().of(member.pk)))


def _end(member: Membership, action: str, by: User) -> None:
    before = {"role": member.role, "brands": _brands_of(member)}
    _write_down(action, member, by, before, {})
    user = member.user
    member.delete()
    revoke_beyond_rights(of=user, by=by)


def _write_down(
    action: str, member: Membership, by: User, before: dict[str, Any], after: dict[str, Any]
) -> None:
    record(
        action=action,
        target=member,
        by=by,
        category=AuditCategory.SECURITY,
        before=before,
        after=after,
        data={"user": str(member.user_id)},
    )
