from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.models import BrandProfile
from brands.selectors import brand_named_by
from config.kernel.errors import DomainError, Invalid, NotFound
from organizations.access import Request, member_of
from organizations.models import Role
from publishing.forms.problems import tell
from publishing.forms.queries import uuid_or_none
from publishing.forms.queue import EditQueueForm, NewQueueForm, PresetForm, SlotForm
from publishing.models import PendingPost, PostingQueue, QueueSlot, SocialAccount
from publishing.selectors.queues import queue_page, queues_for_list
from publishing.services.moving import Moved
from publishing.services.queue_order import (
    move_in_queue,
    placings,
    retime_queue,
    shuffle_queue,
)
from publishing.services.queue_slots import add_slots, apply_preset, remove_slot
from publishing.services.queues import (
    change_queue,
    create_queue,
    default_queue,
    delete_queue,
    pause_queue,
    resume_queue,
)

SHOW = "publishing/queue/show.html"
FORM = "publishing/queue/form.html"


@require_GET
@member_of("viewer")
def queue_list(request: Request) -> HttpResponse:
    brands = list(BrandProfile.objects.only("name").order_by("name")[:500])
    chosen = uuid_or_none(request.GET.get("brand", ""))
    context = {
        "rows": queues_for_list(chosen),
        "brands": brands,
        "chosen": chosen,
        "can_write": _can_write(request),
    }
    return render(request, "publishing/queue/list.html", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def queue_create(request: Request) -> HttpResponse:
    brands = list(BrandProfile.objects.order_by("name")[:500])
    if not brands:
        messages.info(request, "Set up a brand first: a queue belongs to one.")
        return redirect("brands:brand-create", org=request.organization.slug)
    chosen = request.POST.get("brand") or request.GET.get("brand", "")
    brand = next((each for each in brands if str(each.pk) == chosen), brands[0])
    form = NewQueueForm.of(brand, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            queue = create_queue(brand=brand, **form.cleaned_data, by=request.user)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, f"“{queue.name}” is ready for posts.")
            return _to(request, queue)
    context = {"form": form, "brands": brands, "brand": brand}
    return render(request, FORM, context, status=422 if form.errors else 200)


@require_POST
@member_of("member")
def queue_default(request: Request, brand: UUID) -> HttpResponse:
    """Open a brand's own queue; it is made with the first click."""
    row = brand_named_by(brand)
    return _to(request, default_queue(brand=row, by=request.user))


@require_GET
@member_of("viewer")
def queue_show(request: Request, queue: UUID) -> HttpResponse:
    return _page(request, _found(queue))


@require_http_methods(["GET", "POST"])
@member_of("member")
def queue_edit(request: Request, queue: UUID) -> HttpResponse:
    row = _found(queue)
    form = EditQueueForm.of(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_queue(queue=row, **form.cleaned_data, by=request.user)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, f"“{form.cleaned_data['name']}” is saved.")
            return _to(request, row)
    context = {"form": form, "queue": row, "brand": row.brand}
    return render(request, FORM, context, status=422 if form.errors else 200)


@require_POST
@member_of("member")
def queue_delete(request: Request, queue: UUID) -> HttpResponse:
    row = _found(queue)
    delete_queue(queue=row, by=request.user)
    messages.success(request, f"“{row.name}” is deleted. Its posts keep their times.")
    return redirect("publishing:queue-list", org=request.organization.slug)


@require_POST
@member_of("member")
def queue_pause(request: Request, queue: UUID) -> HttpResponse:
    row = pause_queue(queue=_found(queue), by=request.user)
    messages.success(request, f"“{row.name}” is paused. Its posts keep their times and wait.")
    return _to(request, row)


@require_POST
@member_of("member")
def queue_resume(request: Request, queue: UUID) -> HttpResponse:
    row = resume_queue(queue=_found(queue), by=request.user)
    messages.success(request, f"“{row.name}” takes and sends posts again.")
    return _to(request, row)


@require_POST
@member_of("member")
def queue_slots(request: Request, queue: UUID) -> HttpResponse:
    row = _found(queue)
    accounts = SocialAccount.objects.filter(brand_links__brand_id=row.brand_id)
    form = SlotForm(request.POST, accounts=accounts)
    if form.is_valid():
        found = form.cleaned_data
        try:
            count = add_slots(
                queue=row,
                weekdays=found["weekdays"],
                wall=found["time"],
                account=accounts.filter(pk=found["account"]).first() if found["account"] else None,
                by=request.user,
            )
        except DomainError as error:
            tell(form, error)
        else:
            added = "1 slot is" if count == 1 else f"{count} slots are"
            messages.success(request, f"{added} added. Posts that wait keep their times.")
            return _to(request, row)
    return _page(request, row, form)


@require_POST
@member_of("member")
def queue_slot_delete(request: Request, queue: UUID, slot: UUID) -> HttpResponse:
    row = _found(queue)
    found = QueueSlot.objects.select_related("queue").filter(pk=slot, queue=row).first()
    if found is None:
        raise NotFound("There is no such slot. It may have been removed already.")
    remove_slot(slot=found, by=request.user)
    messages.success(request, "The slot is removed. A post that stands at it keeps its time.")
    return _to(request, row)


@require_POST
@member_of("member")
def queue_preset(request: Request, queue: UUID) -> HttpResponse:
    row = _found(queue)
    form = PresetForm(request.POST)
    if not form.is_valid():
        raise Invalid("Choose one of the presets.", field="preset")
    apply_preset(queue=row, preset=form.cleaned_data["preset"], by=request.user)
    messages.success(request, "The slots are set. Posts that wait keep their times.")
    return _to(request, row)


@require_POST
@member_of("member")
def queue_shuffle(request: Request, queue: UUID) -> HttpResponse:
    row = _found(queue)
    moved = shuffle_queue(queue=row, by=request.user)
    return _to(request, row, moved, "The posts changed places.")


@require_POST
@member_of("member")
def queue_reorder(request: Request, queue: UUID, queued: UUID) -> HttpResponse:
    row = _found(queue)
    post = PendingPost.objects.filter(pk=queued, queue=row).first()
    if post is None:
        raise NotFound("This post is in this queue no more. Look at the page again.")
    is_up = request.POST.get("to") != "later"
    moved = move_in_queue(queue=row, post=post, by=request.user, up=is_up)
    return _to(request, row, moved, "The post leaves " + ("earlier." if is_up else "later."))


@require_http_methods(["GET", "POST"])
@member_of("member")
def queue_retime(request: Request, queue: UUID) -> HttpResponse:
    """What would stand where if the queue was placed anew; nothing moves before the button."""
    row = _found(queue)
    if request.method == "POST":
        moved = retime_queue(queue=row, by=request.user)
        count = len(moved.done)
        return _to(request, row, moved, f"{count} post{'s' if count != 1 else ''} moved.")
    found = placings(row)
    context = {
        "queue": row,
        "placings": [each for each in found if each.is_moved],
        "staying": sum(not each.is_moved for each in found),
        "zone": row.timezone,
    }
    return render(request, "publishing/queue/retime.html", context)


def _page(request: Request, queue: PostingQueue, form: SlotForm | None = None) -> HttpResponse:
    page = queue_page(queue)
    context = {
        "page": page,
        "queue": queue,
        "zone": queue.timezone,
        "slot_form": form or SlotForm(accounts=page.accounts, initial={"weekdays": range(1, 6)}),
        "preset_form": PresetForm(),
        "moved": uuid_or_none(request.GET.get("moved", "")),
        "can_write": _can_write(request),
    }
    return render(request, SHOW, context, status=422 if form and form.errors else 200)


def _can_write(request: Request) -> bool:
    return request.membership.role.covers(Role.MEMBER)


def _found(queue: UUID) -> PostingQueue:
    row = PostingQueue.objects.select_related("brand").filter(pk=queue).first()
    if row is None:
        raise NotFound("There is no such queue. It may have been deleted.")
    return row


def _to(
    request: Request, queue: PostingQueue, moved: Moved | None = None, sentence: str = ""
) -> HttpResponse:
    if sentence:
        messages.success(request, sentence)
    for post, problem in moved.problems[:3] if moved else ():
        messages.warning(request, f"“{post.content[:40]}” stays: {problem}")
    here = {"org": request.organization.slug, "queue": queue.pk}
    path = reverse("publishing:queue-show", kwargs=here)
    return redirect(f"{path}?moved={moved.undo}" if moved and moved.undo else path)
