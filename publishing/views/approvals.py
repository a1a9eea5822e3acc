from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import push_url, reswap, retarget

from config.kernel.errors import DomainError, NotFound
from config.kernel.web import render_part, toast
from content.models import Candidate
from organizations.access import Request, member_of
from organizations.throttles import throttled
from publishing.forms.approval import ChangesForm, RegenerateForm, RejectForm, TimeForm
from publishing.forms.editing import EditForm
from publishing.forms.problems import tell
from publishing.forms.queries import uuid_or_none
from publishing.models import PendingPost, PendingStatus, SignOff
from publishing.selectors.approvals import (
    TABS,
    ApprovalPage,
    Tab,
    approval_list,
    approval_page,
    approval_post,
    tab_of,
)
from publishing.selectors.runs import rewriting_of
from publishing.services.pending_posts import (
    approve_post,
    edit_post,
    reject_post,
    reopen_post,
    reschedule_post,
    select_variation,
    withdraw_approval,
)
from publishing.services.reviews import sign_off, take_back
from publishing.services.workflows import steps_of_post
from publishing.services.writing import start_regeneration

TEMPLATE = "publishing/approval/show.html"


@require_GET
@member_of("viewer")
def approvals(request: Request) -> HttpResponse:
    return _desk(request, None)


@require_GET
@member_of("viewer")
def approval_show(request: Request, pending: UUID) -> HttpResponse:
    return _desk(request, _found(pending))


@require_POST
@member_of("member")
def approval_approve(request: Request, pending: UUID) -> HttpResponse:
    post = _found(pending)
    try:
        done = approve_post(
            post=_as_seen(request, post), by=request.user, seen=request.POST.get("seen", "")
        )
    except DomainError as error:
        return _desk(request, _found(pending), problem=error.message, status=error.status)
    undo = reverse("publishing:approval-withdraw", args=[request.organization.slug, pending])
    return _decided(request, done, _approved_words(done), undo_url=undo)


@require_http_methods(["GET", "POST"])
@member_of("member")
def approval_changes(request: Request, pending: UUID) -> HttpResponse:
    """Ask for changes: back to whoever made it, with a word about which."""
    post = _found(pending)
    form = ChangesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            post = sign_off(
                post=post,
                answer=SignOff.Answer.CHANGES,
                by=request.user,
                comment=form.cleaned_data["comment"],
            )
        except DomainError as error:
            tell(form, error)
        else:
            return _decided(request, post, "Sent back with what you asked for.")
    return _desk(request, post, panel="changes", form=form)


@require_POST
@member_of("member")
def approval_withdraw(request: Request, pending: UUID) -> HttpResponse:
    post = _found(pending)
    is_waiting = post.status == PendingStatus.PENDING
    return _act(
        request,
        pending,
        take_back if is_waiting else withdraw_approval,
        "Your yes is taken back." if is_waiting else "The approval is taken back. Decide again.",
    )


@require_POST
@member_of("member")
def approval_reopen(request: Request, pending: UUID) -> HttpResponse:
    return _act(request, pending, reopen_post, "Open again, with a new deadline.")


@require_POST
@member_of("member")
def approval_variation(request: Request, pending: UUID, candidate: UUID) -> HttpResponse:
    text = Candidate.objects.filter(pk=candidate).first()
    if text is None:
        raise NotFound("There is no such variation any more. Look at the post again.")

    def choose(*, post: PendingPost, by: Any) -> PendingPost:
        return select_variation(post=post, candidate=text, by=by)

    return _act(request, pending, choose, f"Variation {text.label} is the post now.")


@require_http_methods(["GET", "POST"])
@member_of("member")
def approval_reject(request: Request, pending: UUID) -> HttpResponse:
    post = _found(pending)
    form = RejectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            post = reject_post(post=post, by=request.user, **form.cleaned_data)
        except DomainError as error:
            tell(form, error)
        else:
            return _decided(request, post, "Rejected. The reason is kept with the post.")
    return _desk(request, post, panel="reject", form=form)


@require_http_methods(["GET", "POST"])
@member_of("member")
def approval_edit(request: Request, pending: UUID) -> HttpResponse:
    post = _found(pending)
    form = EditForm.of(post, request.POST or None, request.FILES)
    if request.method == "POST" and form.is_valid():
        try:
            score = form.cleaned_data["score"]
            post = edit_post(post=post, by=request.user, score=score, **form.words())
        except DomainError as error:
            tell(form, error)
        else:
            return _stay(request, post, "The text is saved. It is what will go out.")
    return _desk(request, post, panel="edit", form=form)


@require_POST
@member_of("member")
def approval_arrangement(request: Request, pending: UUID) -> HttpResponse:
    """The edit page with its parts or media moved, split or added to; nothing of it is saved."""
    post = _found(pending)
    form = EditForm.arranged(post, request.POST, request.FILES)
    return _desk(request, post, panel="edit", form=form)


@require_http_methods(["GET", "POST"])
@member_of("member")
def approval_time(request: Request, pending: UUID) -> HttpResponse:
    post = _found(pending)
    form = TimeForm.of(post, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            post = reschedule_post(
                post=post, moment=form.cleaned_data["scheduled_for"], by=request.user
            )
        except DomainError as error:
            tell(form, error)
        else:
            return _stay(request, post, "The new time is set.")
    return _desk(request, post, panel="time", form=form)


@require_http_methods(["GET", "POST"])
@member_of("member")
@throttled("generate", limit=30, per_seconds=600, fail_open=True)
def approval_regenerate(request: Request, pending: UUID) -> HttpResponse:
    post = _found(pending)
    earlier = rewriting_of(post)
    typed = earlier.run.instruction if earlier and not earlier.result else ""
    form = RegenerateForm(request.POST or None, initial={"instruction": typed})
    if request.method == "POST" and form.is_valid():
        try:
            start_regeneration(post=post, by=request.user, **form.cleaned_data)
        except DomainError as error:
            tell(form, error)
        else:
            return _stay(request, post, "Three new texts are on their way.")
    return _desk(request, post, panel="regenerate", form=form)


@require_GET
@member_of("viewer")
def approval_rewriting(request: Request, pending: UUID) -> HttpResponse:
    """How far the new texts are, for the desk that waits for them; then the desk with them."""
    post = _found(pending)
    found = rewriting_of(post)
    if not request.htmx:
        return redirect("publishing:approval-show", org=request.organization.slug, pending=post.pk)
    if found and found.is_open:
        context = {"rewriting": found, "post": post}
        return render(request, "publishing/approval/_rewriting.html", context)
    response = reswap(retarget(_desk(request, post), "#desk"), "outerHTML")
    return toast(response, found.run.outcome) if found and found.result else response


def _as_seen(request: Request, post: PendingPost) -> PendingPost:
    """The post at the step that the page showed, so that nobody signs a step they never saw."""
    step = request.POST.get("step", "")
    if step.isdecimal():
        post.step = int(step[:5])
    return post


def _approved_words(post: PendingPost) -> str:
    if post.status != PendingStatus.PENDING:
        return "Approved. It goes out at its time."
    return f"Signed. Now it waits for “{steps_of_post(post)[post.step].name}”."


def _found(pending: UUID) -> PendingPost:
    post = approval_post(pending)
    if post is None:
        raise NotFound("There is no such post. It may have been made for another team.")
    return post


def _act(request: Request, pending: UUID, do: Any, done: str) -> HttpResponse:
    """One verb without a form; a refusal stands over the post that it is about."""
    post = _found(pending)
    try:
        do(post=post, by=request.user)
    except DomainError as error:
        return _desk(request, post, problem=error.message, status=error.status)
    return _stay(request, post, done)


def _stay(request: Request, post: PendingPost, done: str) -> HttpResponse:
    address = reverse("publishing:approval-show", args=[request.organization.slug, post.pk])
    if not request.htmx:
        messages.success(request, done)
        return redirect(address)
    return push_url(toast(_desk(request, _found(post.pk)), done), address)


def _decided(
    request: Request, post: PendingPost, done: str, *, undo_url: str | None = None
) -> HttpResponse:
    """On to the next post that waits; the one just decided says what became of it."""
    tab, brand = TABS["waiting"], uuid_or_none(request.GET.get("brand", ""))
    me = request.user.pk if request.GET.get("mine") else None
    following = approval_list(tab=tab, brand=brand, but=post.pk, me=me).page.items
    name, args = "publishing:approval-list", [request.organization.slug]
    if following:
        name, args = "publishing:approval-show", [*args, str(following[0].pk)]
    address = reverse(name, args=args) + _query(request)
    if not request.htmx:
        messages.success(request, done)
        return redirect(address)
    response = _desk(request, _found(following[0].pk) if following else None, tab=tab)
    return push_url(toast(response, done, undo_url=undo_url), address)


def _desk(
    request: Request,
    post: PendingPost | None,
    *,
    tab: Tab | None = None,
    panel: str = "",
    form: forms.Form | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The list and one post. Without a post the first of the list is shown beside it."""
    is_list = post is None
    tab = tab or TABS.get(request.GET.get("state", "")) or tab_of(post.status if post else "")
    brand = uuid_or_none(request.GET.get("brand", ""))
    me = request.user.pk if request.GET.get("mine") and tab.slug == "waiting" else None
    listed = approval_list(tab=tab, brand=brand, cursor=request.GET.get("cursor"), me=me)
    if post is None and listed.page.items:
        post = approval_post(listed.page.items[0].pk)
    found = _page_of(request, post) if post else None
    context = {
        "listed": listed,
        "tabs": TABS.values(),
        "found": found,
        "is_list": is_list,
        "is_mine": me is not None,
        "chosen_brand": str(brand or ""),
        "panel": panel,
        "form": form,
        "problem": problem,
        "query": _query(request),
        "zone": found.zone if found else request.organization.timezone,
        "waiting_count": listed.waiting_count,
        "nav_place": "approvals",
    }
    if (form is not None and form.errors) or (problem and request.htmx):
        # The one failure that htmx swaps.
        status = 422
    return render_part(request, TEMPLATE, "desk", context, status=status)


def _page_of(request: Request, post: PendingPost) -> ApprovalPage:
    shown = request.GET.get("variation", "")
    return approval_page(post, shown_id=shown, me=request.user, role=request.membership.role)


def _query(request: Request) -> str:
    """Filters that survive from page to page, with the question mark; the variation does not."""
    kept = request.GET.copy()
    for name in set(kept) - {"state", "brand", "cursor", "mine"}:
        del kept[name]
    return f"?{kept.urlencode()}" if kept else ""
