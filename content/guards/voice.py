"""The text sounds like its brand."""

from __future__ import annotations

from brands.services.voices import score_voice

from .base import PASSED, CandidateText, Guard, GuardBrief, Severity, Verdict

_MOST_REASONS = 3
_MOST_CHARACTERS = 5_000  # a manner shows in that many


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when the voice score is at least `voice_minimum`, or no voice is confirmed yet.

    Below it a person decides; there is no fix, since only a writer changes a manner.
    Source: specification 5.8, rule 8: 0.80.
    """
    if brief.voice is None or not candidate.text.strip():
        return PASSED
    found = score_voice(candidate.text[:_MOST_CHARACTERS], brief.voice)
    if found.score >= brief.voice_minimum:
        return PASSED
    reasons = " ".join(found.reasons[:_MOST_REASONS])
    return Verdict(
        ok=False,
        severity=Severity.REVIEW,
        spans=((0, len(candidate.text)),),
        reason=f"The text scores {found.score:.2f} for the brand's voice, and "
        f"{brief.voice_minimum:.2f} is the least. {reasons}".strip(),
    )


GUARD = Guard("voice", "Sounds like the brand", "1", check)
