"""Who may open which page: decided once, at the door of every view."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Forbidden, NotFound
from config.kernel.scoping import MissingScope, org_atomic, organization_in_scope
from organizations.access import Request, member_of, public, signed_in
from organizations.models import Membership, Organization, Role, User
from organizations.selectors import belongings_of_user
from tests.world import World

pytestmark = pytest.mark.django_db

ROLES = ["viewer", "member", "admin", "owner"]


def request_of(user: User | None, path: str = "/o/x/", **headers: str) -> Any:
    """As it reaches a view, after the middleware."""
    request: Any = RequestFactory().get(path, headers=headers)
    request.user = user or AnonymousUser()
    request.session = SessionStore()
    request.htmx = HtmxDetails(request)
    return request


def people(world: World) -> dict[str, User]:
    return {
        "viewer": world.viewer,
        "member": world.editor,
        "admin": world.admin,
        "owner": world.owner,
    }


@member_of("viewer")
def names_of_brands(request: Request) -> HttpResponse:
    return HttpResponse(" ".join(BrandProfile.objects.values_list("name", flat=True)))


# -- Roles -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("needed", ROLES)
def test_a_role_opens_what_it_covers_and_nothing_above(world: World, needed: str) -> None:
    @member_of(needed)
    def view(request: Request) -> HttpResponse:
        return HttpResponse(request.membership.role)

    for role, user in people(world).items():
        if ROLES.index(role) >= ROLES.index(needed):
            answer = view(request_of(user), org=world.organization.slug)
            assert answer.content.decode() == role
        else:
            with pytest.raises(Forbidden) as refused:
                view(request_of(user), org=world.organization.slug)
            assert refused.value.message == (
                f"Your role here is {role}; this needs {needed}. Ask an owner or admin of the team."
            )


def test_a_role_that_does_not_exist_is_refused_when_the_view_is_imported() -> None:
    with pytest.raises(ValueError, match="editor"):
        member_of("editor")


def test_every_role_covers_itself_and_those_below() -> None:
    covers = {(role, below) for role in Role for below in Role if role.covers(below)}
    order = [Role(role) for role in ROLES]
    assert covers == {(role, below) for role in order for below in order[: order.index(role) + 1]}


def test_a_stranger_is_told_the_same_as_for_what_does_not_exist(world: World) -> None:
    told = []
    for slug in (world.organization.slug, "there-is-no-such-team"):
        with pytest.raises(NotFound) as refused:
            names_of_brands(request_of(world.stranger), org=slug)
        told.append((refused.value.message, refused.value.code, refused.value.extra))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "change", [{"status": Organization.Status.SUSPENDED}, {"deleted_at": now()}]
)
def test_a_team_that_is_closed_is_closed_to_its_owner_too(
    world: World, change: dict[str, Any]
) -> None:
    with org_atomic(world.id):
        Organization.objects.filter(pk=world.id).update(**change)
    with pytest.raises(NotFound):
        names_of_brands(request_of(world.owner), org=world.organization.slug)
    assert belongings_of_user(world.owner.pk) == []


def test_a_changed_role_and_a_lost_membership_count_from_the_next_request(world: World) -> None:
    @member_of("admin")
    def view(request: Request) -> HttpResponse:
        return HttpResponse("in")

    assert view(request_of(world.admin), org=world.organization.slug).content == b"in"
    with org_atomic(world.id):
        mine = Membership.objects.filter(user=world.admin)
        mine.update(role=Role.VIEWER)
    with pytest.raises(Forbidden):
        view(request_of(world.admin), org=world.organization.slug)
    with org_atomic(world.id):
        mine.all().delete()
    with pytest.raises(NotFound):
        view(request_of(world.admin), org=world.organization.slug)


def test_one_person_has_a_role_of_their_own_in_each_team(world: World) -> None:
    with org_atomic(world.foreign.id):
        Membership.objects.create(user=world.owner, role=Role.VIEWER)
    roles = {each.slug: each.role for each in belongings_of_user(world.owner.pk)}
    assert roles == {world.organization.slug: Role.OWNER, world.foreign.slug: Role.VIEWER}
    answer = names_of_brands(request_of(world.owner), org=world.foreign.slug)
    assert answer.content.decode() == world.foreign_brand.name


# -- The scope of a view ---------------------------------------------------------------------------


def test_a_view_sees_its_organization_and_leaves_it_behind(world: World) -> None:
    answer = names_of_brands(request_of(world.viewer), org=world.organization.slug)
    assert answer.content.decode() == world.brand.name
    assert organization_in_scope() is None


def test_the_request_says_whose_page_it_is_and_as_whom_it_is_seen(world: World) -> None:
    seen: list[Any] = []

    @member_of("viewer")
    def view(request: Request, number: int) -> HttpResponse:
        seen.append((request.organization, request.membership, number))
        return HttpResponse()

    view(request_of(world.viewer), org=world.organization.slug, number=7)
    [(organization, membership, number)] = seen
    assert (organization.id, organization.name, organization.slug, organization.timezone) == (
        *(world.id, world.organization.name, world.organization.slug),
        "Europe/Berlin",
    )
    assert membership.role is Role.VIEWER and number == 7


def test_what_a_view_wrote_is_taken_back_when_it_fails(world: World) -> None:
    @member_of("viewer")
    def view(request: Request) -> HttpResponse:
        BrandProfile.objects.create(name="Half done")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        view(request_of(world.viewer), org=world.organization.slug)
    assert organization_in_scope() is None
    with org_atomic(world.id):
        assert not BrandProfile.objects.filter(name="Half done").exists()


@pytest.mark.django_db(transaction=True)
def test_a_view_that_talks_to_a_network_holds_no_transaction(world: World) -> None:
    seen: list[bool] = []

    def view(request: Request) -> HttpResponse:
        seen.append(connection.in_atomic_block)
        with org_atomic():
            return HttpResponse(BrandProfile.objects.get().name)

    for atomic in (True, False):
        answer = member_of("viewer", atomic=atomic)(view)(
            request_of(world.viewer), org=world.organization.slug
        )
        assert answer.content.decode() == world.brand.name
    assert seen == [True, False]


def test_a_template_that_reads_rows_late_is_rendered_inside_the_scope(world: World) -> None:
    template = engines["django"].from_string("{% for each in brands %}{{ each.pk }}{% endfor %}")

    @member_of("viewer")
    def view(request: Request) -> HttpResponse:
        return SimpleTemplateResponse(template, {"brands": BrandProfile.objects.all()})

    answer = view(request_of(world.viewer), org=world.organization.slug)
    assert answer.content.decode() == str(world.brand.pk)
    with pytest.raises(MissingScope):
        BrandProfile.objects.all()


def test_the_session_remembers_the_team_and_is_written_only_when_it_changes(
    world: World,
) -> None:
    request = request_of(world.viewer)
    names_of_brands(request, org=world.organization.slug)
    assert request.session["organization"] == world.organization.slug
    request.session.modified = False
    names_of_brands(request, org=world.organization.slug)
    assert not request.session.modified


# -- Who is not signed in --------------------------------------------------------------------------


def test_who_is_not_signed_in_logs_in_and_comes_back(world: World, client: Client) -> None:
    path = f"{world.path}/brands/?q=mast"
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={quote(path)}"


def test_after_a_form_that_came_too_late_the_way_leads_home(world: World) -> None:
    view = signed_in(lambda request: HttpResponse())
    request = request_of(None)
    request.method = "POST"
    assert view(request)["Location"] == "/accounts/login/?next=/"


def test_a_piece_of_a_page_sends_the_whole_page_to_the_login(world: World, client: Client) -> None:
    answer = client.get(
        f"{world.path}/brands/",
        headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{world.path}/?a=1"},
    )
    assert answer.status_code == 200 and not answer.content
    assert answer["HX-Redirect"] == f"/accounts/login/?next={quote(world.path + '/?a=1')}"
    elsewhere = client.get(
        f"{world.path}/brands/",
        headers={"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/x"},
    )
    assert elsewhere["HX-Redirect"] == "/accounts/login/?next=/"


@pytest.mark.parametrize("change", [{"is_active": False}, {"deleted_at": now()}])
def test_an_account_that_was_closed_is_signed_out_everywhere(
    world: World, client: Client, change: dict[str, Any]
) -> None:
    client.force_login(world.viewer)
    assert client.get(f"{world.path}/brands/").status_code == 200
    User.objects.filter(pk=world.viewer.pk).update(**change)
    assert client.get(f"{world.path}/brands/").status_code == 302


def test_a_page_for_anybody_signed_in_asks_for_nothing_more(world: World) -> None:
    @signed_in
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("in")

    assert view(request_of(world.stranger)).content == b"in"
    assert view(request_of(None)).status_code == 302


def test_each_door_says_what_it_is(world: World) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("in")

    access = [getattr(door(view), "access", "") for door in (member_of("admin"), signed_in, public)]
    assert access == ["admin", "signed_in", "public"]
    assert member_of("admin")(view).__name__ == "view"
