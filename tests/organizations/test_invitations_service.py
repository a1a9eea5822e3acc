"""Invitations: one address, one use, seven days; the token stands in the letter alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from brands.models import BrandAccess, BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Forbidden, Invalid, NotFound, PaymentRequired, TooMany
from config.kernel.scoping import org_atomic, organization_in_scope
from organizations.models import AuditRecord, Invitation, Membership, Organization, Role, User
from organizations.services.invitations import (
    accept_invitation,
    invite,
    resend_invitation,
    revoke_invitation,
    welcome,
)
from tests.kernel.crowd import times
from tests.organizations.seats import seats
from tests.world import World, person

__all__ = ["seats"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seats")]

ADDRESS = "New.Person@example.com"


@pytest.fixture
def commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, world: World
) -> Callable[..., Any]:
    """Do something in the team, and what follows its commit."""

    def committed(act: Callable[..., Any], **values: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True), org_atomic(world.id):
            return act(**values)

    return committed


def token_in(message: Any) -> str:
    [token] = set(re.findall(r"/invitations/([\w-]{43})/", str(message.body)))
    return str(token)


def newcomer(email: str = ADDRESS, *, verified: bool = True) -> User:
    user = person(email)
    EmailAddress.objects.create(user=user, email=email.lower(), verified=verified, primary=True)
    return user


# -- The letter ------------------------------------------------------------------------------------


def test_an_invitation_is_a_row_a_letter_and_a_record(
    world: World, commit: Callable[..., Any]
) -> None:
    row = commit(invite, email=f" {ADDRESS} ", role=Role.MEMBER, by=world.admin)
    [message] = mail.outbox
    assert message.to == [ADDRESS]
    assert message.subject == f"{world.admin} invites you to {world.organization.name}"
    assert world.organization.name in message.body and "as member" in message.body
    html = message.alternatives[0][0]  # type: ignore[attr-defined]
    assert token_in(message) in html and "&amp; Pine" in html
    with org_atomic(world.id):
        row.refresh_from_db()
        assert row.sent_at and row.expires_at - row.sent_at > timedelta(days=6, hours=23)
        record = AuditRecord.objects.get(action="invitation.sent")
    assert (record.category, record.actor) == ("security", world.admin)
    assert record.after == {"role": "member", "brands": "all"}


def test_the_token_is_stored_nowhere(world: World, commit: Callable[..., Any]) -> None:
    commit(invite, email=ADDRESS, role=Role.MEMBER, by=world.owner)
    token = token_in(mail.outbox[0])
    with org_atomic(world.id), connection.cursor() as cursor:
        for table in ("organizations_invitation", "organizations_auditrecord"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{token}%"])  # noqa: S608
            assert cursor.fetchone() == (0,)
        assert len(Invitation.objects.get().token_digest) == 64


def test_the_letter_leaves_after_the_commit_and_not_before(world: World) -> None:
    with pytest.raises(ZeroDivisionError), org_atomic(world.id):
        invite(email=ADDRESS, role=Role.MEMBER, by=world.owner)
        assert mail.outbox == []
        raise ZeroDivisionError
    assert mail.outbox == []


@pytest.mark.parametrize("error", [SMTPServerDisconnected("gone"), TimeoutError(), OSError(111)])
def test_a_mail_server_that_is_away_loses_no_invitation(
    world: World,
    commit: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def away(*args: Any) -> int:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", away)
        row = commit(invite, email=ADDRESS, role=Role.MEMBER, by=world.owner)
    with org_atomic(world.id):
        assert row.sent_at is None and Invitation.objects.get().sent_at is None
    commit(resend_invitation, invitation_id=row.pk, by=world.owner)
    assert accept_invitation(token=token_in(mail.outbox[-1]), by=newcomer()).slug


def test_nothing_in_a_name_breaks_the_letters_head(
    world: World, commit: Callable[..., Any]
) -> None:
    world.owner.name = "Eve\r\nBcc: all@example.com"
    commit(invite, email=ADDRESS, role=Role.VIEWER, by=world.owner)
    assert "\n" not in mail.outbox[0].subject and mail.outbox[0].recipients() == [ADDRESS]


# -- Who may invite whom ---------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["editor", "viewer", "stranger"])
def test_only_owner_and_admins_invite(world: World, by: str) -> None:
    with org_atomic(world.id), pytest.raises(Forbidden):
        invite(email=ADDRESS, role=Role.VIEWER, by=getattr(world, by))


def test_nobody_is_invited_to_own_the_team(world: World) -> None:
    with org_atomic(world.id):
        with pytest.raises(Invalid, match="one owner"):
            invite(email=ADDRESS, role=Role.OWNER, by=world.owner)
        row = invite(email=ADDRESS, role=Role.ADMIN, by=world.admin)
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.filter(pk=row.pk).update(role=Role.OWNER)


def test_members_and_the_invited_are_not_invited_again(world: World) -> None:
    with org_atomic(world.id):
        with pytest.raises(Invalid, match="in the team already"):
            invite(email=world.viewer.email.upper(), role=Role.MEMBER, by=world.owner)
        invite(email=ADDRESS, role=Role.MEMBER, by=world.owner)
        with pytest.raises(Invalid, match="invited already"):
            invite(email=ADDRESS.lower(), role=Role.VIEWER, by=world.admin)
        assert Invitation.objects.count() == 1


def test_an_expired_invitation_gives_way_to_a_new_one(world: World) -> None:
    with org_atomic(world.id):
        old = invite(email=ADDRESS, role=Role.MEMBER, by=world.owner)
        with time_machine.travel(now() + timedelta(days=8)):
            new = invite(email=ADDRESS, role=Role.VIEWER, by=world.owner)
        assert list(Invitation.objects.open()) == [new] and old != new


def test_a_plan_counts_members_and_who_is_on_the_way(
    world: World, seats: Callable[[int | None], None]
) -> None:
    seats(5)
    with org_atomic(world.id):
        first = invite(email=ADDRESS, role=Role.MEMBER, by=world.owner)
        with pytest.raises(PaymentRequired):
            invite(email="second@example.com", role=Role.MEMBER, by=world.owner)
        resend_invitation(invitation_id=first.pk, by=world.owner)
        revoke_invitation(invitation_id=first.pk, by=world.owner)
        invite(email="second@example.com", role=Role.MEMBER, by=world.owner)


def test_a_team_sends_twenty_an_hour_and_five_to_one_address(world: World) -> None:
    with org_atomic(world.id):
        row = invite(email=ADDRESS, role=Role.MEMBER, by=world.owner)
        for _ in range(4):
            resend_invitation(invitation_id=row.pk, by=world.owner)
        with pytest.raises(TooMany), transaction.atomic():
            resend_invitation(invitation_id=row.pk, by=world.owner)
        for number in range(14):
            invite(email=f"{number}@example.com", role=Role.MEMBER, by=world.owner)
        with pytest.raises(TooMany), transaction.atomic():
            invite(email="last@example.com", role=Role.MEMBER, by=world.owner)
        assert not Invitation.objects.filter(email="last@example.com").exists()
    with org_atomic(world.foreign.id):
        invite(email="first@example.com", role=Role.MEMBER, by=world.stranger)
        # The address has had its five, whoever writes to it.
        with pytest.raises(TooMany):
            invite(email=ADDRESS, role=Role.MEMBER, by=world.stranger)


# -- Joining ---------------------------------------------------------------------------------------


def test_the_holder_of_the_token_is_told_the_team_and_the_role(
    world: World, commit: Callable[..., Any]
) -> None:
    commit(invite, email=ADDRESS, role=Role.VIEWER, by=world.admin)
    told = welcome(token_in(mail.outbox[0]))
    assert told is not None
    assert (told.team, told.role, told.email, told.is_limited) == (
        *(world.organization.name, Role.VIEWER, ADDRESS),
        False,
    )
    assert organization_in_scope() is None


def test_who_owns_the_address_joins_once(world: World, commit: Callable[..., Any]) -> None:
    commit(invite, email=ADDRESS, role=Role.VIEWER, by=world.admin)
    token, user = token_in(mail.outbox[0]), newcomer()
    joined = accept_invitation(token=token, by=user)
    assert (joined.slug, joined.was_member) == (world.organization.slug, False)
    with org_atomic(world.id):
        mine = Membership.objects.get(user=user)
        assert (mine.role, mine.sees_all_brands) == (Role.VIEWER, True)
        assert mine.joined_at and mine.invited_at
        row = Invitation.objects.get()
        assert row.accepted_at and row.accepted_by == user
        record = AuditRecord.objects.get(action="member.joined")
        assert record.category == "security" and record.data["invitation"] == str(row.pk)
    with pytest.raises(NotFound):
        accept_invitation(token=token, by=user)
    with org_atomic(world.id):
        Membership.objects.filter(user=user).delete()
    with pytest.raises(NotFound):
        accept_invitation(token=token, by=user)


def test_an_invitation_to_some_brands_joins_with_those_that_still_stand(
    world: World, commit: Callable[..., Any]
) -> None:
    with org_atomic(world.id):
        second = BrandProfile.objects.create(name="Second")
    chosen = {world.brand.pk, second.pk}
    commit(invite, email=ADDRESS, role=Role.VIEWER, brand_ids=chosen, by=world.admin)
    with org_atomic(world.id):
        second.soft_delete()
    user = newcomer()
    accept_invitation(token=token_in(mail.outbox[0]), by=user)
    with org_atomic(world.id):
        mine = Membership.objects.get(user=user)
        assert not mine.sees_all_brands
        seen = BrandAccess.objects.filter(membership=mine).values_list("brand_id", flat=True)
        assert list(seen) == [world.brand.pk]


def test_brands_go_with_a_small_role_and_exist_here(world: World) -> None:
    with org_atomic(world.id):
        for brands, role in (
            ({world.brand.pk}, Role.ADMIN),
            ({world.foreign_brand.pk}, Role.VIEWER),
        ):
            with pytest.raises(Invalid) as refused:
                invite(email=ADDRESS, role=role, brand_ids=brands, by=world.owner)
            assert refused.value.field == "brands"


@pytest.mark.parametrize("fate", ["unknown", "used", "revoked", "expired", "replaced", "closed"])
def test_whatever_does_not_work_is_told_in_the_same_words(
    world: World, commit: Callable[..., Any], fate: str
) -> None:
    row = commit(invite, email=ADDRESS, role=Role.VIEWER, by=world.owner)
    token, user, moment = token_in(mail.outbox[0]), newcomer(), now()
    if fate == "unknown":
        token = "x" * 43
    elif fate == "used":
        accept_invitation(token=token, by=user)
    elif fate == "revoked":
        commit(revoke_invitation, invitation_id=row.pk, by=world.admin)
    elif fate == "expired":
        moment += timedelta(days=7, seconds=1)
    elif fate == "replaced":
        commit(resend_invitation, invitation_id=row.pk, by=world.admin)
    else:
        with org_atomic(world.id):
            Organization.objects.update(status=Organization.Status.CLOSING)
    with time_machine.travel(moment):
        assert welcome(token) is None
        with pytest.raises(NotFound) as refused:
            accept_invitation(token=token, by=user)
    assert refused.value.message.startswith("This invitation does not work, or not any more")


def test_somebody_else_does_not_join(world: World, commit: Callable[..., Any]) -> None:
    commit(invite, email=ADDRESS, role=Role.VIEWER, by=world.owner)
    token = token_in(mail.outbox[0])
    with pytest.raises(Forbidden) as other:
        accept_invitation(token=token, by=newcomer("else@example.com"))
    unproven = newcomer(verified=False)
    with pytest.raises(Forbidden) as unverified:
        accept_invitation(token=token, by=unproven)
    assert [other.value.code, unverified.value.code] == ["other_address", "address_unverified"]
    EmailAddress.objects.filter(user=unproven).update(verified=True)
    assert accept_invitation(token=token, by=unproven).team == world.organization.name


def test_a_member_who_is_invited_by_another_address_keeps_their_role(
    world: World, commit: Callable[..., Any]
) -> None:
    commit(invite, email=ADDRESS, role=Role.VIEWER, by=world.owner)
    EmailAddress.objects.create(user=world.editor, email=ADDRESS.lower(), verified=True)
    joined = accept_invitation(token=token_in(mail.outbox[0]), by=world.editor)
    assert joined.was_member
    with org_atomic(world.id):
        assert Membership.objects.get(user=world.editor).role == Role.MEMBER


def test_who_comes_when_the_seats_are_taken_may_come_again(
    world: World, commit: Callable[..., Any], seats: Callable[[int | None], None]
) -> None:
    commit(invite, email=ADDRESS, role=Role.VIEWER, by=world.owner)
    token, user = token_in(mail.outbox[0]), newcomer()
    seats(4)
    with pytest.raises(PaymentRequired):
        accept_invitation(token=token, by=user)
    seats(5)
    assert accept_invitation(token=token, by=user).team


def test_an_invitation_of_another_team_does_not_exist(world: World) -> None:
    with org_atomic(world.id):
        row = invite(email=ADDRESS, role=Role.VIEWER, by=world.owner)
    for act in (resend_invitation, revoke_invitation):
        with org_atomic(world.foreign.id), pytest.raises(NotFound):
            act(invitation_id=row.pk, by=world.stranger)


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_are_one_membership(world: World) -> None:
    with org_atomic(world.id):
        invite(email=ADDRESS, role=Role.VIEWER, by=world.owner)
    token, user = token_in(mail.outbox[-1]), newcomer()
    results = times(10, lambda: accept_invitation(token=token, by=user))
    assert sorted(type(each).__name__ for each in results) == ["Joined"] + ["NotFound"] * 9
    with org_atomic(world.id):
        assert Membership.objects.filter(user=user).count() == 1
