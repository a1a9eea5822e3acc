"""How a run tells whoever looks on what it is at."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, str], None]
"""Called with the step and a sentence."""


def quiet(step: str, message: str) -> None:
    """The progress of nobody who looks."""
