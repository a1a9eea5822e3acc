"""Where sentences begin and end, so that one can be shown or taken out whole."""

from __future__ import annotations

from collections.abc import Iterable

import regex  # type: ignore[import-untyped, unused-ignore]

Span = tuple[int, int]
"""Code point offsets [start, end) in a text."""

# An end mark, closing quotes, then a space; or a line break. "e.g." and "3.5" have no space after.
_SENTENCE = regex.compile(
    r"""[^\n]*?(?:[.!?…。！？]+["'’”»)\]]*(?=\s|$)|(?=\n|$))""",
)
_BLANKS = regex.compile(r"[ \t]{2,}")
_BREAKS = regex.compile(r"(?<![ \t])[ \t]*+\n(?:[ \t]*+\n)++[ \t]*+")


def sentence_spans(text: str) -> list[Span]:
    """Offsets of every sentence, blanks around it left out."""
    found = []
    for match in _SENTENCE.finditer(text):
        piece = match.group(0)
        if stripped := piece.strip():
            start = match.start() + piece.index(stripped)
            found.append((start, start + len(stripped)))
    return found


def without_sentences(text: str, spans: Iterable[Span]) -> str | None:
    """The text without the sentences that a span touches; None when none would be left."""
    touched = list(spans)
    kept = [
        sentence
        for sentence in sentence_spans(text)
        if not any(start < sentence[1] and end > sentence[0] for start, end in touched)
    ]
    if not kept:
        return None
    return _joined(text, kept)


def tidy(text: str) -> str:
    """Blanks and breaks as a careful person leaves them after taking something out."""
    return str(_BREAKS.sub("\n\n", _BLANKS.sub(" ", text))).strip()


def _joined(text: str, kept: list[Span]) -> str:
    """Kept sentences, with a break between them where the text had one."""
    pieces = [text[slice(*kept[0])]]
    for (_, before), (start, end) in zip(kept, kept[1:], strict=False):
        pieces += [_gap(text[before:start]), text[start:end]]
    return tidy("".join(pieces))


def _gap(between: str) -> str:
    if _BREAKS.search(between):
        return "\n\n"
    return "\n" if "\n" in between else " "
