"""Which language a text is in, by its script and its commonest words."""

from __future__ import annotations

from collections import Counter

import regex  # type: ignore[import-untyped, unused-ignore]

from .addresses import address_spans

# The commonest function words, those that two languages share left in both.
_STOP_WORDS: dict[str, frozenset[str]] = {
    code: frozenset(words.split())
    for code, words in {
        "en": "the and of to in is you that it for on with are this be at your have not but we our "
        "from they will can an as was by or what when how all there more has been their its who",
        "de": "der die das und ist nicht ein eine mit für auf den von zu im dem sich auch wir sie "
        "ihr aus bei nach noch werden wird einen einer sind haben wie oder aber nur über unsere",
        "fr": "le la les et des est une un pour que dans qui sur pas avec vous nous au ce par plus "
        "sont votre notre du de cette ces aux mais ou être fait sans vos nos en ne se son sa",
        "es": "el la los las y de que en un una es por con para no se su del al lo como más pero "
        "sus este esta nuestro nuestra ya muy son está cada todo hay desde sin sobre ha ser",
        "it": "il la di che e un una per non con sono del della nel alla le gli dei più come ma si "
        "questo questa nostro nostra anche ogni delle dal ha essere lo ci ai da suo tutti",
        "pt": "o a os as de que e do da em um uma para com não por mais dos das se na no seu sua "
        "como mas ao nosso nossa você está são foi tem também pelo pela cada sem já muito",
        "nl": "de het een en van in is dat op te voor met zijn niet aan er ook als bij wij je ons "
        "onze maar naar uit deze dit wordt kan meer heeft door over nog geen hebben hun om",
        "pl": "i w na z do się nie że to jest o jak dla po od przez ale co za czy tym ich być tak "
        "są oraz już tylko nasz nasze może jego który która ten te",
        "sv": "och i att det som en på är av för med till den har inte ett om vi du kan din era "
        "våra från eller så men också när alla mer deras var vid",
    }.items()
}

# Scripts that settle the question among the languages that are written in them.
_SCRIPTS: tuple[tuple[str, frozenset[str]], ...] = (
    (r"\p{Hiragana}|\p{Katakana}", frozenset({"ja"})),
    (r"\p{Hangul}", frozenset({"ko"})),
    (r"\p{Han}", frozenset({"zh", "ja"})),
    (r"\p{Cyrillic}", frozenset({"ru", "uk", "bg", "sr", "mk", "be", "kk"})),
    (r"\p{Greek}", frozenset({"el"})),
    (r"\p{Arabic}", frozenset({"ar", "fa", "ur"})),
    (r"\p{Hebrew}", frozenset({"he"})),
    (r"\p{Thai}", frozenset({"th"})),
    (r"\p{Devanagari}", frozenset({"hi", "mr", "ne"})),
)
_LETTER = regex.compile(r"\p{L}")
_WORD = regex.compile(r"\p{L}+")
_SCRIPT_PATTERNS = [(regex.compile(pattern), codes) for pattern, codes in _SCRIPTS]

_FEWEST_WORDS = 8  # below, chance decides
_FEWEST_HITS = 3
_LEAD = 1.5  # times the stop words of the next language


def languages_of(text: str) -> frozenset[str]:
    """ISO 639-1 codes of the languages that the text may be in; empty when it cannot be told."""
    text = _without_addresses(text)
    letters = len(_LETTER.findall(text))
    if not letters:
        return frozenset()
    for pattern, codes in _SCRIPT_PATTERNS:
        # Japanese mixes kana with Han, so a fifth is enough to know it.
        if len(pattern.findall(text)) > letters / 5:
            return codes
    return _by_stop_words([word.casefold() for word in _WORD.findall(text)])


def _by_stop_words(words: list[str]) -> frozenset[str]:
    if len(words) < _FEWEST_WORDS:
        return frozenset()
    counts = Counter(
        {code: sum(word in stops for word in words) for code, stops in _STOP_WORDS.items()}
    )
    (best, hits), (_, next_hits) = counts.most_common(2)
    if hits < _FEWEST_HITS or hits < next_hits * _LEAD:
        return frozenset()
    return frozenset({best})


def _without_addresses(text: str) -> str:
    for start, end in reversed(address_spans(text)):
        text = f"{text[:start]} {text[end:]}"
    return text
