"""The pages of members, invitations and the team."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from brands.models import BrandAccess, BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, Invitation, Membership, Organization, Role, User
from tests.organizations.confirming import sign_in_confirmed
from tests.organizations.seats import seats
from tests.world import World, person

__all__ = ["seats"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seats")]

INVITED = "ann@example.com"


def role_of(world: World, user: User) -> str:
    with org_atomic(world.id):
        return Membership.objects.get(user=user).role


def id_of(world: World, user: User) -> Any:
    with org_atomic(world.id):
        return Membership.objects.get(user=user).pk


def invited(world: World, **fields: Any) -> Invitation:
    with org_atomic(world.id):
        return Invitation.objects.create(
            **{
                "email": INVITED,
                "token_digest": "2" * 64,
                "invited_by": world.owner,
                "expires_at": now() + timedelta(days=7),
                **fields,
            }
        )


@pytest.fixture
def admin(world: World, client: Client) -> Client:
    return sign_in_confirmed(client, world.admin)


@pytest.fixture
def sent(
    admin: Client,
    world: World,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[..., str]:
    """Invite by the page; the path of the link in the letter."""

    def send(**fields: Any) -> str:
        values = {"email": INVITED, "role": "member", "sees": "all", **fields}
        with django_capture_on_commit_callbacks(execute=True):
            answer = admin.post(f"{world.path}/members/invitations/", values)
        assert answer.status_code == 302, answer.content.decode()
        [path] = re.findall(r"/invitations/[\w-]{43}/", str(mail.outbox[-1].body))
        return str(path)

    return send


# -- The list --------------------------------------------------------------------------------------


def test_everybody_sees_the_people_and_admins_what_is_open(world: World, client: Client) -> None:
    invited(world)
    for user, manages in ((world.viewer, False), (world.editor, False), (world.admin, True)):
        client.force_login(user)
        page = client.get(f"{world.path}/members/").content.decode()
        for other in (world.owner, world.admin, world.editor, world.viewer):
            assert other.email in page
        assert (INVITED in page, "Invite people" in page) == (manages, manages)
        assert page.count('aria-label="Change ') == (3 if manages else 0)


def test_an_invitation_shows_how_it_stands(world: World, admin: Client) -> None:
    def page() -> str:
        return admin.get(f"{world.path}/members/").content.decode()

    row = invited(world)
    assert "Not sent" in page()
    with org_atomic(world.id):
        Invitation.objects.filter(pk=row.pk).update(sent_at=now())
    assert "Not sent" not in page() and "Works until" in page()
    with org_atomic(world.id):
        Invitation.objects.update(expires_at=now() - timedelta(hours=1))
    assert "Expired" in page()
    with org_atomic(world.id):
        Invitation.objects.update(revoked_at=now())
    assert INVITED not in page() and "Nobody is invited" in page()


def test_the_list_costs_the_same_for_many_people(
    world: World, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = f"{world.path}/members/"

    def fill(count: int) -> None:
        with org_atomic(world.id):
            for number in range(count):
                user = User(email=f"{count}-{number}@example.com")
                user.set_unusable_password()
                user.save()
                one = Membership.objects.create(user=user, role="viewer", sees_all_brands=False)
                BrandAccess.objects.create(membership=one, brand=world.brand)
                Invitation.objects.create(
                    email=f"{count}-{number}@open.example",
                    token_digest=f"{count:032}{number:032}",
                    invited_by=user,
                    brand_ids=[world.brand.pk],
                    expires_at=now() + timedelta(days=7),
                )

    fill(2)
    admin.get(path)
    with CaptureQueriesContext(connection) as few:
        admin.get(path)
    fill(12)
    with django_assert_num_queries(len(few.captured_queries)):
        page = admin.get(path).content.decode()
    assert "12-11@open.example" in page and "Harbour &amp; Pine brand" in page


def test_a_restricted_member_sees_only_whom_they_share_a_brand_with(
    world: World, client: Client
) -> None:
    with org_atomic(world.id):
        second = BrandProfile.objects.create(name="Second client")
        for email, brands in (
            ("same@example.com", [world.brand, second]),
            ("other@example.com", [second]),
        ):
            one = Membership.objects.create(
                user=person(email), role="viewer", sees_all_brands=False
            )
            for brand in brands:
                BrandAccess.objects.create(membership=one, brand=brand)
        Membership.objects.filter(user=world.viewer).update(sees_all_brands=False)
        mine = Membership.objects.get(user=world.viewer)
        BrandAccess.objects.create(membership=mine, brand=world.brand)
    client.force_login(world.viewer)
    page = client.get(f"{world.path}/members/").content.decode()
    assert "same@example.com" in page and world.owner.email in page
    assert "other@example.com" not in page and "Second client" not in page


# -- Roles and brands ------------------------------------------------------------------------------


def test_a_role_is_changed_and_the_form_keeps_what_was_wrong(world: World, admin: Client) -> None:
    path = f"{world.path}/members/{id_of(world, world.editor)}/"
    assert "checked" in admin.get(path).content.decode()
    wrong = admin.post(path, {"role": "admin", "sees": "some", "brands": [str(world.brand.pk)]})
    assert wrong.status_code == 422 and b"decides over all brands" in wrong.content
    none = admin.post(path, {"role": "viewer", "sees": "some"})
    assert none.status_code == 422 and b"at least one brand" in none.content
    assert role_of(world, world.editor) == Role.MEMBER
    answer = admin.post(path, {"role": "viewer", "sees": "some", "brands": [str(world.brand.pk)]})
    assert answer.status_code == 302
    with org_atomic(world.id):
        theirs = Membership.objects.get(user=world.editor)
        assert (theirs.role, theirs.sees_all_brands) == ("viewer", False)
        assert BrandAccess.objects.get().brand == world.brand
    back = admin.post(path, {"role": "admin", "sees": "all"})
    assert back.status_code == 302 and role_of(world, world.editor) == Role.ADMIN


def test_fields_that_the_form_does_not_have_change_nothing(world: World, admin: Client) -> None:
    path = f"{world.path}/members/{id_of(world, world.viewer)}/"
    sent = {"role": "owner", "sees": "all", "user": str(world.admin.pk), "organization": "x"}
    assert admin.post(path, sent).status_code == 422
    admin.post(path, {**sent, "role": "viewer", "joined_at": "2001-01-01"})
    with org_atomic(world.id):
        theirs = Membership.objects.get(user=world.viewer)
        assert theirs.role == Role.VIEWER and theirs.joined_at and theirs.joined_at.year > 2001


def test_the_owner_is_not_for_changing(world: World, admin: Client) -> None:
    owner = id_of(world, world.owner)
    path = f"{world.path}/members/{owner}/"
    assert admin.post(path, {"role": "viewer", "sees": "all"}).status_code == 403
    assert admin.post(f"{path}removal/").status_code == 403
    assert role_of(world, world.owner) == Role.OWNER


def test_changing_people_asks_again_who_one_is(world: World, client: Client) -> None:
    client.force_login(world.owner)
    member = id_of(world, world.viewer)
    row = invited(world)
    for path in (
        f"members/{member}/",
        f"members/{member}/removal/",
        "members/ownership/",
        "members/invitations/",
        f"members/invitations/{row.pk}/sending/",
        f"members/invitations/{row.pk}/removal/",
    ):
        answer = client.post(f"{world.path}/{path}", {"role": "admin", "sees": "all"})
        assert answer.status_code == 302 and "/accounts/" in answer["Location"], path
    assert role_of(world, world.viewer) == Role.VIEWER


def test_a_member_is_removed_after_a_question(world: World, admin: Client) -> None:
    path = f"{world.path}/members/{id_of(world, world.viewer)}/"
    assert "Remove Viewer?" in admin.get(path).content.decode()
    answer = admin.post(f"{path}removal/", follow=True)
    assert b"no longer in the team" in answer.content
    assert admin.get(path).status_code == 404
    mine = f"{world.path}/members/{id_of(world, world.admin)}/"
    assert "Remove Admin?" not in admin.get(mine).content.decode()


def test_leaving_is_a_page_of_its_own(world: World, client: Client) -> None:
    client.force_login(world.viewer)
    path = f"{world.path}/members/leaving/"
    assert "Leave team" in client.get(path).content.decode()
    answer = client.post(path, follow=True)
    assert "You left" in answer.content.decode()
    assert client.get(path).status_code == 404
    client.force_login(world.owner)
    assert "Somebody must own the team" in client.get(path).content.decode()
    assert client.post(path).status_code == 409


# -- Ownership -------------------------------------------------------------------------------------


def test_ownership_is_typed_and_not_clicked(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    path, member = f"{world.path}/members/ownership/", str(id_of(world, world.admin))
    assert world.organization.name.replace("&", "&amp;") in client.get(path).content.decode()
    wrong = client.post(path, {"member": member, "confirmation": "yes"})
    assert wrong.status_code == 422 and role_of(world, world.owner) == Role.OWNER
    right = {"member": member, "confirmation": world.organization.name}
    assert client.post(path, right).status_code == 302
    assert role_of(world, world.admin) == Role.OWNER
    assert client.get(path).status_code == 403


def test_a_team_of_one_cannot_be_handed_over(world: World, client: Client) -> None:
    with org_atomic(world.id):
        Membership.objects.exclude(user=world.owner).delete()
    sign_in_confirmed(client, world.owner)
    page = client.get(f"{world.path}/members/ownership/").content.decode()
    assert "Nobody can take over yet" in page


# -- Inviting --------------------------------------------------------------------------------------


def test_inviting_keeps_what_was_typed_and_says_what_is_wrong(world: World, admin: Client) -> None:
    path = f"{world.path}/members/invitations/"
    wrong = admin.post(path, {"email": "not an address", "role": "viewer", "sees": "all"})
    assert wrong.status_code == 422 and "not an address" in wrong.content.decode()
    again = admin.post(path, {"email": world.viewer.email, "role": "viewer", "sees": "all"})
    assert again.status_code == 422 and "in the team already" in again.content.decode()


def test_a_plan_that_is_full_is_told_in_the_form(
    world: World, admin: Client, seats: Callable[[int | None], None]
) -> None:
    seats(4)
    path = f"{world.path}/members/invitations/"
    full = admin.post(path, {"email": INVITED, "role": "viewer", "sees": "all"})
    assert full.status_code == 402 and "Your plan covers 4 members" in full.content.decode()


def test_a_letter_that_did_not_leave_is_told_and_sent_again(
    world: World,
    admin: Client,
    sent: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def away(*args: Any) -> int:
        raise ConnectionRefusedError

    values = {"email": INVITED, "role": "member", "sees": "all"}
    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(EmailBackend, "send_messages", away)
        assert admin.post(f"{world.path}/members/invitations/", values).status_code == 302
    page = admin.get(f"{world.path}/members/").content.decode()
    assert "Not sent" in page and "Send again" in page
    with org_atomic(world.id):
        row = Invitation.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"{world.path}/members/invitations/{row.pk}/sending/")
    assert "Not sent" not in admin.get(f"{world.path}/members/").content.decode()


def test_a_revoked_invitation_is_gone(
    world: World, admin: Client, sent: Callable[..., str]
) -> None:
    link = sent()
    with org_atomic(world.id):
        row = Invitation.objects.get()
    path = f"{world.path}/members/invitations/{row.pk}/removal/"
    assert admin.post(path).status_code == 302
    assert admin.post(path).status_code == 404
    assert Client().get(link).status_code == 404


# -- The public page -------------------------------------------------------------------------------


def test_a_link_tells_the_team_to_its_holder_and_is_not_passed_on(
    world: World, sent: Callable[..., str]
) -> None:
    answer = Client().get(sent(role="viewer"))
    page = answer.content.decode()
    assert "Join Harbour &amp; Pine" in page and "as viewer" in page and INVITED in page
    assert "Create account" in page and "<script>" not in page
    assert answer["Referrer-Policy"] == "no-referrer" and "no-store" in answer["Cache-Control"]


def test_what_does_not_work_says_the_same_and_names_nobody(
    world: World, admin: Client, sent: Callable[..., str]
) -> None:
    link = sent()
    with org_atomic(world.id):
        Invitation.objects.update(revoked_at=now())
    pages = []
    for path in (link, f"/invitations/{'x' * 43}/", "/invitations/x/"):
        answer = Client().get(path)
        assert answer.status_code == 404
        pages.append(re.sub(r'nonce="[^"]*"', "", answer.content.decode()))
    assert pages[0] == pages[1] == pages[2] and "Harbour" not in pages[0]


def test_a_new_person_signs_up_proves_the_address_and_joins(
    world: World, sent: Callable[..., str]
) -> None:
    link, visitor = sent(), Client()
    assert visitor.get(link).status_code == 200
    passphrase = "nine green bottles on a wall"
    visitor.post("/accounts/signup/", {"email": INVITED, "password1": passphrase})
    assert visitor.get("/")["Location"] == link, "the way leads back to the invitation"
    page = visitor.get(link).content.decode()
    assert "Nobody has confirmed yet" in page
    visitor.post(f"{link}acceptance/")
    refused = visitor.post(f"{link}acceptance/")
    assert refused.status_code == 403 and "Confirm first" in refused.content.decode()
    visitor.post(f"{link}proof/")
    [proof] = re.findall(r"/accounts/confirm-email/[^/\s]+/", str(mail.outbox[-1].body))
    visitor.post(proof)
    assert visitor.get("/")["Location"] == link
    answer = visitor.post(f"{link}acceptance/")
    assert answer["Location"] == f"{world.path}/"
    assert visitor.get(f"{world.path}/brands/").status_code == 200
    assert visitor.get(link).status_code == 404


def test_who_is_signed_in_as_somebody_else_is_told_so(
    world: World, sent: Callable[..., str]
) -> None:
    link, visitor = sent(), Client()
    visitor.force_login(world.stranger)
    page = visitor.get(link).content.decode()
    assert f"You are signed in as <strong>{world.stranger.email}</strong>" in page
    assert visitor.post(f"{link}acceptance/").status_code == 403
    visitor.post(f"{link}proof/")
    assert len(mail.outbox) == 1, "no letter for an address that is not theirs"


def test_who_is_not_signed_in_cannot_join(sent: Callable[..., str]) -> None:
    link = sent()
    answer = Client().post(f"{link}acceptance/")
    assert answer["Location"] == link


def test_a_member_who_follows_a_link_is_told_that_they_are_in(
    world: World, sent: Callable[..., str]
) -> None:
    link, visitor = sent(), Client()
    EmailAddress.objects.create(user=world.viewer, email=INVITED, verified=True)
    visitor.force_login(world.viewer)
    answer = visitor.post(f"{link}acceptance/", follow=True)
    assert "You were in" in answer.content.decode()


# -- The team --------------------------------------------------------------------------------------


def test_a_team_is_renamed_and_moved_and_both_written_down(world: World, admin: Client) -> None:
    path = f"{world.path}/team/"
    page = admin.get(path).content.decode()
    assert "eu-west" in page and world.organization.slug in page
    assert admin.post(path, {"name": " ", "timezone": "UTC"}).status_code == 422
    assert admin.post(path, {"name": "New", "timezone": "Mars/Base"}).status_code == 422
    assert admin.post(path, {"name": " New  name ", "timezone": "UTC"}).status_code == 302
    assert admin.post(path, {"name": "New name", "timezone": "UTC"}).status_code == 302
    with org_atomic(world.id):
        team = Organization.objects.get()
        assert (team.name, team.timezone, team.slug) == (
            *("New name", "UTC"),
            world.organization.slug,
        )
        record = AuditRecord.objects.get(action="organization.changed")
        assert record.before == {"name": "Harbour & Pine", "timezone": "Europe/Berlin"}
        assert record.after == {"name": "New name", "timezone": "UTC"}
