"""What speaks against a time for a post, in words. Nothing here refuses; a person decides."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from config.kernel.brands import over_all_brands
from config.kernel.clock import to_zone, weekday_of
from publishing.channels.registry import platform_label
from publishing.models import Approval, ContractStatus, PendingPost, PolicyContract, SocialAccount

from .queues import LIVING

NEAR = timedelta(minutes=15)
"""Two posts of one account closer than this compete for the same readers."""


def clashes_of(post: PendingPost, moment: datetime | None = None) -> list[str]:
    """Sentences against a post standing at `moment` (by default where it stands now)."""
    moment = moment or post.scheduled_for
    found = (
        _neighbour(post.account, moment, post),
        _outside_hours(post, moment),
        _beyond_window(post, moment),
    )
    return [sentence for sentence in found if sentence]


def _neighbour(account: SocialAccount, moment: datetime, post: PendingPost) -> str:
    with over_all_brands("posts of one account compete, whoever may read them"):
        near = PendingPost.objects.filter(
            account_id=account.pk,
            status__in=LIVING,
            scheduled_for__gt=moment - NEAR,
            scheduled_for__lt=moment + NEAR,
        ).exclude(pk=post.pk)
        other = near.order_by("scheduled_for").values_list("scheduled_for", flat=True).first()
    if other is None:
        return ""
    minutes = int(abs((other - moment).total_seconds()) // 60)
    distance = f"{minutes} min from" if minutes else "at the same time as"
    label = platform_label(account.platform)
    return f"It stands {distance} another post of {account.name} on {label}."


def _outside_hours(post: PendingPost, moment: datetime) -> str:
    contract = PolicyContract.objects.filter(
        brand_id=post.brand_id, status=ContractStatus.SIGNED
    ).first()
    if contract is None or is_within(contract.hours, to_zone(moment, contract.timezone)):
        return ""
    hours = contract.hours
    return (
        f"It is outside the hours of the policy ({hours.get('from', '00:00')} to "
        f"{hours.get('until', '24:00')}, {contract.timezone})."
    )


def is_within(hours: dict[str, Any], local: datetime) -> bool:
    """Whether a local time lies in the hours of a policy; empty ones are all day, every day."""
    days = hours.get("days")
    if days and weekday_of(local.date()) not in days:
        return False
    begin, end = str(hours.get("from") or "00:00"), str(hours.get("until") or "24:00")
    wall = f"{time(local.hour, local.minute):%H:%M}"
    # Hours that end before they begin go on past midnight.
    return begin <= wall < end if begin <= end else wall >= begin or wall < end


def _beyond_window(post: PendingPost, moment: datetime) -> str:
    approval = Approval.objects.filter(pending_post=post, voided_at=None).first()
    if approval is None or approval.valid_until is None or moment <= approval.valid_until:
        return ""
    return "It is after the window of its approval, so it has to be approved again."
