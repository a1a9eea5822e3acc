"""No sentence goes out that speaks to machines: it came from somebody who meant to steer one."""

from __future__ import annotations

from config.kernel.language.orders import is_order
from config.kernel.language.spans import sentence_spans, without_sentences

from .base import PASSED, CandidateText, Guard, GuardBrief, Verdict, quoted

_SHOWN = 60  # characters of a sentence in the reason


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when no sentence gives orders to whatever reads it.

    The fix leaves such sentences out. Source: issue 5, "fetched pages, files and feeds are data".
    """
    text = candidate.text
    found = [span for span in sentence_spans(text) if is_order(text[slice(*span)])]
    if not found:
        return PASSED
    left = without_sentences(text, found)
    shown = [f"{text[start : min(end, start + _SHOWN)]}" for start, end in found]
    return Verdict(
        ok=False,
        spans=tuple(found),
        reason=f"The text speaks to machines: {quoted(shown)}. Leave that out.",
        fix=None if left is None else candidate.with_text(left),
    )


GUARD = Guard("orders", "Speaks to people", "1", check)
