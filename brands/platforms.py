"""Which networks a brand can have rules for. Publishing, which knows the channels, fills it."""

from __future__ import annotations

from dataclasses import dataclass

from config.kernel.hooks import Registry


@dataclass(frozen=True, slots=True)
class Platform:
    slug: str
    label: str


platforms: Registry[Platform] = Registry("platforms", Platform)
