"""Figures come from the material."""

from __future__ import annotations

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.addresses import address_spans
from config.kernel.language.spans import Span

from .base import PASSED, CandidateText, Guard, GuardBrief, Severity, Verdict, quoted

_NUMBER = regex.compile(r"(?<![\p{L}\p{N}_#])\d+(?:[.,\u00a0\u202f']\d+)*")
_SMALL = 10  # "3 reasons" is a way to count what the text itself lists


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Warn when the text has a figure that what the writer was given does not have.

    Whole numbers up to 10 pass; 1,000 and 1000 are one figure. It warns and does not block, because
    a writer may rightly say "half" as 50 %. Source: specification 2c, factual defects.
    """
    if not brief.known_text:
        return PASSED
    known = {_value(match.group(0)) for match in _NUMBER.finditer(brief.known_text)}
    addresses = address_spans(candidate.text)
    spans = [
        match.span()
        for match in _NUMBER.finditer(candidate.text)
        if not _is_known(match.group(0), known) and not _inside(match.span(), addresses)
    ]
    if not spans:
        return PASSED
    figures = list(dict.fromkeys(candidate.text[start:end] for start, end in spans))
    return Verdict(
        ok=False,
        severity=Severity.WARN,
        spans=tuple(spans),
        reason=f"The material does not have the figure {quoted(figures)}. Check it before it goes "
        "out.",
    )


def _is_known(figure: str, known: set[str]) -> bool:
    return _value(figure) in known or (figure.isdecimal() and int(figure) <= _SMALL)


def _value(figure: str) -> str:
    """The figure without marks between its digits: 1,000 and 1.000 and 1000 are written alike."""
    return str(regex.sub(r"\D", "", figure)).lstrip("0")


def _inside(span: Span, others: list[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


GUARD = Guard("numbers", "Figures from the material", "1", check)
