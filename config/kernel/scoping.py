"""Tenant scope: declared in Python, enforced by PostgreSQL, closed when it is missing.

Two locks on one door. The ORM's manager raises without a scope, so a forgotten scope is an error in
a test and not an empty page. Row-level security then compares every row with a setting that lives
exactly as long as the transaction, so a forgotten filter shows nothing either.

Inside an organization the managers know a second, narrower limit: the brands that a restricted
member may see (config/kernel/brands.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar
from uuid import UUID

import structlog
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from .brands import (
    limit_reads,
    limit_writes,
    refuse_beyond_brands,
    refuse_moves_beyond_brands,
)

log = structlog.get_logger(__name__)

_organization: ContextVar[UUID | None] = ContextVar("organization", default=None)
_unscoped: ContextVar[str | None] = ContextVar("unscoped", default=None)


class MissingScope(RuntimeError):
    """A tenant table was asked for while no organization was declared."""


def current_organization_id() -> UUID:
    organization_id = _organization.get()
    if organization_id is None:
        raise MissingScope("No organization is in scope. Enter one with scope() or org_atomic().")
    return organization_id


def organization_in_scope() -> UUID | None:
    return _organization.get()


def is_unscoped() -> bool:
    return _unscoped.get() is not None


@contextmanager
def scope(organization_id: UUID) -> Iterator[UUID]:
    """Declare whose data the enclosed code may touch. Touches no database by itself.

    Inside `unscoped` it is the way back: an operator's rescue runs as the application again.
    """
    token, left = _organization.set(UUID(str(organization_id))), _unscoped.set(None)
    try:
        yield organization_id
    finally:
        _unscoped.reset(left)
        _organization.reset(token)


@contextmanager
def org_atomic(organization_id: UUID | None = None) -> Iterator[UUID]:
    """One transaction inside one organization.

    Without an argument it takes the organization in scope. Nested in a transaction of the same
    organization it is a savepoint; nested in another's it switches and restores the outer setting,
    because a setting made in a released savepoint would otherwise outlive it.
    """
    with scope(organization_id or current_organization_id()) as current:
        connection = connections["default"]
        with transaction.atomic(using="default"):
            outer = _entered(connection)
            if outer != current:
                _enter(connection, current)
            try:
                yield current
            finally:
                # In a transaction that is about to roll back the setting falls with it.
                if outer != current:
                    connection.warren_organization = outer  # type: ignore[attr-defined]
            if outer != current and len(connection.savepoint_ids) > 0:
                _enter(connection, outer)


def _entered(connection: BaseDatabaseWrapper) -> UUID | None:
    # Only meaningful inside a transaction: the outermost one always starts with nobody entered.
    if not connection.savepoint_ids:
        return None
    return getattr(connection, "warren_organization", None)


def _enter(connection: BaseDatabaseWrapper, organization_id: UUID | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.org', %s, true)", [str(organization_id or "")])
    connection.warren_organization = organization_id  # type: ignore[attr-defined]


@contextmanager
def unscoped(reason: str) -> Iterator[None]:
    """Leave the tenant scope, as the operator role, for a stated reason.

    For the admin and for commands. What runs here runs on the `operator` alias, its own
    connection and transaction, and is logged.
    """
    log.info("unscoped", reason=reason)
    token = _unscoped.set(reason)
    try:
        yield
    finally:
        _unscoped.reset(token)


class TenantRouter:
    """Sends tenant tables to the operator connection inside `unscoped`, and nowhere else."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        return self._alias(model, hints)

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str | None:
        return self._alias(model, hints)

    def allow_relation(self, one: models.Model, two: models.Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"

    def _alias(self, model: type[models.Model], hints: dict[str, Any]) -> str | None:
        instance = hints.get("instance")
        if instance is not None and instance._state.db == "operator":
            return "operator"
        return "operator" if is_unscoped() else None


M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset whose bulk inserts carry the organization in scope."""

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        rows = list(objs)
        for row in rows:
            fill_organization(row)
        return super().bulk_create(rows, *args, **kwargs)

    def update(self, **values: Any) -> int:
        if is_unscoped():
            return super().update(**values)
        refuse_moves_beyond_brands(self.model, values)
        return models.QuerySet.update(limit_writes(self), **values)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        if is_unscoped():
            return super().delete()
        return models.QuerySet.delete(limit_writes(self))

    delete.alters_data = True  # type: ignore[attr-defined]
    # A manager has no `delete`: all rows of a table go only by `.all().delete()`.
    delete.queryset_only = True  # type: ignore[attr-defined]


class ScopedManager(models.Manager[M]):
    """Refuses to be asked without a scope, and sees only the organization in it."""

    def get_queryset(self) -> models.QuerySet[M]:
        queryset = super().get_queryset()
        if is_unscoped() or self._db == "operator":
            return queryset
        return limit_reads(queryset.filter(organization_id=current_organization_id()))


def fill_organization(row: Any) -> None:
    """Give a new tenant row its organization; refuse one that belongs to another, or to a brand
    that the limit in force leaves out."""
    if is_unscoped() or row._state.db == "operator":
        return
    current = current_organization_id()
    if row.organization_id is None:
        row.organization_id = current
    elif row.organization_id != current:
        raise MissingScope(f"{type(row).__name__} belongs to an organization out of scope.")
    refuse_beyond_brands(row)
