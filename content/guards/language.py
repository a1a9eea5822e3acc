"""The candidate speaks the brand's language, or the material's."""

from __future__ import annotations

from config.kernel.language.detection import languages_of

from .base import PASSED, CandidateText, Guard, GuardBrief, Verdict


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when the text's language is one of the brief's, or cannot be told.

    By script first, then by stop words; a text of fewer than 8 words passes as unknown.
    """
    wanted = {_base(code) for code in brief.languages if code}
    spoken = languages_of(candidate.text)
    if not wanted or not spoken or spoken & wanted:
        return PASSED
    return Verdict(
        ok=False,
        spans=((0, len(candidate.text)),),
        reason=f"The text reads like “{'” or “'.join(sorted(spoken))}”, and the brand writes in "
        f"“{'” or “'.join(sorted(wanted))}”.",
    )


def _base(code: str) -> str:
    """ "pt-BR" and "pt_br" are "pt"."""
    return code.casefold().replace("_", "-").split("-")[0]


GUARD = Guard("language", "Language", "1", check)
