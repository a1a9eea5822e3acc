from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema

from config.kernel.errors import NotFound
from organizations.api.door import ApiRequest, scoped
from organizations.api.inputs import Moment, Words
from organizations.api.pages import Asked, PageOf, page_of
from publishing.models import PendingPost, PendingStatus, SignOff
from publishing.services.pending_posts import approve_post, reject_post, reschedule_post

router = Router(tags=["Posts that wait"])


class ApprovalStep(Schema):
    name: str
    kind: str = Field(description="`internal` for the team, `client` for the client.")
    rule: str = Field(description="`any` one of the people who are named, or `all` of them.")
    approvers: list[UUID] = Field(description="Users; empty for any member who may write.")


class SignedStep(Schema):
    step: int
    step_name: str
    answer: str = Field(description="`approved`, `changes` or `rejected`.")
    user_id: UUID | None
    client_name: str = Field(description="Of a client, who signed by a link.")
    comment: str
    created_at: datetime
    voided_at: datetime | None = Field(description="Since when it covers nothing any more.")
    void_reason: str


class Pending(Schema):
    id: UUID
    brand_id: UUID
    channel_id: UUID
    platform: str
    status: str
    content: str
    hashtags: list[str]
    link: str
    angle: str
    angle_reason: str
    was_edited: bool
    scheduled_for: datetime
    expires_at: datetime | None
    review_notes: str = Field(description="Why the agent did not decide by itself.")
    rejection_reason: str
    failure_reason: str
    created_at: datetime
    steps: list[ApprovalStep] = Field(
        description="The steps of its approval; empty for one step that any member signs."
    )
    step: int = Field(description="The step where it waits, counted from 0.")

    @staticmethod
    def resolve_channel_id(post: PendingPost) -> UUID:
        return post.account_id


class Rejection(Schema):
    reason: Words = Field(min_length=1, max_length=2_000, description="Kept with the post.")


class NewTime(Schema):
    scheduled_for: Moment = Field(description="A moment ahead, with its offset from UTC.")


@router.get(
    "/pending-posts/",
    response=PageOf[Pending],
    url_name="pending-list",
    summary="List posts on their way",
)
@scoped("read:posts")
def pending_list(
    request: ApiRequest,
    asked: Asked,
    status: PendingStatus = PendingStatus.PENDING,
    brand_id: UUID | None = None,
) -> dict[str, Any]:
    """Posts in one state, those that are due first first; without `status`, those that wait."""
    posts = PendingPost.objects.filter(status=status)
    if brand_id is not None:
        posts = posts.filter(brand_id=brand_id)
    return page_of(posts, asked, order=("scheduled_for",))


@router.get(
    "/pending-posts/{uuid:pending}/",
    response=Pending,
    url_name="pending",
    summary="Read a post on its way",
)
@scoped("read:posts")
def pending_read(request: ApiRequest, pending: UUID) -> PendingPost:
    """One post with its text, its time and why it waits."""
    return _found(pending)


@router.get(
    "/pending-posts/{uuid:pending}/sign-offs/",
    response=PageOf[SignedStep],
    url_name="pending-sign-offs",
    summary="List who signed a post",
)
@scoped("read:posts")
def pending_sign_offs(request: ApiRequest, pending: UUID, asked: Asked) -> dict[str, Any]:
    """Every word that was given on a post, also those that an edit voided; oldest first."""
    rows = SignOff.objects.filter(pending_post=_found(pending))
    return page_of(rows, asked, order=("created_at",))


@router.post(
    "/pending-posts/{uuid:pending}/approval/",
    response=Pending,
    url_name="pending-approval",
    summary="Approve a post",
)
@scoped("write:posts")
def pending_approve(request: ApiRequest, pending: UUID) -> PendingPost:
    """Sign the step where the post waits, as the key's person. The last step lets exactly this text
    go out on its channel at its time, or at once if that has passed."""
    return approve_post(post=_found(pending), by=request.organization.user)


@router.post(
    "/pending-posts/{uuid:pending}/rejection/",
    response=Pending,
    url_name="pending-rejection",
    summary="Reject a post",
)
@scoped("write:posts")
def pending_reject(request: ApiRequest, pending: UUID, body: Rejection) -> PendingPost:
    """Turn a post down for good. Its credits are not given back."""
    return reject_post(post=_found(pending), reason=body.reason, by=request.organization.user)


@router.post(
    "/pending-posts/{uuid:pending}/time/",
    response=Pending,
    url_name="pending-time",
    summary="Move a post in time",
)
@scoped("write:posts")
def pending_move(request: ApiRequest, pending: UUID, body: NewTime) -> PendingPost:
    """Give a post another time ahead. An approval stays within its window; beyond, it is void."""
    person = request.organization.user
    return reschedule_post(post=_found(pending), moment=body.scheduled_for, by=person)


def _found(pending: UUID) -> PendingPost:
    post = PendingPost.objects.select_related("brand", "account").filter(pk=pending).first()
    if post is None:
        raise NotFound("There is no such post. It may have been deleted.")
    return post
