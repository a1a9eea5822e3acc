"""No account is addressed that neither the brand nor its sources name."""

from __future__ import annotations

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.spans import Span, without_sentences

from .base import PASSED, CandidateText, Guard, GuardBrief, Severity, Verdict, quoted

# @name, @name.host, @name@host, ＠name; @[Name](id) and @[id:Name]; u/name and r/name.
_MENTION = regex.compile(
    r"(?<![\p{L}\p{N}_@＠./])[@＠](?=[\p{N}_.]{0,30}\p{L})[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]{0,60}"
    r"[\p{L}\p{N}_])?(?:[@＠][\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,80}[\p{L}\p{N}])?)?"
    r"|[@＠]\[[^\[\]\n]{1,80}\](?:\([^()\n]{0,120}\))?"
    r"|<@[!&]?\w{1,40}>"
    r"|(?<![\p{L}\p{N}_/.])/?[ur]/[\p{L}\p{N}_-]{2,40}"
)
_TIME = regex.compile(r"[@＠]\d{1,2}(?:[ap]m|h|uhr)", regex.IGNORECASE)
_OWN = frozenset({"brand", "instruction", "wording"})


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when the brand itself names each account that the text mentions.

    One that only the material or a passage has asks a person, since whoever wrote that chose it;
    one that nothing has blocks, and the fix leaves its sentences out. Source: specification 3c.
    """
    spans = [
        match.span()
        for match in _MENTION.finditer(candidate.text)
        if not _TIME.fullmatch(match.group(0))
    ]
    own = _named([*brief.allowed_mentions, *_texts(brief, own=True)])
    foreign = [span for span in spans if _key(candidate.text[slice(*span)]) not in own]
    if not foreign:
        return PASSED
    given = _named(_texts(brief, own=False))
    unknown = [span for span in foreign if _key(candidate.text[slice(*span)]) not in given]
    if unknown:
        return _refused(candidate, unknown)
    return Verdict(
        ok=False,
        severity=Severity.REVIEW,
        spans=tuple(foreign),
        reason=f"The text mentions {_listed(candidate, foreign)}, which only the material names. "
        "Let a person decide, or add the account to the brand's allowed mentions.",
    )


def _refused(candidate: CandidateText, unknown: list[Span]) -> Verdict:
    text = without_sentences(candidate.text, unknown)
    return Verdict(
        ok=False,
        spans=tuple(unknown),
        reason=f"Nobody named the account {_listed(candidate, unknown)}. Leave it out, or add it "
        "to the brand's allowed mentions.",
        fix=None if text is None else candidate.with_text(text),
    )


def _texts(brief: GuardBrief, *, own: bool) -> list[str]:
    return [source.text for source in brief.sources if (source.kind in _OWN) is own]


def _named(texts: list[str]) -> set[str]:
    """Accounts in the texts. A line of the brand's list may leave out its @."""
    found = {_key(match.group(0)) for text in texts for match in _MENTION.finditer(text)}
    return found | {_key(text) for text in texts if len(text) < 100 and " " not in text.strip()}


def _key(mention: str) -> str:
    """Without the sign: "@Acme" and "acme" are one account."""
    return mention.strip().lstrip("@＠/").casefold()


def _listed(candidate: CandidateText, spans: list[Span]) -> str:
    return quoted(list(dict.fromkeys(candidate.text[slice(*span)] for span in spans)))


GUARD = Guard("mentions", "Mentions that were named", "1", check)
