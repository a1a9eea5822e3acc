"""What `manage.py doctor` asks. Each app adds what it can say in its `hooks.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .hooks import Registry


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's table, in words for people.

    `is_well` None: nothing is broken, but somebody may want to know.
    """

    subject: str
    is_well: bool | None
    says: str
    mend: str = ""


Check = Callable[[], Iterable[Finding]]

# Name of the subject -> the function that looks. A check reports what it finds; it never raises
# for a thing that is merely wrong, and never mends anything.
doctor_checks: Registry[Check] = Registry("doctor checks", callable)
