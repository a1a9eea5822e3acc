"""Every guard, in the order of their fixes: what lengthens a text stands before its length.

What leaves sentences out comes first, so that nothing is traced, counted or filled up for them. The
disclosure follows the length because it makes room for itself, and no cut may take it off again.
"""

from __future__ import annotations

from config.kernel.hooks import Registry

from . import (
    claims,
    crisis,
    disclosure,
    facts,
    hashtags,
    language,
    length,
    links,
    mentions,
    orders,
    personal_data,
    placeholders,
    prices,
    readability,
    required_words,
    voice,
    words_to_avoid,
)
from .base import Guard

guards: Registry[Guard] = Registry("guards", Guard)

for _module in (
    placeholders,
    orders,
    words_to_avoid,
    links,
    mentions,
    personal_data,
    prices,
    facts,
    claims,
    crisis,
    required_words,
    hashtags,
    length,
    disclosure,
    language,
    readability,
    voice,
):
    guards.register(_module.GUARD.slug, _module.GUARD)
