from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.errors import DomainError, NotFound
from config.kernel.web import render_part
from organizations.access import Request, member_of
from publishing.forms.comments import CommentChangeForm, CommentForm
from publishing.forms.problems import tell
from publishing.models import PendingPost, PostComment
from publishing.selectors.approvals import approval_post
from publishing.selectors.reviews import review_panel
from publishing.selectors.reviews_talk import mentioned, people_of, talk_about
from publishing.services.comments import change_comment, comment_on, delete_comment

TEMPLATE = "publishing/approval/talk.html"


@require_GET
@member_of("viewer")
def approval_talk(request: Request, pending: UUID) -> HttpResponse:
    """Comments, versions and who signed, of one post."""
    return _talk(request, found_post(pending))


@require_http_methods(["GET", "POST"])
@member_of("member")
def comment_create(request: Request, pending: UUID) -> HttpResponse:
    post = found_post(pending)
    form = CommentForm(request.POST or None, initial={"parent": request.GET.get("parent", "")})
    if request.method == "POST" and form.is_valid():
        words = dict(form.cleaned_data)
        parent = _parent(post, words.pop("parent"))
        people = people_of(post.brand_id)
        try:
            comment_on(
                post=post,
                by=request.user,
                parent=parent,
                mentions=mentioned(words["body"], people),
                **words,
            )
        except DomainError as error:
            tell(form, error)
        else:
            return _back(request, post, "Your comment is there.")
    return _talk(request, post, form=form)


@require_http_methods(["GET", "POST"])
@member_of("member")
def comment_edit(request: Request, pending: UUID, comment: UUID) -> HttpResponse:
    post = found_post(pending)
    row = _found(post, comment)
    form = CommentChangeForm(request.POST or None, initial={"body": row.body})
    if request.method == "POST" and form.is_valid():
        try:
            change_comment(comment=row, body=form.cleaned_data["body"], by=request.user)
        except DomainError as error:
            tell(form, error)
        else:
            return _back(request, post, "Your comment is corrected.")
    return _talk(request, post, edited=row, edit_form=form)


@require_POST
@member_of("member")
def comment_delete(request: Request, pending: UUID, comment: UUID) -> HttpResponse:
    post = found_post(pending)
    delete_comment(comment=_found(post, comment), by=request.user)
    return _back(request, post, "Your comment is deleted.")


def found_post(pending: UUID) -> PendingPost:
    post = approval_post(pending)
    if post is None:
        raise NotFound("There is no such post. It may have been made for another team.")
    return post


def _found(post: PendingPost, comment: UUID) -> PostComment:
    rows = PostComment.objects.select_related("pending_post")
    row = rows.filter(pk=comment, pending_post=post, deleted_at=None).first()
    if row is None:
        raise NotFound("There is no such comment any more.")
    return row


def _parent(post: PendingPost, parent: UUID | None) -> PostComment | None:
    if parent is None:
        return None
    return PostComment.objects.select_related("parent").filter(pk=parent, pending_post=post).first()


def _back(request: Request, post: PendingPost, done: str) -> HttpResponse:
    if request.htmx:
        return _talk(request, found_post(post.pk))
    messages.success(request, done)
    return redirect("publishing:approval-talk", org=request.organization.slug, pending=post.pk)


def _talk(request: Request, post: PendingPost, **context: Any) -> HttpResponse:
    form = context.get("form") or context.get("edit_form")
    answered = request.GET.get("parent", "")
    context = {
        "post": post,
        "talk": talk_about(post, me=request.user),
        "review": review_panel(post, me=request.user, role=request.membership.role),
        "zone": post.brand.timezone,
        "answered": answered,
        "nav_place": "approvals",
        **context,
        "form": context.get("form") or CommentForm(initial={"parent": answered}),
    }
    status = 422 if form is not None and form.errors else 200
    return render_part(request, TEMPLATE, "talk", context, status=status)
