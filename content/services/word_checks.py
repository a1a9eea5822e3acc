"""What the brand's rules say of words that a person wrote: no model is asked and no source is held
against them, since whoever writes answers for the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from brands.models import BrandProfile
from brands.models.brand_profile import default_guard_rules
from content.guards import CandidateText, GuardBrief, TextCount
from content.guards.registry import guards

from .similarity import said_lately

BLOCKING: Final = ("placeholders", "words_to_avoid")
"""What nobody at the brand wants out: a gap that nobody filled, a word that the brand forbids."""
TELLING: Final = ("personal_data", "claims", "crisis", "required_words", "disclosure")


@dataclass(frozen=True, slots=True)
class WordCheck:
    """Sentences for people: what must be changed first, and what only wants a second look."""

    blockers: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def check_words(
    *, brand: BrandProfile, text: str, hashtags: Iterable[str] = (), link: str = ""
) -> WordCheck:
    """Hold a text of a person against the brand's rules. Pure but for the brand's own row.

    Length and hashtags are left to the channel, which counts what it sends.
    """
    if not text.strip():
        return WordCheck()
    candidate = CandidateText(text=text, hashtags=tuple(hashtags), link=link)
    brief = _brief(brand)
    return WordCheck(
        blockers=_reasons(BLOCKING, candidate, brief), warnings=_reasons(TELLING, candidate, brief)
    )


def repeated_words(*, text: str, brand: BrandProfile, exclude: Iterable[Any] = ()) -> str:
    """A sentence where the organization said the very same in the last 30 days, else "".

    Compares hashes alone, so that a web process may ask; what is only close is found by the worker,
    which has the embedder.
    """
    return said_lately(text=text, brand_id=brand.pk, exclude=tuple(exclude))


def _reasons(names: Iterable[str], candidate: CandidateText, brief: GuardBrief) -> tuple[str, ...]:
    verdicts = (guard.check(candidate, brief) for name in names if (guard := guards.get(name)))
    return tuple(verdict.reason for verdict in verdicts if not verdict.ok and verdict.reason)


def _brief(brand: BrandProfile) -> GuardBrief:
    words: Mapping[str, Any] = brand.language_rules or {}
    held: Mapping[str, Any] = {**default_guard_rules(), **(brand.guard_rules or {})}
    return GuardBrief(
        count=_unbounded,
        words_to_avoid=_words(words.get("words_to_avoid")),
        required_words=_words(words.get("required_words")),
        website=brand.website_url,
        allowed_claims=_words(held["claims"]),
        crisis_words=_words(held["crisis_words"]),
        disclosure=held["disclosure"].strip(),
        needs_disclosure=held["disclosure_when"] == "always" and bool(held["disclosure"].strip()),
    )


def _unbounded(candidate: CandidateText) -> TextCount:
    return TextCount(len(candidate.text), 10**9, len(candidate.text.encode()))


def _words(values: Any) -> tuple[str, ...]:
    return tuple(word.strip() for word in values or () if word and word.strip())
