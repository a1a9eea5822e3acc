"""What a digest is taken of: the same bytes from the same row, whoever reads it and when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from organizations.models import AuditCategory, AuditRecord, AuditSeal

ID_BYTES: Final = 16
LEAF_BYTES: Final = ID_BYTES + 32

CATEGORIES: Final = {
    AuditSeal.Chain.ROUTINE: (AuditCategory.GENERAL, AuditCategory.BILLING, AuditCategory.API),
    AuditSeal.Chain.LASTING: (
        AuditCategory.SECRET,
        AuditCategory.PRIVACY,
        AuditCategory.SECURITY,
    ),
}
"""Which records are kept as long as each other, and so stand in one chain."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One record as a block holds it: its id, and the SHA-256 of everything that it says."""

    id: UUID
    digest: bytes

    @property
    def packed(self) -> bytes:
        return self.id.bytes + self.digest


def leaf_of(record: AuditRecord) -> Leaf:
    """The person is bound by `actor_digest`, so that their erasure changes nothing here."""
    said = {
        "id": str(record.pk),
        "created_at": _moment(record.created_at),
        "kind": record.actor_kind,
        "actor": record.actor_digest,
        "api_key": str(record.api_key_id or ""),
        "category": record.category,
        "action": record.action,
        "target": [record.target_type, str(record.target_id or "")],
        "reason": record.reason,
        "before": record.before,
        "after": record.after,
        "data": record.data,
        "succeeded": record.succeeded,
    }
    return Leaf(record.pk, hashlib.sha256(_canonical(said)).digest())


def packed(leaves: Iterable[Leaf]) -> bytes:
    return b"".join(leaf.packed for leaf in leaves)


def unpacked(leaves: bytes) -> list[Leaf]:
    steps = range(0, len(leaves), LEAF_BYTES)
    parts = (leaves[step : step + LEAF_BYTES] for step in steps)
    return [Leaf(UUID(bytes=part[:ID_BYTES]), part[ID_BYTES:]) for part in parts]


def root_of(leaves: bytes) -> bytes:
    return hashlib.sha256(leaves).digest()


def digest_of(seal: AuditSeal, *, root: bytes, number: int | None = None) -> str:
    """SHA-256 in hex over what the seal says of itself, its records and the seal before it.

    `number` asks what it would be at another place of the chain.
    """
    said = {
        "organization": str(seal.organization_id),
        "chain": seal.chain,
        "number": seal.number if number is None else number,
        "count": seal.count,
        "newest_at": _moment(seal.newest_at),
        "previous": seal.previous,
        "records": root.hex(),
    }
    return hashlib.sha256(_canonical(said)).hexdigest()


def in_order(records: Sequence[AuditRecord]) -> list[AuditRecord]:
    # As bytes, as PostgreSQL sorts them too.
    return sorted(records, key=lambda record: record.pk.bytes)


def _canonical(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
