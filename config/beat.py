"""Beat's table. It only starts sweepers; what is due stands in rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from celery import beat

# A deadline is hours away; nobody is kept from anything by a few minutes more.
EXPIRY_SECONDS: Final = 900.0
# An interval of a day would start anew with every restart, and a daily restart never end it.
PURGE_SECONDS: Final = 3_600.0
FORGETTING_SECONDS: Final = 3_600.0
# A period may begin a few minutes late.
RENEWAL_SECONDS: Final = 300.0
# Access to a network is renewed long before it ends.
ACCOUNTS_SECONDS: Final = 300.0
# No feed is asked sooner than every 15 minutes; one more is no loss.
FEEDS_SECONDS: Final = 60.0
# Posts that repeat are made a week before their time.
RECURRENCES_SECONDS: Final = 300.0
# Reports to clients leave in the morning, and are due at the same minute for many.
REPORTS_SECONDS: Final = 60.0
# A look at the providers' lists of models is due once a month.
MODELS_SECONDS: Final = 3_600.0
# Records are counted once a day, soon after midnight.
SKILLS_SECONDS: Final = 300.0


def beat_schedule(
    *, due_seconds: float, schedule_seconds: float, reaper_seconds: float
) -> Mapping[str, Mapping[str, Any]]:
    """Every task that beat starts, with the seconds between two starts.

    A message that nobody took before the next one is worth nothing, so each expires.
    """
    table = {
        "publishing.tasks.sweep_schedules": schedule_seconds,
        "publishing.tasks.sweep_runs": due_seconds,
        "publishing.tasks.sweep_deliveries": due_seconds,
        "publishing.tasks.reap_deliveries": reaper_seconds,
        "publishing.tasks.expire_pending_posts": EXPIRY_SECONDS,
        "publishing.tasks.forget_visits": FORGETTING_SECONDS,
        "publishing.tasks.sweep_accounts": ACCOUNTS_SECONDS,
        "publishing.tasks.sweep_client_reports": REPORTS_SECONDS,
        "publishing.tasks.sweep_inbox": due_seconds,
        "publishing.tasks.sweep_evergreen": RECURRENCES_SECONDS,
        "publishing.tasks.sweep_imports": due_seconds,
        "publishing.tasks.sweep_recurrences": RECURRENCES_SECONDS,
        "brands.tasks.sweep_knowledge": due_seconds,
        "brands.tasks.sweep_strategy": due_seconds,
        "brands.tasks.sweep_voices": due_seconds,
        "content.tasks.sweep_materials": due_seconds,
        "content.tasks.sweep_feeds": FEEDS_SECONDS,
        "content.tasks.sweep_models": MODELS_SECONDS,
        "content.tasks.sweep_uploads": FORGETTING_SECONDS,
        "analytics.tasks.sweep_metrics": due_seconds,
        "analytics.tasks.sweep_skills": SKILLS_SECONDS,
        "analytics.tasks.share_skills": PURGE_SECONDS,
        "organizations.tasks.purge": PURGE_SECONDS,
        "billing.tasks.sweep_subscriptions": RENEWAL_SECONDS,
        "billing.tasks.sweep_messages": due_seconds,
        "billing.tasks.release_reservations": RENEWAL_SECONDS,
        "billing.tasks.check_ledger": PURGE_SECONDS,
        "organizations.tasks.enforce_retention": FORGETTING_SECONDS,
        "organizations.tasks.sweep_requests": due_seconds,
        "organizations.tasks.back_up": PURGE_SECONDS,
        "organizations.tasks.sweep_notifications": due_seconds,
        "organizations.tasks.sweep_outgoing_notices": due_seconds,
        "organizations.tasks.seal_audit": due_seconds,
        "organizations.tasks.prune_audit": PURGE_SECONDS,
        "organizations.tasks.sweep_webhooks": due_seconds,
        "organizations.tasks.hide_webhook_bodies": PURGE_SECONDS,
    }
    return {
        task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
        for task, seconds in table.items()
    }


class Scheduler(beat.Scheduler):
    """Keeps no file: a table of intervals has nothing to remember, and a file can be broken."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        from .liveness import beat_ticked

        beat_ticked()
        return float(super().tick(*args, **kwargs))
