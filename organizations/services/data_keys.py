"""The vault's key store: an organization's wrapped data keys are rows of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from django.db import IntegrityError, router, transaction

from config.kernel.clock import now
from config.kernel.scoping import is_unscoped, org_atomic
from config.kernel.vault import KeyStore, WrappedKey
from organizations.models import DataKey


class DataKeyTable(KeyStore):
    """Reads and writes as the organization itself, whether or not a transaction is open."""

    def current(self, organization_id: UUID) -> WrappedKey | None:
        return _first(organization_id, retired_at=None)

    def get(self, organization_id: UUID, version: int) -> WrappedKey | None:
        return _first(organization_id, version=version)

    def create(self, key: WrappedKey) -> WrappedKey:
        with _entered(key.organization_id):
            try:
                with transaction.atomic(using=router.db_for_write(DataKey)):
                    _rows(key.organization_id).filter(retired_at=None).update(retired_at=now())
                    DataKey.objects.create(
                        organization_id=key.organization_id,
                        version=key.version,
                        wrapped=key.wrapped,
                    )
            except IntegrityError:
                # Another process made this version first; everybody uses that one.
                winner = self.get(key.organization_id, key.version)
                if winner is None:
                    raise
                return winner
        return key

    def replace(self, key: WrappedKey, wrapped: bytes) -> bool:
        with _entered(key.organization_id):
            same = _rows(key.organization_id).filter(version=key.version, wrapped=key.wrapped)
            return bool(same.update(wrapped=wrapped))

    def all(self) -> Iterator[WrappedKey]:
        return iter([_wrapped(row) for row in DataKey.objects.order_by("organization", "version")])

    def destroy(self, organization_id: UUID) -> int:
        with _entered(organization_id):
            return int(_rows(organization_id).delete()[0])


def _entered(organization_id: UUID) -> AbstractContextManager[Any]:
    return nullcontext() if is_unscoped() else org_atomic(organization_id)


def _rows(organization_id: UUID) -> Any:
    return DataKey.objects.filter(organization_id=organization_id)


def _first(organization_id: UUID, **which: Any) -> WrappedKey | None:
    with _entered(organization_id):
        row = _rows(organization_id).filter(**which).first()
    return _wrapped(row) if row else None


def _wrapped(row: DataKey) -> WrappedKey:
    return WrappedKey(row.organization_id, row.version, bytes(row.wrapped))
