"""What the worker does for publishing. Messages are hints that carry ids: what is due is rows."""

from __future__ import annotations

from uuid import UUID

from config.celery import app
from config.kernel.tasks import OrgTask

from .autopilot.tasks import (
    do_run,
    expire_pending_posts,
    remember_post,
    sweep_runs,
    sweep_schedules,
)
from .delivery import pulse, sweep
from .services import feed

__all__ = [
    "deliver_batch",
    "deliver_delivery",
    "do_run",
    "expire_pending_posts",
    "forget_visits",
    "reap_deliveries",
    "remember_post",
    "sweep_deliveries",
    "sweep_runs",
    "sweep_schedules",
]

pulse.start_with_workers()


@app.task(name="publishing.tasks.sweep_deliveries")
def sweep_deliveries() -> int:
    """Hand every due delivery to the workers."""
    return sweep.sweep_due()


@app.task(name="publishing.tasks.reap_deliveries")
def reap_deliveries() -> int:
    """Take up what dead workers left behind."""
    return sweep.reap()


@app.task(base=OrgTask, name="publishing.tasks.deliver_delivery")
def deliver_delivery(organization_id: str, delivery_id: str) -> None:
    """Deliver one post that is due now. Safe to run twice."""
    sweep.deliver(delivery_ids=[UUID(delivery_id)])


@app.task(name="publishing.tasks.deliver_batch")
def deliver_batch(work: list[tuple[str, list[str]]]) -> int:
    """Deliver due posts of several organizations: (organization, deliveries). Safe to run twice."""
    return sweep.run([(UUID(owner), [UUID(pk) for pk in pks]) for owner, pks in work])


@app.task(name="publishing.tasks.forget_visits")
def forget_visits() -> int:
    """Delete what told visitors of a hosted page apart, once their day is over."""
    return feed.forget_visits()
