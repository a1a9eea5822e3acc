from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import datetime
from typing import Any

import structlog
from django.apps import apps
from django.db import models, transaction

from config.kernel.clock import now
from config.kernel.hooks import Registry
from config.kernel.models import OrgOwned, SoftDeletes
from config.kernel.scoping import scope, unscoped

log = structlog.get_logger(__name__)

# Rows of one table that one run takes at most, so that it never holds locks for long.
MOST_A_TABLE = 500

# Who has an end of its own, with more to it than rows: model's label -> the function that ends it.
enders: Registry[Callable[[Any], object]] = Registry("enders", callable)
# What of a row lies outside the database and goes with it, such as a file: model's label -> eraser.
# Called inside the row's organization, before the end of the row is committed.
erasers: Registry[Callable[[Any], object]] = Registry("erasers", callable)


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
    # All ids: those that must stay would else stand in front of the others for ever.
    for pk in list(rows.order_by("deleted_at").values_list("pk", flat=True)):
        purged += _purge_row(rows, pk)
        if purged == MOST_A_TABLE:
            break
    return purged


def _purge_row(rows: models.QuerySet[Any], pk: object) -> bool:
    """False when something living needs the row, or it was brought back meanwhile."""
    try:
        with transaction.atomic(using="operator"):
            row = rows.select_for_update(of=("self",)).filter(pk=pk).first()
            if row is None:
                return False
            _end(row)
    except models.RestrictedError:
        return False
    return True


def _end(row: Any) -> None:
    end = enders.get(row._meta.label_lower)
    if end is not None:
        end(row)
        return
    was = copy(row)
    row.delete()
    _erase(was)


def _erase(row: Any) -> None:
    eraser = erasers.get(row._meta.label_lower)
    if eraser is not None:
        with scope(row.organization_id if isinstance(row, OrgOwned) else row.pk):
            eraser(row)
