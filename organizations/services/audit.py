from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from config.kernel.scoping import current_organization_id
from organizations.models import ActorKind, AuditRecord, User


def record(
    *,
    action: str,
    target: models.Model | None,
    by: User | None = None,
    kind: ActorKind | None = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> AuditRecord:
    """Write down that something happened; the one door to the audit log.

    Call it inside the transaction of the write that it speaks of, so that neither stands alone.
    `kind` defaults to a person when `by` is given and to the agent otherwise.
    """
    return AuditRecord.objects.create(
        organization_id=current_organization_id(),
        actor_kind=kind or (ActorKind.PERSON if by else ActorKind.AGENT),
        actor=by,
        action=action,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=target.pk if target is not None else None,
        reason=reason,
        data=data or {},
    )


def record_all(
    *, action: str, targets: Iterable[models.Model], kind: ActorKind, reason: str = ""
) -> None:
    """Write down the same act on many rows, in one statement."""
    organization_id = current_organization_id()
    AuditRecord.objects.bulk_create(
        AuditRecord(
            organization_id=organization_id,
            actor_kind=kind,
            action=action,
            target_type=target._meta.label_lower,
            target_id=target.pk,
            reason=reason,
        )
        for target in targets
    )
