from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.errors import Conflict, Invalid
from config.kernel.web import render_part
from organizations.access import Request, member_of, public, signed_in
from organizations.forms.privacy import ConsentForm, EndForm
from organizations.models import OPEN_STATES, PersonRequest, RequestKind
from organizations.privacy.exports import is_open, link_token
from organizations.privacy.marks import Category, lines
from organizations.services import privacy_requests as wishes
from organizations.services.consents import answer_consent, standings
from organizations.step_up import recently_confirmed

INSIDE, ALONE = "organizations/settings.html", "organizations/privacy/alone.html"
GRACES = [
    (30, "In 30 days. Until then you can change your mind."),
    (0, "At once. This cannot be taken back."),
]


@require_GET
@member_of("viewer")
def privacy(request: Request) -> HttpResponse:
    return _page(request, INSIDE)


@require_GET
@signed_in
def privacy_alone(request: Request) -> HttpResponse:
    """The same page for who is in no team, or no longer."""
    return _page(request, ALONE)


def _page(request: Request, frame: str) -> HttpResponse:
    mine = wishes.latest_wishes(PersonRequest.objects.filter(user=request.user))
    context = {
        "frame": frame,
        "standings": standings(request.user).values(),
        "copy": copy_of(mine.get(RequestKind.EXPORT)),
        "end": end_of(mine.get(RequestKind.DELETION)),
        "teams": wishes.teams_in_the_way(request.user),
        "kept": kept_about_you(),
    }
    return render_part(request, "organizations/privacy/show.html", "copy", context)


@require_POST
@signed_in
def privacy_consent(request: Request) -> HttpResponse:
    form = ConsentForm(request.POST)
    if not form.is_valid():
        raise Invalid("Choose yes or no for one of the questions on this page.")
    answer = form.cleaned_data
    answer_consent(user=request.user, kind=answer["kind"], is_granted=answer["answer"] == "yes")
    messages.success(request, "Your answer is saved.")
    return _back(request)


@require_POST
@signed_in
@recently_confirmed
def privacy_copy(request: Request) -> HttpResponse:
    wishes.ask_for_own_copy(by=request.user)
    messages.success(request, "Your copy is being made. You get a mail when it is ready.")
    return _back(request)


@require_GET
@signed_in
@recently_confirmed
def privacy_download(request: Request, wish: UUID, word: str) -> HttpResponse:
    stream, size = wishes.fetch_own_copy(wish_id=wish, by=request.user, word=word)
    return as_download(stream, size, "my-data.zip")


@require_http_methods(["GET", "POST"])
@signed_in
@recently_confirmed
def privacy_end(request: Request) -> HttpResponse:
    form = EndForm(
        request.POST or None,
        typed=request.user.email,
        label="Your e-mail address, to be sure",
        graces=GRACES,
    )
    if request.method == "POST" and form.is_valid():
        try:
            wishes.ask_for_own_end(by=request.user, days=form.cleaned_data["days"])
        except Conflict as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Your account is going to be deleted. A mail says more.")
            return _back(request)
    context = {
        "form": form,
        "teams": wishes.teams_in_the_way(request.user),
        "backup_days": settings.WARREN_BACKUP_KEEP,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "organizations/privacy/end.html", context, status=status)


@require_POST
@signed_in
def privacy_end_cancel(request: Request, wish: UUID) -> HttpResponse:
    row = PersonRequest.objects.filter(pk=wish, user=request.user).first()
    if row is None:
        raise Conflict("There is nothing to take back any more.")
    wishes.keep_account(wish=row)
    messages.success(request, "Your account stays.")
    return _back(request)


@require_http_methods(["GET", "POST"])
@public
def privacy_keep(request: HttpRequest, ending: UUID, proof: str) -> HttpResponse:
    """Where the letter's link leads. Only the button does it: mail scanners open every link."""
    row = wishes.account_wish_by_token(wish_id=ending, word=proof)
    if request.method == "POST":
        wishes.keep_account(wish=row)
    context = {"end": end_of(row), "what": "your account", "is_kept": request.method == "POST"}
    return TemplateResponse(request, "organizations/privacy/keep.html", context)


def copy_of(wish: Any) -> dict[str, Any]:
    """What the page says of the last copy, with its link as long as it can be fetched."""
    if wish is None:
        return {}
    return {
        "wish": wish,
        "is_running": wish.state in OPEN_STATES and wish.state != "failed",
        "has_failed": wish.state == "failed",
        "word": link_token(wish) if is_open(wish) else "",
        "done": wish.progress.get("done", 0),
        "total": wish.progress.get("total", 0),
        "rows": wish.progress.get("rows", 0),
    }


def end_of(wish: Any) -> dict[str, Any]:
    if wish is None or wish.state not in OPEN_STATES:
        return {}
    return {"wish": wish, "has_begun": bool(wish.progress.get(wishes.BEGUN))}


def kept_about_you() -> list[dict[str, Any]]:
    """The registry for people: what each kind is for, by how long it is kept."""
    kept: dict[tuple[Category, str], dict[str, None]] = {}
    for line in lines():
        if line.mark.category is not Category.CONTENT:
            key = line.mark.category, line.mark.keep.words
            kept.setdefault(key, {})[line.mark.purpose] = None
    order = list(Category)
    return [
        {"kind": category.value, "time": time, "purposes": list(kept[category, time])}
        for category, time in sorted(kept, key=lambda key: order.index(key[0]))
    ]


def as_download(stream: Any, size: int, name: str) -> HttpResponse:
    response = FileResponse(
        stream, as_attachment=True, filename=name, content_type="application/zip"
    )
    response["Content-Length"] = str(size)
    response["Cache-Control"] = "private, no-store"
    # A stream is none to the stubs, and one to everything that handles it.
    return cast(HttpResponse, response)


def _back(request: Request) -> HttpResponse:
    last = request.session.get("organization")
    if last:
        return redirect("organizations:privacy", org=last)
    return redirect("organizations:privacy-alone")
