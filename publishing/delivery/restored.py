"""After a restore: what was done between the backup and now is not known, so nothing is repeated.

A post that the backup holds as scheduled may be out since. It is held as missed, and a person says.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from organizations.models import ActorKind, Organization
from organizations.services.audit import record
from publishing.models import (
    AutopilotRun,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    RunStatus,
    Schedule,
    ScheduleStatus,
)
from publishing.services.schedules import next_run_at

from .lateness import miss


def hold_what_was_due(made_at: datetime) -> dict[str, int]:
    """Hold deliveries, runs and open approvals that were due by now; schedules go on after now.

    What was being sent (`sending`, `accepted`) is left to the reaper, which looks before it sends.
    Returns counts. Runs over all organizations, each in a transaction of its own.
    """
    with unscoped("hold what was due before a restore"):
        ids = list(Organization.objects.values_list("pk", flat=True))
    total = {"deliveries": 0, "runs": 0, "approvals": 0, "schedules": 0}
    for organization_id in ids:
        for kind, count in _hold(organization_id, made_at, now()).items():
            total[kind] += count
    return total


def _hold(organization_id: UUID, made_at: datetime, moment: datetime) -> dict[str, int]:
    since = f"{made_at:%d %B %Y, %H:%M} UTC"
    with org_atomic(organization_id):
        held = {
            "deliveries": _deliveries(moment, since),
            "runs": _runs(moment, since),
            "approvals": _approvals(moment),
            "schedules": _schedules(moment),
        }
        if any(held.values()):
            reason = f"Restored from a backup of {since}. What was due since then is held."
            record(
                action="posts.held",
                target=None,
                kind=ActorKind.SYSTEM,
                reason=reason,
                data={"held": held},
            )
    return held


def _deliveries(moment: datetime, since: str) -> int:
    waiting = [DeliveryState.SCHEDULED, DeliveryState.CLAIMED]
    due = Delivery.objects.filter(state__in=waiting, due_at__lte=moment)
    posts = PendingPost.objects.filter(pk__in=due.values("pending_post_id"))
    list(posts.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    rows = list(due.select_related("pending_post", "account"))
    for row in rows:
        miss(
            row,
            moment,
            f"Warren was restored from a backup of {since}, and this post was due after that, so "
            "it may be out already. Look at the account, then send it or leave it.",
        )
    return len(rows)


def _runs(moment: datetime, since: str) -> int:
    open_runs = AutopilotRun.objects.filter(status__in=[RunStatus.QUEUED, RunStatus.RUNNING])
    return open_runs.update(
        status=RunStatus.SKIPPED,
        outcome=f"Skipped: Warren was restored from a backup of {since}.",
        finished_at=moment,
        due_at=None,
        claimed_until=None,
        updated_at=moment,
    )


def _approvals(moment: datetime) -> int:
    waiting = PendingPost.objects.waiting().filter(scheduled_for__lte=moment)
    return int(waiting.update(status=PendingStatus.EXPIRED, updated_at=moment))


def _schedules(moment: datetime) -> int:
    late = Schedule.objects.filter(status=ScheduleStatus.ACTIVE, next_run_at__lte=moment)
    rows = list(late.select_for_update(no_key=True, of=("self",)))
    for schedule in rows:
        schedule.next_run_at = next_run_at(schedule, after=moment)
        schedule.save(update_fields=["next_run_at", "updated_at"])
    return len(rows)
