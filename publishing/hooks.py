"""What publishing tells the layers below it: its networks, their rules, and its texts."""

from __future__ import annotations

from functools import partial

from brands.platforms import Platform, platforms
from content.models import ContentEmbedding
from content.services.upward import platform_rules, texts_of

from .channels.registry import channels
from .channels.rules import rules_of
from .services.remembered import texts_of_pending_posts, texts_of_posts

for channel in channels.values():
    platforms.register(channel.slug, Platform(channel.slug, channel.label))
    platform_rules.register(channel.slug, partial(rules_of, channel))

texts_of.register(ContentEmbedding.ContentType.PENDING_POST, texts_of_pending_posts)
texts_of.register(ContentEmbedding.ContentType.POST, texts_of_posts)
