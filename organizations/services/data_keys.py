"""The vault's key store: wrapped data keys are rows of their organization or of nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from django.db import IntegrityError, router, transaction

from config.kernel.clock import now
from config.kernel.scoping import is_unscoped, org_atomic
from config.kernel.vault import KeyStore, WrappedKey
from organizations.models import INSTALLATION, DataKey, InstallationKey


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
                    rows = _rows(key.organization_id)
                    rows.filter(retired_at=None).update(retired_at=now())
                    rows.create(
                        **_owner(key.organization_id), version=key.version, wrapped=key.wrapped
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
        yield from map(_wrapped, InstallationKey.objects.order_by("version"))
        yield from map(_wrapped, DataKey.objects.order_by("organization", "version"))

    def destroy(self, organization_id: UUID) -> int:
        with _entered(organization_id):
            return int(_rows(organization_id).delete()[0])


def _entered(organization_id: UUID) -> AbstractContextManager[Any]:
    if is_unscoped() or organization_id == INSTALLATION:
        return nullcontext()
    return org_atomic(organization_id)


def _rows(organization_id: UUID) -> Any:
    table = InstallationKey if organization_id == INSTALLATION else DataKey
    return table.objects.filter(**_owner(organization_id))


def _owner(organization_id: UUID) -> dict[str, UUID]:
    return {} if organization_id == INSTALLATION else {"organization_id": organization_id}


def _first(organization_id: UUID, **which: Any) -> WrappedKey | None:
    with _entered(organization_id):
        row = _rows(organization_id).filter(**which).first()
    return _wrapped(row) if row else None


def _wrapped(row: DataKey | InstallationKey) -> WrappedKey:
    owner = row.organization_id if isinstance(row, DataKey) else INSTALLATION
    return WrappedKey(owner, row.version, bytes(row.wrapped))
