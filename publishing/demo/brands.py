"""The demo agency's two brands. Invented, as are their customers and their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publishing.channels.feed import Feed

from .bakery import BAKERY_MATERIALS
from .texts import MaterialText
from .workshop import WORKSHOP_MATERIALS


@dataclass(frozen=True, slots=True)
class DemoBrand:
    """A brand, the address of its hosted page, its schedule and what it can write from."""

    handle: str
    profile: Mapping[str, Any]
    schedule: Mapping[str, Any]
    materials: Sequence[MaterialText]

    @property
    def name(self) -> str:
        return str(self.profile["name"])


BAKERY = DemoBrand(
    handle="kiln-and-crumb",
    profile={
        "name": "Kiln & Crumb",
        "website_url": "https://kilnandcrumb.example",
        "business_type": "Wood-fired bakery and baking school",
        "location": "Penryn, Cornwall",
        "price_range": "Loaves £3.80 to £6.50, courses £85",
        "unique_selling_points": [
            "Every loaf rises for 36 hours",
            "Rye milled in the bakery on the morning it is baked",
            "Nothing baked is thrown away",
        ],
        "language": "en",
        "timezone": "Europe/London",
        "tone": ["friendly", "confident"],
        "personality": "A baker at the counter: warm, plain, proud of the work and never grand.",
        "target_audience": "People within half an hour of Penryn who care what they eat",
        "custom_context": "We close on Mondays. Say bread and not product.",
        "language_rules": {
            "words_to_use": ["sourdough", "wood-fired"],
            "words_to_avoid": ["artisan", "guilt-free", "superfood"],
            "required_words": [],
            "emoji_usage": "none",
            "hashtag_style": "minimal",
            "cta_style": "soft",
        },
        "example_posts": [
            {
                "platform": Feed.slug,
                "content": "The oven went out at four this morning. It was lit again by ten past. "
                "Bread is a little late today, and every bit as good.",
            },
            {
                "platform": Feed.slug,
                "content": "Forty loaves went to the regatta, and none came back. "
                "Thank you, Penryn.",
            },
        ],
        "content_pillars": [
            {"name": "Courses", "percentage": 20},
            {"name": "Bakers", "percentage": 30},
            {"name": "Bread", "percentage": 50},
        ],
        "auto_approve": True,
    },
    schedule={
        "name": "Every morning at eight",
        "frequency": "custom",
        "times": ["08:00"],
        "days_of_week": [0, 2, 3, 4, 5, 6],
        "timezone": "Europe/London",
        "material_strategy": "pillar_balanced",
    },
    materials=BAKERY_MATERIALS,
)

WORKSHOP = DemoBrand(
    handle="harrow-cycles",
    profile={
        "name": "Harrow Cycles",
        "website_url": "https://harrowcycles.example",
        "business_type": "Bicycle workshop and cargo bike shop",
        "location": "Stokes Croft, Bristol",
        "price_range": "Service £75, cargo bikes from £2,400",
        "unique_selling_points": [
            "Repairs are ready in two working days",
            "A fixed price before any work begins",
            "Cargo bikes to borrow for three weeks",
        ],
        "language": "en",
        "timezone": "Europe/London",
        "tone": ["professional", "casual"],
        "personality": "A mechanic who explains what is wrong and what can wait until spring.",
        "target_audience": "People in Bristol who ride to work and take children to school",
        "custom_context": "We never talk down to people who cannot mend a puncture.",
        "language_rules": {
            "words_to_use": ["workshop"],
            "words_to_avoid": ["cheap", "hassle-free", "revolutionary"],
            "required_words": [],
            "emoji_usage": "none",
            "hashtag_style": "moderate",
            "cta_style": "direct",
        },
        "example_posts": [
            {
                "platform": Feed.slug,
                "content": "Your brakes squeal in the wet? Nine times in ten it is dirt on the "
                "rim. Wipe it off first, and only then come to us.",
            },
        ],
        "content_pillars": [
            {"name": "Repairs", "percentage": 50},
            {"name": "Riding", "percentage": 30},
            {"name": "Offers", "percentage": 20},
        ],
        "auto_approve": True,
    },
    schedule={
        "name": "Monday, Wednesday and Friday at five",
        "frequency": "custom",
        "times": ["17:00"],
        "days_of_week": [1, 3, 5],
        "timezone": "Europe/London",
        "material_strategy": "round_robin",
    },
    materials=WORKSHOP_MATERIALS,
)

DEMO_BRANDS = (BAKERY, WORKSHOP)
