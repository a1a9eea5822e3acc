"""Posts that did not go out, sent again because a person says so."""

from __future__ import annotations

from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import User
from publishing.delivery.ledger import send_part_again
from publishing.models import AutopilotRun, Delivery, DeliveryState, RunMode, RunStatus

from .pending_posts import approve_post, reopen_post
from .reviews import renew_approval
from .schedules import start_run
from .writing import start_regeneration, start_writing


def send_again(*, delivery: Delivery, by: User | None) -> Delivery:
    """Let the words of a failed or missed delivery leave now, which were approved already.

    Within the window of that approval whoever sends again answers for it alone; after that, or when
    the words are others, the steps of the brand begin anew. The ledger decides whether the same row
    waits again, under the keys that make a second sending harmless, or a new one is needed. A part
    of a thread or a comment leaves alone, under the post that is out. Raises Conflict when the
    delivery did not end unsent, or its post was decided otherwise meanwhile.
    """
    with org_atomic():
        row = Delivery.objects.select_related("pending_post__brand").get(pk=delivery.pk)
        if row.is_follower:
            return send_part_again(delivery=row, by=by)
        if row.state not in (DeliveryState.FAILED, DeliveryState.MISSED):
            raise Conflict("Only a failed or missed post is sent again. Look again at this one.")
        post = renew_approval(post=row.pending_post, by=by)
        if post is None:
            post = approve_post(post=reopen_post(post=row.pending_post, by=by), by=by)
        return Delivery.objects.posts().filter(pending_post=post).latest("created_at")


def repeat_run(*, run: AutopilotRun, by: User | None) -> AutopilotRun:
    """Queue the work of a run that ended without posts once more, as a new run.

    Raises Conflict while the run is still going on: then nothing is to be repeated.
    """
    if run.status in (RunStatus.QUEUED, RunStatus.RUNNING):
        raise Conflict("This run is still going on. Wait for its end.")
    if run.regenerates is not None:
        return start_regeneration(post=run.regenerates, instruction=run.instruction, by=by)
    if run.mode == RunMode.MANUAL:
        if run.material is None:
            raise Invalid("The material of this run was deleted. Choose another.", field="material")
        return start_writing(
            brand=run.brand,
            material=run.material,
            platforms=run.platforms,
            instruction=run.instruction,
            by=by,
        )
    return start_run(
        brand=run.brand,
        schedule=run.schedule,
        platforms=run.platforms,
        material_id=run.material_id,
        by=by,
    )
