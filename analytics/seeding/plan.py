"""What is to be seeded, and keys and numbers that follow from it alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from random import Random
from typing import Final
from uuid import UUID

# A moment of early 2020 in milliseconds: keys of seeded rows lie before all others.
_EPOCH: Final = 0x0170_0000_0000
MOST_ORGANIZATIONS: Final = 1 << 16
ACCOUNTS_A_BRAND: Final = 4
MARK: Final = "seeded"
"""In the settings of each seeded organization, with the random seed behind it."""

DOMAIN: Final = "seeded.invalid"
"""Of people and servers: no name under .invalid is ever found, so nothing leaves this machine."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes for each organization, as the command was given them.

    `until` is the moment at which the seeded history ends; everything else follows from the
    arguments, so that the same ones give the same rows.
    """

    organizations: int
    accounts: int
    posts: int
    random_seed: int
    until: datetime
    embeddings: int = 0

    @property
    def brands(self) -> int:
        return max(1, self.accounts // ACCOUNTS_A_BRAND)

    @property
    def materials(self) -> int:
        return max(24, self.posts // 20)

    @property
    def waiting(self) -> int:
        """Posts that a person must decide on."""
        return max(2, min(60, self.posts // 80))

    @property
    def coming(self) -> int:
        """Approved posts whose time has not come."""
        return max(2, min(120, self.posts // 40))


class Keys:
    """UUIDs of version 7 in rising order, for one organization."""

    def __init__(self, plan: Plan, number: int) -> None:
        moment = _EPOCH + ((plan.random_seed % MOST_ORGANIZATIONS) << 16) + number
        self._base = (moment << 80) | (7 << 76) | (2 << 62)
        self._count = count(1)

    def __next__(self) -> str:
        return str(UUID(int=self._base + next(self._count)))

    def __iter__(self) -> Iterator[str]:
        return self


def random_of(plan: Plan, number: int, what: str) -> Random:
    """Each part has numbers of its own: more posts do not change the brands."""
    return Random(f"{plan.random_seed}:{number}:{what}")
