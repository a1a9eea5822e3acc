"""How many requests a team made through the API this month, and whether its plan covers more."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from config.kernel.clock import now
from config.kernel.errors import PaymentRequired
from organizations.models import ApiUsage

from .entitlements import entitlements


def requests_this_month() -> int:
    """Of the organization in scope, in this calendar month (UTC), as of a minute ago."""
    found = ApiUsage.objects.filter(month=_this_month()).values_list("requests", flat=True).first()
    return found or 0


def add_requests(count: int) -> None:
    """Count requests of the organization in scope; safe for many at once."""
    month = _this_month()
    if _added(month, count):
        return
    try:
        with transaction.atomic():
            ApiUsage.objects.create(month=month, requests=count)
    except IntegrityError:
        # Another key of the team was first in this month.
        _added(month, count)


def refuse_beyond_plan(waiting: int) -> None:
    """Raise PaymentRequired when the plan's requests of the month are used up.

    `waiting` are requests that are made and not written yet.
    """
    plan = entitlements.get()
    most = plan.limit("api_requests_per_month") if plan else None
    if most is not None and requests_this_month() + waiting >= most:
        raise PaymentRequired(
            f"Your plan covers {most:,} requests of the API a month, and they are used up. It goes "
            "on with the next month, or at once with a bigger plan under Billing.",
            code="plan_limit",
        )


def _this_month() -> date:
    return now().date().replace(day=1)


def _added(month: date, count: int) -> int:
    rows = ApiUsage.objects.filter(month=month)
    return rows.update(requests=F("requests") + count, updated_at=now())
