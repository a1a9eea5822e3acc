from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema

from organizations.models import AuditCategory, AuditRecord

from .door import ApiRequest, scoped
from .pages import Asked, PageOf, page_of

router = Router(tags=["Audit log"])


class Record(Schema):
    id: UUID
    created_at: datetime
    category: str
    action: str
    actor_kind: str = Field(description="person, agent, rule, api_key, staff, system or client.")
    actor_id: UUID | None
    api_key_id: UUID | None
    target_type: str
    target_id: UUID | None
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]
    data: dict[str, Any]
    succeeded: bool


@router.get("/audit/", response=PageOf[Record], url_name="audit-list", summary="List the audit log")
@scoped("read:audit")
def audit_list(
    request: ApiRequest, asked: Asked, category: AuditCategory | None = None
) -> dict[str, Any]:
    """What happened in the team, newest first."""
    records = AuditRecord.objects.all()
    if category is not None:
        records = records.filter(category=category)
    return page_of(records, asked, order=("-created_at",))
