from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from config.kernel.errors import DomainError
from organizations.access import Request, member_of
from publishing.forms.queries import uuid_or_none
from publishing.models import PendingPost, SignOff
from publishing.selectors.approvals import TABS, approval_list
from publishing.services.reviews_bulk import MOST_AT_ONCE, Bulk, decide_posts, take_back_posts

TEMPLATE = "publishing/approval/several.html"
DONE = {
    SignOff.Answer.APPROVED: "signed",
    SignOff.Answer.CHANGES: "sent back",
    SignOff.Answer.REJECTED: "rejected",
}


@require_http_methods(["GET", "POST"])
@member_of("member")
def approval_several(request: Request) -> HttpResponse:
    """What waits for this member, to decide on several at once."""
    if request.method != "POST":
        return _page(request)
    answer, comment = request.POST.get("answer", ""), request.POST.get("comment", "")
    if answer not in DONE:
        return _page(request, problem="Press one of the buttons.", status=422)
    try:
        outcome = decide_posts(
            posts=_chosen(request), answer=answer, comment=comment, by=request.user
        )
    except DomainError as error:
        return _page(request, problem=error.message, typed=comment, status=422)
    return _page(request, outcome=outcome, did=DONE[SignOff.Answer(answer)], answer=answer)


@require_POST
@member_of("member")
def approval_several_undo(request: Request) -> HttpResponse:
    outcome = take_back_posts(posts=_chosen(request), by=request.user)
    messages.success(request, f"{len(outcome.done)} taken back. They wait again.")
    for post, words in outcome.problems:
        messages.error(request, f"“{post.content[:40]}”: {words}")
    return redirect("publishing:approval-several", org=request.organization.slug)


def _chosen(request: HttpRequest) -> list[PendingPost]:
    """The posts that are ticked, at the steps that the page showed: each as "id:step"."""
    steps: dict[UUID, str] = {}
    for word in request.POST.getlist("post")[: MOST_AT_ONCE + 1]:
        name, _, step = word.partition(":")
        if (pk := uuid_or_none(name)) is not None:
            steps[pk] = step
    posts = list(
        PendingPost.objects.filter(pk__in=steps)
        .select_related("brand", "account")
        .order_by("expires_at", "pk")
    )
    for post in posts:
        if steps[post.pk].isdecimal():
            post.step = int(steps[post.pk][:5])
    return posts


def _page(request: Request, *, status: int = 200, **context: Any) -> HttpResponse:
    outcome: Bulk | None = context.get("outcome")
    listed = approval_list(
        tab=TABS["waiting"], me=request.user.pk, cursor=request.GET.get("cursor")
    )
    context |= {
        "listed": listed,
        "done_count": len(outcome.done) if outcome else 0,
        "waiting_count": listed.waiting_count,
        "ticked": set(request.POST.getlist("post")) if status == 422 else set(),
        "nav_place": "approvals",
    }
    return render(request, TEMPLATE, context, status=status)
