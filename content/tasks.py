"""What the worker does for content. Messages are hints: what is due stands in rows."""

from __future__ import annotations

from uuid import UUID

from config.celery import app
from config.kernel.tasks import OrgTask, hint

from .services import feed_polling, material_analysis, model_discovery, uploading


@app.task(name="content.tasks.sweep_materials")
def sweep_materials() -> int:
    """Send every due material on its way again; those that a worker has are left alone."""
    due = material_analysis.due_materials()
    for row in due:
        hint(analyse, str(row.organization_id), str(row.id))
    return len(due)


@app.task(base=OrgTask, name="content.tasks.analyse")
def analyse(organization_id: str, material_id: str) -> None:
    """Read and understand one material. Safe to run twice."""
    material_analysis.analyse_material(material_id=UUID(material_id))


@app.task(name="content.tasks.sweep_feeds")
def sweep_feeds() -> int:
    """Send every due feed to be asked what is new."""
    due = feed_polling.due_feeds()
    for row in due:
        hint(poll_feed, str(row.organization_id), str(row.id))
    return len(due)


@app.task(base=OrgTask, name="content.tasks.poll_feed")
def poll_feed(organization_id: str, feed_id: str) -> None:
    """Ask one feed what is new. Safe to run twice."""
    feed_polling.poll_feed(feed_id=UUID(feed_id))


@app.task(name="content.tasks.sweep_models")
def sweep_models() -> bool:
    """Look at the providers' lists of models if this month's look is due."""
    return model_discovery.sweep_models() is not None


@app.task(name="content.tasks.sweep_uploads")
def sweep_uploads() -> int:
    """Give up uploads that nobody went on with for a day."""
    return uploading.expire_uploads()
