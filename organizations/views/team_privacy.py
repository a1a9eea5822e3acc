from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.errors import Conflict
from config.kernel.web import render_part
from organizations.access import Request, member_of, public
from organizations.forms.privacy import EndForm
from organizations.models import OrganizationRequest, RequestKind
from organizations.services import privacy_requests as wishes
from organizations.services.regions import region_of
from organizations.step_up import recently_confirmed

from .privacy import as_download, copy_of, end_of

GRACES = [
    (30, "In 30 days. Until then you can change your mind."),
    (7, "In 7 days. Until then you can change your mind."),
]


@require_GET
@member_of("owner")
def team_privacy(request: Request) -> HttpResponse:
    mine = wishes.latest_wishes(OrganizationRequest.objects.all())
    region = region_of(request.organization.id)
    context = {
        "copy": copy_of(mine.get(RequestKind.EXPORT)),
        "end": end_of(mine.get(RequestKind.DELETION)),
        "region": region,
        "providers": sorted(region.providers) if region.providers is not None else None,
    }
    return render_part(request, "organizations/team_privacy/show.html", "copy", context)


@require_POST
@member_of("owner")
@recently_confirmed
def team_privacy_copy(request: Request) -> HttpResponse:
    wishes.ask_for_team_copy(by=request.user)
    messages.success(request, "The copy is being made. You get a mail when it is ready.")
    return _back(request)


@require_GET
@member_of("owner", atomic=False)
@recently_confirmed
def team_privacy_download(request: Request, wish: UUID, word: str) -> HttpResponse:
    stream, size = wishes.fetch_team_copy(wish_id=wish, by=request.user, word=word)
    return as_download(stream, size, f"{request.organization.slug}.zip")


@require_http_methods(["GET", "POST"])
@member_of("owner")
@recently_confirmed
def team_privacy_end(request: Request) -> HttpResponse:
    form = EndForm(
        request.POST or None,
        typed=request.organization.name,
        label="The team's name, to be sure",
        graces=GRACES,
    )
    if request.method == "POST" and form.is_valid():
        try:
            wishes.ask_for_team_end(by=request.user, days=form.cleaned_data["days"])
        except Conflict as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request, "The team is being closed. Nothing is posted for it any more."
            )
            return _back(request)
    status = 422 if form.errors else 200
    context = {"form": form, "backup_days": settings.WARREN_BACKUP_KEEP}
    return TemplateResponse(request, "organizations/team_privacy/end.html", context, status=status)


@require_POST
@member_of("owner")
def team_privacy_end_cancel(request: Request) -> HttpResponse:
    row = OrganizationRequest.objects.filter(kind=RequestKind.DELETION).order_by("-created_at")
    wish = row.first()
    if wish is None:
        raise Conflict("There is nothing to take back.")
    wishes.keep_team(wish=wish, by=request.user)
    messages.success(request, "The team stays. What was due meanwhile is not made up for.")
    return _back(request)


@require_http_methods(["GET", "POST"])
@public
def team_privacy_keep(
    request: HttpRequest, organization: UUID, closing: UUID, leave: str
) -> HttpResponse:
    """Where the letter's link leads. Only the button does it: mail scanners open every link."""
    row = wishes.team_wish_by_token(organization_id=organization, wish_id=closing, word=leave)
    if request.method == "POST":
        wishes.keep_team(wish=row, by=None)
    context = {"end": end_of(row), "what": "the team", "is_kept": request.method == "POST"}
    return TemplateResponse(request, "organizations/privacy/keep.html", context)


def _back(request: Request) -> HttpResponse:
    return redirect("organizations:team-privacy", org=request.organization.slug)
