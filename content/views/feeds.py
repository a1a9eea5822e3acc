from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from config.kernel.errors import Conflict, Invalid, NotFound, TooMany, Unavailable
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part, toast
from content.forms.feed import EditFeedForm, NewFeedForm
from content.models import FeedItem, MaterialFeed
from content.selectors.trends import board_of_feeds
from content.services.feeds import (
    add_feed,
    delete_feed,
    edit_feed,
    pause_feed,
    resume_feed,
    undelete_feed,
)
from content.services.trends import dismiss_trend, restore_trend, take_trend
from organizations.access import Request, member_of
from organizations.models import Role
from organizations.throttles import throttled

PLACE = "materials"  # of the rail


@require_GET
@member_of("viewer")
def feed_list(request: Request) -> HttpResponse:
    writes = request.membership.role.covers(Role.MEMBER)
    context = {"board": board_of_feeds(), "writes": writes, "nav_place": PLACE}
    return render_part(request, "content/feed/list.html", "board", context)


@require_http_methods(["GET", "POST"])
@member_of("member", atomic=False)
@throttled("add-feed", limit=20, per_seconds=3600, fail_open=True)
def feed_create(request: Request) -> HttpResponse:
    with org_atomic():
        form = NewFeedForm(request.POST or None)
        is_sound = request.method == "POST" and form.is_valid()
    if is_sound:
        try:
            feed = add_feed(**form.cleaned_data, by=request.user)
        except (Invalid, Conflict, TooMany, Unavailable) as error:
            form.add_error("url", error.message)
        else:
            messages.success(request, f"“{feed.title}” is added and asked for the first time.")
            return redirect("content:feed-list", org=request.organization.slug)
    with org_atomic():
        status = 422 if form.errors else 200
        context = {"form": form, "feed": None, "nav_place": PLACE}
        page = TemplateResponse(request, "content/feed/form.html", context, status=status)
        return page.render()


@require_http_methods(["GET", "POST"])
@member_of("member")
def feed_edit(request: Request, feed: UUID) -> HttpResponse:
    row = _feed(feed)
    form = EditFeedForm(request.POST or None, initial=EditFeedForm.read(row))
    if request.method == "POST" and form.is_valid():
        edit_feed(feed=row, by=request.user, **form.cleaned_data)
        messages.success(request, f"“{row.title}” is saved.")
        return redirect("content:feed-list", org=request.organization.slug)
    status = 422 if form.errors else 200
    context = {"form": form, "feed": row, "nav_place": PLACE}
    return TemplateResponse(request, "content/feed/form.html", context, status=status)


@require_POST
@member_of("member")
def feed_pause(request: Request, feed: UUID) -> HttpResponse:
    """Pause a feed that is asked, and have one asked again that is not."""
    row = _feed(feed)
    if row.is_active:
        pause_feed(feed=row, by=request.user)
        return _back(request, f"“{row.title}” is not asked any more.")
    resume_feed(feed=row, by=request.user)
    return _back(request, f"“{row.title}” is asked again.")


@require_POST
@member_of("member")
def feed_delete(request: Request, feed: UUID) -> HttpResponse:
    row = _feed(feed)
    delete_feed(feed=row, by=request.user)
    return _back(
        request, f"“{row.title}” is deleted. Its materials stay.", "feed-undelete", feed=row.pk
    )


@require_POST
@member_of("member")
def feed_undelete(request: Request, feed: UUID) -> HttpResponse:
    row = MaterialFeed.with_deleted.filter(pk=feed).first()
    if row is None:
        raise NotFound("There is no such feed. It may have been deleted for good.")
    undelete_feed(feed=row, by=request.user)
    return _back(request, f"“{row.title}” is back.")


@require_POST
@member_of("member")
def trend_take(request: Request, item: UUID) -> HttpResponse:
    material = take_trend(item=_item(item), by=request.user)
    messages.success(request, f"“{material.name}” is material now and being read.")
    return redirect("content:material-show", org=request.organization.slug, material=material.pk)


@require_POST
@member_of("member")
def trend_dismiss(request: Request, item: UUID) -> HttpResponse:
    row = _item(item)
    dismiss_trend(item=row, by=request.user)
    return _back(request, "The topic is left out.", "trend-restore", item=row.pk)


@require_POST
@member_of("member")
def trend_restore(request: Request, item: UUID) -> HttpResponse:
    restore_trend(item=_item(item), by=request.user)
    return _back(request, "The topic is offered again.")


def _back(request: Request, words: str, undo: str = "", **kwargs: UUID) -> HttpResponse:
    """The list again, and what was done; an HTMX request can undo it from the toast."""
    org = request.organization.slug
    undo_url = reverse(f"content:{undo}", kwargs={"org": org, **kwargs}) if undo else None
    if request.htmx:
        response = trigger_client_event(HttpResponse(status=204), "feeds")
        return toast(response, words, undo_url=undo_url)
    messages.success(request, words)
    return redirect("content:feed-list", org=org)


def _feed(feed: UUID) -> MaterialFeed:
    row = MaterialFeed.objects.select_related("brand").filter(pk=feed).first()
    if row is None:
        raise NotFound("There is no such feed. It may have been deleted.")
    return row


def _item(item: UUID) -> FeedItem:
    row = FeedItem.objects.select_related("feed__brand").filter(pk=item).first()
    if row is None:
        raise NotFound("There is no such topic. It may have gone with its feed.")
    return row
