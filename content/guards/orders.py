"""No sentence goes out that speaks to machines, and nothing that only such a sentence asks for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.orders import is_order
from config.kernel.language.spans import Span, sentence_spans, without_sentences

from .base import PASSED, CandidateText, Guard, GuardBrief, Source, Verdict, quoted

_SHOWN = 60  # characters of a sentence in the reason
_OWN = frozenset({"brand", "instruction", "wording"})
# What an order could want to see in a text: codes, names, shouted words, addresses, accounts.
_TOKEN = regex.compile(r"[@＠#]?[\p{L}\p{N}][\p{L}\p{M}\p{N}_.:/@-]*+")
_CODE = regex.compile(r"\p{N}|[@＠#_:/]|(?<=\p{L})\.(?=\p{L})|\p{Lu}{2}|(?<=\p{Ll})\p{Lu}")
_FEWEST = 4  # letters and digits of what could be planted
_PLAIN = regex.compile(r"[^\p{L}\p{N}]+")


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when no sentence gives orders to whatever reads it, and nothing in text, hashtags and
    link stands nowhere but in the orders of a source.

    The fix leaves such sentences, hashtags and links out. Source: issue 5, "fetched pages, files
    and feeds are data": no planted canary in any candidate.
    """
    text, planted = candidate.text, _planted(brief.sources)
    found = [
        span
        for span in sentence_spans(text)
        if is_order(text[slice(*span)]) or _has_planted(text[slice(*span)], planted)
    ]
    tags = tuple(tag for tag in candidate.hashtags if not _has_planted(tag, planted))
    link = "" if candidate.link and _has_planted(candidate.link, planted) else candidate.link
    if not found and tags == candidate.hashtags and link == candidate.link:
        return PASSED
    return Verdict(
        ok=False,
        spans=tuple(found),
        reason=_in_words(candidate, found, tags, link),
        fix=_without(candidate, found, tags, link),
    )


def _in_words(candidate: CandidateText, found: list[Span], tags: tuple[str, ...], link: str) -> str:
    shown = [candidate.text[start : min(end, start + _SHOWN)] for start, end in found]
    shown += [f"#{tag}" for tag in candidate.hashtags if tag not in tags]
    shown += [] if link == candidate.link else [candidate.link]
    return f"This speaks to machines, or was asked for by what does: {quoted(shown)}. Leave it out."


def _without(
    candidate: CandidateText, found: list[Span], tags: tuple[str, ...], link: str
) -> CandidateText | None:
    text = without_sentences(candidate.text, found) if found else candidate.text
    return None if text is None else CandidateText(text, tags, link)


def _has_planted(text: str, planted: frozenset[str]) -> bool:
    if not planted:
        return False
    plain = _plain(text)
    return any(word in plain for word in planted)


@lru_cache(maxsize=64)
def _planted(sources: tuple[Source, ...]) -> frozenset[str]:
    """Codes and names of all orders in the sources, and of what stands with them in a paragraph,
    that nothing else in the sources has."""
    orders, rest = [], []
    for source in sources:
        for paragraph in source.text.split("\n\n"):
            split = [paragraph[slice(*span)] for span in sentence_spans(paragraph)]
            first = next((at for at, one in enumerate(split) if is_order(one)), len(split))
            if source.kind in _OWN:
                first = len(split)
            rest += split[:first]
            orders += split[first:]
    known = _plain(" ".join(rest))
    return frozenset(word for word in _codes(orders) if word not in known)


def _codes(sentences: Iterable[str]) -> Iterable[str]:
    for sentence in sentences:
        for match in _TOKEN.finditer(sentence):
            plain = _plain(match.group(0))
            if len(plain) >= _FEWEST and _CODE.search(match.group(0)):
                yield plain


def _plain(text: str) -> str:
    return str(_PLAIN.sub("", text)).casefold()


GUARD = Guard("orders", "Speaks to people", "1", check)
