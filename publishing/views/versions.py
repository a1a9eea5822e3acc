from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from config.kernel.errors import DomainError, NotFound
from organizations.access import Request, member_of
from publishing.models import PendingPost, PostVersion
from publishing.selectors.reviews_talk import changes_between, talk_about
from publishing.services.post_moves import EDITABLE, REOPENABLE
from publishing.services.versions_restoring import restore_version

from .comments import found_post


@require_GET
@member_of("viewer")
def version_compare(request: Request, pending: UUID) -> HttpResponse:
    """Two versions of a post, word by word; without a choice the newest beside the one before."""
    post = found_post(pending)
    newest = PostVersion.objects.filter(pending_post=post).order_by("-number").first()
    if newest is None:
        raise NotFound("This post has no versions yet. They begin with its first change.")
    after = _chosen(post, request.GET.get("after", "")) or newest
    before = _chosen(post, request.GET.get("before", "")) or _before(post, after)
    context = {
        "post": post,
        "before": before,
        "after": after,
        "changes": changes_between(before.words, after.words),
        "versions": talk_about(post, me=request.user).versions,
        "can_change": post.status in (*EDITABLE, *REOPENABLE),
        "zone": post.brand.timezone,
        "nav_place": "approvals",
    }
    return render(request, "publishing/version/compare.html", context)


@require_POST
@member_of("member")
def version_restore(request: Request, pending: UUID, revision: UUID) -> HttpResponse:
    post = found_post(pending)
    row = PostVersion.objects.filter(pk=revision, pending_post=post).first()
    if row is None:
        raise NotFound("There is no such version of this post.")
    try:
        restore_version(version=row, by=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The post says again what it said in version {row.number}.")
    return redirect("publishing:approval-show", org=request.organization.slug, pending=post.pk)


def _chosen(post: PendingPost, number: str) -> PostVersion | None:
    if not number.isdecimal() or len(number) > 5:
        return None
    return PostVersion.objects.filter(pending_post=post, number=int(number)).first()


def _before(post: PendingPost, after: PostVersion) -> PostVersion:
    rows = PostVersion.objects.filter(pending_post=post, number__lt=after.number)
    return rows.order_by("-number").first() or after
