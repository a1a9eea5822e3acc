"""The approvals of the scene: a post at its second step of three, talked over and changed."""

from __future__ import annotations

from typing import Any

from config.kernel.scoping import org_atomic
from publishing.models import PendingPost
from publishing.services.comments import comment_on
from publishing.services.pending_posts import edit_post
from publishing.services.reviews import put_forward, sign_off
from tests import make_reviews
from tests.make_reviews import client_step, step
from tests.world import World


def reviews(world: World, pending: PendingPost) -> dict[str, Any]:
    """Keyword of an address -> the id that stands in it."""
    with org_atomic(world.id):
        waits_at_second_step(world)
        top = comment_on(
            post=pending, body="Is “twelve days” still right, @Member?", by=world.owner
        )
        comment_on(post=pending, body="It is.", by=world.editor, parent=top)
        comment_on(
            post=pending,
            body="Dear Klara, this one is for March.",
            by=world.owner,
            is_for_client=True,
        )
        return make_reviews.review_rows(pending, world.owner)


def waits_at_second_step(world: World) -> PendingPost:
    """Changed once, signed by one of three, and no workflow left behind."""
    people = step("Legal", world.admin, world.owner, every=True)
    workflow = make_reviews.workflow(world.brand, step("Text", world.editor), people, client_step())
    post = make_reviews.written_post(world.brand, world.account, world.editor)
    post = put_forward(post=post, by=world.editor)
    workflow.delete()
    post = edit_post(
        post=post,
        content="The mast of the Swallow is back on board, after twelve days.",
        hashtags=["boats"],
        link="",
        by=world.owner,
    )
    return sign_off(post=post, answer="approved", by=world.editor, comment="Reads well.")
