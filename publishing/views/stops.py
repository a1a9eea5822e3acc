from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from brands.models import BrandProfile
from config.kernel.errors import DomainError, NotFound
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.models import Role
from organizations.step_up import recently_confirmed
from publishing.forms.problems import tell
from publishing.forms.stop import ReleaseForm, StopForm
from publishing.models import SocialAccount, Stop
from publishing.selectors.stops import stop_named_by, stops_page
from publishing.services.stops import name_of, resume, stop


@require_GET
@member_of("viewer")
def stop_list(request: Request) -> HttpResponse:
    role = request.membership.role
    return _page(request, StopForm(role=role) if role.covers(Role.MEMBER) else None)


@require_POST
@member_of("member")
def stop_create(request: Request) -> HttpResponse:
    """The form offers what this member may stop, and takes nothing else."""
    form = StopForm(request.POST, role=request.membership.role)
    if form.is_valid():
        try:
            row = _stopped(request, form)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(
                request, f"{name_of(row)} stands still. Nothing leaves there until it is let go."
            )
            return redirect("publishing:stop-list", org=request.organization.slug)
    return _page(request, form, status=422)


@require_POST
@member_of("admin")
@recently_confirmed
def stop_release(request: Request, stop: UUID) -> HttpResponse:
    row = stop_named_by(stop)
    if row is None:
        raise NotFound("There is no such stop.")
    form = ReleaseForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    released = resume(stop=row, by=request.user, note=note)
    words = f"{name_of(row)} goes on. "
    if released.missed:
        words += (
            f"{released.missed} {'post' if released.missed == 1 else 'posts'} had their time "
            "meanwhile and now ask you: they are under Deliveries."
        )
    else:
        words += "Nothing was missed."
    messages.success(request, words)
    return redirect("publishing:stop-list", org=request.organization.slug)


def _stopped(request: Request, form: StopForm) -> Stop:
    level, key = form.level, form.key
    brand = BrandProfile.objects.filter(pk=key).first() if level == Stop.Level.BRAND else None
    account = SocialAccount.objects.filter(pk=key).first() if level == Stop.Level.ACCOUNT else None
    return stop(
        level=level,
        by=request.user,
        reason=form.cleaned_data["reason"],
        brand=brand,
        account=account,
        platform=key if level == Stop.Level.PLATFORM else "",
    )


def _page(request: Request, form: StopForm | None, *, status: int = 200) -> HttpResponse:
    role = request.membership.role
    context = {
        "page": stops_page(),
        "form": form,
        "may_stop": role.covers(Role.MEMBER),
        "may_release": role.covers(Role.ADMIN),
        "zone": request.organization.timezone,
        "nav_place": "channels",
    }
    return render_part(request, "publishing/stop/list.html", "stops", context, status=status)
