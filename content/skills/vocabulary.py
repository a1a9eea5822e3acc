"""The closed list of words that a structure is made of, each with what it means.

Nothing that a person or a model wrote can be one of them, which is why a structure can be shared.
A word is never renamed or taken away, because fingerprints are made of them; new ones may be added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

TASKS: Final = ("post", "ad", "story", "email")


@dataclass(frozen=True, slots=True)
class Word:
    """`label` for lists, `told` inside a sentence to people, `asked` as an order to a writer."""

    label: str
    told: str
    asked: str


def _part(**words: tuple[str, str, str]) -> Mapping[str, Word]:
    return MappingProxyType({key: Word(*said) for key, said in words.items()})


HOOK = _part(
    statement=("Statement", "opens with a statement", "Open with the main point as a statement."),
    question=("Question", "opens with a question", "Open with a question that the text answers."),
    number=("Number", "opens with a figure", "Open with a figure from the material."),
    quote=("Quotation", "opens with a quotation", "Open with a quotation from the material."),
    command=("Request", "opens with a request", "Open by telling the reader what to do."),
    story=("Scene", "opens with a moment in time", "Open with when and where something happened."),
    contrast=("Contrast", "opens with a contrast", "Open with a contrast: not this, but that."),
)
BODY = _part(
    none=("Nothing more", "says nothing more", "Write nothing between the opening and the end."),
    paragraph=("Running text", "goes on in running text", "Go on in running text."),
    list=("List", "goes on in a list", "Go on in a list, a point a line, each beginning with –."),
    steps=("Steps", "goes on in steps", "Go on in steps, one a line, each beginning with →."),
    story=("Story", "tells it in order of time", "Tell what happened in order of time."),
    proof=(
        "Proof",
        "goes on with a voice or a figure",
        "Go on with what somebody said or counted.",
    ),
    comparison=("Comparison", "compares two things", "Compare: how it was and how it is."),
)
CLOSING = _part(
    none=("No closing", "stops there", "Stop after the last thought, with no call to action."),
    question=("Question", "ends with a question", "End with a short question to the reader."),
    call=("Call to action", "ends with a call to action", "End with one clear call to action."),
    fact=("Fact", "ends with a fact", "End with a fact that stays in mind, no call to action."),
    thanks=("Thanks", "ends with thanks or an offer to help", "End by thanking or offering help."),
)
LENGTH = _part(
    line=("One line", "one or two lines", "Keep it under 140 characters."),
    short=("Short", "short", "Keep it between 140 and 320 characters."),
    medium=("Medium", "of medium length", "Keep it between 320 and 700 characters."),
    long=("Long", "long", "Write 700 to 1,500 characters."),
)
PARAGRAPHS = _part(
    one=("One block", "in one block", "Write one block without breaks."),
    few=("A few blocks", "in two to four blocks", "Write two to four blocks with breaks between."),
    many=("Many blocks", "in many short blocks", "Write many short blocks with breaks between."),
)
EMOJI = _part(
    none=("None", "without emoji", "Use no emoji."),
    front=("In front", "an emoji in front", "If the rules allow emoji, put one before the text."),
    end=("At the end", "an emoji at the end", "If the rules allow emoji, put one at the end."),
    throughout=("All through", "emoji all through", "If the rules allow emoji, begin blocks so."),
)
HASHTAGS = _part(
    none=("None", "without hashtags", "Give no hashtags."),
    end=("At the end", "hashtags at the end", "Give hashtags apart from the text, none inside it."),
    inline=(
        "Inside",
        "hashtags inside the text",
        "Hashtags come at the end; name topics in words.",
    ),
)
PERSON = _part(
    none=("Neutral", "speaks of the matter", "Speak of the matter, neither as we nor to you."),
    we=("We", "speaks as we", "Speak as we."),
    you=("You", "speaks to the reader", "Speak to the reader as you."),
    me=("I", "speaks as one person", "Speak as one person, as I."),
)

PARTS: Mapping[str, Mapping[str, Word]] = MappingProxyType(
    {
        "hook": HOOK,
        "body": BODY,
        "closing": CLOSING,
        "length": LENGTH,
        "paragraphs": PARAGRAPHS,
        "emoji": EMOJI,
        "hashtags": HASHTAGS,
        "person": PERSON,
    }
)
PART_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "hook": "Opening",
        "body": "Middle",
        "closing": "End",
        "length": "Length",
        "paragraphs": "Breaks",
        "emoji": "Emoji",
        "hashtags": "Hashtags",
        "person": "Speaks as",
    }
)
BANDS: Final = (("line", 140), ("short", 320), ("medium", 700))
"""Lengths with the most characters of each; whatever is longer is `long`."""


def band_of(characters: int) -> str:
    return next((name for name, most in BANDS if characters <= most), "long")
