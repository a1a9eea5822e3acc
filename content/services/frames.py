"""Pictures out of a stored video, which the app above that has the program takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from config.kernel.hooks import Slot


@runtime_checkable
class FramesOf(Protocol):
    def __call__(
        self, path: Path, content_type: str, *, every_seconds: int, most: int
    ) -> Sequence[bytes]:
        """JPEGs in order; none where no program is there to take them, or it failed."""
        ...


frames_of: Slot[FramesOf] = Slot("content.frames_of", FramesOf)  # type: ignore[type-abstract]
