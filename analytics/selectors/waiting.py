"""What only a person can do, counted in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Subquery
from django.db.models.functions import Coalesce

from billing.models import Subscription
from content.models import Material, MaterialStatus
from publishing.models import AccountStatus, Delivery, DeliveryState, PendingPost, SocialAccount
from publishing.services.contracts import brands_without_policy

LOW_CREDITS = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of thing that only a person can do."""

    words: str
    url_name: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits, how many posts among it, and how the team stands with its credits."""

    waiting: Sequence[Waiting]
    approvals: int
    subscription: Subscription | None


def standing() -> Standing:
    """Of the organization in scope, in one query: each count walks its own index."""
    row: Any = (
        Subscription.objects.select_related("plan")
        .annotate(
            approvals=_count(PendingPost.objects.waiting()),
            unknown=_count(Delivery.objects.filter(state=DeliveryState.UNKNOWN)),
            missed=_count(Delivery.objects.filter(state=DeliveryState.MISSED)),
            lost=_count(SocialAccount.objects.exclude(status=AccountStatus.ACTIVE)),
            unread=_count(Material.objects.filter(status=MaterialStatus.FAILED)),
            unsigned=_count(brands_without_policy()),
        )
        .first()
    )
    if row is None:
        return Standing([], 0, None)
    return Standing([*_waiting(row), *_money(row)], row.approvals, row)


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("organization_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _waiting(row: Any) -> list[Waiting]:
    kinds = (
        (
            row.approvals,
            ("post waits for approval", "posts wait for approval"),
            ("publishing:approval-list", "inbox", "accent"),
        ),
        (
            row.unknown,
            ("post has an unknown outcome", "posts have an unknown outcome"),
            ("publishing:delivery-list", "circle-question-mark", "warn"),
        ),
        (
            row.missed,
            ("post missed its time", "posts missed their time"),
            ("publishing:delivery-list", "clock", "warn"),
        ),
        (
            row.lost,
            ("channel is disconnected", "channels are disconnected"),
            ("publishing:channel-list", "unplug", "bad"),
        ),
        (
            row.unsigned,
            ("brand waits for its policy to be signed", "brands wait for a policy to be signed"),
            ("brands:brand-list", "scroll-text", "warn"),
        ),
        (
            row.unread,
            ("material could not be read", "materials could not be read"),
            ("content:material-list", "file-x", "warn"),
        ),
    )
    return [Waiting(_many(count, *words), *looks) for count, words, looks in kinds if count]


def _money(subscription: Subscription) -> list[Waiting]:
    left = subscription.credits_left
    if left > LOW_CREDITS:
        return []
    words = _many(left, "credit is left in this period", "credits are left in this period")
    return [Waiting(words, "billing:usage", "coins", "warn")]


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
