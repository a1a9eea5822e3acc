"""Defect or preference: what a person's words and edit say of a text. The table and the arithmetic.

A defect is something wrong: a false fact, a dead link, a break, another brand's dress. A preference
is a wish about something that is not wrong. Only defects count against a skill. Words are looked
for in English, German, French and Spanish. Source: specification 2c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import regex  # type: ignore[import-untyped, unused-ignore]

from .reading import read_structure
from .structure import Structure
from .vocabulary import LENGTH

SURE: Final = 0.9
"""Below this a model decides, where there is one."""

_BASE, _STEP, _MOST, _TIE = 0.7, 0.1, 0.95, 0.5

_WRONG = r"wrong|incorrect|false|untrue|falsch|faux|fausse|incorrect[oa]|equivocad[oa]"
DEFECTS: Final[dict[str, str]] = {
    "wrong_price": rf"(?:{_WRONG})\s+price|price\s+(?:is|was)\s+(?:{_WRONG}|not right)|"
    r"falscher preis|mauvais prix|precio (?:incorrecto|equivocado)",
    "wrong_image": rf"(?:{_WRONG})\s+(?:image|picture|photo|bild)|(?:image|picture|photo)\s+is\s+"
    rf"(?:{_WRONG})|falsches bild|mauvaise (?:image|photo)",
    "broken_link": r"(?:broken|dead|wrong) link|link (?:is )?(?:broken|dead|wrong)|"
    r"link (?:does not|doesn't) (?:work|open|load)|404|link geht nicht|lien mort|enlace roto",
    "off_brand": r"wrong (?:colou?r|font|logo)|off[- ]brand|not our (?:brand|logo|colou?rs?|font)|"
    r"falsche (?:farbe|schrift)|falsches logo|mauvais logo",
    "wrong_fact": rf"{_WRONG}|"
    r"not true|no longer|does not exist|doesn't exist|out of date|outdated|made up|invented|"
    r"we (?:do not|don't) (?:sell|offer|have)|stimmt nicht|veraltet|n'est pas vrai|no es cierto",
    "technical": r"\bbroken\b|\bmissing\b|(?:does not|doesn't) load|"
    r"\berrors?\b|corrupt\w*|cut off|garbled|placeholder|\btypos?\b|misspel\w+|spelling|"
    r"fehlt|fehler|kaputt|tippfehler|manque|erreur|falta|error de",
}
PREFERENCES: Final[dict[str, str]] = {
    "breaks": r"line breaks?|more paragraphs|shorter paragraphs|layout|wall of text|absätze",
    "running_text": r"no (?:list|bullets?)|not a list|running text|keine liste|fließtext",
    "list": r"\bbullets?\b|(?:as|into|use) a list|bullet points|stichpunkte|en liste|como lista",
    "shorter": r"too long|shorter|more concise|cut (?:it )?down|less text|kürzer|zu lang|"
    r"plus court|trop long|más corto|demasiado largo",
    "longer": r"too short|longer|more detail|say more|expand|länger|zu kurz|plus long|más largo",
    "tone": r"\btone\b|too (?:formal|casual|stiff|pushy|salesy|serious|playful)|friendlier|warmer|"
    r"more (?:formal|casual|friendly|serious|playful|human)|less (?:formal|salesy|pushy)|"
    r"förmlich|freundlicher|lockerer|plus chaleureux|más cercano",
    "less_emoji": r"(?:no|fewer|less|without|too many) emojis?|remove (?:the )?emojis?|"
    r"ohne emojis?",
    "more_emoji": r"(?:add|more|use|with) (?:an |some )?emojis?|mehr emojis?",
    "less_hashtags": r"(?:no|fewer|less|without|too many) hashtags?|remove (?:the )?hashtags?",
    "more_hashtags": r"(?:add|more|use) (?:some )?hashtags?",
    "opening": r"\bopening\b|first (?:line|sentence)|(?:start|begin) with|\bhook\b|headline|"
    r"einstieg|erster satz|première phrase|primera frase",
    "closing": r"\bending\b|last (?:line|sentence)|end with|call to action|\bcta\b|schluss|"
    r"appel à l'action|llamada a la acción",
    "content": r"focus (?:more )?on|talk about|\bmention\b|another (?:topic|angle|side)|"
    r"different (?:topic|angle|approach)|instead of|leave out|also say|erwähn\w*|mentionne\w*|"
    r"menciona\w*",
}
GUARD_FAILED: Final = "guard_failed"
LABELS: Final = {
    "wrong_price": "wrong price",
    "wrong_image": "wrong picture",
    "wrong_fact": "wrong fact",
    "broken_link": "broken link",
    "technical": "something broken or missing",
    "off_brand": "not the brand's look",
    GUARD_FAILED: "a check failed",
    "shorter": "shorter",
    "longer": "longer",
    "tone": "another tone",
    "less_emoji": "fewer emoji",
    "more_emoji": "more emoji",
    "less_hashtags": "fewer hashtags",
    "more_hashtags": "more hashtags",
    "list": "as a list",
    "running_text": "as running text",
    "breaks": "more breaks",
    "opening": "another opening",
    "closing": "another end",
    "content": "other content",
}
_NUMBER = regex.compile(r"\d+(?:[.,]\d+)*")
_LINK = regex.compile(r"https?://\S+")
_COMPILED = {
    kind: {label: regex.compile(pattern, regex.IGNORECASE) for label, pattern in table.items()}
    for kind, table in (("defect", DEFECTS), ("preference", PREFERENCES))
}
MOST_READ: Final = 4_000  # characters of a note

_LENGTHS = tuple(LENGTH)
_NEXT_HOOK = {
    "statement": "question",
    "question": "number",
    "number": "statement",
    "quote": "statement",
    "command": "statement",
    "story": "statement",
    "contrast": "question",
}
_NEXT_CLOSING = {
    "none": "question",
    "question": "call",
    "call": "thanks",
    "thanks": "fact",
    "fact": "none",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """`confidence` from 0 to 1; labels are keys of LABELS."""

    classification: Literal["defect", "preference"]
    confidence: float
    defects: tuple[str, ...] = ()
    preferences: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        return self.confidence >= SURE


def classify(
    notes: str, *, before: str = "", after: str = "", has_failed_guards: bool = False
) -> Reading:
    """By the signals in a person's words and in what they changed; `after` is empty without edit.

    Confidence is 0.7 and 0.1 a signal, at most 0.95; as many for either is a preference at 0.5.
    """
    notes = notes[:MOST_READ]
    defects = _found("defect", notes)
    preferences = _found("preference", notes)
    if has_failed_guards:
        defects.append(GUARD_FAILED)
    if after:
        defects += _corrected(before, after)
        preferences += _reshaped(before, after)
    defects, preferences = list(dict.fromkeys(defects)), list(dict.fromkeys(preferences))
    labels = tuple(defects), tuple(preferences)
    if len(defects) == len(preferences):
        return Reading("preference", _TIE, *labels)
    most = max(len(defects), len(preferences))
    sure = round(min(_MOST, _BASE + _STEP * most), 2)
    return Reading("defect" if len(defects) > len(preferences) else "preference", sure, *labels)


def changed_by(structure: Structure, label: str) -> Structure | None:
    """The structure as a wish would have it; None where the wish is not about structure, or the
    structure is so already."""
    changes: dict[str, dict[str, str]] = {
        "shorter": {"length": _step(structure.length, -1)},
        "longer": {"length": _step(structure.length, 1)},
        "less_emoji": {"emoji": "none"},
        "more_emoji": {"emoji": "front"},
        "less_hashtags": {"hashtags": "none"},
        "more_hashtags": {"hashtags": "end"},
        "list": {"body": "list"},
        "running_text": {"body": "paragraph"},
        "breaks": {"paragraphs": "many"},
        "opening": {"hook": _NEXT_HOOK[structure.hook]},
        "closing": {"closing": _NEXT_CLOSING[structure.closing]},
    }
    changed = structure.but(**changes.get(label, {}))
    return changed if changed != structure else None


def _found(kind: str, notes: str) -> list[str]:
    """What was recognised is taken out, so that wider signals do not count it again."""
    labels = []
    for label, pattern in _COMPILED[kind].items():
        notes, times = pattern.subn(" ", notes)
        labels += [label] if times else []
    return labels


def _corrected(before: str, after: str) -> list[str]:
    """A figure or a link that was replaced by another was wrong."""
    labels = []
    if _replaced(_NUMBER.findall(_LINK.sub("", before)), _NUMBER.findall(_LINK.sub("", after))):
        labels.append("wrong_fact")
    if _replaced(_LINK.findall(before), _LINK.findall(after)):
        labels.append("broken_link")
    return labels


def _replaced(before: list[str], after: list[str]) -> bool:
    return bool(set(before) - set(after)) and bool(set(after) - set(before))


def _reshaped(before: str, after: str) -> list[str]:
    """What an edit changed of the structure, as wishes."""
    was, became = read_structure(before), read_structure(after)
    labels = []
    if was.length != became.length:
        shrank = _LENGTHS.index(became.length) < _LENGTHS.index(was.length)
        labels.append("shorter" if shrank else "longer")
    if (was.emoji == "none") != (became.emoji == "none"):
        labels.append("less_emoji" if became.emoji == "none" else "more_emoji")
    if (was.hashtags == "none") != (became.hashtags == "none"):
        labels.append("less_hashtags" if became.hashtags == "none" else "more_hashtags")
    if became.body != was.body and "list" in (became.body, was.body):
        labels.append("list" if became.body == "list" else "running_text")
    if became.hook != was.hook:
        labels.append("opening")
    if became.closing != was.closing:
        labels.append("closing")
    return labels


def _step(length: str, by: int) -> str:
    at = _LENGTHS.index(length) + by
    return _LENGTHS[min(max(at, 0), len(_LENGTHS) - 1)]
