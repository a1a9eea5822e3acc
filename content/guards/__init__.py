"""Guards: what a text must keep to before it may be published. One file a guard."""

from .base import (
    CandidateText,
    Guard,
    GuardBrief,
    Severity,
    TextCount,
    Verdict,
)
from .checking import Checked, Inspection, inspect
from .registry import guards

__all__ = [
    "CandidateText",
    "Checked",
    "Guard",
    "GuardBrief",
    "Inspection",
    "Severity",
    "TextCount",
    "Verdict",
    "guards",
    "inspect",
]
