"""What the worker does for analytics. Messages are hints: what is due stands in rows."""

from __future__ import annotations

from uuid import UUID

from config.celery import app
from config.kernel.tasks import OrgTask, hint, record_work

from .services import metrics, skill_days, skill_sharing


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


@app.task(name="analytics.tasks.sweep_skills")
def sweep_skills() -> int:
    """Have the records of all skills that are due counted, an organization at a time."""
    due = skill_days.due_skills()
    for organization_id, skill_ids in due.items():
        hint(count_skills, str(organization_id), *map(str, skill_ids))
    return len(due)


@app.task(base=OrgTask, name="analytics.tasks.count_skills")
def count_skills(organization_id: str, *skill_ids: str) -> None:
    """Count some skills of one organization. Safe to run twice."""
    skill_days.count_skills(skill_ids=[UUID(skill_id) for skill_id in skill_ids])


@app.task(name="analytics.tasks.share_skills")
def share_skills() -> int:
    """Share structures that enough organizations use, once a day."""
    return skill_sharing.share_skills_daily()
