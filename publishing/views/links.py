from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from brands.forms.brand import SECTIONS
from brands.models import BrandProfile
from brands.selectors import brand_named_by
from config.kernel.errors import Forbidden, Invalid, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part
from organizations.access import Request, member_of, public
from publishing.forms.links import LinkSettingsForm, NewLinkForm
from publishing.forms.problems import tell
from publishing.models import TrackedLink
from publishing.selectors.links import link_totals, links_page
from publishing.services import links as services
from publishing.services import links_visits as visits
from publishing.services.feed import is_member, is_person

TEMPLATE = "publishing/link/settings.html"


@public
@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Count the click and lead to exactly where the link's row says; sets no cookie."""
    with org_atomic(visits.organization_of_code(code)):
        link = visits.link_of_code(code)
        if request.method == "GET":
            _note(request, link)
    # Not for ever: browsers would go there by themselves from then on, and nothing be counted.
    response = HttpResponseRedirect(link.target)
    patch_cache_control(response, private=True, no_store=True)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer-when-downgrade"
    return response


def _note(request: HttpRequest, link: TrackedLink) -> None:
    agent = request.headers.get("user-agent", "")
    if not is_person(user_agent=agent, headers=request.headers):
        return
    if request.user.is_authenticated and is_member(request.user.pk):
        return
    visits.note_click(link=link, address=request.META.get("REMOTE_ADDR", ""), user_agent=agent)


@require_http_methods(["GET", "POST"])
@member_of("viewer")
def link_settings(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    settings = services.settings_of(row)
    form = LinkSettingsForm(request.POST or None, row=settings)
    if request.method == "POST":
        if request.membership.role == "viewer":
            raise Forbidden("Your role here is viewer; this needs member. Ask an owner or admin.")
        if form.is_valid():
            services.change_settings(brand=row, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved. It holds for posts that are written from now on.")
            return _back(request, row)
    return _page(request, row, form, NewLinkForm(), status=422 if form.errors else 200)


@require_POST
@member_of("member")
def link_create(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    form = NewLinkForm(request.POST)
    if form.is_valid():
        try:
            link = services.track_link(brand=row, by=request.user, **form.cleaned_data)
        except Invalid as error:
            tell(form, error)
        else:
            messages.success(request, f"The short link is {services.short_address(link)}")
            return _back(request, row)
    settings = LinkSettingsForm(row=services.settings_of(row))
    return _page(request, row, settings, form, status=422)


@require_POST
@member_of("member")
def link_delete(request: Request, brand: UUID, tracked: UUID) -> HttpResponse:
    row = TrackedLink.objects.filter(pk=tracked, brand_id=brand).first()
    if row is None:
        raise NotFound("There is no such short link. It may have been taken down.")
    services.delete_link(link=row, by=request.user)
    messages.success(request, f"/l/{row.code}/ leads nowhere from now on.")
    return _back(request, brand_named_by(brand))


def _back(request: Request, brand: BrandProfile) -> HttpResponse:
    return redirect("publishing:link-settings", org=request.organization.slug, brand=brand.pk)


def _page(
    request: Request,
    brand: BrandProfile,
    form: LinkSettingsForm,
    new: NewLinkForm,
    status: int = 200,
) -> HttpResponse:
    page, links = links_page(brand, request.GET.get("cursor"))
    context = {
        "brand": brand,
        "form": form,
        "new": new,
        "page": page,
        "links": links,
        "totals": link_totals(brand),
        "may_write": request.membership.role != "viewer",
        "sections": SECTIONS.values(),
        "nav_place": "brands",
    }
    return render_part(request, TEMPLATE, "links", context, status=status)
