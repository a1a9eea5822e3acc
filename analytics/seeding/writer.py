"""Posts as the seeded brands would have written them: sentences put together, no two alike."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from content.models import Angle

from .trades import Trade

_OPENINGS: Final[dict[str, tuple[str, ...]]] = {
    Angle.PRODUCT_FOCUS: (
        "This week it is all about {product}.",
        "New on the bench: {product}, now with {number} places a month.",
        "What goes into {product}? More than most people expect.",
        "{number} orders in, and {product} still leave us checked by two people.",
    ),
    Angle.USER_BENEFIT: (
        "{benefit_cap}: that is what people tell us they came for.",
        "If you want {benefit}, begin with {product}.",
        "It takes {number} minutes to find out whether {product} would give you {benefit}.",
        "{benefit_cap} is not luck. It is {number} small decisions in a row.",
    ),
    Angle.STORYTELLING: (
        "Last {month} {customer} came in with a question and left with a plan.",
        "{customer_cap} had given up on {product}. Then we looked at it together.",
        "It was {number} past seven when the phone rang: {customer}.",
        "We still think of the {month} when {customer} first asked about {product}.",
    ),
    Angle.EDUCATIONAL: (
        "A thing that we explain {number} times a month, so here it is for everyone.",
        "Three things about {product} that nobody tells you at the counter.",
        "Why {product} can take {number} days: the honest answer.",
        "Before you spend anything on {product}, read this.",
    ),
    Angle.SOCIAL_PROOF: (
        "{number} people have asked for {product} since {month}.",
        '{customer_cap} wrote to us: "{benefit_cap}, and it has lasted."',
        "Of the {number} people who tried it in {month}, nearly all came back.",
        "We did not expect {customer} to tell half the town. Thank you.",
    ),
    Angle.PROMOTIONAL: (
        "Until the end of {month}: {product} at last year's price.",
        "{number} places are left for {product} in {month}.",
        "Book {product} in {month} and the first look is on us.",
        "Our {month} list is open. We begin with {product}, as always.",
    ),
}
_MIDDLES: Final = (
    "We have kept count since {month}, and the picture is clear.",
    "{customer_cap} asked us about it only {number} days ago.",
    "It sounds small. After {number} of them it no longer does.",
    "Nobody has to take our word for it: come and look.",
    "That is one reason why we take our time with {product}.",
    "",
)
_CLOSINGS: Final = (
    "Questions? We answer before the end of the day.",
    "Come by, the kettle is on.",
    "More about it in the link.",
    "Tell us how you do it.",
    "What would you like to see next?",
    "",
)
_MOST_CHARACTERS: Final = 240
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Text:
    content: str
    hashtags: tuple[str, ...]


class Writer:
    """One brand's hand. The same random numbers give the same posts."""

    def __init__(self, trade: Trade, random: Random) -> None:
        self.trade = trade
        self.random = random

    def post(self, angle: str) -> Text:
        choose = self.random.choice
        product, benefit = choose(self.trade.products), choose(self.trade.benefits)
        customer = choose(self.trade.customers)
        words = {
            "product": product,
            "benefit": benefit,
            "benefit_cap": _capital(benefit),
            "customer": customer,
            "customer_cap": _capital(customer),
            "month": choose(_MONTHS),
            "number": self.random.randint(3, 240),
        }
        parts = (
            choose(_OPENINGS[angle]),
            choose(self.trade.facts),
            choose(_MIDDLES),
            choose(_CLOSINGS),
        )
        content = _fitted([part.format(**words) for part in parts if part])
        count = self.random.randint(1, 3)
        return Text(content, tuple(self.random.sample(self.trade.hashtags, count)))

    def material(self) -> tuple[str, str, list[str]]:
        """Name, text and key points of one piece of raw material."""
        facts = self.random.sample(self.trade.facts, 3)
        product = self.random.choice(self.trade.products)
        number, month = self.random.randint(3, 240), self.random.choice(_MONTHS)
        name = f"{_capital(product)}: notes of {month}, part {number}"
        opening = (
            f"In {month} we looked at {product} with {self.random.choice(self.trade.customers)}."
        )
        return name, " ".join([opening, *facts, f"That makes {number} since {month}."]), facts


def _fitted(sentences: list[str]) -> str:
    """As many sentences as the narrowest network takes beside three hashtags."""
    while len(" ".join(sentences)) > _MOST_CHARACTERS:
        sentences.pop()
    return " ".join(sentences)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
