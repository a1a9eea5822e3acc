"""Where the model gateway's paid answers are kept, so that a step that runs again costs nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from config.kernel.llm.answers import StoredAnswer as Stored
from config.kernel.llm.spec import Usage
from config.kernel.scoping import org_atomic
from content.models import StoredAnswer


class StoredAnswers:
    """Answers as rows of their organization. Without an organization nothing is kept."""

    def get(self, step_key: str, *, organization_id: UUID | None) -> Stored | None:
        if organization_id is None:
            return None
        with org_atomic(organization_id):
            row = StoredAnswer.objects.filter(step_key=step_key).first()
        return _from_row(row) if row else None

    def put(self, answer: Stored, *, organization_id: UUID | None) -> None:
        """Keeps the first answer when two runs of one step meet: the second may differ."""
        if organization_id is None:
            return
        row = StoredAnswer(**{**_columns(answer), "organization_id": organization_id})
        with org_atomic(organization_id):
            StoredAnswer.objects.bulk_create([row], ignore_conflicts=True)


def _columns(answer: Stored) -> dict[str, Any]:
    return {
        "step_key": answer.step_key,
        "agent": answer.agent,
        "agent_version": answer.agent_version,
        "provider": answer.provider,
        "model": answer.model,
        "output": answer.output,
        "usage": asdict(answer.usage),
        "cost_micros": answer.cost_micros,
    }


def _from_row(row: StoredAnswer) -> Stored:
    return Stored(
        step_key=row.step_key,
        agent=row.agent,
        agent_version=row.agent_version,
        provider=row.provider,
        model=row.model,
        output=row.output,
        usage=Usage(**row.usage),
        cost_micros=row.cost_micros,
    )
