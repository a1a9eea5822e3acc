"""Kinds of values that programs send."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

# Further ahead than anybody plans, and far from where calendars end.
LATEST_YEAR = 2100


def _storable(text: str) -> str:
    # PostgreSQL stores no NUL and no half of a character, and nobody means one.
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _in_reach(moment: AwareDatetime) -> AwareDatetime:
    if not 1970 <= moment.year <= LATEST_YEAR:
        raise ValueError(f"choose a year from 1970 to {LATEST_YEAR}")
    return moment


Words = Annotated[str, AfterValidator(_storable)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_reach)]
"""With its offset from UTC: a wall time alone would be another moment for each reader."""
