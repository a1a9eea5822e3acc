"""Who may open which page: decided once, at the door of every view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails
from structlog.contextvars import bind_contextvars

from config.kernel import web
from config.kernel.errors import Forbidden, NotFound
from config.kernel.scoping import org_atomic, scope
from organizations.models import Role, User
from organizations.selectors import belongings_of_user

View = Callable[..., HttpResponse]


class Request(web.Request):
    """A request whose person is known: what a view gets behind an access decorator. Typing only."""

    user: User


def member_of(role: str, *, atomic: bool = True) -> Callable[[View], View]:
    """Open a view of one organization to members with at least this role.

    Takes the URL's `org` slug. A stranger gets 404, so that nothing is told; a member without the
    right gets 403. The view runs in one transaction of the organization, unless `atomic` is False
    because it talks to a network: then it is only in scope, and services open transactions.
    """
    needed = Role(role)

    def decorate(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, org: str, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            _admit(request, org, needed)
            enter = org_atomic if atomic else scope
            with enter(request.organization.id):  # type: ignore[attr-defined]
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
    if mine is None:
        raise NotFound("There is no such page, or it belongs to a team that you are not part of.")
    if not mine.role.covers(needed):
        raise Forbidden(
            f"Your role here is {mine.role.label.lower()}; this needs {needed.label.lower()}. "
            "Ask an owner or admin of the team."
        )
    # One row of the door says both where we are and as whom.
    request.organization = request.membership = mine  # type: ignore[attr-defined]
    if request.session.get("organization") != mine.slug:
        request.session["organization"] = mine.slug
    bind_contextvars(organization_id=str(mine.id))


def _rendered(response: HttpResponse) -> HttpResponse:
    # Templates read rows lazily, so they are rendered while the scope still stands.
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.render()
    return response
