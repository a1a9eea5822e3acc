"""What publishing tells the layers below it: which networks a brand can have rules for."""

from __future__ import annotations

from brands.platforms import Platform, platforms

from .channels.registry import channels

for channel in channels.values():
    platforms.register(channel.slug, Platform(channel.slug, channel.label))
