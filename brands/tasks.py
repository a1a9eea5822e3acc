"""What the worker does for brands. Messages are hints: what is due stands in rows."""

from __future__ import annotations

from uuid import UUID

from config.celery import app
from config.kernel.tasks import OrgTask, hint

from .services import knowledge_reading, strategy_work, voice_reading


@app.task(name="brands.tasks.sweep_knowledge")
def sweep_knowledge() -> int:
    """Send every due source on its way again; those that a worker has are left alone."""
    due = knowledge_reading.due_sources()
    for row in due:
        hint(read_source, str(row.organization_id), str(row.id))
    return len(due)


@app.task(base=OrgTask, name="brands.tasks.read_source")
def read_source(organization_id: str, source_id: str) -> None:
    """Read one source of knowledge. Safe to run twice."""
    knowledge_reading.ingest(source_id=UUID(source_id))


@app.task(name="brands.tasks.sweep_voices")
def sweep_voices() -> int:
    """Send every due reading of a voice on its way again."""
    due = voice_reading.due_analyses()
    for row in due:
        hint(read_voice, str(row.organization_id), str(row.id))
    return len(due)


@app.task(base=OrgTask, name="brands.tasks.read_voice")
def read_voice(organization_id: str, analysis_id: str) -> None:
    """Read one voice. Safe to run twice."""
    voice_reading.analyse(analysis_id=UUID(analysis_id))


@app.task(name="brands.tasks.sweep_strategy")
def sweep_strategy() -> int:
    """Send every due paper on its way again; those that a worker has are left alone."""
    due = strategy_work.due_papers()
    for row in due:
        hint(work_out_paper, str(row.organization_id), str(row.id))
    return len(due)


@app.task(base=OrgTask, name="brands.tasks.work_out_paper")
def work_out_paper(organization_id: str, paper_id: str) -> None:
    """Work out one paper of strategy. Safe to run twice."""
    strategy_work.work_out_paper(paper_id=UUID(paper_id))
