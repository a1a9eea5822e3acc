"""Intents that several tests begin with."""

from __future__ import annotations

from typing import Any

from content.skills.intent import Intent

RICH = frozenset(
    {"question", "number", "quote", "command", "story", "contrast", "items", "several"}
)


def intent(**fields: Any) -> Intent:
    return Intent(
        **{"platform": "feed", "angle": "product_focus", "features": RICH, "room": 3_000, **fields}
    )
