"""What the agent decided by itself, and why: written with the deed, read by every "why"."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from publishing.models import AutopilotRun, Decision, PendingPost

SUMMARY_MOST = 300


def note_decision(
    *,
    kind: str,
    summary: str,
    reason: str,
    run: AutopilotRun | None = None,
    pending_post: PendingPost | None = None,
    data: dict[str, Any] | None = None,
    cost_micros: int = 0,
    credits: int = 0,
) -> Decision:
    """Write one decision down, in the transaction of what was decided.

    `summary` is what was decided, in a few words; `reason` the sentence for people; `data` the
    numbers behind it, plain JSON. A step decides once: the same kind for the same run and post is
    returned as it stands, so that a run that goes on after a crash repeats nothing.
    """
    if run is not None:
        earlier = Decision.objects.filter(
            run=run, kind=kind, pending_post=pending_post, data__contains=_identity(data)
        ).first()
        if earlier is not None:
            return earlier
    return Decision.objects.create(
        run=run,
        pending_post=pending_post,
        kind=kind,
        summary=summary[:SUMMARY_MOST],
        reason=reason,
        data=data or {},
        cost_micros=cost_micros,
        credits=credits,
    )


def decisions_of_post(pending_post: PendingPost) -> QuerySet[Decision]:
    """Everything decided for a post: by itself, and by its run for all of the run's posts."""
    mine = Q(pending_post=pending_post)
    if pending_post.run_id is not None:
        mine |= Q(run_id=pending_post.run_id, pending_post=None)
    return Decision.objects.filter(mine).order_by("created_at", "id")


def _identity(data: dict[str, Any] | None) -> dict[str, Any]:
    # One run decides the angle once for each platform.
    return {"platform": data["platform"]} if data and "platform" in data else {}
