"""Guards: what a text must keep to before it may be published. One file a guard."""

from .base import (
    CandidateText,
    Citation,
    Guard,
    GuardBrief,
    Severity,
    Source,
    TextCount,
    Verdict,
)
from .checking import Checked, Inspection, inspect
from .registry import guards

__all__ = [
    "CandidateText",
    "Checked",
    "Citation",
    "Guard",
    "GuardBrief",
    "Inspection",
    "Severity",
    "Source",
    "TextCount",
    "Verdict",
    "guards",
    "inspect",
]
