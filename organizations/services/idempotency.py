"""A request that is sent twice happens once: the answer of the first is given to the second.

A claim is committed before the work, and the answer together with the work. So a process that dies
in between leaves either both or a claim that the next one takes over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import ApiKey, IdempotentRequest

KEPT: Final = timedelta(hours=24)
TAKEN_OVER_AFTER: Final = timedelta(seconds=60)
MOST_CHARACTERS: Final = 255


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer that the first request got."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do the work of one key. `taken_at` is its fence: a later taker has another."""

    id: UUID
    taken_at: Any


class InFlight(Conflict):
    """The same request is going on elsewhere. If this one has done work, it must be undone."""

    default_code = "idempotency_in_flight"

    def __init__(self) -> None:
        super().__init__(
            "A request with this Idempotency-Key is still going on. Ask again in a moment."
        )
        self.retry_after = 1.0


def fingerprint_of(parts: Iterable[bytes]) -> str:
    """SHA-256 in hex of what makes two requests the same: method, address and body."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()


def claim_request(*, key: ApiKey, name: str, fingerprint: str) -> Claim | Stored:
    """Take the right to do this, or get the answer that was given before.

    Commits before it returns. Raises Invalid (`idempotency_mismatch`) when the name was used for
    another request, InFlight while the first is still going on.
    """
    if not 1 <= len(name) <= MOST_CHARACTERS or not name.isprintable():
        raise Invalid(
            f"Idempotency-Key has 1 to {MOST_CHARACTERS} printable characters.",
            code="idempotency_key_invalid",
        )
    with org_atomic():
        moment = now()
        _forget_old(key, name)
        try:
            with transaction.atomic():
                row = IdempotentRequest.objects.create(
                    api_key=key, key=name, fingerprint=fingerprint, updated_at=moment
                )
        except IntegrityError:
            return _other(key, name, fingerprint)
        return Claim(row.pk, row.updated_at)


def store_answer(*, claim: Claim, status: int, body: Any) -> None:
    """Write the answer down, in the transaction of the work. Raises InFlight when
    another has taken the claim over: the work is undone then.
    """
    mine = IdempotentRequest.objects.filter(pk=claim.id, updated_at=claim.taken_at, status=None)
    if not mine.update(status=status, answer=body, updated_at=now()):
        raise InFlight


def release_claim(*, claim: Claim) -> None:
    """Let the next request with the key do the work: this one did nothing."""
    with org_atomic():
        IdempotentRequest.objects.filter(
            pk=claim.id, updated_at=claim.taken_at, status=None
        ).delete()


def _other(key: ApiKey, name: str, fingerprint: str) -> Claim | Stored:
    row = IdempotentRequest.objects.select_for_update().filter(api_key=key, key=name).first()
    if row is None:
        # The first one failed and let go between our two looks.
        raise InFlight
    if row.fingerprint != fingerprint:
        raise Invalid(
            "This Idempotency-Key was used for another request. Use a new one for each thing "
            "that you want done.",
            code="idempotency_mismatch",
        )
    if row.status is not None:
        return Stored(row.status, row.answer)
    if row.updated_at > now() - TAKEN_OVER_AFTER:
        raise InFlight
    # Whoever had it died, or is so slow that its commit will find another fence.
    row.save(update_fields=["updated_at"])
    return Claim(row.pk, row.updated_at)


def _forget_old(key: ApiKey, name: str) -> None:
    old = IdempotentRequest.objects.filter(api_key=key, key=name, created_at__lte=now() - KEPT)
    old.delete()
