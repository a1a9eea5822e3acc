"""The final text fits the platform, counted as the platform counts."""

from __future__ import annotations

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.spans import sentence_spans

from .base import PASSED, CandidateText, Guard, GuardBrief, TextCount, Verdict

_KEEP_RATIO = 0.70  # a cut at a sentence's end must leave so much of what fits
_GRAPHEME = regex.compile(r"\X")
_ELLIPSIS = "…"


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when text, hashtags and link together are within the platform's characters and bytes.

    An empty text fails too. The fix drops hashtags from the last, then cuts at the last sentence
    end that keeps more than 70 % of what fits, else at a word with an ellipsis.
    Source: specification 2c, publishing.
    """
    if not candidate.text.strip():
        return Verdict(ok=False, reason="The text is empty.")
    count = brief.count(candidate)
    if not count.is_over:
        return PASSED
    return Verdict(
        ok=False,
        spans=((0, len(candidate.text)),),
        reason=_in_words(count),
        fix=_shortened(candidate, brief),
    )


def _in_words(count: TextCount) -> str:
    if count.characters > count.max_characters:
        return (
            f"The text has {count.characters:,} characters with its hashtags and link, and the "
            f"platform takes {count.max_characters:,}. Say it more briefly."
        )
    return (
        f"The text has {count.size_bytes:,} bytes with its hashtags and link, and the platform "
        f"takes {count.max_bytes:,}. Say it more briefly."
    )


def _shortened(candidate: CandidateText, brief: GuardBrief) -> CandidateText | None:
    for keep in range(len(candidate.hashtags) - 1, -1, -1):
        fewer = CandidateText(candidate.text, candidate.hashtags[:keep], candidate.link)
        if not brief.count(fewer).is_over:
            return fewer
    text = _cut(candidate, brief)
    return CandidateText(text, (), candidate.link) if text else None


def _cut(candidate: CandidateText, brief: GuardBrief) -> str:
    """The longest beginning that fits, ended where a reader would end it."""
    text = candidate.text.strip()
    ends = [match.end() for match in _GRAPHEME.finditer(text)]

    def fits(piece: str) -> bool:
        return not brief.count(CandidateText(piece, (), candidate.link)).is_over

    low, high = 0, len(ends)
    while low < high:  # the longest beginning of whole graphemes that fits with an ellipsis
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if fits(text[: ends[middle - 1]] + _ELLIPSIS) else (low, middle - 1)
        )
    if low == 0:
        return ""
    room = ends[low - 1]
    sentences = [end for _, end in sentence_spans(text) if end <= room and fits(text[:end])]
    if sentences and sentences[-1] > room * _KEEP_RATIO:
        return text[: sentences[-1]]
    ends_a_word = text[room].isspace()
    words = text[:room] if ends_a_word else regex.split(r"\s+\S*$", text[:room], maxsplit=1)[0]
    return (words.rstrip(" \n,;:–-") or text[:room]) + _ELLIPSIS


GUARD = Guard("length", "Fits the platform", "1", check)
