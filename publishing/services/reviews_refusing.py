"""What keeps a word from counting: another's step, former words, a link to something else."""

from __future__ import annotations

from config.kernel.errors import Conflict, Forbidden
from organizations.models import User
from publishing.models import PendingPost, PortalLink, SignOff

from .approvals import content_hash
from .reviewers import Review, Standing

Answer = SignOff.Answer


def refuse_stale(row: PendingPost, seen_post: PendingPost, seen: str) -> None:
    """Refuse a word on a step or on words that the signer's page did not show."""
    if row.step != seen_post.step:
        raise Conflict(
            "Somebody signed this step while you were looking. See where the post stands now.",
            code="step_passed",
        )
    if seen and seen != content_hash(row):
        raise Conflict(
            "The post was changed while you were looking. Read it again, then decide.",
            code="words_changed",
        )


def refuse_signer(
    review: Review,
    standing: Standing,
    row: PendingPost,
    *,
    by: User | None,
    link: PortalLink | None,
    answer: str,
) -> None:
    """Refuse whom the step does not ask; for changes any member who may write is heard."""
    if by is None:
        _refuse_client(standing, row, link)
        return
    if answer == Answer.CHANGES and by.pk in review.team.able:
        return
    if not review.may_sign(standing, by.pk):
        raise Forbidden(_why_not(review, standing, by), code="not_your_step")


def _refuse_client(standing: Standing, row: PendingPost, link: PortalLink | None) -> None:
    fits = (
        link is not None
        and link.purpose == PortalLink.Purpose.REVIEW
        and link.brand_id == row.brand_id
        and (not link.post_ids or row.pk in link.post_ids)
    )
    if not fits:
        raise Forbidden("This link does not lead to this post. Ask for another.")
    if not standing.step.is_client:
        raise Conflict("This post does not wait for you now. The team is still working on it.")


def _why_not(review: Review, standing: Standing, by: User) -> str:
    step = standing.step
    if step.is_client:
        return f"“{step.name}” is the client's: they sign through their link."
    if by.pk not in review.team.able:
        return "Your role here does not let you approve posts of this brand. Ask an admin."
    if not step.lets_author and by.pk in review.authors:
        return "You wrote these words, and in this brand somebody else must approve them."
    if standing.gone:
        return f"“{step.name}” waits for named people; for those who are missing an admin may sign."
    return f"“{step.name}” waits for the people who are named there. You are none of them."
