from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.selectors import brand_named_by
from config.kernel.clock import in_words, to_zone
from config.kernel.errors import DomainError, Invalid, NotFound
from config.kernel.web import render_part, toast
from organizations.access import Request, member_of
from organizations.models import Role
from publishing.forms.calendar import BulkForm, CalendarSettingsForm, MoveForm
from publishing.forms.problems import tell
from publishing.forms.queries import uuid_or_none
from publishing.forms.schedule import DAYS
from publishing.models import CalendarSettings, PendingPost, PostingQueue
from publishing.selectors.calendar_page import STATES, Query, calendar_page
from publishing.selectors.queues import suggestions_of_brand
from publishing.services.calendar_settings import save_calendar_settings
from publishing.services.holidays import countries
from publishing.services.moving import (
    MOST_AT_ONCE,
    Moved,
    Target,
    move_posts,
    move_with_undo,
    undo_move,
    wall_of,
)
from publishing.services.moving_clashes import clashes_of

PAGE = "publishing/calendar/show.html"


@require_GET
@member_of("viewer")
def calendar(request: Request) -> HttpResponse:
    query = Query.of(request.GET)
    page = calendar_page(
        query=query, zone=request.organization.timezone, language=get_language() or "en"
    )
    context = {
        "page": page,
        "states": [(slug, words) for slug, (words, _) in STATES.items()],
        "zone": page.zone,
        "moved": uuid_or_none(request.GET.get("moved", "")),
        "can_write": request.membership.role.covers(Role.MEMBER),
        "weekdays": DAYS,
    }
    return render_part(request, PAGE, "calendar", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def calendar_move(request: Request, pending: UUID) -> HttpResponse:
    """A form for one post; from the calendar itself the time alone is sent."""
    post = _found(pending)
    wall, zone = wall_of(post)
    initial = {"day": wall.date(), "time": wall.time(), "zone": zone}
    form = MoveForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            moved = move_with_undo(
                post=post, wall=form.wall(), zone=form.cleaned_data["zone"], by=request.user
            )
        except DomainError as error:
            if request.htmx:
                raise
            tell(form, error)
        else:
            return _moved_one(request, moved)
    if request.htmx and form.errors:
        raise Invalid("That is not a time. Drop the post on a day or an hour.")
    context = {"post": post, "form": form, "zone": zone, "clashes": clashes_of(post)}
    status = 422 if form.errors else 200
    return render(request, "publishing/calendar/move.html", context, status=status)


@require_POST
@member_of("member")
def calendar_bulk(request: Request) -> HttpResponse:
    ids = [found for each in request.POST.getlist("post") if (found := uuid_or_none(each))]
    form = BulkForm(request.POST)
    if not ids:
        messages.info(request, "Choose the posts first, then say where they go.")
        return _back(request)
    if not form.is_valid():
        messages.error(request, "Say by how many days, to which day or into which queue.")
        return _back(request)
    posts = PendingPost.objects.filter(pk__in=ids[: MOST_AT_ONCE + 1])
    try:
        moved = move_posts(
            posts=list(posts.select_related("brand", "account")),
            target=_target(form),
            by=request.user,
        )
    except DomainError as error:
        messages.error(request, error.message)
        return _back(request)
    _tell_of(request, moved)
    return _back(request, moved.undo)


@require_POST
@member_of("member")
def calendar_undo(request: Request, move: UUID) -> HttpResponse:
    back = undo_move(record_id=move, by=request.user)
    count = len(back.done)
    if count:
        stood = "The post stands" if count == 1 else f"{count} posts stand"
        messages.success(request, f"{stood} where {'it' if count == 1 else 'they'} stood before.")
    for _, sentence in back.problems[:3]:
        messages.warning(request, f"One post was not brought back: {sentence}")
    return _back(request)


@require_GET
@member_of("viewer")
def calendar_suggestions(request: Request, brand: UUID) -> HttpResponse:
    """A part of a page that comes after it, since it reads three months of numbers: of the calendar
    it leads to the composer, in the composer it fills in the time."""
    row = brand_named_by(brand)
    chosen = request.GET.getlist("accounts")
    context = {
        "suggestions": suggestions_of_brand(row.pk, row.timezone, chosen=chosen),
        "brand_id": row.pk,
        "is_composing": request.GET.get("composing") == "1",
        "can_write": request.membership.role.covers(Role.MEMBER),
    }
    return render(request, "publishing/calendar/_suggestions.html", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def calendar_settings(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    standing = CalendarSettings.objects.filter(brand=row).first()
    form = CalendarSettingsForm.of(standing, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            save_calendar_settings(
                brand=row,
                countries=form.places(),
                week_starts_on=form.cleaned_data["week_starts_on"],
                by=request.user,
            )
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, f"The calendar of {row.name} is saved.")
            return redirect(_calendar(request) + "?" + urlencode({"brand": row.pk}))
    context = {"brand": row, "form": form, "countries": countries()}
    status = 422 if form.errors else 200
    return render(request, "publishing/calendar/settings.html", context, status=status)


def _found(pending: UUID) -> PendingPost:
    posts = PendingPost.objects.select_related("brand", "account")
    post = posts.filter(pk=pending).first()
    if post is None:
        raise NotFound("There is no such post. It may have been deleted.")
    return post


def _target(form: BulkForm) -> Target:
    found = form.cleaned_data
    if found["how"] == "days":
        return Target(days=found["days"] or 0)
    if found["how"] == "day":
        return Target(weekday=found["weekday"], at=found["at"])
    queue = PostingQueue.objects.filter(pk=found["queue"]).first() if found["queue"] else None
    if queue is None:
        raise Invalid("Choose a queue of the brand first.", field="queue")
    return Target(queue=queue)


def _moved_one(request: Request, moved: Moved) -> HttpResponse:
    row = moved.done[0]
    _, zone = wall_of(row)
    clashes = clashes_of(row)
    sentence = " ".join([f"Moved to {in_words(row.scheduled_for, zone)}.", *clashes])
    if request.htmx:
        undo = reverse(
            "publishing:calendar-undo",
            kwargs={"org": request.organization.slug, "move": moved.undo},
        )
        return toast(
            HttpResponse(status=204),
            sentence,
            "warning" if clashes else "success",
            undo_url=undo,
        )
    messages.success(request, sentence)
    query = {"on": _day(row.scheduled_for, zone), "brand": row.brand_id, "moved": moved.undo}
    return redirect(_calendar(request) + "?" + urlencode(query))


def _day(moment: datetime, zone: str) -> str:
    return f"{to_zone(moment, zone):%Y-%m-%d}"


def _tell_of(request: Request, moved: Moved) -> None:
    count = len(moved.done)
    if count:
        messages.success(request, f"Moved {count} post{'s' if count != 1 else ''}.")
    for post, sentence in moved.problems[:5]:
        messages.warning(request, f"“{post.content[:40]}” stays: {sentence}")
    if len(moved.problems) > 5:
        messages.warning(request, f"{len(moved.problems) - 5} more posts stay, for like reasons.")


def _calendar(request: Request) -> str:
    return reverse("publishing:calendar", kwargs={"org": request.organization.slug})


def _back(request: Request, moved: UUID | None = None) -> HttpResponse:
    """To the calendar as it was left, or to the queue, if the page said so; with a way to undo."""
    here = _calendar(request)
    queues = reverse("publishing:queue-list", kwargs={"org": request.organization.slug})
    wanted = request.POST.get("back", "")
    is_ours = wanted.startswith((f"{here}?", queues)) or wanted == here
    if not is_ours or not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        wanted = here
    if moved:
        wanted += ("&" if "?" in wanted else "?") + urlencode({"moved": moved})
    return redirect(wanted)
