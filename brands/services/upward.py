"""What brands asks of the apps above it; they answer in their `hooks.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from config.kernel.hooks import Slot

if TYPE_CHECKING:
    from brands.models import BrandProfile
    from brands.services.voices import VoiceProfile


@runtime_checkable
class SampleWriter(Protocol):
    """Writes a post on a fixed sample material, as the brand would sound with other values."""

    def __call__(
        self,
        brand: BrandProfile,
        changes: Mapping[str, Any],
        voice: VoiceProfile | None,
        platform: str = "",
    ) -> str:
        """The text alone. `changes` are fields of the brand laid over its row, nothing is saved.

        Written by the offline writer, so that it is free, quick and the same each time.
        """
        ...


sample_writer: Slot[SampleWriter] = Slot("brands.sample_writer", SampleWriter)  # type: ignore[type-abstract]
