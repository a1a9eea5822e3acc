from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.errors import DomainError, Invalid, NotFound
from config.kernel.web import render_part
from organizations.access import Request, member_of
from publishing.forms.problems import tell
from publishing.forms.queries import uuid_or_none
from publishing.forms.recurrence import RecurrenceForm
from publishing.models import Composition, Recurrence
from publishing.selectors.recurrences import (
    SHOWN,
    note_on,
    posts_of_recurrence,
    recurrence_row,
    recurrences_for_list,
)
from publishing.services.recurrence_rules import checked_timing, occurrences_of, rule_in_words
from publishing.services.recurrences import (
    change_recurrence,
    end_recurrence,
    pause_recurrence,
    resume_recurrence,
    start_recurrence,
)

FORM = "publishing/recurrence/form.html"
CHOICES = 50


@require_GET
@member_of("viewer")
def recurrence_list(request: Request) -> HttpResponse:
    context = {"page": recurrences_for_list(cursor=request.GET.get("cursor"))}
    return _render(request, "publishing/recurrence/list.html", "recurrences", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def recurrence_create(request: Request) -> HttpResponse:
    """For the composition that the address names; without one, a choice of compositions."""
    composition = _composition(request.GET.get("composition", ""))
    if composition is None:
        return render(request, "publishing/recurrence/choose.html", _to_choose())
    initial = RecurrenceForm.first(composition.brand.timezone)
    form = RecurrenceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = start_recurrence(composition=composition, timing=form.timing(), by=request.user)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, "It repeats. Its posts are made a week before each time.")
            return _to(request, row)
    return _form(request, form, composition)


@require_GET
@member_of("viewer")
def recurrence_preview(request: Request) -> HttpResponse:
    """The next times of what is typed so far, before anything is saved."""
    return render(
        request, "publishing/recurrence/_next.html", _preview(RecurrenceForm(request.GET))
    )


@require_GET
@member_of("viewer")
def recurrence_show(request: Request, recurrence: UUID) -> HttpResponse:
    row = _found(recurrence)
    context = {"row": recurrence_row(row), "posts": posts_of_recurrence(row), "zone": row.timezone}
    return _render(request, "publishing/recurrence/show.html", "live", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def recurrence_edit(request: Request, recurrence: UUID) -> HttpResponse:
    row = _found(recurrence)
    form = RecurrenceForm.of(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_recurrence(recurrence=row, timing=form.timing(), by=request.user)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, "Saved. What was made already keeps its time.")
            return _to(request, row)
    return _form(request, form, row.composition, row)


@require_POST
@member_of("member")
def recurrence_pause(request: Request, recurrence: UUID) -> HttpResponse:
    row, takes_back = _found(recurrence), bool(request.POST.get("takes_back"))
    left = pause_recurrence(recurrence=row, by=request.user, takes_back=takes_back)
    messages.success(request, f"Paused. {_left(len(left))}")
    return _to(request, row)


@require_POST
@member_of("member")
def recurrence_resume(request: Request, recurrence: UUID) -> HttpResponse:
    row = resume_recurrence(recurrence=_found(recurrence), by=request.user)
    messages.success(request, "It goes on with its next time. What the pause left out stays out.")
    return _to(request, row)


@require_POST
@member_of("member")
def recurrence_end(request: Request, recurrence: UUID) -> HttpResponse:
    takes_back = bool(request.POST.get("takes_back"))
    row = end_recurrence(recurrence=_found(recurrence), by=request.user, takes_back=takes_back)
    messages.success(request, "Ended. It makes no more posts.")
    return _to(request, row)


def _left(count: int) -> str:
    if not count:
        return "No post that it made is still to leave."
    one = count == 1
    return (
        f"{count} post{'' if one else 's'} made already still leave{'s' if one else ''} at "
        f"{'its' if one else 'their'} time."
    )


def _found(recurrence: UUID) -> Recurrence:
    row = Recurrence.objects.select_related("composition__brand").filter(pk=recurrence).first()
    if row is None:
        raise NotFound("There is no such repetition. It may belong to another team.")
    return row


def _composition(text: str) -> Composition | None:
    key = uuid_or_none(text)
    if key is None:
        return None
    row = Composition.objects.select_related("brand").filter(pk=key).first()
    if row is None:
        raise NotFound("There is no such composition. It may have been deleted.")
    return row


def _to_choose() -> dict[str, Any]:
    rows = Composition.objects.select_related("brand").only("text", "title", "brand__name")
    return {"compositions": rows.order_by("-updated_at", "-id")[:CHOICES], **_PLACE}


def _to(request: Request, row: Recurrence) -> HttpResponse:
    slug = request.organization.slug
    return redirect("publishing:recurrence-show", org=slug, recurrence=row.pk)


def _form(
    request: Request,
    form: RecurrenceForm,
    composition: Composition,
    recurrence: Recurrence | None = None,
) -> HttpResponse:
    values = form if form.is_bound else RecurrenceForm(_typed(form))
    context = {"form": form, "composition": composition, "recurrence": recurrence}
    context |= {**_preview(values), **_PLACE}
    return render(request, FORM, context, status=422 if form.errors else 200)


def _typed(form: RecurrenceForm) -> dict[str, Any]:
    """What the page sends if nobody touches it."""
    return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}


def _preview(form: RecurrenceForm) -> dict[str, Any]:
    if not form.is_valid():
        return {}
    try:
        timing = checked_timing(form.timing())
    except Invalid as error:
        return {"preview_error": error.message}
    runs = occurrences_of(timing, count=min(SHOWN, timing.most or SHOWN))
    return {"next_runs": runs, "words": rule_in_words(timing.rule), "note": note_on(runs)}


def _render(request: Request, template: str, part: str, context: dict[str, Any]) -> HttpResponse:
    return render_part(request, template, part, {**context, **_PLACE})


_PLACE = {"nav_place": "calendar"}
