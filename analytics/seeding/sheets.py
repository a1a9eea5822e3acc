"""Rows on their way into tables by COPY: a hundred times quicker than saving models."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.db import connections, models

ALIAS: Final = "operator"
"""COPY is refused where row-level security holds; this role stands above it."""

Value: TypeAlias = str | int | float | bool | None


class Sheet:
    """The rows of one organization for one table.

    Columns that are not named get their model's default, so that a new one needs no line here.
    """

    def __init__(self, model: type[models.Model], *names: str) -> None:
        self.table = model._meta.db_table
        columns = {field.column: field for field in model._meta.concrete_fields}
        self._given = ["id", "organization_id", "created_at", "updated_at", *names]
        if "organization_id" not in columns:
            self._given.remove("organization_id")
        if unknown := set(self._given) - set(columns):
            raise ValueError(f"{self.table} has no {', '.join(sorted(unknown))}.")
        rest = {name: field for name, field in columns.items() if name not in self._given}
        self._names = [*self._given, *rest]
        self._rest = tuple(_default(field) for field in rest.values())
        self._rows: list[tuple[Value, ...]] = []

    def add(self, id: str, organization_id: str | None, at: str, *values: Value) -> None:
        """One row, created `at`; the values in the order of the sheet's names."""
        head = (id, organization_id, at, at) if organization_id else (id, at, at)
        self._rows.append((*head, *values, *self._rest))

    def __len__(self) -> int:
        return len(self._rows)

    def write(self) -> int:
        """Copy the rows into the table, in the caller's transaction, and forget them."""
        count = len(self._rows)
        columns = ", ".join(f'"{name}"' for name in self._names)
        statement = f"COPY {self.table} ({columns}) FROM STDIN"
        with connections[ALIAS].cursor() as cursor, cursor.copy(statement) as copy:
            for row in self._rows:
                copy.write_row(row)
        self._rows = []
        return count


def array(items: Iterable[object]) -> str:
    """PostgreSQL's spelling of an array of texts or numbers."""
    quoted = (str(item).replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return "{" + ",".join(f'"{item}"' for item in quoted) + "}"


def document(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def at(moment: datetime) -> str:
    return moment.isoformat()


def _default(field: models.Field[Any, Any]) -> Value:
    value = field.get_default() if field.has_default() or not field.null else None
    if isinstance(field, models.JSONField):
        return document(value)
    if isinstance(value, list | tuple):
        return array(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
