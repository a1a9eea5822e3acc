from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from brands.models import BrandProfile
from config.kernel.errors import DomainError, NotFound
from config.kernel.web import render_part
from content.models import Angle
from organizations.access import Request, member_of
from organizations.models import Role, SavedView
from organizations.services.saved_views import (
    chosen_by,
    delete_view,
    open_with,
    rename_view,
    save_view,
    views_of,
)
from publishing.channels.registry import channels
from publishing.forms.queries import uuid_or_none
from publishing.models import PendingPost
from publishing.selectors.posts import LISTS, SEARCHED, PostFilter, posts_for_list
from publishing.services.moving import MOST_AT_ONCE, Target, move_posts, undo_move
from publishing.services.reviews_bulk import reject_posts

PLACE = "posts"
KEPT = ("list", "q", "platform", "brand", "account", "angle", "state", "since", "until", "sort")
"""What of an address is a choice of the person's, and part of a saved view."""


@require_GET
@member_of("viewer")
def post_list(request: Request) -> HttpResponse:
    views = views_of(user=request.user, place=PLACE)
    opened = _opened(request, views)
    query: Any = request.GET if opened is None else chosen_by(opened)
    chosen = PostFilter.of(query)
    zone = request.organization.timezone
    context = {
        "page": posts_for_list(chosen=chosen, zone=zone, cursor=request.GET.get("cursor")),
        "chosen": chosen,
        "searched": SEARCHED,
        "lists": LISTS.items(),
        "brands": BrandProfile.objects.only("name").order_by("name"),
        "channels": channels.values(),
        "angles": Angle.choices,
        "views": views,
        "opened": opened or _same(views, query),
        "query": _query(query),
        "kept": [(name, query[name]) for name in KEPT if query.get(name)],
        "moved": uuid_or_none(request.GET.get("moved", "")),
        "can_write": request.membership.role.covers(Role.MEMBER),
    }
    return render_part(request, "publishing/post/list.html", "posts", context)


@require_POST
@member_of("member")
def post_move(request: Request) -> HttpResponse:
    """Several planned posts on by so many days, with a way back."""
    posts, days = _chosen(request), request.POST.get("days", "")
    if "act" in request.POST:
        messages.info(request, "Press Move or Reject: either can be done with the chosen posts.")
        return _back(request)
    if not posts:
        messages.info(request, "Choose the posts first, then say by how many days they move.")
        return _back(request)
    number = days.strip().removeprefix("-")
    if not number.isdecimal() or len(number) > 3 or not 0 < int(number) <= 366:
        messages.error(request, "Say by how many days, from -366 to 366.")
        return _back(request)
    try:
        moved = move_posts(posts=posts, target=Target(days=int(days)), by=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return _back(request)
    _tell(request, len(moved.done), moved.problems, "moved", _by(int(days)))
    return _back(request, moved=str(moved.undo or ""))


@require_POST
@member_of("member")
def post_move_undo(request: Request, move: UUID) -> HttpResponse:
    back = undo_move(record_id=move, by=request.user)
    _tell(request, len(back.done), back.problems, "brought back")
    return _back(request)


@require_POST
@member_of("member")
def post_reject(request: Request) -> HttpResponse:
    """Several planned posts turned down for one reason. That is final."""
    posts = _chosen(request)
    if not posts:
        messages.info(request, "Choose the posts first, then reject them.")
        return _back(request)
    reason = request.POST.get("reason", "").strip()[:1_000]
    bulk = reject_posts(posts=posts, reason=reason, by=request.user)
    _tell(request, len(bulk.done), bulk.problems, "rejected")
    return _back(request)


@require_POST
@member_of("viewer")
def view_save(request: Request) -> HttpResponse:
    query = QueryDict(request.POST.get("query", "")).dict()
    name = request.POST.get("name", "")
    try:
        row = save_view(user=request.user, place=PLACE, name=name, query=query, kept=KEPT)
    except DomainError as error:
        messages.error(request, error.message)
        return _back(request)
    messages.success(request, f"“{row.name}” is kept.")
    return redirect(f"{_list(request)}?view={row.pk}")


@require_POST
@member_of("viewer")
def view_change(request: Request, saved_view: UUID) -> HttpResponse:
    """Another name, or whether the list opens with it."""
    row = _view(request, saved_view)
    try:
        if "name" in request.POST:
            rename_view(view=row, name=request.POST["name"], by=request.user)
        else:
            wanted = request.POST.get("is_default") == "yes"
            open_with(view=row, by=request.user, is_default=wanted)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"“{row.name}” is changed.")
    return redirect(f"{_list(request)}?view={row.pk}")


@require_POST
@member_of("viewer")
def view_delete(request: Request, saved_view: UUID) -> HttpResponse:
    row = _view(request, saved_view)
    name = row.name
    delete_view(view=row, by=request.user)
    messages.success(request, f"“{name}” is deleted. The posts are all there.")
    return redirect(f"{_list(request)}?list=out")


def _opened(request: Request, views: list[SavedView]) -> SavedView | None:
    """The view that the address names, or the one to begin with where it says nothing at all."""
    if wanted := request.GET.get("view", ""):
        return next((each for each in views if str(each.pk) == wanted), None)
    if request.GET:
        return None
    return next((each for each in views if each.is_default), None)


def _same(views: list[SavedView], query: Any) -> SavedView | None:
    shown = {name: query[name] for name in KEPT if query.get(name)}
    return next((each for each in views if shown and chosen_by(each) == shown), None)


def _query(query: Any) -> str:
    return urlencode([(name, query[name]) for name in KEPT if query.get(name)])


def _chosen(request: Request) -> list[PendingPost]:
    ids = [found for each in request.POST.getlist("post") if (found := uuid_or_none(each))]
    rows = PendingPost.objects.filter(pk__in=ids[:MOST_AT_ONCE])
    return list(rows.select_related("brand", "account"))


def _by(days: int) -> str:
    count = abs(days)
    return f" {count} day{'' if count == 1 else 's'} {'later' if days > 0 else 'earlier'}"


def _tell(request: Request, done: int, problems: Any, verb: str, how: str = "") -> None:
    if done:
        messages.success(request, f"{done} post{'' if done == 1 else 's'} {verb}{how}.")
    for post, sentence in problems[:3]:
        messages.warning(request, f"“{post.content[:40]}” was not {verb}: {sentence}")
    if len(problems) > 3:
        messages.warning(request, f"{len(problems) - 3} more were not {verb}.")


def _view(request: Request, saved_view: UUID) -> SavedView:
    row = SavedView.objects.filter(pk=saved_view, user=request.user, place=PLACE).first()
    if row is None:
        raise NotFound("There is no such view among yours. It may have been deleted.")
    return row


def _list(request: Request) -> str:
    return reverse("publishing:post-list", args=[request.organization.slug])


def _back(request: Request, **more: str) -> HttpResponse:
    """To the list as it was chosen; only names of filters come along."""
    query = QueryDict(request.POST.get("query", "")).dict()
    shown = [(name, query[name]) for name in KEPT if query.get(name)]
    shown += [(name, value) for name, value in more.items() if value]
    return redirect(f"{_list(request)}?{urlencode(shown)}")
