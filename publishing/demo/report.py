"""What was decided for each post and why, read from the rows that every page reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.kernel.scoping import org_atomic
from publishing.models import AutopilotRun, Decision, PendingPost, Post
from publishing.services.decisions import decisions_of_post
from publishing.services.drafts import channel_of

from .turn import posts_of_run

Kind = Decision.Kind

NAMES = {
    Kind.MATERIAL: "Material",
    Kind.DUPLICATES: "Said before?",
    Kind.ANGLE: "Angle",
    Kind.GENERATION: "Texts",
    Kind.RANKING: "Choice",
    Kind.GUARDS: "Checks",
    Kind.TIMING: "Time",
    Kind.APPROVAL: "Leave",
    Kind.DELIVERY: "Delivery",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One decision: what it is about, what was decided, and why."""

    name: str
    decided: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """One post of a run, out or still waiting."""

    title: str
    text: str
    address: str
    lines: Sequence[Line]


def reports_of_run(run: AutopilotRun) -> list[Report]:
    """A report for each post of a run, in the order in which they were written."""
    with org_atomic():
        out = {post.pending_post_id: post for post in posts_of_run(run)}
        pending = PendingPost.objects.filter(run=run).select_related("brand", "account")
        return [_report(each, out.get(each.pk)) for each in pending.order_by("created_at", "id")]


def _report(pending: PendingPost, post: Post | None) -> Report:
    decisions = list(decisions_of_post(pending))
    return Report(
        title=f"{pending.brand.name}, {channel_of(pending.platform).label}",
        text=pending.content,
        address=post.external_url if post else "",
        lines=[*(_line(each) for each in decisions), _cost(decisions), *_numbers(post)],
    )


def _line(decision: Decision) -> Line:
    kind = Kind(decision.kind)
    decided, why = decision.summary, decision.reason
    if kind is Kind.MATERIAL:
        decided = decided.removeprefix("Material: ")
    if kind is Kind.ANGLE:
        leading = decision.data["choices"][0]
        share = decision.data["exploration_ratio"]
        kept = "an experiment" if leading["is_exploration"] else "by its odds"
        why = f"{why}. Leads {kept}; experiments: {share:.0%} of runs. Odds {leading['odds']:.2f}."
    return Line(NAMES[kind], decided, why)


def _cost(decisions: Sequence[Decision]) -> Line:
    credits = sum(each.credits for each in decisions)
    dollars = sum(each.cost_micros for each in decisions) / 1_000_000
    model = next(
        (each.data["model"] for each in decisions if each.kind == Kind.GENERATION), "offline"
    )
    writer = "offline writer: no model, no cost" if model == "offline" else f"model: {model}"
    return Line("Cost", f"{credits} credits, ${dollars:.4f}", f"Written by the {writer}.")


def _numbers(post: Post | None) -> Iterator[Line]:
    if post is None or post.metrics_updated_at is None:
        return
    age = int((post.metrics_updated_at - post.published_at).total_seconds())
    yield Line(
        "First numbers",
        f"{post.impressions} views, {post.clicks} clicks, {post.interactions} reactions",
        f"Read {age} s after publishing; read again after an hour, a day and a week.",
    )
