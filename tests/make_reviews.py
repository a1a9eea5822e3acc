"""Builders for approvals: a brand's workflow, and posts that a person wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from brands.models import BrandProfile
from config.kernel.clock import now
from organizations.models import User
from publishing.models import (
    PendingPost,
    PendingStatus,
    PortalLink,
    SocialAccount,
    Workflow,
    WorkflowStep,
)
from publishing.services.comments import comment_on
from publishing.services.versions import note_version
from publishing.services.workflows import Step


def workflow(brand: BrandProfile, *steps: Step, **fields: Any) -> Workflow:
    """A workflow of these steps, or of the mode that is named."""
    fields.setdefault("mode", Workflow.Mode.STEPS if steps else Workflow.Mode.ONE)
    row = Workflow.objects.create(brand=brand, **fields)
    for number, step in enumerate(steps):
        WorkflowStep.objects.create(
            workflow=row,
            number=number,
            name=step.name,
            kind=step.kind,
            rule=step.rule,
            approvers=list(step.approvers),
        )
    return row


def step(name: str, *people: User, every: bool = False) -> Step:
    """A step of the team, of any one of these people or of every one."""
    rule = WorkflowStep.Rule.ALL if every else WorkflowStep.Rule.ANY
    return Step(name, rule=rule, approvers=tuple(each.pk for each in people))


def client_step(name: str = "Client") -> Step:
    return Step(name, kind=WorkflowStep.Kind.CLIENT)


def written_post(
    brand: BrandProfile, account: SocialAccount, author: User | None = None, **fields: Any
) -> PendingPost:
    """A draft of a person's own words, without any text of the agent's."""
    return PendingPost.objects.create(
        **{
            "brand": brand,
            "account": account,
            "author": author,
            "platform": account.platform,
            "content": "The mast of the Swallow is back on board.",
            "scheduled_for": now() + timedelta(hours=5),
            "status": PendingStatus.DRAFT,
            "generation_mode": PendingPost.GenerationMode.MANUAL,
            **fields,
        }
    )


def review_link(
    brand: BrandProfile, posts: Sequence[PendingPost] = (), **fields: Any
) -> PortalLink:
    return PortalLink.objects.create(
        **{
            "brand": brand,
            "purpose": PortalLink.Purpose.REVIEW,
            "token_digest": "0" * 64,
            "client_name": "Klara",
            "post_ids": [post.pk for post in posts],
            "expires_at": now() + timedelta(days=7),
            **fields,
        }
    )


def review_rows(post: PendingPost, by: User) -> dict[str, Any]:
    """Keyword of an address -> the id that stands in it: a comment and a version of a post."""
    return {
        "comment": comment_on(post=post, body="Is the price right?", by=by).pk,
        "revision": note_version(post=post, by=by).pk,
    }
