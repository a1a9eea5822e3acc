"""A channel's limits as the writers and guards of `content` take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import Channel
from .shapes import Limits
from .text import measure_text

if TYPE_CHECKING:
    from content.services.briefs import PlatformRules


def rules_of(channel: Channel, limits: Limits | None = None) -> PlatformRules:
    """`limits` are those of an account where it has its own, by default the channel's."""
    from content.services.briefs import PlatformRules

    found = limits or channel.limits_for()

    def count(text: str) -> int:
        return measure_text(text, found).used

    return PlatformRules(
        slug=channel.slug,
        label=channel.label,
        max_characters=found.max_characters,
        count=count,
        max_bytes=found.max_bytes,
        hashtags_max=found.hashtags_max,
    )
