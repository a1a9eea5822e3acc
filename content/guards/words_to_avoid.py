"""The words that a brand never says."""

from __future__ import annotations

from config.kernel.language.spans import without_sentences
from config.kernel.language.words import find_words, has_words, spoken

from .base import PASSED, CandidateText, Guard, GuardBrief, Verdict, quoted


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when no word to avoid stands in the text or is read out of a hashtag.

    Whole words in any case; "cheap*" in the brand's list means every ending. The fix leaves out the
    sentences and hashtags that hold one, as long as a sentence is left. Source: specification 1c.
    """
    spans = sorted(
        {span for word in brief.words_to_avoid for span in find_words(candidate.text, word)}
    )
    bad_tags = [tag for tag in candidate.hashtags if _says(tag, brief.words_to_avoid)]
    if not spans and not bad_tags:
        return PASSED
    found = list(dict.fromkeys(candidate.text[start:end] for start, end in spans))
    found += [f"#{tag}" for tag in bad_tags]
    return Verdict(
        ok=False,
        spans=tuple(spans),
        reason=f"The brand avoids {quoted(found)}. Say it another way.",
        fix=_without(candidate, brief),
    )


def _says(hashtag: str, words: tuple[str, ...]) -> bool:
    # Read with and without its humps: "BestPrice" says "best price", "bestprice" one word.
    readings = (hashtag, spoken(hashtag))
    return any(has_words(reading, word) for reading in readings for word in words)


def _without(candidate: CandidateText, brief: GuardBrief) -> CandidateText | None:
    spans = [span for word in brief.words_to_avoid for span in find_words(candidate.text, word)]
    text = without_sentences(candidate.text, spans) if spans else candidate.text
    if text is None:
        return None
    tags = tuple(tag for tag in candidate.hashtags if not _says(tag, brief.words_to_avoid))
    return CandidateText(text, tags, candidate.link)


GUARD = Guard("words_to_avoid", "Words to avoid", "1", check)
