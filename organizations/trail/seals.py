"""Close records into blocks, seconds after they were written: the acts pay nothing for it."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Final
from uuid import UUID

import structlog
from django.db import IntegrityError, OperationalError

from config.kernel.clock import now
from config.kernel.due import by_organization, due_rows
from config.kernel.scoping import org_atomic
from config.kernel.tasks import record_work
from organizations.models import AuditRecord, AuditSeal

from . import chain as chains

log = structlog.get_logger(__name__)

MOST_A_BLOCK: Final = 1_000
MOST_A_PASS: Final = 5_000
BLOCKS_A_PASS: Final = 20
"""Of one chain: a backlog of one organization must not keep the others from being sealed."""


def seal_records(moment: datetime | None = None) -> int:
    """Close the unsealed records of every organization; returns how many were closed.

    Bounded a pass; what is left comes with the next. Two sealers at once make one chain: the second
    waits for the rows of the first, and the number of a seal is unique.
    """
    moment = moment or now()
    due = by_organization(due_rows(AuditRecord, moment=moment, most=MOST_A_PASS))
    sealed = sum(_seal_organization(organization_id, moment) for organization_id in due)
    if sealed:
        record_work("audit_seal", sealed)
    return sealed


def seal_block(organization_id: UUID, chain: str, moment: datetime) -> AuditSeal | None:
    """Close the oldest unsealed records of one chain, in one transaction; None if there are none.

    Raises IntegrityError when another sealer took the number first; the next pass goes on.
    """
    with org_atomic(organization_id):
        unsealed = AuditRecord.objects.filter(
            seal=None,
            category__in=chains.CATEGORIES[AuditSeal.Chain(chain)],
            created_at__lte=moment,
        )
        # Another sealer's rows are waited for: passed by, they would leave the order of the chain.
        locked = unsealed.order_by("pk").select_for_update(no_key=True, of=("self",))
        records = chains.in_order(list(locked[:MOST_A_BLOCK]))
        if not records:
            return None
        last = AuditSeal.objects.filter(chain=chain).order_by("-number").first()
        leaves = chains.packed(chains.leaf_of(record) for record in records)
        seal = AuditSeal(
            organization_id=organization_id,
            chain=chain,
            number=last.number + 1 if last else 1,
            count=len(records),
            newest_at=max(record.created_at for record in records),
            previous=last.digest if last else "",
            leaves=leaves,
        )
        seal.digest = chains.digest_of(seal, root=chains.root_of(leaves))
        seal.save(force_insert=True)
        AuditRecord.objects.filter(pk__in=[record.pk for record in records]).update(seal=seal)
    # Also outside the database: who rewrites a whole chain cannot rewrite what was logged.
    log.info("audit_sealed", chain=chain, number=seal.number, digest=seal.digest, count=seal.count)
    return seal


def _seal_organization(organization_id: UUID, moment: datetime) -> int:
    sealed = 0
    for chain in AuditSeal.Chain.values:
        for turn in count(1):
            try:
                seal = seal_block(organization_id, chain, moment)
            except (IntegrityError, OperationalError) as error:
                # Another sealer took the number, or an erasure held the same rows the other way
                # round. The next pass goes on, and the other organizations do not wait for it.
                log.info("audit_seal_put_off", chain=chain, error=str(error))
                break
            sealed += seal.count if seal else 0
            if seal is None or seal.count < MOST_A_BLOCK or turn == BLOCKS_A_PASS:
                break
    return sealed
