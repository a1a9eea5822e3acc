"""What Home shows: health in a line, what waits for a person, the agent's acts, the week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDate

from analytics.templatetags.charts import Point, Series
from billing.models import Subscription
from brands.models import BrandProfile
from config.kernel.clock import now, to_zone
from content.models import Angle, AngleStatistic
from publishing.models import (
    PendingPost,
    PendingStatus,
    Post,
    Schedule,
    ScheduleStatus,
)
from publishing.selectors.stops import stop_words, stops_in_sight

from .acts import Act, latest_acts
from .waiting import Waiting, standing

WEEK = timedelta(days=7)
PLANS_SHOWN = 6
APPROVALS_SHOWN = 3
_PLACE = ("brand__name", "brand__timezone", "account__name")


@dataclass(frozen=True, slots=True)
class Planned:
    at: datetime
    title: str
    detail: str
    pending: PendingPost | None


@dataclass(frozen=True, slots=True)
class Number:
    label: str
    value: int
    change: str
    trend: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    health: str
    waiting: Sequence[Waiting]
    approvals: Sequence[PendingPost]
    acts: Sequence[Act]
    plans: Sequence[Planned]
    numbers: Sequence[Number]
    chart: Sequence[Series]
    learned: str
    subscription: Subscription | None
    brands_count: int
    is_new: bool
    has_published: bool
    waiting_count: int


def dashboard(*, zone: str) -> Dashboard:
    """Everything of Home for the organization in scope, in about ten queries.

    `zone` names the days of the chart.
    """
    moment = now()
    brands = {brand.pk: brand for brand in BrandProfile.objects.only("name", "paused_at")}
    plans = _plans(moment, brands)
    week = _week(moment, zone)
    stands = standing()
    has_published = bool(week) or Post.objects.exists()
    return Dashboard(
        health=_health(brands.values(), plans, moment),
        waiting=stands.waiting,
        approvals=_approvals() if stands.approvals else [],
        acts=latest_acts(),
        plans=plans,
        numbers=_numbers(week, moment, zone),
        chart=_chart(week, moment, zone),
        learned=_learned(),
        subscription=stands.subscription,
        brands_count=len(brands),
        is_new=not brands or not (plans or has_published),
        has_published=has_published,
        waiting_count=stands.approvals,
    )


def _approvals() -> list[PendingPost]:
    """The three that expire first."""
    # The rows are wide and Home shows a line of each: only what that line says is asked for.
    shown = ("content", "platform", "expires_at", *_PLACE)
    posts = PendingPost.objects.waiting().select_related("brand", "account").only(*shown)
    return list(posts.order_by("expires_at")[:APPROVALS_SHOWN])


def _plans(moment: datetime, brands: dict[Any, BrandProfile]) -> list[Planned]:
    posts = PendingPost.objects.filter(
        # One that is leaving is no plan any more; if it hangs, it waits for a person above.
        status__in=[PendingStatus.APPROVED, PendingStatus.AUTO_APPROVED]
    ).select_related("account")
    posts = posts.only("content", "scheduled_for", "account__name")
    planned = [
        Planned(
            at=post.scheduled_for,
            title=f"Publishes on {post.account.name}",
            detail=post.content,
            pending=post,
        )
        for post in posts.order_by("scheduled_for")[:PLANS_SHOWN]
    ]
    schedules = Schedule.objects.filter(
        status=ScheduleStatus.ACTIVE, next_run_at__isnull=False, brand__deleted_at=None
    ).only("name", "brand", "next_run_at")
    planned += [
        Planned(
            at=max(schedule.next_run_at or moment, moment),
            title=f"Writes for {brands[schedule.brand_id].name}",
            detail=schedule.name,
            pending=None,
        )
        for schedule in schedules.order_by("next_run_at")[:PLANS_SHOWN]
        if schedule.brand_id in brands
    ]
    return sorted(planned, key=lambda plan: plan.at)[:PLANS_SHOWN]


def _health(brands: Iterable[BrandProfile], plans: Sequence[Planned], moment: datetime) -> str:
    rows = list(brands)
    if not rows:
        return "Nothing runs yet. Set up a brand and the agent can begin."
    if stops := stops_in_sight():
        named = ", ".join(stop_words(each) for each in stops[:3])
        return f"Stopped: {named}. Nothing leaves there until somebody lets go."
    paused = sum(1 for brand in rows if brand.paused_at)
    if paused == len(rows):
        return "Everything is paused. Nothing goes out until you resume a brand."
    if not plans:
        return "Nothing is planned. A schedule tells the agent when to write."
    minutes = max(0, round((plans[0].at - moment).total_seconds() / 60))
    when = f"in {minutes} min" if minutes < 120 else f"in {minutes // 60} h"
    state = f"{paused} of {len(rows)} brands paused." if paused else "Working normally."
    return f"{state} Next act {'now' if minutes == 0 else when}."


def _week(moment: datetime, zone: str) -> dict[date, Any]:
    """Sums a day of publishing over the last two weeks."""
    days = (
        Post.objects.filter(published_at__gte=moment - 2 * WEEK)
        .annotate(day=TruncDate("published_at", tzinfo=to_zone(moment, zone).tzinfo))
        .values("day")
        .annotate(
            posts=Count("pk"),
            impressions=Sum("impressions"),
            engaged=Sum(F("likes") + F("comments") + F("shares")),
            clicks=Sum("clicks"),
        )
    )
    return {row["day"]: row for row in days}


def _days(moment: datetime, zone: str, *, back: int) -> list[date]:
    today = to_zone(moment, zone).date()
    return [today - timedelta(days=back + offset) for offset in range(6, -1, -1)]


def _numbers(week: dict[date, Any], moment: datetime, zone: str) -> list[Number]:
    now_days, before_days = _days(moment, zone, back=0), _days(moment, zone, back=7)
    numbers = []
    for key, label in (
        ("posts", "Posts"),
        ("impressions", "Views"),
        ("engaged", "Interactions"),
        ("clicks", "Clicks"),
    ):
        value = sum(week[day][key] for day in now_days if day in week)
        before = sum(week[day][key] for day in before_days if day in week)
        numbers.append(Number(label, value, *_change(value, before)))
    return numbers


def _change(value: int, before: int) -> tuple[str, str]:
    if not before:
        return ("none the week before", "flat")
    percent = round((value - before) / before * 100)
    trend = "up" if percent > 0 else "down" if percent < 0 else "flat"
    return (f"{percent:+d} %".replace("-", "−") if percent else "0 %", trend)


def _chart(week: dict[date, Any], moment: datetime, zone: str) -> list[Series]:
    series = []
    for key, name in (("impressions", "Views"), ("clicks", "Clicks")):
        points = [
            Point(f"{day:%a %-d}", float(week[day][key]) if day in week else 0.0)
            for day in _days(moment, zone, back=0)
        ]
        series.append(Series(name, points))
    return series


def _learned() -> str:
    """The best-proven angle in one sentence, or that there is not enough to say."""
    odds = (F("wins") + 1.0) / (F("wins") + F("losses") + 2.0)
    rows = AngleStatistic.objects.filter(posts_count__gte=3).annotate(odds=odds)
    best = (
        rows.order_by("-odds", "pk").values("angle", "posts_count", "odds", "brand__name").first()
    )
    if best is None:
        return (
            "Not enough data yet: an angle counts from its third measured post on. "
            "Until then the agent tries them all."
        )
    return (
        f"{Angle(best['angle']).label.capitalize()} works best for {best['brand__name']} so far: "
        f"{best['posts_count']} posts, odds {best['odds']:.0%} to do better than usual."
    )
