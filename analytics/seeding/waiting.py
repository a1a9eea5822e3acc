"""What has not gone out: posts that wait for a person or for their time, and some that failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from content.models import Angle, GuardResult
from publishing.models import DeliveryAttempt, DeliveryState, PendingStatus

from .ground import Ground
from .history import Loop, Turn
from .plan import random_of
from .sheets import Sheet, at

GUARDS: Final = (
    *("length", "placeholders", "words_to_avoid", "required_words", "links", "language"),
    *("facts", "hashtags"),
)
_ENDED: Final = (
    (PendingStatus.EXPIRED, "", "", ""),
    (PendingStatus.REJECTED, "Not our tone.", "", ""),
    (PendingStatus.FAILED, "", "validation", "The network refused the text as too long."),
    (
        PendingStatus.FAILED,
        "",
        "missed",
        "It was due while nothing ran, so it was not posted late.",
    ),
)


class Waiting(Loop):
    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, random_of(ground.plan, ground.number, "waiting"))
        self.guards = Sheet(GuardResult, "candidate_id", "guard", "version", "passed", "reason")

    @property
    def sheets(self) -> list[Sheet]:
        return [*super().sheets, self.guards]

    def tell(self) -> list[Sheet]:
        plan = self.ground.plan
        for number in range(plan.waiting):
            self._ask(self._soon(number, hours=(1, 40)), plan.until)
        for number in range(plan.coming):
            turn = self._soon(number, hours=(6, 24 * 7))
            self.write(turn, PendingStatus.AUTO_APPROVED)
            self.approve(turn)
            self.deliver(turn, DeliveryState.SCHEDULED)
        for number in range(plan.waiting):
            self._end(number)
        return self.sheets

    def _soon(self, number: int, *, hours: tuple[float, float]) -> Turn:
        ahead = timedelta(hours=self.random.uniform(*hours))
        return self.turn(self.ground.plan.until + ahead, number)

    def _ask(self, turn: Turn, until: datetime) -> None:
        """Three variations side by side, each with its guards, and a deadline."""
        self.write(turn, PendingStatus.PENDING, expires=until + timedelta(hours=24))
        keys, texts = self.ground.keys, [turn.candidate]
        for rank, label in ((2, "B"), (3, "C")):
            angle = self.random.choice(Angle.values)
            texts.append(next(keys))
            text = self.writers[turn.brand.id].post(angle)
            self.candidate(turn, texts[-1], label, rank, angle, text)
        for candidate in texts:
            for guard in GUARDS:
                self.guards.add(
                    *(next(keys), self.ground.id, at(turn.planned)),
                    *(candidate, guard, "1", *_verdict(guard, self.random)),
                )

    def _end(self, number: int) -> None:
        """One that was not published, now and then with a delivery whose end nobody knows."""
        back = timedelta(hours=self.random.uniform(1, 24 * 20))
        turn = self.turn(self.ground.plan.until - back, number)
        if number % 20 == 7:
            self.write(turn, PendingStatus.PUBLISHING)
            self.approve(turn)
            self._lose(turn)
            return
        status, rejected, category, reason = _ENDED[number % len(_ENDED)]
        self.write(turn, status, ended=(rejected, category, reason))

    def _lose(self, turn: Turn) -> None:
        why = "The network did not say whether it took the post. Look there: is it out?"
        sent = turn.planned + timedelta(seconds=3)
        id, *_ = self.deliver(turn, DeliveryState.UNKNOWN, sent=sent, code="timeout", why=why)
        self.attempts.add(
            *(next(self.ground.keys), self.ground.id, at(sent), id, 1),
            *(DeliveryAttempt.Outcome.AMBIGUOUS, why, "timeout", "{}", 20_000),
        )


def _verdict(guard: str, random: Random) -> tuple[bool, str]:
    if guard == "hashtags" and random.random() < 0.1:
        return False, "Four hashtags are more than the brand's style allows."
    return True, ""
