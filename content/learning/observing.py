"""From an act and the texts before and after it to the habits that it speaks for or against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from config.kernel.language.sentences import words_of
from config.kernel.language.words import has_words

from .numbers import Act
from .texts import TRAITS, Said, replaced_words

FEWEST_MADE = 2
"""By hand, before a habit of editing is told to the writer: once is chance."""
FEWEST_ACTS = 3
CONFIDENT, DOUBTED = 0.6, 0.3

_SHORTER, _LONGER = 0.8, 1.25  # an edit's length beside the length before it
_KEPT = 0.5  # share of a first line's words up to which it is another line
_ABOUT = 1.15  # how much longer than usual still counts as that short
MOST_REPLACEMENTS = 5  # of one edit; more is another text, not a choice of words

_LESSONS = {
    "emoji": "Use an emoji where it fits: people add one by hand.",
    "no_emoji": "Use no emoji: people take them out.",
    "hashtags": "Add hashtags: people put them in by hand.",
    "no_hashtags": "Use no hashtags: people take them out.",
    "exclamation": "An exclamation mark is welcome: people add one by hand.",
    "no_exclamation": "Use no exclamation marks: people take them out.",
    "question": "Open with a question: people turn the first sentence into one.",
    "no_question": "Do not open with a question: people replace it by a statement.",
    "call": "End with a call to action: people add one by hand.",
    "no_call": "End without a call to action: people take it out.",
}
FIRST_LINE = "first_line"
FIRST_LINE_LESSON = "Take care of the first line: it is the one that people rewrite most."
_ANGLE = "angle:"
_WORD = "word:"
_LENGTH = {
    "shorter": "Keep texts for {label} short, about {size} characters: people cut longer ones.",
    "longer": "Write more for {label}, about {size} characters: people add to shorter texts.",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One act: what stood there, what stands there after it, and where it was for."""

    act: Act
    before: Said
    after: Said
    platform: str
    platform_label: str
    angle: str = ""
    angle_label: str = ""
    score: int | None = None

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Made:
    """A habit that an edit followed by hand, and the one that it went against, if any."""

    key: str
    lesson: str
    against: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def made_by(deed: Deed) -> list[Made]:
    """What an edit shows of its author's habits; nothing where nothing was changed."""
    if deed.act != "edit" or not deed.is_changed:
        return []
    return [*_dress(deed), *_length(deed), *_opening(deed), *_words(deed)]


def _dress(deed: Deed) -> list[Made]:
    found = []
    for name, trait in TRAITS.items():
        had, has = trait(deed.before), trait(deed.after)
        if had != has:
            key, other = (name, f"no_{name}") if has else (f"no_{name}", name)
            found.append(Made(key, _LESSONS[key], against=other))
    return found


def _length(deed: Deed) -> list[Made]:
    before, after = len(deed.before.text), len(deed.after.text)
    if not before or not after or _SHORTER < after / before < _LONGER:
        return []
    key, other = ("shorter", "longer") if after < before else ("longer", "shorter")
    lesson = length_lesson(key, deed.platform_label, after)
    return [
        Made(
            f"{key}:{deed.platform}",
            lesson,
            against=f"{other}:{deed.platform}",
            data={"characters": after, "label": deed.platform_label},
        )
    ]


def length_lesson(key: str, label: str, characters: float) -> str:
    return _LENGTH[key].format(label=label, size=max(10, round(characters / 10) * 10))


def _opening(deed: Deed) -> list[Made]:
    """A first line of mostly other words, where the text has more than that line."""
    if not deed.before.has_more_lines or not deed.after.has_more_lines:
        return []
    before, after = (set(words_of(said.first_line)) for said in (deed.before, deed.after))
    if len(before & after) > _KEPT * len(before | after):
        return []
    return [Made(FIRST_LINE, FIRST_LINE_LESSON)]


def _words(deed: Deed) -> list[Made]:
    pairs = replaced_words(deed.before.text, deed.after.text)
    if len(pairs) > MOST_REPLACEMENTS:
        return []
    return [
        Made(
            f"{_WORD}{old}>{new}",
            f"Write “{new}” instead of “{old}”.",
            against=f"{_WORD}{new}>{old}",
            data={"old": old, "new": new},
        )
        for old, new in pairs
    ]


def follows(key: str, data: Mapping[str, Any], deed: Deed) -> bool:
    """Whether the text that was judged keeps to a habit, so that the judgement speaks of it."""
    said = deed.after
    if key.startswith(_ANGLE):
        return key == f"{_ANGLE}{deed.angle}"
    if key.startswith(_WORD):
        return has_words(said.text, data["new"]) and not has_words(said.text, data["old"])
    name, _, platform = key.partition(":")
    if name in _LENGTH:
        return platform == deed.platform and _is_about(len(said.text), name, data)
    name = key.removeprefix("no_")
    return name in TRAITS and TRAITS[name](said) == (name == key)


def _is_about(size: int, name: str, data: Mapping[str, Any]) -> bool:
    usual = float(data["characters"])
    return size <= usual * _ABOUT if name == "shorter" else size >= usual / _ABOUT


def goes_against(key: str, deed: Deed) -> bool:
    """An approval that leaves the first line as it was written says that it was good."""
    return key == FIRST_LINE and deed.act == "approve" and not deed.is_changed


def angle_key(angle: str) -> str:
    return f"{_ANGLE}{angle}"


def angle_lesson(label: str, confidence: float) -> str:
    name = label.lower()
    if confidence <= DOUBTED:
        return f"Avoid the angle {name}: people turn such texts down."
    return f"The angle {name} is welcome: people approve such texts."


def is_told(key: str, *, confidence: float, count: int, data: Mapping[str, Any]) -> bool:
    """Whether there is evidence enough to tell the writer. An angle may be told either way."""
    if count < FEWEST_ACTS:
        return False
    if key.startswith(_ANGLE):
        return confidence >= CONFIDENT or confidence <= DOUBTED
    return confidence >= CONFIDENT and int(data.get("made", 0)) >= FEWEST_MADE


def against_of(made: Sequence[Made]) -> set[str]:
    return {one.against for one in made if one.against}
