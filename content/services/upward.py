"""What content asks of the apps above it; they answer in their `hooks.py`. Loads nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
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


@dataclass(frozen=True, slots=True)
class Mention:
    """A post or draft that shows a stored file: its first words, its state, and its page."""

    words: str
    state: str
    url: str


FileMentions = Callable[[str], Sequence[Mention]]

file_mentions: Registry[FileMentions] = Registry("mentions of stored files", callable)
"""By app: what in sight of the member shows a stored file, the newest first and not all of it."""


@dataclass(frozen=True, slots=True)
class NetworkRendition:
    """What one network gets of a file: `note` says what is changed, `problem` why it gets none.

    `reference` is the fitted file's key, empty where there is none; `is_same` where it goes as it
    is; `is_waiting` where only the worker can make it. `shape` is what to cut a picture to where
    the network would else get it with edges.
    """

    platform: str
    label: str
    note: str = ""
    problem: str = ""
    reference: str = ""
    facts: str = ""
    is_same: bool = False
    is_waiting: bool = False
    shape: str = ""

    @property
    def file_name(self) -> str:
        return self.reference.rpartition("/")[2]

    @property
    def is_picture(self) -> bool:
        return self.file_name.endswith((".jpg", ".png", ".webp"))


@runtime_checkable
class RenditionSource(Protocol):
    def __call__(
        self, medium: Mapping[str, Any], *, brand_id: UUID | None
    ) -> Sequence[NetworkRendition]:
        """One of each network that takes such files, made where it is not there yet. With no
        transaction open."""
        ...


asset_renditions: Slot[RenditionSource] = Slot("content.asset_renditions", RenditionSource)  # type: ignore[type-abstract]
"""Publishing, which knows the networks, fills it."""


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
