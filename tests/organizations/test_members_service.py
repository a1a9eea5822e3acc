"""Who may decide over whom, and that a team has exactly one owner whatever happens at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from brands.models import BrandAccess, BrandProfile
from config.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, Invitation, Membership, Role, User
from organizations.services.invitations import invite
from organizations.services.members import (
    change_role,
    leave_organization,
    remove_member,
    restrict_member,
    set_standing,
    transfer_ownership,
)
from organizations.services.rights import still_may
from tests.kernel.crowd import together
from tests.organizations.seats import seats
from tests.world import World

__all__ = ["seats"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seats")]


def membership(user: User) -> Membership:
    return Membership.objects.get(user=user)


def last_record() -> AuditRecord:
    return AuditRecord.objects.order_by("-created_at", "-id")[0]


def roles() -> dict[str, str]:
    return dict(Membership.objects.values_list("user__email", "role"))


# -- Roles -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["owner", "admin"])
@pytest.mark.parametrize("of", ["admin", "editor", "viewer"])
@pytest.mark.parametrize("to", [Role.ADMIN, Role.MEMBER, Role.VIEWER])
def test_owner_and_admins_give_every_role_but_ownership(
    world: World, by: str, of: str, to: Role
) -> None:
    with org_atomic(world.id):
        theirs = membership(getattr(world, of))
        change_role(membership_id=theirs.pk, role=to, by=getattr(world, by))
        assert membership(getattr(world, of)).role == to


@pytest.mark.parametrize("by", ["editor", "viewer", "stranger"])
def test_nobody_else_manages_people(world: World, by: str) -> None:
    doer = getattr(world, by)
    with org_atomic(world.id):
        theirs = membership(world.viewer)
        before = roles()
        for act in (
            lambda: change_role(membership_id=theirs.pk, role=Role.MEMBER, by=doer),
            lambda: remove_member(membership_id=theirs.pk, by=doer),
            lambda: restrict_member(membership_id=theirs.pk, brand_ids=[world.brand.pk], by=doer),
            lambda: transfer_ownership(membership_id=theirs.pk, by=doer),
        ):
            with pytest.raises(Forbidden):
                act()
        assert roles() == before


@pytest.mark.parametrize("by", ["owner", "admin"])
def test_nobody_touches_the_owner(world: World, by: str) -> None:
    doer = getattr(world, by)
    with org_atomic(world.id):
        owner = membership(world.owner)
        for act in (
            lambda: change_role(membership_id=owner.pk, role=Role.ADMIN, by=doer),
            lambda: remove_member(membership_id=owner.pk, by=doer),
            lambda: restrict_member(membership_id=owner.pk, brand_ids=[world.brand.pk], by=doer),
        ):
            with pytest.raises(Forbidden, match="owner|own this team"):
                act()
        with pytest.raises(Invalid, match="exactly one owner"):
            change_role(membership_id=membership(world.editor).pk, role=Role.OWNER, by=world.owner)


def test_a_member_of_another_team_does_not_exist(world: World) -> None:
    with org_atomic(world.foreign.id):
        theirs = membership(world.stranger)
    with org_atomic(world.id):
        for unknown in (theirs.pk, uuid4()):
            with pytest.raises(NotFound):
                remove_member(membership_id=unknown, by=world.owner)


def test_a_change_of_role_is_written_down_once_with_before_and_after(world: World) -> None:
    with org_atomic(world.id):
        theirs = membership(world.editor)
        change_role(membership_id=theirs.pk, role=Role.VIEWER, by=world.admin)
        row = last_record()
        assert (row.action, row.category, row.actor) == (
            *("member.role_changed", "security"),
            world.admin,
        )
        assert (row.before, row.after) == ({"role": "member"}, {"role": "viewer"})
        assert row.data == {"user": str(world.editor.pk)} and row.target_id == theirs.pk
        change_role(membership_id=theirs.pk, role=Role.VIEWER, by=world.admin)
        assert AuditRecord.objects.filter(action="member.role_changed").count() == 1


def test_an_admin_who_steps_down_cannot_step_up_again(world: World) -> None:
    with org_atomic(world.id):
        mine = membership(world.admin)
        change_role(membership_id=mine.pk, role=Role.MEMBER, by=world.admin)
        with pytest.raises(Forbidden):
            change_role(membership_id=mine.pk, role=Role.ADMIN, by=world.admin)


# -- Removal and leaving ---------------------------------------------------------------------------


def test_a_removed_member_is_out_at_the_next_click(world: World, client: Client) -> None:
    client.force_login(world.editor)
    assert client.get(f"{world.path}/brands/").status_code == 200
    with org_atomic(world.id):
        remove_member(membership_id=membership(world.editor).pk, by=world.admin)
        row = last_record()
    assert client.get(f"{world.path}/brands/").status_code == 404
    assert (row.action, row.before) == ("member.removed", {"role": "member", "brands": "all"})


def test_who_leaves_is_gone_and_the_owner_cannot(world: World) -> None:
    with org_atomic(world.id):
        leave_organization(by=world.admin)
        assert world.admin.email not in roles()
        assert last_record().action == "member.left"
        with pytest.raises(Conflict, match="Transfer ownership"):
            leave_organization(by=world.owner)
        with pytest.raises(Forbidden):
            leave_organization(by=world.admin)


def test_to_remove_oneself_is_to_leave(world: World) -> None:
    with org_atomic(world.id), pytest.raises(Conflict, match="Leave team"):
        remove_member(membership_id=membership(world.admin).pk, by=world.admin)


@pytest.mark.parametrize("way", ["removed", "left", "demoted"])
def test_invitations_of_who_may_invite_no_more_are_taken_back(world: World, way: str) -> None:
    with org_atomic(world.id):
        theirs = invite(email="new@example.com", role=Role.VIEWER, by=world.admin)
        other = invite(email="other@example.com", role=Role.VIEWER, by=world.owner)
        admin = membership(world.admin)
        if way == "removed":
            remove_member(membership_id=admin.pk, by=world.owner)
        elif way == "left":
            leave_organization(by=world.admin)
        else:
            change_role(membership_id=admin.pk, role=Role.MEMBER, by=world.owner)
        assert list(Invitation.objects.open()) == [other]
        theirs.refresh_from_db()
        assert theirs.revoked_at is not None


# -- Ownership -------------------------------------------------------------------------------------


def test_ownership_moves_in_one_go_and_the_old_owner_becomes_an_admin(world: World) -> None:
    with org_atomic(world.id):
        transfer_ownership(membership_id=membership(world.editor).pk, by=world.owner)
        assert roles()[world.editor.email] == Role.OWNER
        assert roles()[world.owner.email] == Role.ADMIN
        row = last_record()
        assert row.action == "organization.transferred" and row.category == "security"
        assert row.before == {"owner": str(world.owner.pk), "role": "member"}
        assert row.after == {"owner": str(world.editor.pk), "role": "owner"}
        with pytest.raises(Forbidden):
            transfer_ownership(membership_id=membership(world.viewer).pk, by=world.owner)
        leave_organization(by=world.owner)


@pytest.mark.parametrize("by", ["admin", "editor", "viewer", "stranger"])
def test_only_the_owner_gives_the_team_away(world: World, by: str) -> None:
    with org_atomic(world.id), pytest.raises(Forbidden):
        transfer_ownership(membership_id=membership(world.admin).pk, by=getattr(world, by))


def test_a_team_goes_to_nobody_who_cannot_own_it(world: World) -> None:
    with org_atomic(world.id):
        restrict_member(
            membership_id=membership(world.viewer).pk, brand_ids=[world.brand.pk], by=world.owner
        )
        User.objects.filter(pk=world.editor.pk).update(is_active=False)
        for user in (world.owner, world.viewer, world.editor):
            with pytest.raises(Invalid):
                transfer_ownership(membership_id=membership(user).pk, by=world.owner)
        assert roles()[world.owner.email] == Role.OWNER


def test_the_database_holds_one_owner_by_itself(world: World) -> None:
    with org_atomic(world.id), pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=world.admin).update(role=Role.OWNER)


# -- Restriction -----------------------------------------------------------------------------------


def test_a_restriction_is_set_widened_and_lifted_and_each_written_down(world: World) -> None:
    with org_atomic(world.id):
        second = BrandProfile.objects.create(name="Second")
        theirs = membership(world.viewer)

        def chosen() -> set[Any]:
            rows = BrandAccess.objects.filter(membership=theirs)
            return set(rows.values_list("brand_id", flat=True))

        for brands in ([world.brand.pk], [world.brand.pk, second.pk], [second.pk]):
            restrict_member(membership_id=theirs.pk, brand_ids=brands, by=world.admin)
            assert chosen() == set(brands)
            assert not membership(world.viewer).sees_all_brands
        row = last_record()
        assert row.action == "member.restricted" and row.category == "security"
        assert row.before == {"brands": sorted([str(world.brand.pk), str(second.pk)])}
        assert row.after == {"brands": [str(second.pk)]}
        restrict_member(membership_id=theirs.pk, brand_ids=None, by=world.admin)
        assert membership(world.viewer).sees_all_brands and chosen() == set()


def test_admins_are_not_restricted_and_the_restricted_do_not_become_admins(world: World) -> None:
    brands = [world.brand.pk]
    with org_atomic(world.id):
        with pytest.raises(Invalid, match="Admins decide over all brands"):
            restrict_member(
                membership_id=membership(world.admin).pk, brand_ids=brands, by=world.owner
            )
        viewer = membership(world.viewer)
        restrict_member(membership_id=viewer.pk, brand_ids=brands, by=world.owner)
        with pytest.raises(Invalid, match="only certain brands"):
            change_role(membership_id=viewer.pk, role=Role.ADMIN, by=world.owner)
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.filter(pk=viewer.pk).update(role=Role.ADMIN)
        set_standing(membership_id=viewer.pk, role=Role.ADMIN, brand_ids=None, by=world.owner)
        assert membership(world.viewer).role == Role.ADMIN
        set_standing(membership_id=viewer.pk, role=Role.MEMBER, brand_ids=brands, by=world.owner)
        assert not membership(world.viewer).sees_all_brands


def test_a_restriction_names_brands_that_exist_here(world: World) -> None:
    with org_atomic(world.id):
        viewer = membership(world.viewer)
        for brands in ([], [uuid4()], [world.foreign_brand.pk]):
            with pytest.raises(Invalid, match="at least one brand"):
                restrict_member(membership_id=viewer.pk, brand_ids=brands, by=world.owner)
        mixed = [world.brand.pk, world.foreign_brand.pk]
        restrict_member(membership_id=viewer.pk, brand_ids=mixed, by=world.owner)
        assert [row.brand_id for row in BrandAccess.objects.all()] == [world.brand.pk]


def test_what_somebody_asked_for_earlier_is_asked_again_when_it_is_done(world: World) -> None:
    with org_atomic(world.id):
        second = BrandProfile.objects.create(name="Second")
        assert still_may(user_id=world.editor.pk, brand_id=world.brand.pk)
        assert not still_may(user_id=world.viewer.pk)
        assert not still_may(user_id=world.stranger.pk, role=Role.VIEWER)
        restrict_member(
            membership_id=membership(world.editor).pk, brand_ids=[second.pk], by=world.owner
        )
        assert still_may(user_id=world.editor.pk, brand_id=second.pk)
        assert not still_may(user_id=world.editor.pk, brand_id=world.brand.pk)
        User.objects.filter(pk=world.editor.pk).update(is_active=False)
        assert not still_may(user_id=world.editor.pk, brand_id=second.pk)


# -- Anything in any order -------------------------------------------------------------------------


class Team(RuleBasedStateMachine):
    """People do to each other whatever the services let them, in any order."""

    world: World
    people = ("owner", "admin", "editor", "viewer")

    def _id(self, name: str) -> Any:
        found = Membership.objects.filter(user=getattr(self.world, name)).first()
        return found.pk if found else uuid4()

    def _attempt(self, act: Any, **values: Any) -> None:
        try:
            with transaction.atomic():
                act(**values)
        except DomainError:
            pass

    @rule(by=st.sampled_from(people), of=st.sampled_from(people), role=st.sampled_from(list(Role)))
    def role(self, by: str, of: str, role: Role) -> None:
        doer = getattr(self.world, by)
        self._attempt(change_role, membership_id=self._id(of), role=role, by=doer)

    @rule(by=st.sampled_from(people), of=st.sampled_from(people))
    def transfer(self, by: str, of: str) -> None:
        self._attempt(transfer_ownership, membership_id=self._id(of), by=getattr(self.world, by))

    @rule(by=st.sampled_from(people), of=st.sampled_from(people), limited=st.booleans())
    def restrict(self, by: str, of: str, limited: bool) -> None:
        brands = [self.world.brand.pk] if limited else None
        doer = getattr(self.world, by)
        self._attempt(restrict_member, membership_id=self._id(of), brand_ids=brands, by=doer)

    @rule(by=st.sampled_from(people), of=st.sampled_from(people))
    def remove(self, by: str, of: str) -> None:
        self._attempt(remove_member, membership_id=self._id(of), by=getattr(self.world, by))

    @rule(by=st.sampled_from(people))
    def leave(self, by: str) -> None:
        self._attempt(leave_organization, by=getattr(self.world, by))

    @rule(who=st.sampled_from(people), role=st.sampled_from([Role.ADMIN, Role.VIEWER]))
    def come_back(self, who: str, role: Role) -> None:
        user = getattr(self.world, who)
        Membership.objects.get_or_create(user=user, defaults={"role": role})

    @invariant()
    def exactly_one_owner_and_nobody_limited_in_charge(self) -> None:
        rows = list(Membership.objects.values_list("role", "sees_all_brands", "pk"))
        assert [role for role, _, _ in rows].count(Role.OWNER) == 1
        limited = {pk for role, sees_all, pk in rows if not sees_all}
        assert not {pk for role, _, pk in rows if role in {"admin", "owner"}} & limited
        assert set(BrandAccess.objects.values_list("membership_id", flat=True)) == limited


def test_whatever_people_do_to_each_other_there_is_exactly_one_owner(world: World) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    class Here(Team):
        def __init__(self) -> None:
            super().__init__()
            self.world = world
            self._scope = org_atomic(world.id)
            self._scope.__enter__()
            self._savepoint = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self._savepoint)
            self._scope.__exit__(None, None, None)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_two_admins_at_once_end_with_one_owner_and_one_of_them_refused(world: World) -> None:
    with org_atomic(world.id):
        ids = {row.user_id: row.pk for row in Membership.objects.all()}
    second = world.editor
    with org_atomic(world.id):
        change_role(membership_id=ids[second.pk], role=Role.ADMIN, by=world.owner)

    def demote(by: User, of: User) -> Any:
        def act() -> None:
            with org_atomic(world.id):
                change_role(membership_id=ids[of.pk], role=Role.VIEWER, by=by)

        return act

    results = together([demote(world.admin, second), demote(second, world.admin)])
    assert sorted(type(each).__name__ for each in results) == ["Forbidden", "NoneType"]

    def give(to: User) -> Any:
        def act() -> None:
            with org_atomic(world.id):
                transfer_ownership(membership_id=ids[to.pk], by=world.owner)

        return act

    results = together([give(world.admin), give(second), give(world.viewer)])
    assert sorted(type(each).__name__ for each in results) == ["Forbidden", "Forbidden", "NoneType"]
    with org_atomic(world.id):
        assert list(roles().values()).count(Role.OWNER) == 1
