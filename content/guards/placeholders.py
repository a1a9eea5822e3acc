"""No text goes out with a gap that somebody meant to fill."""

from __future__ import annotations

import regex  # type: ignore[import-untyped, unused-ignore]

from .base import PASSED, CandidateText, Guard, GuardBrief, Verdict, quoted

_PLACEHOLDER = regex.compile(
    r"""
      \[ (?!\^) (?: [^\[\]\n]*\p{L}[^\[\]\n]* | [.…_\s]* ) \] (?!\()  # [name], [...], not [1]
    | \{\{ .*? \}\} | \{% .*? %\}                    # {{ name }}, {% tag %}
    | \$? \{ \s* \p{L}[\w .-]* \s* \}                # {name}, ${name}
    | % \p{Lu}[\p{Lu}_]{2,} %                        # %NAME%
    | </? \p{L} [^<>\n]{0,80} >                      # <insert link>, <b>
    | \b(?:TODO|TBD|TBA|FIXME)\b
    | (?i:\blorem\s+ipsum\b)
    | (?i:\b(?:insert|add|put)\s+(?:your\s+|the\s+)?[\p{L} ]{2,30}\s+here\b)
    | (?i:\byour\s+(?:company|brand|product|business)?\s*(?:name|link|url|text|logo)\s+here\b)
    """,
    regex.VERBOSE,
)

# There TODO in capitals is a word that people shout: "everything".
_TODO_IS_A_WORD = {"es", "pt", "gl"}


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when neither text nor hashtags hold a bracketed, braced or named gap.

    There is no fix: what belongs in the gap only a writer knows. Source: specification 1c.
    """
    spans = [
        match.span()
        for match in _PLACEHOLDER.finditer(candidate.text)
        if not _is_a_word(match.group(0), brief)
    ]
    gaps = [candidate.text[start:end] for start, end in spans]
    gaps += [tag for tag in candidate.hashtags if _PLACEHOLDER.search(tag)]
    if not gaps:
        return PASSED
    return Verdict(
        ok=False,
        spans=tuple(spans),
        reason=f"The text still holds a placeholder: {quoted(gaps)}. Write what belongs there.",
    )


def _is_a_word(gap: str, brief: GuardBrief) -> bool:
    return gap == "TODO" and bool(_TODO_IS_A_WORD.intersection(brief.languages))


GUARD = Guard("placeholders", "No placeholders", "1", check)
