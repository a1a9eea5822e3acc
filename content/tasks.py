"""What the worker does for content. Messages are hints: what is due stands in rows."""

from __future__ import annotations

from uuid import UUID

from config.celery import app
from config.kernel.tasks import OrgTask, hint

from .services import material_analysis


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
