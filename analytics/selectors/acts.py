"""What the agent did lately, one line a turn, with every decision of the turn behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from publishing.models import AutopilotRun, Decision, PendingPost, PendingStatus, RunStatus

ACTS_SHOWN = 6
# Decisions carry their numbers and posts their media; neither is shown here.
_SAID = (
    *("run", "kind", "summary", "reason", "created_at"),
    *("pending_post__content", "pending_post__status"),
)


@dataclass(frozen=True, slots=True)
class Act:
    """One turn. `words` are those of the post that came of it, or why none did."""

    run: AutopilotRun
    title: str
    words: str
    icon: str
    tone: str
    at: datetime
    decisions: Sequence[Decision]


def latest_acts() -> list[Act]:
    """The last turns of the agent in the organization in scope, newest first, in two queries."""
    # Which posts came of a turn, its decisions on them know.
    decisions = Decision.objects.select_related("pending_post").only(*_SAID)
    runs = (
        AutopilotRun.objects.exclude(status=RunStatus.QUEUED)
        .select_related("brand")
        .only("status", "outcome", "started_at", "finished_at", "created_at", "brand__name")
        .prefetch_related(Prefetch("decisions", decisions))
        .order_by("-created_at")[:ACTS_SHOWN]
    )
    return [_act(run) for run in runs]


def _act(run: AutopilotRun) -> Act:
    decisions: list[Decision] = list(run.decisions.all())
    posts = [each.pending_post for each in decisions if each.pending_post is not None]
    title, icon, tone = _heading(run, posts)
    return Act(
        run=run,
        title=title,
        words=posts[0].content if posts else run.outcome.removeprefix("Skipped: "),
        icon=icon,
        tone=tone,
        at=run.finished_at or run.started_at or run.created_at,
        decisions=decisions,
    )


def _heading(run: AutopilotRun, posts: Sequence[PendingPost]) -> tuple[str, str, str]:
    brand, states = run.brand.name, {post.status for post in posts}
    if run.status == RunStatus.RUNNING:
        return f"Writes for {brand} now", "pen-line", "info"
    if run.status == RunStatus.SKIPPED:
        return f"Wrote nothing for {brand}", "circle-slash", ""
    if run.status == RunStatus.FAILED:
        return f"Could not write for {brand}", "circle-alert", "bad"
    if PendingStatus.PUBLISHED in states:
        return f"Wrote and published for {brand}", "send", "good"
    if PendingStatus.PENDING in states:
        return f"Wrote for {brand} and asks you", "inbox", "warn"
    return f"Wrote for {brand}", "pen-line", "info"
