from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.errors import Forbidden, Invalid, NotFound, PaymentRequired, TooMany
from config.kernel.scoping import org_atomic
from config.kernel.throttle import throttle
from organizations.access import Request, member_of, public, signed_in
from organizations.forms.member import InvitationForm
from organizations.models import Invitation, Role
from organizations.services import invitations
from organizations.services.brand_sight import BrandName, sight
from organizations.step_up import recently_confirmed

# Remembers, in the browser alone, where somebody was who signs up or confirms an address first.
COOKIE: Final = "invitation"
COOKIE_SECONDS: Final = 86_400


@require_http_methods(["GET", "POST"])
@member_of("admin", atomic=False)
@recently_confirmed
def invitation_create(request: Request) -> HttpResponse:
    form = InvitationForm(request.POST or None, brands=_brands())
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            row = invitations.invite(
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
                brand_ids=form.chosen_brands or frozenset(),
                by=request.user,
            )
        except (Invalid, PaymentRequired, TooMany) as error:
            field = getattr(error, "field", None)
            form.add_error(field if field in form.fields else None, error.message)
            status = error.status
        else:
            return _told(request, row)
    status = status if status != 200 or not form.errors else 422
    return TemplateResponse(
        request, "organizations/invitation/form.html", {"form": form}, status=status
    )


@require_POST
@member_of("admin", atomic=False)
@recently_confirmed
def invitation_resend(request: Request, invitation: UUID) -> HttpResponse:
    row = invitations.resend_invitation(invitation_id=invitation, by=request.user)
    return _told(request, row)


@require_POST
@member_of("admin")
@recently_confirmed
def invitation_revoke(request: Request, invitation: UUID) -> HttpResponse:
    invitations.revoke_invitation(invitation_id=invitation, by=request.user)
    messages.success(request, "The invitation is taken back. Its link works no more.")
    return redirect("organizations:member-list", org=request.organization.slug)


@require_GET
@public
def invitation_show(request: HttpRequest, invited: str) -> HttpResponse:
    return _shown(request, invited)


@require_POST
@public
def invitation_accept(request: HttpRequest, invited: str) -> HttpResponse:
    """Public, because who signed out meanwhile comes back to the page and not to a form's end."""
    if not request.user.is_authenticated:
        return redirect("organizations:invitation-show", invited=invited)
    try:
        joined = invitations.accept_invitation(token=invited, by=request.user)
    except NotFound:
        return _shown(request, invited)
    except (Forbidden, PaymentRequired) as error:
        return _shown(request, invited, error.message, error.status)
    if joined.was_member:
        messages.info(request, f"You were in {joined.team} already; your role stays as it is.")
    else:
        messages.success(request, f"Welcome to {joined.team}.")
    response = redirect("analytics:home", org=joined.slug)
    response.delete_cookie(COOKIE)
    return response


@require_POST
@signed_in
def invitation_verify(request: Request, invited: str) -> HttpResponse:
    """Send the letter that proves the invited address, and remember the way back."""
    told = invitations.welcome(invited)
    response = redirect("organizations:invitation-show", invited=invited)
    if told is None or told.email.lower() != request.user.email.lower():
        return response
    throttle("invitation-proof", str(request.user.pk), limit=3, per_seconds=600)
    address, _ = EmailAddress.objects.get_or_create(
        user=request.user, email=request.user.email, defaults={"primary": True}
    )
    if not address.verified:
        address.send_confirmation(request)
        messages.info(request, f"A letter is on its way to {address.email}. Open its link.")
    return _remember(response, invited)


def _brands() -> list[BrandName]:
    with org_atomic():
        return sight().choices()


def _told(request: Request, row: Invitation) -> HttpResponse:
    if row.sent_at:
        messages.success(request, f"The invitation to {row.email} is sent.")
    else:
        messages.warning(
            request,
            f"{row.email} is invited, but no mail server took the letter. Send it again in a "
            "while; nothing else is lost.",
        )
    return redirect("organizations:member-list", org=request.organization.slug)


def _shown(request: HttpRequest, token: str, problem: str = "", status: int = 200) -> HttpResponse:
    told = invitations.welcome(token)
    context: dict[str, Any] = {
        "told": told,
        "token": token,
        "problem": problem,
        "unknown": invitations.UNKNOWN,
    }
    if told and request.user.is_authenticated:
        context["is_theirs"] = request.user.email.lower() == told.email.lower()
        context["is_proven"] = invitations.owns_address(request.user, told.email)
    page = "organizations/invitation/show.html"
    response = render(request, page, context, status=status if told else 404)
    # The address holds the token: it goes to no other site and into no cache.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    if told and not request.user.is_authenticated:
        return _remember(response, token)
    response.delete_cookie(COOKIE)
    return response


def _remember(response: HttpResponse, token: str) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def holds_invitation(request: HttpRequest) -> bool:
    """Whether somebody came by a living invitation: such a person may make an account."""
    token = request.COOKIES.get(COOKIE, "")
    return bool(token) and invitations.welcome(token) is not None


def way_back(request: HttpRequest) -> HttpResponse | None:
    """To the invitation from which somebody went to sign in or up; asked at the front door."""
    token = request.COOKIES.get(COOKIE, "")
    if not token or not request.user.is_authenticated or invitations.welcome(token) is None:
        return None
    response = redirect(reverse("organizations:invitation-show", kwargs={"invited": token}))
    response.delete_cookie(COOKIE)
    return response
