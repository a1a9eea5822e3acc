"""Where everything that works by itself asks whether somebody has pulled the brake.

The lower layers ask before every call of a language model and before every page that is fetched
to be read; publishing answers, because the stops are its rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final
from uuid import UUID

from .errors import Unavailable
from .hooks import Slot

HALTED: Final = "stopped"
"""Code of a `Halted`."""
LOOK_AGAIN_SECONDS: Final = 60.0


class Halting(ABC):
    """Knows of the stops of all levels."""

    @abstractmethod
    def why(self, organization_id: UUID | None, brand_id: UUID | None) -> str:
        """Who stopped it, when and why, as a sentence; empty when nothing does.

        Without a brand only what stops the whole organization or installation counts.
        """

    @abstractmethod
    def brands(self, organization_id: UUID) -> frozenset[UUID]:
        """The brands that are stopped by themselves."""


halting: Slot[Halting] = Slot("halting", Halting)  # type: ignore[type-abstract]


class Halted(Unavailable):
    """Somebody stopped this. It is put off and not failed: no try of it is counted."""

    default_code = HALTED


def is_halted(organization_id: UUID) -> bool:
    """Whether all of an organization stands still. What waits in rows then simply goes on waiting:
    workers ask before they claim, so no try of it is counted."""
    brake = halting.get()
    return bool(brake and brake.why(organization_id, None))


def halted_brands(organization_id: UUID) -> frozenset[UUID]:
    brake = halting.get()
    return brake.brands(organization_id) if brake else frozenset()


def refuse_halted(organization_id: UUID | None, brand_id: UUID | None = None) -> None:
    """Raise Halted while a stop stands; call it with no transaction open that must not read."""
    brake = halting.get()
    sentence = brake.why(organization_id, brand_id) if brake else ""
    if sentence:
        raise Halted(
            f"{sentence} Nothing is written or read until somebody lets go.",
            retry_after=LOOK_AGAIN_SECONDS,
        )
