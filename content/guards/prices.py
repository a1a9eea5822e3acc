"""Every price and every discount is one that a source or the brand names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.figures import PERCENT, Figure, figures_in
from config.kernel.language.spans import Span, without_sentences

from .base import PASSED, CandidateText, Guard, GuardBrief, Verdict, quoted

_OFF = regex.compile(
    r"(?<!\p{L})(?:off|discounts?|sales?|save|saves|savings|reduced|reduction|cheaper|rebate"
    r"|cashback"
    r"|rabatte?|nachlass|spar(?:en|t|e)?|reduziert|günstiger|ersparnis|skonto"
    r"|remises?|réductions?|rabais|soldes|promo|économis\p{L}+|moins cher"
    r"|descuentos?|rebajas?|ahorr\p{L}+|oferta)(?!\p{L})|[-–−]\s?\d",
    regex.IGNORECASE,
)
# Offers without a figure; each stands in a source by one of its own words.
_WORDED = tuple(
    regex.compile(rf"(?<!\p{{L}})(?:{words})(?!\p{{L}})".replace(" ", r"\s"), regex.IGNORECASE)
    for words in (
        r"half[- ]price|half off|halber preis|zum halben preis|à moitié prix|a mitad de precio",
        r"two for one|2[- ]for[- ]1|2 für 1|2x1|buy one,? get one|bogo|deux pour un|dos por uno",
        r"for free|free of charge|for nothing|gratis|kostenlos\p{L}{0,2}|umsonst|gratuit\p{L}{0,6}"
        r"|complimentary|free (?:delivery|shipping|trial|gift|entry|admission|consultation|sample"
        r"|returns)|versandkostenfrei|(?:is|are|entry|admission) free"
        r"|(?<!feel )(?<!-)free (?!to\b|time\b)\p{L}+",
        r"money[- ]back|refunds?|full price back|geld[- ]zurück\p{L}*|remboursé\p{L}{0,2}"
        r"|reembolso|devolución",
    )
)
_Worth = tuple[str, str, str]  # value, unit, bound
_NEAR = 40  # characters between a share and the word that makes it a discount


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when a source or `allowed_prices` has each price, share of a discount and free offer.

    Value, currency and limit agree: "from £49" does not allow "£49". The fix leaves out the
    sentences that have a strange one. Source: issue 5, guards; specification 2c, factual defects.
    """
    known = _known(_texts(brief))
    strange = sorted(_strange(candidate.text, brief))
    tags = [tag for tag in candidate.hashtags if any(_strange_tag(tag, known))]
    if not strange and not tags:
        return PASSED
    named = [*(candidate.text[slice(*span)] for span in strange), *(f"#{tag}" for tag in tags)]
    text = without_sentences(candidate.text, strange) if strange else candidate.text
    kept = tuple(tag for tag in candidate.hashtags if tag not in tags)
    return Verdict(
        ok=False,
        spans=tuple(strange),
        reason=f"No source has the price or offer {quoted(list(dict.fromkeys(named)))}. Use one of "
        "the material, or add it to the brand's allowed prices.",
        fix=None if text is None else CandidateText(text, kept, candidate.link),
    )


@lru_cache(maxsize=64)  # the sources stay while candidates come and go
def _known(texts: tuple[str, ...]) -> frozenset[_Worth]:
    # What bounds a date or a price is part of it: "from £49" is not "£49".
    figures = (figure for text in texts for figure in figures_in(text))
    return frozenset((figure.value, figure.unit, figure.bound) for figure in figures)


@lru_cache(maxsize=64)
def _offered(texts: tuple[str, ...]) -> tuple[bool, ...]:
    """Which of the offers in words the texts make."""
    return tuple(any(pattern.search(text) for text in texts) for pattern in _WORDED)


def _texts(brief: GuardBrief) -> tuple[str, ...]:
    return (*(source.text for source in brief.sources), *brief.allowed_prices)


def _strange(text: str, brief: GuardBrief) -> Iterable[Span]:
    known = _known(_texts(brief))
    for figure in figures_in(text):
        is_offer = figure.is_price or (figure.unit == PERCENT and _is_discount(text, figure))
        if is_offer and (figure.value, figure.unit, figure.bound) not in known:
            yield figure.span
    for pattern, is_offered in zip(_WORDED, _offered(_texts(brief)), strict=True):
        if not is_offered:
            yield from (match.span() for match in pattern.finditer(text))


def _strange_tag(tag: str, known: frozenset[_Worth]) -> Iterable[str]:
    """ "#50off" and "#20EuroRabatt" are offers too."""
    parts = regex.findall(r"\d+|\p{L}+", regex.sub(r"(?<=\p{Ll})(?=\p{Lu})", " ", tag))
    text = " ".join(parts)
    for figure in figures_in(text):
        is_known = any(figure.value == value for value, _, _ in known)
        if not is_known and (figure.is_price or _OFF.search(text)):
            yield tag


def _is_discount(text: str, figure: Figure) -> bool:
    around = text[max(0, figure.start - _NEAR) : figure.end + _NEAR]
    return bool(_OFF.search(around))


GUARD = Guard("prices", "Prices from the sources", "1", check)
