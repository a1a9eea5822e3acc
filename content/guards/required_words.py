"""The words that every post of a brand must carry, such as a name or a disclosure."""

from __future__ import annotations

from config.kernel.language.words import has_words, spoken

from .base import PASSED, CandidateText, Guard, GuardBrief, Verdict, quoted


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when each required word stands in the text or in a hashtag.

    The fix appends what is missing: a hashtag as a hashtag, a phrase as a last line.
    Source: specification 1c.
    """
    missing = [word for word in brief.required_words if word.strip() and not _has(candidate, word)]
    if not missing:
        return PASSED
    return Verdict(
        ok=False,
        reason=f"The brand's posts must say {quoted(missing)}, and this one does not.",
        fix=_with(candidate, missing),
    )


def _has(candidate: CandidateText, word: str) -> bool:
    if has_words(candidate.text, word):
        return True
    bare = word.strip().lstrip("#")
    return any(has_words(tag, bare) or has_words(spoken(tag), bare) for tag in candidate.hashtags)


def _with(candidate: CandidateText, missing: list[str]) -> CandidateText:
    words = [word.strip() for word in missing]
    tags = tuple(word[1:] for word in words if word.startswith("#"))
    lines = [word.rstrip("*") for word in words if not word.startswith("#")]
    text = "\n\n".join([candidate.text, " ".join(lines)]) if lines else candidate.text
    # First, because a platform that takes few hashtags drops the last ones.
    return CandidateText(text, (*tags, *candidate.hashtags), candidate.link)


GUARD = Guard("required_words", "Required words", "1", check)
