from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from config.kernel.clock import now
from config.kernel.errors import DomainError
from organizations.access import Request, member_of
from publishing.forms.queries import uuid_or_none
from publishing.models import PendingPost, SignOff
from publishing.selectors.approvals import TABS, approval_list
from publishing.services.approvals import content_hash
from publishing.services.reviews_bulk import MOST_AT_ONCE, decide_posts, take_back_posts

TEMPLATE = "publishing/approval/several.html"
DECIDED = "decided_on_several"
"""Where the session keeps what became of a decision until the next page has said it."""
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
        return _page(request, **_decided(request))
    answer, comment = request.POST.get("answer", ""), request.POST.get("comment", "")
    if answer not in DONE:
        return _page(request, problem="Press one of the buttons.", typed=comment, status=422)
    posts, seen = _chosen(request)
    try:
        outcome = decide_posts(
            posts=posts, answer=answer, comment=comment, by=request.user, seen=seen
        )
    except DomainError as error:
        return _page(request, problem=error.message, typed=comment, status=422)
    request.session[DECIDED] = {
        "team": request.organization.slug,
        "answer": answer,
        "done": [str(post.pk) for post in outcome.done],
        "problems": [(post.content[:100], words) for post, words in outcome.problems],
    }
    return redirect(_address(request))


@require_POST
@member_of("member")
def approval_several_undo(request: Request) -> HttpResponse:
    posts, _ = _chosen(request)
    outcome = take_back_posts(posts=posts, by=request.user)
    messages.success(request, f"{len(outcome.done)} taken back. They wait again.")
    for post, words in outcome.problems:
        messages.error(request, f"“{post.content[:40]}”: {words}")
    return redirect(_address(request))


def _address(request: Request) -> str:
    address = reverse("publishing:approval-several", args=[request.organization.slug])
    brand = uuid_or_none(request.GET.get("brand", ""))
    return f"{address}?brand={brand}" if brand else address


def _decided(request: Request) -> dict[str, Any]:
    """What became of the posts decided on last, to be said once, on the page after the decision."""
    kept: dict[str, Any] = request.session.get(DECIDED, {})
    if kept.get("team") != request.organization.slug:
        return {}
    del request.session[DECIDED]
    return {"outcome": kept, "did": DONE[SignOff.Answer(kept["answer"])]}


def _chosen(request: HttpRequest) -> tuple[list[PendingPost], dict[UUID, str]]:
    """The posts that are ticked, at the steps that the page showed, and the digests of the words
    that it showed: each as "id:step:digest"."""
    steps: dict[UUID, str] = {}
    seen: dict[UUID, str] = {}
    for word in request.POST.getlist("post")[: MOST_AT_ONCE + 1]:
        name, step, digest = (*word.split(":"), "", "")[:3]
        if (pk := uuid_or_none(name)) is not None:
            steps[pk], seen[pk] = step, digest
    posts = list(
        PendingPost.objects.filter(pk__in=steps)
        .select_related("brand", "account")
        .order_by("expires_at", "pk")
    )
    for post in posts:
        if steps[post.pk].isdecimal():
            post.step = int(steps[post.pk][:5])
    return posts, seen


def _page(request: Request, *, status: int = 200, **context: Any) -> HttpResponse:
    brand = uuid_or_none(request.GET.get("brand", ""))
    listed = approval_list(
        tab=TABS["waiting"],
        brand=brand,
        me=request.user.pk,
        cursor=request.GET.get("cursor"),
        with_words=True,
    )
    ticked = _ticked(request) if status == 422 else set()
    moment = now()
    for post in listed.page.items:
        vars(post)["choice"] = f"{post.pk}:{post.step}:{content_hash(post)}"
        vars(post)["is_ticked"] = str(post.pk) in ticked
        vars(post)["is_late"] = post.scheduled_for <= moment
    context |= {
        "listed": listed,
        "waiting_count": listed.waiting_count,
        "chosen_brand": str(brand or ""),
        "nav_place": "approvals",
    }
    return render(request, TEMPLATE, context, status=status)


def _ticked(request: HttpRequest) -> set[str]:
    """What a form that was refused had chosen, so that nobody ticks it again."""
    return {word.partition(":")[0] for word in request.POST.getlist("post")}
