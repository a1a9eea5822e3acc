"""A text that must say what it is (an advertisement, written by a machine) says so."""

from __future__ import annotations

from config.kernel.language.spans import sentence_spans
from config.kernel.language.words import has_words, spoken

from .base import PASSED, CandidateText, Guard, GuardBrief, Verdict, quoted


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when none is needed, or the disclosure stands in the text or, as one, in a hashtag.

    The fix puts it last and leaves out hashtags, then sentences from the end, until all of it fits.
    Source: issue 5, guards; the EU AI act, article 50 (4), for texts that machines write.
    """
    words = brief.disclosure.strip()
    if not brief.needs_disclosure or not words or _has(candidate, words):
        return PASSED
    return Verdict(
        ok=False,
        reason=f"The text must carry the disclosure {quoted([words])}, and does not.",
        fix=_with(candidate, brief, words),
    )


def _has(candidate: CandidateText, words: str) -> bool:
    if has_words(candidate.text, words):
        return True
    bare = words.lstrip("#＃")
    readings = [reading for tag in candidate.hashtags for reading in (tag, spoken(tag))]
    return words.startswith(("#", "＃")) and any(has_words(each, bare) for each in readings)


def _with(candidate: CandidateText, brief: GuardBrief, words: str) -> CandidateText | None:
    for text, tags in _shorter(candidate):
        if not text.strip():
            return None
        whole = CandidateText(f"{text.rstrip()}\n\n{words}", tags, candidate.link)
        if not brief.count(whole).is_over:
            return whole if _has(whole, words) else None
    return None


def _shorter(candidate: CandidateText) -> list[tuple[str, tuple[str, ...]]]:
    """The text as it is, then with ever fewer hashtags, then with ever fewer sentences."""
    tags = candidate.hashtags
    found = [(candidate.text, tags[:keep]) for keep in range(len(tags), -1, -1)]
    ends = [end for _, end in sentence_spans(candidate.text)][:-1]
    return found + [(candidate.text[:end], ()) for end in reversed(ends)]


GUARD = Guard("disclosure", "Says what it is", "1", check)
