"""Every guard, in the order of their fixes: what lengthens a text stands before its length."""

from __future__ import annotations

from config.kernel.hooks import Registry

from . import (
    hashtags,
    language,
    length,
    links,
    numbers,
    placeholders,
    required_words,
    words_to_avoid,
)
from .base import Guard

guards: Registry[Guard] = Registry("guards", Guard)

for _module in (
    placeholders,
    words_to_avoid,
    links,
    required_words,
    hashtags,
    length,
    numbers,
    language,
):
    guards.register(_module.GUARD.slug, _module.GUARD)
