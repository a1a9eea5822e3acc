from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.models import BrandProfile
from config.kernel.errors import DomainError, Invalid, NotFound
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.throttles import throttled
from publishing.forms.problems import tell
from publishing.forms.schedule import ScheduleForm, TimingForm
from publishing.models import Schedule
from publishing.selectors.schedules import (
    runs_of_schedule,
    runs_of_timing,
    schedule_row,
    schedules_for_list,
)
from publishing.services.contracts import brands_without_policy
from publishing.services.schedules import (
    create_schedule,
    delete_schedule,
    pause_schedule,
    resume_schedule,
    start_run,
    update_schedule,
)

TIMING = ("frequency", "times", "days_of_week", "timezone")
FORM = "publishing/schedule/form.html"


@require_GET
@member_of("viewer")
def schedule_list(request: Request) -> HttpResponse:
    context = {"rows": schedules_for_list(), "brands": _brands()}
    return render_part(request, "publishing/schedule/list.html", "schedules", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def schedule_create(request: Request) -> HttpResponse:
    brands = _brands()
    if not brands:
        messages.info(request, "Set up a brand first: a schedule writes for one.")
        return redirect("brands:brand-create", org=request.organization.slug)
    chosen = request.GET.get("brand", "")
    brand = next((each for each in brands if str(each.pk) == chosen), brands[0])
    initial = {"timezone": brand.timezone, "platforms": _platforms(brand)}
    form = ScheduleForm(request.POST or None, brand=brand, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            schedule = create_schedule(brand=brand, values=form.values(), by=request.user)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, f"“{schedule.name}” runs. Its next runs are below.")
            return _to(request, schedule)
    return _form(request, form, {"brand": brand, "brands": brands})


@require_GET
@member_of("viewer")
def schedule_show(request: Request, schedule: UUID) -> HttpResponse:
    row = _found(schedule)
    context = {
        "row": schedule_row(row),
        "runs": runs_of_schedule(row),
        "is_unsigned": brands_without_policy().filter(pk=row.brand_id).exists(),
        "zone": row.timezone,
    }
    return render_part(request, "publishing/schedule/show.html", "live", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def schedule_edit(request: Request, schedule: UUID) -> HttpResponse:
    row = _found(schedule)
    form = ScheduleForm.of(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            update_schedule(schedule=row, values=form.values(), by=request.user)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, f"“{row.name}” is saved.")
            return _to(request, row)
    return _form(request, form, {"brand": row.brand, "schedule": row})


@require_GET
@member_of("viewer")
def schedule_preview(request: Request) -> HttpResponse:
    """The next runs of what is typed so far, before anything is saved."""
    context = {"zone": request.organization.timezone, **_preview(TimingForm(request.GET))}
    return render(request, "publishing/schedule/_next_runs.html", context)


@require_POST
@member_of("member")
def schedule_pause(request: Request, schedule: UUID) -> HttpResponse:
    row = _found(schedule)
    pause_schedule(schedule=row, by=request.user)
    messages.success(request, f"“{row.name}” is paused. What it wrote so far is not touched.")
    return _to(request, row)


@require_POST
@member_of("member")
def schedule_resume(request: Request, schedule: UUID) -> HttpResponse:
    row = _found(schedule)
    resume_schedule(schedule=row, by=request.user)
    messages.success(request, f"“{row.name}” runs again.")
    return _to(request, row)


@require_POST
@member_of("member")
def schedule_delete(request: Request, schedule: UUID) -> HttpResponse:
    row = _found(schedule)
    delete_schedule(schedule=row, by=request.user)
    messages.success(request, f"“{row.name}” is deleted. Posts that it made stay.")
    return redirect("publishing:schedule-list", org=request.organization.slug)


@require_POST
@member_of("member")
@throttled("generate", limit=30, per_seconds=600, fail_open=True)
def schedule_run(request: Request, schedule: UUID) -> HttpResponse:
    row = _found(schedule)
    run = start_run(brand=row.brand, schedule=row, by=request.user)
    return redirect("publishing:run-show", org=request.organization.slug, run=run.pk)


def _found(schedule: UUID) -> Schedule:
    row = Schedule.objects.select_related("brand").filter(pk=schedule).first()
    if row is None:
        raise NotFound("There is no such schedule. It may have been deleted.")
    return row


def _to(request: Request, schedule: Schedule) -> HttpResponse:
    return redirect("publishing:schedule-show", org=request.organization.slug, schedule=schedule.pk)


def _brands() -> list[BrandProfile]:
    return list(BrandProfile.objects.order_by("name"))


def _platforms(brand: BrandProfile) -> list[str]:
    """Where the brand has an account already; that is what a new schedule writes for."""
    return sorted(set(brand.account_links.values_list("platform", flat=True)))


def _preview(form: TimingForm) -> dict[str, Any]:
    """Next runs of what stands in the form, or the sentence why there are none."""
    if not form.is_bound:
        typed = {name: form.get_initial_for_field(form.fields[name], name) for name in TIMING}
    elif TimingForm(form.data).is_valid():
        bound = TimingForm(form.data)
        bound.is_valid()
        typed = bound.cleaned_data
    else:
        return {"preview_error": "", "next_runs": []}
    try:
        found = runs_of_timing(**typed)
    except Invalid as error:
        return {"preview_error": error.message, "next_runs": []}
    return {"preview_error": "", "next_runs": found, "zone": typed["timezone"]}


def _form(request: Request, form: ScheduleForm, context: dict[str, Any]) -> HttpResponse:
    context = {"zone": request.organization.timezone, **context, **_preview(form), "form": form}
    return render(request, FORM, context, status=422 if form.errors else 200)
