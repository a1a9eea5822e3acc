from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MaterialText:
    """A text as somebody at the brand would hand it in."""

    name: str
    text: str
