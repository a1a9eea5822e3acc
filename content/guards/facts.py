"""Every claim is written in a source, and the verdict says where."""

from __future__ import annotations

from dataclasses import replace

from config.kernel.language.detection import languages_of
from config.kernel.language.spans import Span, without_sentences

from .base import PASSED, CandidateText, Guard, GuardBrief, Severity, Source, Verdict, quoted
from .tracing import WORDING, Tracing, trace

_SHOWN = 90  # characters of a claim in the reason
_KEPT_RATIO = 0.4  # of a text that is still the text that somebody wrote


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when each claim of the text is traced to a sentence of the brief's sources.

    The verdict carries the citations either way. The fix leaves the untraced sentences out, where
    traced ones are left. A text in another language than its sources asks a person, since nothing
    here reads two languages. Source: issue 5, "an untraceable claim fails the guard".
    """
    found = traced(candidate.text, brief)
    if not found.untraced:
        return replace(PASSED, citations=found.citations)
    lost = [_shortened(candidate.text[slice(*span)]) for span in found.untraced]
    if _is_translated(candidate.text, brief):
        return Verdict(
            ok=False,
            severity=Severity.REVIEW,
            spans=found.untraced,
            citations=found.citations,
            reason="The text is in another language than its sources, so its claims were not "
            "traced. Let somebody check it who reads both.",
        )
    return Verdict(
        ok=False,
        spans=found.untraced,
        citations=found.citations,
        reason=f"Neither the material nor the brand says {quoted(lost)}. Say only what they say, "
        "with their figures, names and limits.",
        fix=_without(candidate, found.untraced, brief),
    )


def traced(text: str, brief: GuardBrief) -> Tracing:
    """The tracing of a text under a brief; words that the brand demands are lent to it."""
    lent = "\n".join([*brief.required_words, brief.disclosure]).strip()
    sources = brief.sources
    if lent:
        sources = (*sources, Source(WORDING, "", "Words of the brand", lent))
    return trace(text, sources)


def _is_translated(text: str, brief: GuardBrief) -> bool:
    spoken = languages_of(text)
    written = [languages_of(source.text[:4000]) for source in brief.sources]
    known = frozenset().union(*written)
    return bool(spoken and known) and not spoken & known


def _without(
    candidate: CandidateText, lost: tuple[Span, ...], brief: GuardBrief
) -> CandidateText | None:
    text = without_sentences(candidate.text, lost)
    if text is None or len(text) < _KEPT_RATIO * len(candidate.text):
        return None
    left = traced(text, brief)
    if left.untraced or not left.citations:
        return None
    return candidate.with_text(text)


def _shortened(claim: str) -> str:
    flat = " ".join(claim.split())
    return flat if len(flat) <= _SHOWN else f"{flat[: _SHOWN - 1].rstrip()}…"


GUARD = Guard("facts", "Facts from the sources", "1", check)
