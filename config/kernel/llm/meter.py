"""Where the gateway asks for money before it spends any. Billing fills the slot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import UUID, uuid4

from config.kernel.hooks import Slot
from config.kernel.llm.spec import Usage


@dataclass(frozen=True)
class Reservation:
    """A promise that `worst_case_micros` millionths of a dollar may be spent."""

    organization_id: UUID | None
    purpose: str
    worst_case_micros: int
    step_key: str = ""
    id: UUID = field(default_factory=uuid4)


@runtime_checkable
class Meter(Protocol):
    """Reservation before each try, settlement or release after it; one reservation ends once.

    All three are called with no transaction of the gateway's open, in the caller's thread.
    """

    def reserve(
        self,
        organization_id: UUID | None,
        purpose: str,
        worst_case_micros: int,
        *,
        step_key: str = "",
    ) -> Reservation:
        """Raises PaymentRequired when the budget does not hold the worst case."""
        ...

    def settle(
        self,
        reservation: Reservation,
        actual_micros: int,
        usage: Usage,
        *,
        provider: str,
        model: str,
    ) -> None:
        """What it really cost, also for a call that failed after it was billed."""
        ...

    def release(self, reservation: Reservation) -> None:
        """Nothing was billed: the provider refused before it worked."""
        ...


class Unmetered:
    """Stands in where nobody keeps the books."""

    def reserve(
        self,
        organization_id: UUID | None,
        purpose: str,
        worst_case_micros: int,
        *,
        step_key: str = "",
    ) -> Reservation:
        return Reservation(organization_id, purpose, worst_case_micros, step_key)

    def settle(
        self,
        reservation: Reservation,
        actual_micros: int,
        usage: Usage,
        *,
        provider: str,
        model: str,
    ) -> None:
        return None

    def release(self, reservation: Reservation) -> None:
        return None


meter: Slot[Meter] = Slot("llm.meter", Meter)  # type: ignore[type-abstract]


def current_meter() -> Meter:
    return meter.get() or Unmetered()
