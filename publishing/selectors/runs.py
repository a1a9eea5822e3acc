"""One turn of the loop as people follow it: which step it is at, and why it did what it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from publishing.models import (
    AutopilotRun,
    Decision,
    PendingPost,
    PendingStatus,
    RunMode,
    RunStatus,
)

Kind = Decision.Kind

# Each step with the kinds of decision that end it, in the order of the loop. Likeness is decided
# twice: of the material before writing, and of each text after it.
_WRITING: Final = (
    "Write and check three texts",
    (Kind.GENERATION, Kind.GUARDS, Kind.DUPLICATES),
)
STEPS: Final = (
    ("Choose material", (Kind.MATERIAL,)),
    ("Compare it with what was said", (Kind.DUPLICATES,)),
    ("Choose angles", (Kind.ANGLE,)),
    _WRITING,
    ("Pick the best", (Kind.RANKING,)),
    ("Set the time, approve or ask", (Kind.TIMING, Kind.APPROVAL)),
)
STEPS_BY_HAND: Final = (
    ("Take the material", (Kind.MATERIAL,)),
    *STEPS[1:4],
    ("Put the best first", (Kind.RANKING,)),
    ("Let you choose", (Kind.TIMING, Kind.APPROVAL)),
)
STEPS_ANEW: Final = (
    ("Choose angles that were not shown", (Kind.ANGLE,)),
    _WRITING,
    ("Put the best first", (Kind.RANKING,)),
)
GONE_WRONG = (PendingStatus.FAILED, PendingStatus.EXPIRED, PendingStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class Step:
    """`state` as the steps component knows it: todo, current, done, failed, skipped."""

    title: str
    state: str
    decisions: Sequence[Decision]


@dataclass(frozen=True, slots=True)
class RunPage:
    run: AutopilotRun
    steps: Sequence[Step]
    posts: Sequence[PendingPost]
    credits: int
    cost_micros: int

    @property
    def is_open(self) -> bool:
        return self.run.status in (RunStatus.QUEUED, RunStatus.RUNNING)

    @property
    def done_count(self) -> int:
        return sum(step.state == "done" for step in self.steps)

    @property
    def is_broken(self) -> bool:
        return self.run.status in (RunStatus.FAILED, RunStatus.SKIPPED)

    @property
    def is_by_hand(self) -> bool:
        return self.run.mode == RunMode.MANUAL

    @property
    def result(self) -> PendingPost | None:
        """Where somebody who asked for texts goes on, once they are written."""
        is_done = self.is_by_hand and self.run.status == RunStatus.DONE
        return self.posts[0] if is_done and self.posts else None

    @property
    def is_complete(self) -> bool:
        return self.result is not None and len(self.posts) == len(self.run.platforms)


def run_page(run: AutopilotRun) -> RunPage:
    mine = {"pk": run.regenerates_id} if run.regenerates_id else {"run": run}
    posts = list(PendingPost.objects.filter(**mine).select_related("account").order_by("id"))
    decisions = list(Decision.objects.filter(run=run).order_by("created_at", "id"))
    return RunPage(
        run=run,
        steps=_steps(run, decisions, posts),
        posts=posts,
        credits=sum(each.credits for each in decisions),
        cost_micros=sum(each.cost_micros for each in decisions),
    )


def with_rewritings(posts: QuerySet[PendingPost]) -> QuerySet[PendingPost]:
    """Ask along whether a post was ever to be written anew: most never are, and need no look."""
    return posts.annotate(
        has_rewritings=Exists(AutopilotRun.objects.filter(regenerates=OuterRef("pk")))
    )


def rewriting_of(post: PendingPost) -> RunPage | None:
    """The latest run that was asked to write this post anew."""
    if not getattr(post, "has_rewritings", True):
        return None
    runs = AutopilotRun.objects.filter(regenerates=post).select_related("brand")
    run = runs.order_by("created_at", "id").last()
    return run_page(run) if run else None


def _steps(
    run: AutopilotRun, decisions: Sequence[Decision], posts: Sequence[PendingPost]
) -> list[Step]:
    """A step is done when it was decided; the first undecided one shows where the run stands."""
    undecided = {
        RunStatus.QUEUED: "todo",
        RunStatus.RUNNING: "current",
        RunStatus.DONE: "skipped",
        RunStatus.SKIPPED: "skipped",
        RunStatus.FAILED: "failed",
    }
    found: list[Step] = []
    mark = undecided[RunStatus(run.status)]
    left = list(decisions)
    for title, kinds in _course(run):
        mine = [each for each in left if each.kind in kinds and _belongs(each, title)]
        left = [each for each in left if each not in mine]
        found.append(Step(title, "done" if mine else mark, mine))
        # Only one step is where it stands, or where it broke.
        if not mine and mark in ("current", "failed"):
            mark = "todo"
    if run.mode == RunMode.MANUAL:
        return found
    return [*found, Step("Publish", _published(run, posts), left)]


def _course(run: AutopilotRun) -> tuple[tuple[str, tuple[Kind, ...]], ...]:
    if run.mode == RunMode.AUTOPILOT:
        return STEPS
    return STEPS_ANEW if run.regenerates_id else STEPS_BY_HAND


def _belongs(decision: Decision, title: str) -> bool:
    is_of_material = decision.pending_post_id is None
    return decision.kind != Kind.DUPLICATES or is_of_material == title.startswith("Compare")


def _published(run: AutopilotRun, posts: Sequence[PendingPost]) -> str:
    states = {post.status for post in posts}
    if not states:
        return "todo" if run.status in (RunStatus.QUEUED, RunStatus.RUNNING) else "skipped"
    if states <= {PendingStatus.PUBLISHED}:
        return "done"
    return "failed" if states <= set(GONE_WRONG) else "todo"
