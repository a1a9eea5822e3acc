"""Base classes of every table: keys, ownership, soft deletion and claimable work."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import time_ns
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import models, router
from django.db.models import F, Q

from .brands import refuse_beyond_brands
from .clock import now
from .scoping import ScopedManager, ScopedQuerySet, fill_organization, org_atomic

M = TypeVar("M", bound=models.Model)

_uuid7_lock = threading.Lock()
_uuid7_last = 0


def uuid7() -> UUID:
    """A time-ordered key (RFC 9562, section 5.7), increasing within this process.

    48 bits of milliseconds, then 12 bits of the millisecond's fraction, then 62 random bits.
    """
    global _uuid7_last
    with _uuid7_lock:
        # 2**12 steps a millisecond, so that keys made in one millisecond still sort as made.
        ticks = max(time_ns() * 4096 // 1_000_000, _uuid7_last + 1)
        _uuid7_last = ticks
    random = int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=(ticks >> 12) << 80 | 7 << 76 | (ticks & 0xFFF) << 64 | 2 << 62 | random)


class Base(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A link between two tenant tables, held by a composite key over (organization, id).

    A plain foreign key looks across tenants: integrity checks ignore row-level security. The
    migration operation SecureTables makes the composite one, so Django must not make its own.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class OrgOwned(Base):
    """A row of exactly one organization.

    A table whose rows belong to brands says by `brand_path` how one comes from a row to its brand:
    the names of the links, "pending_post__brand", or several such paths if any of them will do.
    Members who are restricted to brands then see and write only the rows of theirs. With
    `shared_without_brand` they also see rows of no brand, which they cannot write.
    """

    brand_path: ClassVar[str | tuple[str, ...]] = ""
    shared_without_brand: ClassVar[bool] = False

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", editable=False
    )

    objects = ScopedManager.from_queryset(ScopedQuerySet)()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        fill_organization(self)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_beyond_brands(self)
        return super().delete(*args, **kwargs)


class AliveManager(ScopedManager[M]):
    """Sees only the rows that are not deleted."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(deleted_at__isnull=True)


class SoftDeletes(models.Model):
    """Rows that are hidden before they are gone.

    Subclasses declare two managers over their own queryset: `objects`, the living, by AliveManager,
    and `with_deleted`, all.
    """

    KEEP_DELETED: ClassVar[timedelta] = timedelta(days=30)

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    def soft_delete(self) -> None:
        refuse_beyond_brands(self)
        # Asked of the row itself, not of this copy: deleted twice, it is kept no longer for that.
        alias, moment = router.db_for_write(type(self), instance=self), now()
        alive = type(self)._base_manager.using(alias).filter(pk=self.pk, deleted_at=None)
        if alive.update(deleted_at=moment):
            self.deleted_at = moment
        else:
            self.refresh_from_db(fields=["deleted_at"])

    def restore(self) -> None:
        self.deleted_at = None
        self.save(update_fields=["deleted_at"])


class Claimable(models.Model):
    """Work that is a row: due at a time, leased by one worker, fenced against a late one."""

    due_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


def claimable(moment: datetime) -> Q:
    """Due and not under a living lease."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=moment)
    return Q(due_at__lte=moment) & free


ClaimableRow = TypeVar("ClaimableRow", bound=Claimable)


def claim(
    queryset: models.QuerySet[ClaimableRow],
    *,
    lease_seconds: float,
    limit: int = 1,
    changes: dict[str, Any] | None = None,
) -> Sequence[ClaimableRow]:
    """Lease at most `limit` due rows of the queryset for `lease_seconds`, in one transaction.

    Rows that another worker holds are skipped, never waited for. Each claim raises the row's fence,
    and later writes must carry it: a worker that wakes after its lease is refused.
    """
    moment = now()
    with org_atomic():
        due = queryset.filter(claimable(moment)).order_by("due_at", "pk")
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
        until = moment + timedelta(seconds=lease_seconds)
        fields = {"claimed_until": until, **(changes or {})}
        model = queryset.model
        model._default_manager.filter(pk__in=[row.pk for row in rows]).update(
            fence=F("fence") + 1, attempts=F("attempts") + 1, **fields
        )
    for row in rows:
        row.fence += 1
        row.attempts += 1
        for field, value in fields.items():
            setattr(row, field, value)
    return rows
