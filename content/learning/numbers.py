"""How much one act of a person moves a pattern. Source: specification 3c, feedback learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Act = Literal["approve", "edit", "regenerate", "reject"]

FIRST_CONFIDENCE: dict[Act, float] = {
    "approve": 0.7,
    "edit": 0.6,
    "regenerate": 0.4,
    "reject": 0.3,
}
FIRST_SUCCESS: dict[Act, float] = {"approve": 1.0, "edit": 0.8, "regenerate": 0.6, "reject": 0.2}

_STEPS: dict[Act, float] = {"approve": 0.10, "edit": -0.05, "regenerate": -0.15, "reject": -0.20}
_A_POINT = 0.05  # of confidence for every point of an edit's score above or below the middle
_MIDDLE, _GOOD = 3, 4


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a pattern stands: both from 0 to 1, after so many acts."""

    confidence: float
    success_rate: float
    count: int = 1


def step(act: Act, score: int | None = None) -> float:
    """What an act adds to a confidence. A score, 1 to 5, weighs with an edit only."""
    if act == "edit" and score is not None:
        return (score - _MIDDLE) * _A_POINT
    return _STEPS[act]


def is_success(act: Act, score: int | None = None) -> bool:
    return act == "approve" or (score is not None and score >= _GOOD)


def first(act: Act) -> Standing:
    return Standing(FIRST_CONFIDENCE[act], FIRST_SUCCESS[act])


def after(standing: Standing, act: Act, score: int | None = None) -> Standing:
    """The standing after one more act; the success rate is the mean of all of them."""
    confidence = min(1.0, max(0.0, standing.confidence + step(act, score)))
    total = standing.success_rate * standing.count + is_success(act, score)
    return Standing(confidence, total / (standing.count + 1), standing.count + 1)
