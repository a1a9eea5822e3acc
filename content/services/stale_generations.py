"""Generations that broke off and that nobody took up again: failed, and their credit given back."""

from __future__ import annotations

from datetime import timedelta

from billing.services.credits import refund_credits
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from content.models import Generation, GenerationStatus
from organizations.services.audit import record

# Three times the longest generation: whoever meant to go on with one has done so by then.
STALE = timedelta(minutes=15)


def fail_stale_generations() -> int:
    """Fail what has been running for 15 minutes in the organization in scope; returns how many.

    Their workers died. Looked for whenever something new is written, so no sweep of its own.
    """
    with org_atomic():
        stale = Generation.objects.filter(
            status__in=[GenerationStatus.QUEUED, GenerationStatus.RUNNING],
            created_at__lt=now() - STALE,
        )
        rows = list(stale.select_for_update(skip_locked=True, of=("self",)))
        return sum(map(_fail, rows))


def credit_key(generation: Generation) -> str:
    return f"generate:{generation.pk}"


def _fail(generation: Generation) -> bool:
    failure = "Writing broke off and was not taken up again. The credit is back; write it anew."
    if not move(generation, GenerationStatus.FAILED, failure=failure, finished_at=now()):
        return False
    refund_credits(key=credit_key(generation), reason="writing broke off")
    record(action="generation.failed", target=generation, reason=failure)
    return True
