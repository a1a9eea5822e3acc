from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from brands.forms.brand import SECTIONS
from brands.models import BrandProfile
from brands.selectors import brand_named_by
from config.kernel.clock import in_words
from config.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from config.kernel.pagination import paginate
from organizations.access import Request, member_of
from organizations.models import Role
from organizations.services.white_label import look_of_team
from publishing.forms.portal import LinkForm, MailingForm
from publishing.forms.problems import tell
from publishing.models import PortalLink
from publishing.selectors.portal import open_to_clients
from publishing.services.portal import is_open, make_link, renew_link, revoke_link
from publishing.services.portal_letters import send_link
from publishing.services.portal_mailing import mail_report
from publishing.services.portal_stopping import resume_letters
from publishing.services.reviews import posts_for_client

CONNECT = PortalLink.Purpose.CONNECT
REPORT = PortalLink.Purpose.REPORT


@never_cache
@require_http_methods(["GET", "POST"])
@member_of("viewer")
def portal_list(request: Request, brand: UUID) -> HttpResponse:
    """The brand's links for clients, and a form that makes one; a viewer sees the list alone."""
    row = brand_named_by(brand)
    form = _form(request)
    if request.method == "POST":
        if not request.membership.role.covers(Role.MEMBER):
            raise Forbidden("Your role here is viewer; ask a member to make a link.")
        if form.is_valid():
            try:
                return _make(request, row, form.values())
            except DomainError as error:
                if not hasattr(error, "field"):
                    raise
                tell(form, error)
    return _list(request, row, form)


@never_cache
@require_POST
@member_of("member")
def portal_renew(request: Request, portal_link: UUID) -> HttpResponse:
    link = _found(portal_link)
    _require_admin_for(request, link.purpose)
    address = renew_link(link=link, by=request.user)
    return _shown_once(request, _found(portal_link), address)


@require_POST
@member_of("member")
def portal_mail(request: Request, portal_link: UUID) -> HttpResponse:
    """Have a report mailed by itself, otherwise, or no longer."""
    link = _found(portal_link)
    form = MailingForm(request.POST, link=link)
    if form.is_valid():
        try:
            link = mail_report(link=link, by=request.user, **form.cleaned_data)
        except Invalid as error:
            tell(form, error)
        else:
            messages.success(request, _mailing_words(link))
            org = request.organization.slug
            return redirect("publishing:portal-list", org=org, brand=link.brand_id)
    return _list(request, link.brand, _form(request, is_asked=False), {link.pk: form})


@require_POST
@member_of("member")
def portal_resume(request: Request, portal_link: UUID) -> HttpResponse:
    """Mail a report again to somebody who had asked for no more of its letters."""
    link = resume_letters(link=_found(portal_link), by=request.user)
    messages.success(request, _mailing_words(link))
    return redirect("publishing:portal-list", org=request.organization.slug, brand=link.brand_id)


@require_POST
@member_of("member")
def portal_revoke(request: Request, portal_link: UUID) -> HttpResponse:
    link = _found(portal_link)
    revoke_link(link=link, by=request.user)
    messages.success(request, "The link is taken back. Its address opens nothing any more.")
    return redirect("publishing:portal-list", org=request.organization.slug, brand=link.brand_id)


def _mailing_words(link: PortalLink) -> str:
    if link.mailed == PortalLink.Mailed.NEVER:
        return "The report is not mailed by itself any more. Its link stays open."
    if link.letters_stopped_at is not None:
        return f"Kept. {link.client_email} asked for no more of these letters, so none leave."
    next_at = in_words(link.due_at or link.expires_at, link.brand.timezone)
    return f"The report is mailed to {link.client_email}. The next letter leaves {next_at}."


def _form(request: Request, *, is_asked: bool = True) -> LinkForm:
    data = request.POST if request.method == "POST" and is_asked else None
    return LinkForm(data, networks=[each.channel for each in open_to_clients()])


def _make(request: Request, brand: BrandProfile, values: dict[str, Any]) -> HttpResponse:
    _require_admin_for(request, values["purpose"])
    link, address = make_link(brand=brand, by=request.user, **values)
    return _shown_once(request, link, address)


def _shown_once(request: Request, link: PortalLink, address: str) -> HttpResponse:
    if link.client_email:
        send_link(link=link, address=address, by=request.user)
    context = {"link": link, "brand": link.brand, "address": address, "nav_place": "brands"}
    return render(request, "publishing/client/made.html", context)


def _list(
    request: Request,
    brand: BrandProfile,
    form: LinkForm,
    mailing: Mapping[UUID, MailingForm] = MappingProxyType({}),
) -> HttpResponse:
    """`mailing` are forms of links as they were filled in."""
    rows = PortalLink.objects.filter(brand=brand).select_related("created_by")
    page = paginate(rows, order=("-created_at",), cursor=request.GET.get("cursor"), size=25)
    context = {
        "brand": brand,
        "form": form,
        "page": page,
        "lines": [(row, is_open(row), _mailing(row, mailing)) for row in page.items],
        "waiting": posts_for_client(brand).count(),
        "look": look_of_team(),
        "can_make": request.membership.role.covers(Role.MEMBER),
        "sections": SECTIONS.values(),
        "nav_place": "brands",
    }
    status = 422 if form.errors or mailing else 200
    return render(request, "publishing/client/list.html", context, status=status)


def _mailing(link: PortalLink, said: Mapping[UUID, MailingForm]) -> MailingForm | None:
    if link.purpose != REPORT or not is_open(link):
        return None
    return said.get(link.pk) or MailingForm(link=link)


def _found(portal_link: UUID) -> PortalLink:
    row = PortalLink.objects.select_related("brand").filter(pk=portal_link).first()
    if row is None:
        raise NotFound("There is no such link. It may belong to another brand.")
    return row


def _require_admin_for(request: Request, purpose: str) -> None:
    """As on the page of channels: who lets accounts in decides for the team."""
    if purpose == CONNECT and not request.membership.role.covers(Role.ADMIN):
        raise Forbidden("Only an admin lets accounts be connected, also by a client's link.")
