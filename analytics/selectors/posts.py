"""One post that is out: its numbers by age beside the brand's usual ones, and its whole story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count

from analytics.models import EngagementSnapshot, MetricsError
from analytics.templatetags.charts import Point, Series
from config.kernel.clock import now
from publishing.channels.registry import platform_label
from publishing.models import Approval, Decision, DeliveryAttempt, Post
from publishing.selectors.deliveries import Line, evidence_in_words
from publishing.selectors.links import LinkTotals, post_link_totals
from publishing.selectors.preview import Preview, preview
from publishing.services.decisions import decisions_of_post

Age = EngagementSnapshot.Age
AGE_WORDS = {
    Age.QUARTER_HOUR: "15 min",
    Age.HOUR: "1 h",
    Age.DAY: "1 day",
    Age.WEEK: "1 week",
}
USUAL_WINDOW = timedelta(days=90)
USUAL_LEAST = 3
"""Posts that must have been measured before their mean is called usual."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Something that happened to the post: by the agent, a person or the network."""

    at: datetime
    title: str
    icon: str
    tone: str = ""
    words: str = ""
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class PostPage:
    post: Post
    preview: Preview
    platform_label: str
    snapshots: Sequence[EngagementSnapshot]
    chart: Sequence[Series]
    chart_noun: str
    chart_title: str
    usual: str
    story: Sequence[Chapter]
    decisions: Sequence[Decision]
    trouble: MetricsError | None
    credits: int
    cost_micros: int
    links: LinkTotals

    @property
    def author(self) -> str:
        """Who wrote it by hand; "" where the agent did."""
        pending = self.post.pending_post
        if self.post.model_used or pending is None or pending.author is None:
            return ""
        return str(pending.author.name or pending.author.email)

    @property
    def readings(self) -> list[tuple[str, EngagementSnapshot]]:
        return [(AGE_WORDS[Age(each.age)], each) for each in self.snapshots]


def post_for_page(post: UUID) -> Post | None:
    related = (
        "account",
        "brand",
        "material",
        "delivery",
        "schedule",
        "pending_post__candidate",
        "pending_post__author",
    )
    return Post.with_deleted.select_related(*related).filter(pk=post, deleted_at=None).first()


def post_page(post: Post) -> PostPage:
    """In nine queries at most, the post itself not counted."""
    snapshots = list(EngagementSnapshot.objects.filter(post=post).order_by("age_seconds"))
    decisions = list(decisions_of_post(post.pending_post)) if post.pending_post else []
    noun = _noun(snapshots)
    usual = _usual(post)
    return PostPage(
        post=post,
        preview=preview(
            platform=post.platform,
            content=post.content,
            hashtags=post.hashtags,
            link=post.link,
            media=post.media,
        ),
        platform_label=platform_label(post.platform),
        snapshots=snapshots,
        chart=_chart(snapshots, usual, noun),
        chart_noun=noun,
        chart_title=f"{noun.capitalize()} by age of the post",
        usual=_usual_in_words(usual, post),
        story=_story(post, decisions),
        decisions=decisions,
        trouble=_trouble(post, snapshots),
        credits=sum(each.credits for each in decisions),
        cost_micros=sum(each.cost_micros for each in decisions),
        links=post_link_totals(post.pending_post_id),
    )


def _noun(snapshots: Iterable[EngagementSnapshot]) -> str:
    """Views where the network counts them; else what people did."""
    return "views" if any(each.impressions is not None for each in snapshots) else "interactions"


def _value(snapshot: EngagementSnapshot | None, noun: str) -> float | None:
    if snapshot is None:
        return None
    if noun == "views":
        return None if snapshot.impressions is None else float(snapshot.impressions)
    parts = [snapshot.likes, snapshot.comments, snapshot.shares]
    known = [part for part in parts if part is not None]
    return float(sum(known)) if known else None


def _usual(post: Post) -> Mapping[str, Mapping[str, Any]]:
    """Means of the brand's other posts on this network at each age, from the last 90 days."""
    others = EngagementSnapshot.objects.filter(
        post__brand_id=post.brand_id,
        post__platform=post.platform,
        created_at__gte=now() - USUAL_WINDOW,
    ).exclude(post=post)
    rows = others.values("age").annotate(
        posts=Count("pk"),
        impressions=Avg("impressions"),
        likes=Avg("likes"),
        comments=Avg("comments"),
        shares=Avg("shares"),
    )
    return {row["age"]: row for row in rows.order_by() if row["posts"] >= USUAL_LEAST}


def _usual_value(row: Mapping[str, Any] | None, noun: str) -> float | None:
    if row is None:
        return None
    if noun == "views":
        return None if row["impressions"] is None else round(float(row["impressions"]), 1)
    return round(sum(float(row[name] or 0) for name in ("likes", "comments", "shares")), 1)


def _chart(
    snapshots: Sequence[EngagementSnapshot], usual: Mapping[str, Mapping[str, Any]], noun: str
) -> list[Series]:
    if not snapshots:
        return []
    mine = {each.age: each for each in snapshots}
    this = [Point(word, _value(mine.get(age), noun)) for age, word in AGE_WORDS.items()]
    series = [Series("This post", this)]
    if usual:
        mean = [Point(word, _usual_value(usual.get(age), noun)) for age, word in AGE_WORDS.items()]
        series.append(Series("Usual for the brand here", mean))
    return series


def _usual_in_words(usual: Mapping[str, Mapping[str, Any]], post: Post) -> str:
    if not usual:
        return (
            f"Not enough measured posts of {post.brand.name} here to say what is usual; "
            f"it takes {USUAL_LEAST} of the same age."
        )
    count = max(int(row["posts"]) for row in usual.values())
    return f"Usual is the mean of up to {count} other posts of {post.brand.name} in 90 days."


def _story(post: Post, decisions: Sequence[Decision]) -> list[Chapter]:
    told = [_decided(each) for each in decisions]
    if post.pending_post_id is not None:
        told += [_approved(each) for each in _approvals(post)]
    if post.delivery_id is not None:
        trail = DeliveryAttempt.objects.filter(delivery_id=post.delivery_id)
        told += [_tried(each) for each in trail]
    told.append(
        Chapter(post.published_at, f"Out on {post.account.name}", "circle-check", tone="good")
    )
    return sorted(told, key=lambda chapter: chapter.at)


def _approvals(post: Post) -> Iterable[Approval]:
    return Approval.objects.select_related("approver").filter(pending_post_id=post.pending_post_id)


def _decided(row: Decision) -> Chapter:
    icons = {
        "material": "file-text",
        "duplicates": "copy",
        "angle": "compass",
        "generation": "pencil",
        "guards": "shield-check",
        "ranking": "list",
        "timing": "clock",
        "approval": "inbox",
        "delivery": "send",
    }
    return Chapter(
        row.created_at, row.summary, icons.get(row.kind, "sparkles"), "info", words=row.reason
    )


def _approved(row: Approval) -> Chapter:
    by = (row.approver.name or row.approver.email) if row.approver else "the policy"
    words = row.policy
    if row.voided_at is not None:
        words = f"{words} Taken back: {row.void_reason}".strip()
    return Chapter(row.created_at, f"Approved by {by}", "check", "good", words=words)


def _tried(row: DeliveryAttempt) -> Chapter:
    tones = {"published": "good", "found": "good", "ambiguous": "warn", "refused": "bad"}
    titles = {
        "published": "Sent and confirmed",
        "found": "Found on the network",
        "not_found": "Looked for, and not there",
        "not_sent": "Not sent",
        "ambiguous": "Sent without a clear answer",
        "refused": "Refused by the network",
        "reconnect": "Access had ended",
        "rate_limited": "The network asked for a pause",
        "accepted": "The network took it on",
        "decided": "Settled by a person",
    }
    return Chapter(
        row.created_at,
        f"Try {row.number}: {titles.get(row.outcome, row.outcome).lower()}",
        "send",
        tones.get(row.outcome, ""),
        words=row.message,
        line=Line(row, evidence_in_words(row.evidence)),
    )


def _trouble(post: Post, snapshots: Sequence[EngagementSnapshot]) -> MetricsError | None:
    """The last failed reading, if no reading has succeeded since."""
    last = MetricsError.objects.filter(post=post).order_by("-created_at").first()
    if last is None or any(each.updated_at > last.created_at for each in snapshots):
        return None
    return last
