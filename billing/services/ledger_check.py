"""Every night the ledgers are added up: their sum must be what the subscriptions say is left.

Two books of the same credits: the lines, which are only ever added to, and the counters of the
subscription, which the conditional updates keep. Each line moves credits between the team's purse
and one counter account, so that the accounts of all lines add up to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import connections
from django.db.models import Sum

from billing.models import CreditAction, CreditTransaction, Subscription
from config.kernel.checks import Finding
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from config.kernel.tasks import record_work
from organizations.models import WorkDone

from .subscriptions import note

log = structlog.get_logger(__name__)

CHECKED, MISMATCH = "ledger_check", "ledger_mismatch"
# Asked every hour, done once a night, also when a restart made it miss an hour.
EVERY = timedelta(hours=23)

# Where the credits of a line come from or go to, seen from the team's purse.
ACCOUNTS: Final = {
    CreditAction.GENERATE: "work",
    CreditAction.GENERATE_TRENDING: "work",
    CreditAction.PUBLISH: "work",
    CreditAction.REFUND: "work",
    CreditAction.GRANT: "given",
    CreditAction.TOPUP: "bought",
    CreditAction.RENEWAL: "plan",
    CreditAction.ADJUSTMENT: "plan",
    CreditAction.EXPIRY: "expired",
}

_SUMS = """
SELECT s.organization_id, s.credits_total - s.credits_used AS left_over,
       coalesce((SELECT sum(l.amount) FROM billing_credittransaction l
                 WHERE l.organization_id = s.organization_id), 0) AS sum
FROM billing_subscription s
"""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A team whose lines add up to something else than what is left."""

    organization_id: UUID
    sum_of_lines: int
    credits_left: int


def mismatches() -> list[Mismatch]:
    """All teams whose two books differ; one statement, as the operator."""
    with unscoped("hold the ledgers against what is left"), connections["operator"].cursor() as row:
        row.execute(f"SELECT * FROM ({_SUMS}) AS books WHERE left_over <> sum")  # noqa: S608
        return [Mismatch(owner, int(total), int(left)) for owner, left, total in row.fetchall()]


def check_ledger() -> list[Mismatch]:
    """Look, and raise an alarm for each difference: a log line, and a record that the team sees."""
    found = mismatches()
    for each in found:
        log.error(
            "ledger_mismatch",
            organization_id=str(each.organization_id),
            sum_of_lines=each.sum_of_lines,
            credits_left=each.credits_left,
        )
        _tell(each)
    record_work(CHECKED, at_once=True)
    if found:
        record_work(MISMATCH, len(found), at_once=True)
    return found


def check_ledger_daily() -> int:
    """Look if nobody did within the last 23 hours; returns how many differ."""
    if WorkDone.objects.filter(kind=CHECKED, finished_at__gt=now() - EVERY).exists():
        return 0
    return len(check_ledger())


def ledger_is_balanced() -> bool | None:
    """What the last look found; None when nobody looked yet."""
    seen = dict(
        WorkDone.objects.filter(kind__in=[CHECKED, MISMATCH]).values_list("kind", "finished_at")
    )
    if CHECKED not in seen:
        return None
    # Both rows are written in one look, the alarm last.
    return MISMATCH not in seen or seen[MISMATCH] < seen[CHECKED]


def trial_balance() -> dict[str, int]:
    """The accounts of the organization in scope. With the purse in front they add up to nothing."""
    accounts: dict[str, int] = {}
    sums = CreditTransaction.objects.order_by().values_list("action").annotate(sum=Sum("amount"))
    for action, amount in sums:
        name = ACCOUNTS[CreditAction(action)]
        accounts[name] = accounts.get(name, 0) - amount
    return {"purse": -sum(accounts.values()), **accounts}


def ledger_findings() -> Iterator[Finding]:
    """For the doctor: what the last look found, without looking again."""
    balanced = ledger_is_balanced()
    if balanced is None:
        yield Finding("Credit ledger", None, "not added up yet", "manage.py check_ledger")
    elif balanced:
        yield Finding("Credit ledger", True, "the sums are what is left")
    else:
        yield Finding(
            "Credit ledger",
            False,
            "the lines of at least one team do not add up to what it has left",
            "manage.py check_ledger names the teams",
        )


def _tell(each: Mismatch) -> None:
    with org_atomic(each.organization_id):
        row = Subscription.objects.first()
        if row is not None:
            note(
                "billing.ledger_mismatch",
                row,
                succeeded=False,
                data={"sum_of_lines": each.sum_of_lines, "credits_left": each.credits_left},
            )
