"""Compute the chains anew and say what does not fit, where, and of what kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from organizations.models import AuditRecord, AuditSeal
from organizations.services.audit import actor_digest

from . import chain as chains
from .retention import SHORTEST


class Damage(StrEnum):
    CHANGED_RECORD = "changed_record"
    MISSING_RECORD = "missing_record"
    ADDED_RECORD = "added_record"
    SWAPPED_ORDER = "swapped_order"
    CHANGED_SEAL = "changed_seal"
    MISSING_SEAL = "missing_seal"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing in a chain that is not as it was sealed."""

    damage: Damage
    block: int
    record: UUID | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """One chain of one organization. `head` is worth keeping elsewhere: it binds all before it."""

    organization_id: UUID
    chain: str
    blocks: int
    pruned: int
    records: int
    sealed_until: datetime | None
    head: str
    unsealed: int
    unsealed_since: datetime | None
    fault: Fault | None

    @property
    def is_whole(self) -> bool:
        return self.fault is None


def verify_organization(organization_id: UUID, *, newest: int | None = None) -> list[ChainReport]:
    """Both chains of one organization, wholly or only their newest blocks.

    Reads in the caller's scope, or as the operator inside `unscoped`.
    """
    return [verify_chain(organization_id, chain, newest=newest) for chain in AuditSeal.Chain.values]


def verify_chain(organization_id: UUID, chain: str, *, newest: int | None = None) -> ChainReport:
    seals = AuditSeal.objects.filter(organization_id=organization_id, chain=chain)
    last = seals.order_by("-number").first()
    first = max(1, last.number - newest + 1) if last and newest else 1
    before = seals.filter(number=first - 1).first()
    walked = seals.filter(number__gte=first).order_by("number")
    blocks = pruned = records = 0
    fault: Fault | None = None
    for seal in walked.iterator(chunk_size=20):
        fault = _judged(seal, before, expected=first + blocks)
        if fault is not None:
            break
        blocks += 1
        pruned += seal.pruned_at is not None
        records += 0 if seal.pruned_at else seal.count
        before = seal
    tail = AuditRecord.objects.filter(
        organization_id=organization_id,
        seal=None,
        category__in=chains.CATEGORIES[AuditSeal.Chain(chain)],
    ).order_by("created_at")
    return ChainReport(
        organization_id=organization_id,
        chain=chain,
        blocks=blocks,
        pruned=pruned,
        records=records,
        sealed_until=before.newest_at if before else None,
        head=before.digest if before else "",
        unsealed=tail.count(),
        unsealed_since=tail.values_list("created_at", flat=True).first(),
        fault=fault,
    )


def _judged(seal: AuditSeal, before: AuditSeal | None, *, expected: int) -> Fault | None:
    """A block may be pruned between two looks; then it is looked at once more as what it is."""
    fault = _fault(seal, before, expected)
    if fault is None or seal.pruned_at is not None:
        return fault
    seal.refresh_from_db()
    return _fault(seal, before, expected) if seal.pruned_at else fault


def _fault(seal: AuditSeal, before: AuditSeal | None, expected: int) -> Fault | None:
    return next(_faults(seal, before, expected), None)


def _faults(seal: AuditSeal, before: AuditSeal | None, expected: int) -> Iterator[Fault]:
    root = bytes(seal.leaves) if seal.pruned_at else chains.root_of(bytes(seal.leaves))
    is_right = seal.digest == chains.digest_of(seal, root=root)
    if not is_right and (sealed_as := _place(seal, root)):
        yield _of(seal, Damage.SWAPPED_ORDER, f"it was sealed as block {sealed_as}")
    if seal.number != expected:
        yield Fault(
            Damage.MISSING_SEAL,
            expected,
            None,
            f"Block {expected} is missing: the next one is {seal.number}.",
        )
    if not is_right:
        yield _of(seal, Damage.CHANGED_SEAL, "its digest is not that of what it says")
    if seal.previous != (before.digest if before else ""):
        yield _of(seal, Damage.CHANGED_SEAL, "it does not follow on the block before it")
    if seal.pruned_at is None:
        yield from _records(seal)
    elif seal.pruned_at - seal.newest_at < SHORTEST - timedelta(seconds=1):
        yield _of(seal, Damage.MISSING_RECORD, "its records were removed before their time")


def _place(seal: AuditSeal, root: bytes) -> int | None:
    """Under which other number of its chain the seal would be right."""
    numbers = AuditSeal.objects.filter(
        organization_id=seal.organization_id, chain=seal.chain
    ).values_list("number", flat=True)
    here = (n for n in numbers if chains.digest_of(seal, root=root, number=n) == seal.digest)
    return next(here, None)


def _records(seal: AuditSeal) -> Iterator[Fault]:
    rows = AuditRecord.objects.filter(organization_id=seal.organization_id, seal_id=seal.pk)
    found = {record.pk: record for record in rows.order_by("pk")}
    sealed = chains.unpacked(bytes(seal.leaves))
    for leaf in sealed:
        record = found.pop(leaf.id, None)
        if record is None:
            yield _gone(seal, leaf.id)
        elif chains.leaf_of(record).digest != leaf.digest:
            yield _of(seal, Damage.CHANGED_RECORD, "it says something else than it said", leaf.id)
        elif not _is_actor_right(record):
            yield _of(seal, Damage.CHANGED_RECORD, "it names another person than it did", leaf.id)
    for pk in found:
        yield _of(seal, Damage.ADDED_RECORD, "it was not in this block when it was closed", pk)


def _gone(seal: AuditSeal, pk: UUID) -> Fault:
    elsewhere = AuditRecord.objects.filter(organization_id=seal.organization_id, pk=pk).first()
    if elsewhere is None:
        return _of(seal, Damage.MISSING_RECORD, "it is gone", pk)
    return _of(seal, Damage.SWAPPED_ORDER, "it was moved out of its block", pk)


def _is_actor_right(record: AuditRecord) -> bool:
    """An erased person leaves their digest behind; another person would need another digest."""
    if record.actor_id is None:
        return True
    return record.actor_digest == actor_digest(record, record.actor_id)


def _of(seal: AuditSeal, damage: Damage, what: str, record: UUID | None = None) -> Fault:
    subject = f"record {record}" if record else "the block"
    return Fault(damage, seal.number, record, f"Block {seal.number}, {subject}: {what}.")
