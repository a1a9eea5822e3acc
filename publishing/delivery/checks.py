"""What must hold in the very transaction that commits `sending`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import FilteredRelation, Q

from config.kernel.clock import now
from organizations.models import Organization
from publishing.models import (
    AccountStatus,
    ContractStatus,
    Delivery,
    Part,
    PendingStatus,
    ScheduleStatus,
)

from . import words

SENDABLE = (
    PendingStatus.APPROVED,
    PendingStatus.AUTO_APPROVED,
    PendingStatus.PUBLISHING,
    PendingStatus.FAILED,
)
"""FAILED and PUBLISHING are what earlier tries of the same approved post left behind."""

WAITING_FOR_LEAVE = (PendingStatus.APPROVED, PendingStatus.AUTO_APPROVED, PendingStatus.PUBLISHING)


class Then(StrEnum):
    HOLD = "hold"
    CANCEL = "cancel"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a delivery may not be sent now, and what becomes of it."""

    then: Then
    code: str
    sentence: str
    until: datetime | None = None
    """When it is looked at again; None for the usual while."""


_FACTS = {
    "organization_status": "organization__status",
    "organization_deleted": "organization__deleted_at",
    "account_status": "account__status",
    "account_active": "account__is_active",
    "account_deleted": "account__deleted_at",
    "pending_status": "pending_post__status",
    "brand_paused": "pending_post__brand__paused_at",
    "brand_deleted": "pending_post__brand__deleted_at",
    "schedule_status": "pending_post__schedule__status",
    "queue_paused": "pending_post__queue__paused_at",
    "part": "part",
    "sent_hash": "content_hash",
    "sent_account": "account_id",
    "approved_hash": "living__content_hash",
    "approved_account": "living__account_id",
    "approved_until": "living__valid_until",
    "contract_status": "living__contract__status",
    "contract_ends": "living__contract__ends_at",
}


def obstacles(ids: Collection[UUID]) -> dict[UUID, Obstacle]:
    """What stands in the way of each delivery that may not be sent.

    Call it after the rows are locked: an edit or a withdrawal locks the same row, so what it did is
    seen here, and what it is about to do finds the row already `sending`.
    """
    rows = (
        Delivery.objects.filter(pk__in=ids)
        .annotate(
            living=FilteredRelation(
                "pending_post__approvals",
                condition=Q(pending_post__approvals__voided_at=None),
            )
        )
        .values_list("pk", *_FACTS.values())
    )
    found = {row[0]: _obstacle(dict(zip(_FACTS, row[1:], strict=True))) for row in rows}
    return {pk: obstacle for pk, obstacle in found.items() if obstacle is not None}


def _obstacle(facts: dict[str, Any]) -> Obstacle | None:
    return _leave(facts) or _policy(facts) or _account(facts) or _pause(facts)


def _leave(facts: dict[str, Any]) -> Obstacle | None:
    """Approval is bound to the text and the account; without it nothing goes out.

    What goes under a post was approved with it, and leaves when that is out.
    """
    approved = (facts["approved_hash"], facts["approved_account"])
    sendable = SENDABLE if facts["part"] == Part.POST else (PendingStatus.PUBLISHED,)
    if facts["pending_status"] in sendable and approved == (
        facts["sent_hash"],
        facts["sent_account"],
    ):
        return None
    # A post that still counts as approved would be lost without a word if this were a cancellation.
    then = Then.FAIL if facts["pending_status"] in WAITING_FOR_LEAVE else Then.CANCEL
    return Obstacle(then, "approval_gone", words.APPROVAL_GONE)


def _policy(facts: dict[str, Any]) -> Obstacle | None:
    """What an approval leans on still stands: its window, and the policy that gave it."""
    moment = now()
    if facts["part"] != Part.POST:
        return None
    if facts["approved_until"] is not None and facts["approved_until"] < moment:
        return Obstacle(Then.FAIL, "approval_over", words.APPROVAL_OVER)
    is_over = facts["contract_ends"] is not None and facts["contract_ends"] <= moment
    if facts["contract_status"] == ContractStatus.WITHDRAWN or is_over:
        return Obstacle(Then.FAIL, "policy_over", words.POLICY_OVER)
    return None


def _account(facts: dict[str, Any]) -> Obstacle | None:
    if facts["account_deleted"]:
        return Obstacle(Then.FAIL, "account_gone", words.ACCOUNT_GONE)
    if facts["brand_deleted"]:
        return Obstacle(Then.FAIL, "brand_gone", words.BRAND_GONE)
    if not facts["account_active"]:
        return held("account_paused")
    if facts["account_status"] != AccountStatus.ACTIVE:
        return held("account_reconnect")
    return None


def _pause(facts: dict[str, Any]) -> Obstacle | None:
    if facts["organization_status"] == Organization.Status.CLOSING:
        return held(words.CLOSING)
    if facts["organization_status"] != Organization.Status.ACTIVE or facts["organization_deleted"]:
        return held("organization_suspended")
    if facts["brand_paused"]:
        return held("brand_paused")
    if facts["schedule_status"] == ScheduleStatus.PAUSED:
        return held("schedule_paused")
    if facts["queue_paused"]:
        return held("queue_paused")
    return None


def stopped(sentence: str) -> Obstacle:
    """Held by a stop, with who pulled it, when and why."""
    return Obstacle(Then.HOLD, words.STOPPED, sentence)


def held(code: str) -> Obstacle:
    return Obstacle(Then.HOLD, code, words.HELD[code])
