"""What the pages of billing show, put together from several tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum

from billing.keys import payments_are_on
from billing.models import (
    CreditAction,
    CreditPrice,
    CreditTransaction,
    ModelSpend,
    Plan,
    Subscription,
)
from billing.services.periods import share_of_period
from billing.services.upward import brands_of, counts
from config.kernel.clock import now, resolve, to_zone, today_in
from organizations.models import Membership
from organizations.services.api_usage import requests_this_month

WORDS: Mapping[str, str] = {
    CreditAction.GENERATE: "Writing three variations",
    CreditAction.GENERATE_TRENDING: "Writing with a trend",
    CreditAction.PUBLISH: "Publishing a post",
}
PURPOSES: Mapping[str, str] = {
    "analysis": "Reading materials",
    "copy": "Writing posts",
    "generation": "Writing posts",
    "probe": "Trying a model",
}
DAYS = (7, 30, 90)
# Beyond this a page would be slow; the newest lines are the ones that are asked about.
MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """One thing that the plan limits: how many there are, and how many there may be."""

    word: str
    used: int | None
    limit: int | None

    @property
    def ratio(self) -> float:
        return min(1.0, (self.used or 0) / self.limit) if self.limit else 1.0

    @property
    def tone(self) -> str:
        return "warn" if self.limit is not None and (self.used or 0) >= self.limit else ""

    @property
    def text(self) -> str:
        if self.limit is None:
            return "no limit" if self.used is None else f"{self.used:,}, no limit"
        return f"{self.limit:,}" if self.used is None else f"{self.used:,} of {self.limit:,}"


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan as the page offers it; `does` says what choosing it means now."""

    plan: Plan
    is_current: bool
    is_pending: bool
    can_choose: bool
    does: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What one kind of act, or one brand, took of the credits."""

    word: str
    count: int
    credits: int


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the models cost for one purpose; money in millionths of a dollar."""

    word: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_micros: int


@dataclass(frozen=True, slots=True)
class Usage:
    days: int
    bars: Sequence[Bar]
    actions: Sequence[Share]
    brands: Sequence[Share]
    purposes: Sequence[Purpose]

    @property
    def spent(self) -> int:
        return sum(each.credits for each in self.actions)


def allowances(subscription: Subscription) -> list[Allowance]:
    """Where the team stands against each limit of its plan."""
    plan = subscription.plan
    used: dict[str, int | None] = {name: count() for name, count in counts.items()}
    return [
        Allowance("Members", Membership.objects.count(), plan.members),
        Allowance("Brands", used.get("brands"), plan.brands),
        Allowance("Accounts on networks", used.get("accounts"), plan.accounts),
        Allowance("API requests a month", requests_this_month(), plan.api_requests_per_month),
    ]


def offers(subscription: Subscription) -> list[Offer]:
    """Every public plan, and what it would mean to choose it."""
    is_on = payments_are_on()
    # An open payment comes first: a change would be billed to the same card.
    is_open = is_on and not (subscription.is_paid and subscription.status != "active")
    plans = Plan.objects.filter(is_public=True).order_by("credits_per_period", "price_cents")
    return [_offer(plan, subscription, is_open) for plan in plans]


def _offer(plan: Plan, subscription: Subscription, is_open: bool) -> Offer:
    current = subscription.plan
    is_current = plan.pk == current.pk
    is_pending = plan.pk == subscription.pending_plan_id
    is_free = plan.slug == "free"
    can_choose = is_open and not is_pending and (is_free or bool(plan.stripe_price_id))
    if is_current:
        can_choose = is_open and subscription.pending_plan_id is not None
    if is_free and not subscription.is_paid:
        can_choose = False
    return Offer(plan, is_current, is_pending, can_choose, _means(plan, subscription))


def _means(plan: Plan, subscription: Subscription) -> str:
    current = subscription.plan
    if plan.pk == current.pk:
        return "You stay on it; the planned change is taken back."
    if not subscription.is_paid:
        return f"A period of {plan.credits_per_period:,} credits begins when it is paid."
    if plan.price_cents > current.price_cents:
        more = share_of_period(
            plan.credits_per_period - current.credits_per_period,
            started=subscription.period_started_at,
            ends=subscription.period_ends_at,
            moment=now(),
        )
        return (
            "It begins now. The difference in price for the rest of this period is billed at once "
            f"and adds {more:,} credits."
        )
    return "It begins with the next period. Until then nothing changes."


def prices() -> list[tuple[str, int]]:
    rows = CreditPrice.objects.filter(action__in=WORDS).order_by("action")
    return [(WORDS[row.action], row.credits) for row in rows]


def usage(*, days: int, zone: str) -> Usage:
    """What was spent in the last days, today included, in the organization's zone."""
    first = today_in(zone) - timedelta(days=days - 1)
    since = resolve(first, time(0), zone)
    lines = list(
        CreditTransaction.objects.filter(
            created_at__gte=since, action__in=[*WORDS, CreditAction.REFUND]
        )
        .order_by("-created_at")
        .values_list("created_at", "action", "amount", "related_type", "related_id")[:MOST_LINES]
    )
    spent: Counter[date] = Counter()
    for created_at, _, amount, _, _ in lines:
        spent[to_zone(created_at, zone).date()] -= amount
    calendar = [first + timedelta(days=number) for number in range(days)]
    return Usage(
        days=days,
        bars=[Bar(f"{day.day} {day:%b}", max(0, spent[day])) for day in calendar],
        actions=_by_action(lines),
        brands=_by_brand(lines),
        purposes=_purposes(since),
    )


def _by_action(lines: Iterable[Any]) -> list[Share]:
    taken: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for _, action, amount, _, _ in lines:
        taken[action] -= amount
        times[action] += 1
    words = {**WORDS, CreditAction.REFUND: "Given back"}
    return [Share(words[action], times[action], taken[action]) for action in words if times[action]]


def _by_brand(lines: Iterable[Any]) -> list[Share]:
    """By the brand of what was paid; what is not there any more stands together."""
    rows: dict[str, set[UUID]] = {}
    lines = list(lines)
    for _, _, _, kind, id in lines:
        if id is not None and kind in brands_of:
            rows.setdefault(kind, set()).add(id)
    names = {kind: brands_of[kind](ids) for kind, ids in rows.items()}
    taken: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for _, _, amount, kind, id in lines:
        name = names.get(kind, {}).get(id, "Removed, or of no brand")
        taken[name] -= amount
        times[name] += 1
    return [Share(name, times[name], credits) for name, credits in taken.most_common()]


def _purposes(since: Any) -> list[Purpose]:
    rows = (
        ModelSpend.objects.filter(created_at__gte=since, state=ModelSpend.State.SETTLED)
        .order_by()
        .values_list("purpose")
        .annotate(
            calls=Count("pk"),
            read=Sum("input_tokens"),
            written=Sum("output_tokens"),
            cost=Sum("cost_micros"),
        )
    )
    found = [
        Purpose(PURPOSES.get(purpose, purpose.replace("_", " ").capitalize()), *numbers)
        for purpose, *numbers in rows
    ]
    return sorted(found, key=lambda each: (-each.cost_micros, each.word))
