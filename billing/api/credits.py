from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema

from billing.models import CreditTransaction, Subscription
from config.kernel.errors import NotFound
from organizations.api.door import ApiRequest, scoped
from organizations.api.pages import Asked, PageOf, page_of

router = Router(tags=["Credits"])


class Credits(Schema):
    plan: str
    status: str
    credits_total: int
    credits_used: int
    credits_left: int
    period_ends_at: datetime | None

    @staticmethod
    def resolve_plan(subscription: Subscription) -> str:
        return str(subscription.plan.slug)


class CreditLine(Schema):
    id: UUID
    created_at: datetime
    amount: int = Field(description="Negative: spent. Positive: granted or given back.")
    action: str
    description: str


@router.get("/credits/", response=Credits, url_name="credits", summary="Read what is left")
@scoped("read:credits", all_brands=True)
def credits(request: ApiRequest) -> Subscription:
    """The credits of this period."""
    subscription = Subscription.objects.select_related("plan").first()
    if subscription is None:
        raise NotFound("This team has no plan yet.")
    return subscription


@router.get(
    "/credits/lines/",
    response=PageOf[CreditLine],
    url_name="credit-list",
    summary="List the ledger",
)
@scoped("read:credits", all_brands=True)
def credit_list(request: ApiRequest, asked: Asked) -> dict[str, Any]:
    """Every credit that came or went, newest first."""
    return page_of(CreditTransaction.objects.all(), asked, order=("-created_at",))
