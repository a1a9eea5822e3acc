"""When a network or an account is left alone for a while: the rule, without a clock or a database.

Closed, it counts failures that follow each other; enough of them open it. Open, nothing is sent
until a moment. From that moment it is half open: one sending at a time tries, one failure opens it
anew, enough successes close it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Phase(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Rule:
    """After how many failures it opens, for how long, and after how many successes it closes."""

    failures: int
    open_seconds: float
    successes: int


NETWORK = Rule(failures=3, open_seconds=120.0, successes=2)
"""For a network, or one server of it, over all organizations (specification 2c, Platform API)."""

ACCOUNT = Rule(failures=5, open_seconds=60.0, successes=2)
"""For one account (specification 1c, errors)."""


@dataclass(frozen=True, slots=True)
class Breaker:
    failures: int = 0
    successes: int = 0
    opened_until: datetime | None = None
    """None while it is closed; a moment that has passed means half open."""

    @property
    def is_clean(self) -> bool:
        return not self.failures and self.opened_until is None

    def phase(self, moment: datetime) -> Phase:
        if self.opened_until is None:
            return Phase.CLOSED
        return Phase.OPEN if moment < self.opened_until else Phase.HALF_OPEN

    def after_failure(self, rule: Rule, moment: datetime) -> Breaker:
        failures = min(self.failures + 1, rule.failures)
        if self.opened_until is None and failures < rule.failures:
            return Breaker(failures)
        return Breaker(failures, opened_until=moment + timedelta(seconds=rule.open_seconds))

    def after_success(self, rule: Rule, moment: datetime) -> Breaker:
        """Also of a sending that was on its way when it opened: it tells as much as a try does."""
        successes = self.successes + 1
        if self.opened_until is None or successes >= rule.successes:
            return Breaker()
        return Breaker(self.failures, successes, opened_until=moment)

    def trying(self, until: datetime) -> Breaker:
        """Half open, one tries: for everybody else it is open until that one must have ended."""
        return Breaker(self.failures, self.successes, opened_until=until)
