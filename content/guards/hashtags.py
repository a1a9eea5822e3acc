"""Not more hashtags than the platform takes, and each of them one."""

from __future__ import annotations

import regex  # type: ignore[import-untyped, unused-ignore]

from .base import PASSED, CandidateText, Guard, GuardBrief, Verdict, quoted

_FORM = regex.compile(r"\A(?=\p{N}*+[\p{L}\p{M}_])[\p{L}\p{M}\p{N}_]++")


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when hashtags are single words, none twice, and no more than the platform's most.

    The fix keeps the first good ones. Source: specification 1c and 2c, platform limits.
    """
    good = _good(candidate.hashtags)
    most = len(good) if brief.hashtags_max is None else brief.hashtags_max
    if len(good) == len(candidate.hashtags) <= most:
        return PASSED
    fix = CandidateText(candidate.text, tuple(good[:most]), candidate.link)
    if len(good) < len(candidate.hashtags):
        bad = [f"#{tag}" for tag in candidate.hashtags if tag not in good] or ["one of them twice"]
        reason = f"Hashtags are single words, each once; this has {quoted(bad)}."
    else:
        reason = f"The text has {len(good)} hashtags and the platform takes {most}."
    return Verdict(ok=False, reason=reason, fix=fix)


def _good(hashtags: tuple[str, ...]) -> list[str]:
    seen: dict[str, str] = {}
    for tag in hashtags:
        if _FORM.fullmatch(tag):
            seen.setdefault(tag.casefold(), tag)
    return list(seen.values())


GUARD = Guard("hashtags", "Hashtags", "1", check)
