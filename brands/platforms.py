"""Which networks a brand can have rules for. Publishing, which knows the channels, fills it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.kernel.hooks import Registry


@dataclass(frozen=True, slots=True)
class Platform:
    """`count` is how the network counts a composed text against `max_characters`."""

    slug: str
    label: str
    max_characters: int = 1_000
    hashtags_max: int | None = None
    count: Callable[[str], int] = len


platforms: Registry[Platform] = Registry("platforms", Platform)
