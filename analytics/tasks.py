"""What the worker does for analytics. Messages are hints: what is due stands in rows."""

from __future__ import annotations

from uuid import UUID

from config.celery import app
from config.kernel.tasks import OrgTask, hint, record_work

from .services import metrics


@app.task(name="analytics.tasks.sweep_metrics")
def sweep_metrics() -> int:
    """Have the numbers read of every post that is due, an organization at a time."""
    due = metrics.due_posts()
    for organization_id, post_ids in due.items():
        hint(collect_posts, str(organization_id), *map(str, post_ids))
    return len(due)


@app.task(base=OrgTask, name="analytics.tasks.collect_posts")
def collect_posts(organization_id: str, *post_ids: str) -> None:
    """Read the numbers of some posts of one organization. Safe to run twice."""
    read = metrics.collect_posts(post_ids=[UUID(post_id) for post_id in post_ids])
    if read:
        record_work("metrics", read)
