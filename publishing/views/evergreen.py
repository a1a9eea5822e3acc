from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.models import BrandProfile
from config.kernel.errors import DomainError, NotFound
from config.kernel.web import render_part
from organizations.access import Request, member_of
from publishing.forms.evergreen import PoolForm, RestForm
from publishing.forms.problems import tell
from publishing.forms.queries import uuid_or_none
from publishing.models import Composition, EvergreenItem, Post, PostingQueue
from publishing.selectors.evergreen import pools_for_list, posts_to_add
from publishing.services.evergreen import (
    add_published,
    add_to_pool,
    change_item,
    pause_item,
    remove_item,
    set_filling,
)

FORM = "publishing/evergreen/form.html"
_PLACE = {"nav_place": "calendar"}
CHOICES = 30


@require_GET
@member_of("viewer")
def evergreen_list(request: Request) -> HttpResponse:
    page, pools = pools_for_list(cursor=request.GET.get("cursor"))
    context = {"page": page, "pools": pools, **_PLACE}
    return render_part(request, "publishing/evergreen/list.html", "pools", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def evergreen_add(request: Request) -> HttpResponse:
    """For the composition or the published post that the address names; else a choice of both."""
    composition = _composition(request.GET.get("composition", ""))
    post = _post(request.GET.get("post", ""))
    source = composition or post
    if source is None:
        return render(request, "publishing/evergreen/choose.html", _choices(request))
    form = PoolForm(request.POST or None, brand=source.brand)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            if composition is not None:
                add_to_pool(composition=composition, by=request.user, **values)
            elif post is not None:
                values.pop("most_uses")
                add_published(post=post, by=request.user, **values)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, "It is in the pool.")
            return _to_list(request)
    words = composition.text if composition else source.content  # type: ignore[union-attr]
    context = {"form": form, "words": words, "brand": source.brand, **_PLACE}
    return render(request, FORM, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@member_of("member")
def evergreen_edit(request: Request, evergreen: UUID) -> HttpResponse:
    row = _found(evergreen)
    initial = {"cooldown_days": row.cooldown_days, "most_uses": row.most_uses}
    form = RestForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_item(item=row, by=request.user, **form.cleaned_data)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, "Saved.")
            return _to_list(request)
    context = {"form": form, "words": row.composition.text, "brand": row.queue.brand, "item": row}
    return render(request, FORM, {**context, **_PLACE}, status=422 if form.errors else 200)


@require_POST
@member_of("member")
def evergreen_pause(request: Request, evergreen: UUID) -> HttpResponse:
    row = _found(evergreen)
    pause_item(item=row, by=request.user, is_paused=row.paused_at is None)
    messages.success(request, "It is left out now." if row.paused_at else "It may go out again.")
    return _to_list(request)


@require_POST
@member_of("member")
def evergreen_remove(request: Request, evergreen: UUID) -> HttpResponse:
    remove_item(item=_found(evergreen), by=request.user)
    messages.success(request, "Taken out of the pool. Posts that were made of it stay.")
    return _to_list(request)


@require_POST
@member_of("member")
def evergreen_filling(request: Request, queue: UUID) -> HttpResponse:
    row = PostingQueue.objects.filter(pk=queue).first()
    if row is None:
        raise NotFound("There is no such queue. It may have been deleted.")
    row = set_filling(queue=row, fills=request.POST.get("fills") == "yes", by=request.user)
    done = "fills its empty slots from the pool" if row.fills_from_pool else "leaves them empty"
    messages.success(request, f"“{row.name}” {done} from now on.")
    return _to_list(request)


def _found(evergreen: UUID) -> EvergreenItem:
    rows = EvergreenItem.objects.select_related("composition", "queue__brand")
    row = rows.filter(pk=evergreen).first()
    if row is None:
        raise NotFound("There is no such post in a pool. It may have been taken out.")
    return row


def _composition(text: str) -> Composition | None:
    key = uuid_or_none(text)
    rows = Composition.objects.select_related("brand")
    if key is None:
        return None
    if (row := rows.filter(pk=key).first()) is None:
        raise NotFound("There is no such composition. It may have been deleted.")
    return row


def _post(text: str) -> Post | None:
    key = uuid_or_none(text)
    if key is None:
        return None
    rows = Post.objects.select_related("brand", "account", "pending_post__variant__composition")
    if (row := rows.filter(pk=key).first()) is None:
        raise NotFound("There is no such post. It may have been deleted.")
    return row


def _choices(request: Request) -> dict[str, object]:
    brands = list(BrandProfile.objects.order_by("name"))
    chosen = request.GET.get("brand", "")
    brand = next((each for each in brands if str(each.pk) == chosen), next(iter(brands), None))
    drafts = Composition.objects.filter(brand=brand).order_by("-updated_at", "-id")
    return {
        "brands": brands,
        "brand": brand,
        "compositions": list(drafts.only("text", "title")[:CHOICES]),
        "posts": posts_to_add(brand.pk) if brand else [],
        **_PLACE,
    }


def _to_list(request: Request) -> HttpResponse:
    return redirect(reverse("publishing:evergreen-list", args=[request.organization.slug]))
