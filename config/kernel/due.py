"""What is due, over all organizations: ids and moments only, through the doors in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connections, models


class Due(NamedTuple):
    organization_id: UUID
    id: UUID
    due_at: datetime


def due_rows(model: type[models.Model], *, moment: datetime, most: int) -> list[Due]:
    """At most `most` due rows of a table that its migration exposes (ExposeDue).

    Dealt out in turns, one of each organization after another. Needs no scope: nothing but ids and
    times comes through, and what is done with a row is done inside its organization.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"SELECT organization_id, id, due_at FROM due_{model._meta.db_table}(%s, %s)",  # noqa: S608
            [moment, most],
        )
        return [Due(*row) for row in cursor.fetchall()]


def by_organization(rows: Iterable[Due]) -> dict[UUID, list[UUID]]:
    """Ids of due rows under their organizations, in the order in which they came."""
    grouped: dict[UUID, list[UUID]] = {}
    for row in rows:
        grouped.setdefault(row.organization_id, []).append(row.id)
    return grouped
