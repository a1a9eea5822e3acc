"""How many members a plan covers, said by the test and not by the price list."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from organizations.services.entitlements import Entitlements, entitlements


class Seats(Entitlements):
    def __init__(self, members: int | None) -> None:
        self.members = members

    def limit(self, name: str) -> int | None:
        return self.members if name == "members" else None


@pytest.fixture
def seats(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """`seats(5)` for a plan with five; without a call there is no end."""

    def give(members: int | None) -> None:
        monkeypatch.setattr(entitlements, "_value", Seats(members))

    give(None)
    return give
