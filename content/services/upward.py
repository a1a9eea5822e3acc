"""What content asks of the apps above it; they answer in their `hooks.py`. Loads nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable
from uuid import UUID

from config.kernel.hooks import Registry, Slot

TextsOf = Callable[[Sequence[UUID]], Mapping[UUID, str]]

texts_of: Registry[TextsOf] = Registry("embedded texts", callable)
"""By content type: the texts of some rows, by id, as `remember` was given them. Each app brings
its own; moving to another embedding model needs them."""

FileUse = Callable[[str], bool]

file_users: Registry[FileUse] = Registry("users of stored files", callable)
"""By app: whether a row in sight of the member names a stored file, which may then be seen."""

FileEnd = Callable[[str], None]

file_ends: Registry[FileEnd] = Registry("what ends with a stored file", callable)
"""By app: takes away what was made of a stored file that is being erased."""


@runtime_checkable
class SkillChart(Protocol):
    def __call__(self, skill_id: UUID) -> Sequence[object]:
        """Series for the line chart of a skill: a value a day over the last 30 days."""
        ...


skill_chart: Slot[SkillChart] = Slot("content.skill_chart", SkillChart)  # type: ignore[type-abstract]
"""Analytics, which counts the days, fills it."""


@runtime_checkable
class FrameTaker(Protocol):
    def __call__(
        self, path: Path, content_type: str, *, every_seconds: int, most: int
    ) -> list[bytes]:
        """Pictures out of a video; none where no program on this machine can take them."""
        ...


frames_of: Slot[FrameTaker] = Slot("content.frames_of", FrameTaker)  # type: ignore[type-abstract]
"""Publishing, which has the video program, fills it."""
