from __future__ import annotations

from datetime import datetime

import structlog
from django.apps import apps
from django.db import models, transaction

from config.kernel.clock import now
from config.kernel.models import SoftDeletes
from config.kernel.scoping import unscoped

log = structlog.get_logger(__name__)

# Rows of one table that one run takes at most, so that it never holds locks for long.
MOST_A_TABLE = 500


def purge_deleted(moment: datetime | None = None) -> dict[str, int]:
    """Delete for good what was deleted 30 days ago or more; returns counts a table.

    A row that something living still needs (a material whose posts are out) stays hidden.
    Runs as the operator, over all organizations, one row a transaction.
    """
    before = (moment or now()) - SoftDeletes.KEEP_DELETED
    with unscoped("purge what was deleted 30 days ago"):
        counts = {model._meta.label_lower: _purge(model, before) for model in _soft_deleting()}
    log.info("purged", **counts)
    return counts


def _soft_deleting() -> list[type[models.Model]]:
    # Lowest layers last: a brand takes its posts along, a post never its brand.
    return [model for model in apps.get_models() if issubclass(model, SoftDeletes)]


def _purge(model: type[models.Model], before: datetime) -> int:
    rows = model._base_manager.using("operator").filter(deleted_at__lte=before)
    purged = 0
    for row in rows.order_by("deleted_at")[:MOST_A_TABLE]:
        try:
            with transaction.atomic(using="operator"):
                row.delete()
        except models.RestrictedError:
            continue
        purged += 1
    return purged
