"""Who may open which page: decided once, at the door of every view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails
from structlog.contextvars import bind_contextvars

from config.kernel import web
from config.kernel.brands import brand_limit
from config.kernel.errors import Forbidden, NotFound
from config.kernel.scoping import org_atomic, scope
from organizations.models import Role, User
from organizations.selectors import Belonging, belongings_of_user
from organizations.services.brand_sight import sight
from organizations.visiting import as_visitor, refuse_on_visit, visit_to

View = Callable[..., HttpResponse]


class Request(web.Request):
    """A request whose person is known: what a view gets behind an access decorator. Typing only."""

    user: User
    organization: Belonging
    membership: Belonging


def member_of(
    role: str, *, atomic: bool = True, all_brands: bool = False
) -> Callable[[View], View]:
    """Open a view of one organization to members with at least this role.

    Takes the URL's `org` slug. A stranger gets 404, so that nothing is told; a member without the
    right gets 403. The view runs in one transaction of the organization, unless `atomic` is False
    because it talks to a network: then it is only in scope, and services open transactions.

    For a member who is restricted to brands, whatever the view reads and writes is limited to them.
    `all_brands` closes a view to those members: it speaks of the whole team.
    """
    needed = Role(role)

    def decorate(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, org: str, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            _admit(request, org, needed)
            if all_brands:
                _require_all_brands(request)
            enter = org_atomic if atomic else scope
            here: Belonging = request.organization  # type: ignore[attr-defined]
            with enter(here.id), as_visitor(here), brand_limit(_brands_of(here, atomic)):
                return _rendered(view(request, *args, **kwargs))

        opened.access = needed.value  # type: ignore[attr-defined]
        return opened

    return decorate


def signed_in(view: View) -> View:
    """Open a view to any person who is signed in, of whatever organization."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_login(request)
        return view(request, *args, **kwargs)

    opened.access = "signed_in"  # type: ignore[attr-defined]
    return opened


def public(view: View) -> View:
    """Say that a view is meant for everybody."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def _to_login(request: HttpRequest) -> HttpResponse:
    """To the login page, and from there back to the page where the person was."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        # A redirect would put the login page into a piece of the old one.
        login = redirect_to_login(htmx.current_url_abs_path or "/")
        return HttpResponseClientRedirect(login["Location"])
    # What only takes a POST cannot be opened afterwards.
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    return cast(HttpResponse, redirect_to_login(back))


def _admit(request: HttpRequest, slug: str, needed: Role) -> None:
    belongings = belongings_of_user(cast(User, request.user).pk)
    mine = next((each for each in belongings if each.slug == slug), None)
    mine = mine or visit_to(request, slug)
    if mine is None:
        raise NotFound("There is no such page, or it belongs to a team that you are not part of.")
    if mine.visit:
        # Set first: the page of a refusal carries the visit's banner too.
        request.organization = request.membership = mine  # type: ignore[attr-defined]
        refuse_on_visit(request, mine)
    if not mine.role.covers(needed):
        raise Forbidden(
            f"Your role here is {mine.role.label.lower()}; this needs {needed.label.lower()}. "
            "Ask an owner or admin of the team."
        )
    # One row of the door says both where we are and as whom.
    request.organization = request.membership = mine  # type: ignore[attr-defined]
    if mine.visit is None and request.session.get("organization") != mine.slug:
        request.session["organization"] = mine.slug
    bind_contextvars(organization_id=str(mine.id))


def _require_all_brands(request: HttpRequest) -> None:
    here: Belonging = request.organization  # type: ignore[attr-defined]
    if not here.sees_all_brands:
        raise Forbidden(
            "This page is about the whole team, and you work for certain of its brands. Ask an "
            "owner or admin of the team."
        )


def _brands_of(here: Belonging, is_entered: bool) -> frozenset[UUID] | None:
    """What the limit is for this member: one query for a restricted one, and none for others."""
    if here.sees_all_brands:
        return None
    if is_entered:
        return sight().of(here.membership_id)
    with org_atomic():
        return sight().of(here.membership_id)


def _rendered(response: HttpResponse) -> HttpResponse:
    # Templates read rows lazily, so they are rendered while the scope still stands.
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.render()
    return response
