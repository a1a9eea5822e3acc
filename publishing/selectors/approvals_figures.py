"""How approvals go: how long they take, how many, and which text is chosen (specification 1c)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import (
    Avg,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
)

from config.kernel.clock import now
from publishing.models import Approval, PendingPost, PendingStatus

PERIODS = (30, 90)
DECIDED = (
    *(PendingStatus.APPROVED, PendingStatus.PUBLISHING, PendingStatus.PUBLISHED),
    PendingStatus.FAILED,
)


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`; a ratio only where there is something to divide by."""

    label: str
    count: int
    of: int

    @property
    def ratio(self) -> float | None:
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class ApprovalFigures:
    days: int
    asked: int
    average: timedelta | None
    rates: Sequence[Share]
    chosen: Sequence[Share]

    @property
    def hours(self) -> str:
        """The average in words."""
        if self.average is None:
            return ""
        minutes = round(self.average.total_seconds() / 60)
        if minutes < 60:
            return f"{minutes} min"
        return f"{minutes // 60} h {minutes % 60} min"


def approval_figures(*, days: int, brand: UUID | None = None) -> ApprovalFigures:
    """Figures of the posts that were put before people in the last days, of one brand or of all.

    Rates are of posts: approved, expired and rejected of those that somebody decided on or that
    ran out; edited and written anew of all that were asked for.
    """
    since = now() - timedelta(days=days)
    # A post that a policy approved was never put before anybody.
    asked = PendingPost.objects.filter(created_at__gte=since).exclude(
        status__in=[PendingStatus.DRAFT, PendingStatus.AUTO_APPROVED]
    )
    by_policy = Approval.objects.filter(pending_post=OuterRef("pk")).exclude(policy="")
    asked = asked.exclude(Exists(by_policy))
    if brand is not None:
        asked = asked.filter(brand_id=brand)
    found = asked.aggregate(
        asked=Count("pk"),
        approved=Count("pk", filter=Q(status__in=DECIDED)),
        expired=Count("pk", filter=Q(status=PendingStatus.EXPIRED)),
        rejected=Count("pk", filter=Q(status=PendingStatus.REJECTED)),
        edited=Count("pk", filter=Q(was_edited=True)),
        renewed=Count("pk", filter=Q(regeneration_count__gt=0)),
    )
    ended = found["approved"] + found["expired"] + found["rejected"]
    return ApprovalFigures(
        days=days,
        asked=found["asked"],
        average=_average(since, brand),
        rates=[
            Share("Approved", found["approved"], ended),
            Share("Expired", found["expired"], ended),
            Share("Rejected", found["rejected"], ended),
            Share("Edited before a decision", found["edited"], found["asked"]),
            Share("Written anew", found["renewed"], found["asked"]),
        ],
        chosen=_chosen(asked),
    )


def _average(since: datetime, brand: UUID | None) -> timedelta | None:
    """From the post's making to the approval that people gave."""
    took = ExpressionWrapper(
        F("created_at") - F("pending_post__created_at"), output_field=DurationField()
    )
    given = Approval.objects.filter(created_at__gte=since, policy="")
    if brand is not None:
        given = given.filter(pending_post__brand_id=brand)
    found: timedelta | None = given.aggregate(average=Avg(took))["average"]
    return found


def _chosen(asked: QuerySet[PendingPost]) -> Sequence[Share]:
    """How often each of the agent's variations became the post."""
    posts = asked.filter(status__in=DECIDED, candidate__isnull=False)
    rows = posts.values_list("candidate__label").annotate(count=Count("pk")).order_by()
    counts = {label: count for label, count in rows if label}
    total = sum(counts.values())
    return [Share(label, counts[label], total) for label in sorted(counts)]
