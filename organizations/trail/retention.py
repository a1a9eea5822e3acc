"""How long records are kept, and the end of those that were kept long enough."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from config.kernel.clock import now
from config.kernel.scoping import unscoped
from config.kernel.tasks import record_work
from organizations.models import AuditRecord, AuditSeal, Organization

from . import chain as chains

log = structlog.get_logger(__name__)

SHORTEST: Final = timedelta(days=90)
"""Routine records; no organization may keep others for less."""
BLOCKS_A_RUN: Final = 500


def kept_for(chain: str, retention_days: int) -> timedelta:
    """Routine records 90 days, the others as long as the organization says (730 by default)."""
    if chain == AuditSeal.Chain.ROUTINE:
        return SHORTEST
    return max(SHORTEST, timedelta(days=retention_days))


def prune_audit(moment: datetime | None = None) -> int:
    """Remove the records of blocks whose newest one is old enough; the seals stay, and say when.

    Runs as the operator, one block a transaction; returns how many records went.
    """
    moment, pruned = moment or now(), 0
    with unscoped("prune audit records that were kept long enough"):
        for seal in _aged(moment):
            pruned += _prune(seal, moment)
    log.info("audit_pruned", records=pruned)
    record_work("audit_prune", pruned, at_once=True)
    return pruned


def _aged(moment: datetime) -> list[AuditSeal]:
    days = dict(Organization._base_manager.using("operator").values_list("pk", "retention_days"))
    candidates = AuditSeal.objects.filter(pruned_at=None, newest_at__lt=moment - SHORTEST)
    aged = (
        seal
        for seal in candidates.order_by("newest_at").defer("leaves").iterator()
        if seal.newest_at < moment - kept_for(seal.chain, days[seal.organization_id])
    )
    return [seal for seal, _ in zip(aged, range(BLOCKS_A_RUN), strict=False)]


def _prune(seal: AuditSeal, moment: datetime) -> int:
    with transaction.atomic(using="operator"):
        fresh = AuditSeal.objects.select_for_update().get(pk=seal.pk)
        if fresh.pruned_at is not None:
            return 0
        # What derives from them (notices, messages) lets go of them or goes along.
        AuditRecord.objects.filter(organization_id=seal.organization_id, seal_id=seal.pk).delete()
        AuditSeal.objects.filter(pk=seal.pk).update(
            pruned_at=moment, leaves=chains.root_of(bytes(fresh.leaves))
        )
    return fresh.count
