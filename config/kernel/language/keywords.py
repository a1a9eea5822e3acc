"""Words and phrases that say what a text is about; hashtags are made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import regex  # type: ignore[import-untyped, unused-ignore]

from .lists import DETERMINERS, STOP_WORDS
from .sentences import Sentence, stem

SURE = 1.6  # above it is a name, repeated, or a noun by its neighbours
FEWEST = 5

_TOKEN = regex.compile(r"\p{L}[\p{L}\p{M}\p{N}]*(?:['’-][\p{L}\p{N}]+)*|[^\s\p{L}]+")
_NOT_TOPICS = {"en": regex.compile(r"(?:ly|n't|'ll|'re|'ve|self|ward)$")}
_VERBAL = {"en": regex.compile(r"(?:ed|ing|izes?|ises?)$")}


def keywords_of(sentences: Sequence[Sentence], *, title: str = "", most: int = 15) -> list[str]:
    """At most `most`, the most telling first, written as the text writes them.

    Nouns are guessed: capitals in German, the word after a determiner elsewhere; names are words
    with a capital inside a sentence.
    """
    if not sentences:
        return []
    language = sentences[0].language
    scores: dict[str, float] = {}
    shown: dict[str, Counter[str]] = {}
    for sentence in sentences:
        for key, form, weight in _found(sentence.text, language):
            scores[key] = scores.get(key, 0.0) + weight
            shown.setdefault(key, Counter())[form] += 1
    for key, _, weight in _found(title, language):
        if key in scores:
            scores[key] += 1.5 * weight
    ranked = sorted(scores, key=lambda key: -scores[key])
    forms = {key: _usual(shown[key]) for key in ranked}
    likely = _distinct([forms[key] for key in ranked if scores[key] >= SURE], most)
    if len(likely) >= FEWEST:
        return likely
    return _distinct([forms[key] for key in ranked if scores[key] >= 1.0], FEWEST)


def _found(text: str, language: str) -> list[tuple[str, str, float]]:
    """(key, as written, weight) of single words and of pairs that look like one term."""
    stops = STOP_WORDS.get(language, frozenset())
    determiners = DETERMINERS.get(language, frozenset())
    tokens = _TOKEN.findall(text)
    found: list[tuple[str, str, float]] = []
    topical = [_is_topic(token, language, stops) for token in tokens]
    for at, token in enumerate(tokens):
        if not topical[at]:
            continue
        before = tokens[at - 1].casefold() if at else ""
        is_name = at > 0 and tokens[at - 1] not in (".", "!", "?", ":", "“") and token[0].isupper()
        weight = 1.0 + (0.8 if is_name and language != "de" else 0.0)
        if _is_noun(tokens, topical, at, determiners, language) or (language == "de" and is_name):
            weight += 0.6
        elif language == "en" and at and topical[at - 1] and token.endswith("s") and not is_name:
            weight = 0.2  # "the sauna stays": its verb
        verbal = _VERBAL.get(language)
        if verbal and verbal.search(token.casefold()) and before not in determiners:
            weight -= 0.7
        found.append((stem(token.casefold()), token, weight))
        following = tokens[at + 1] if at + 1 < len(tokens) and topical[at + 1] else ""
        is_name_pair = is_name and following[:1].isupper() and language != "de"
        may_pair = language == "en" and before in determiners
        if following and (is_name_pair or _is_term(token, following, tokens[at + 2 :], may_pair)):
            key = f"{stem(token.casefold())} {stem(following.casefold())}"
            found.append((key, f"{token} {following}", 1.9))
    return found


def _is_noun(
    tokens: list[str], topical: list[bool], at: int, determiners: frozenset[str], language: str
) -> bool:
    """After a determiner, or after a modifier that follows one; a modifier itself is none.

    French and Spanish put their modifiers behind the noun.
    """
    before = tokens[at - 1].casefold() if at else ""
    if language != "en":
        return before in determiners
    is_modifier = (
        at + 1 < len(tokens)
        and topical[at + 1]
        and not (tokens[at + 1].endswith("s") and not tokens[at].endswith("ing"))
    )
    if before in determiners:
        return not is_modifier
    modifier = tokens[at - 1]
    is_verb = tokens[at].endswith("s") and not modifier.endswith("ing")
    follows = at > 1 and topical[at - 1] and tokens[at - 2].casefold() in determiners
    return follows and not is_verb and not modifier.endswith("s")


def _is_term(first: str, second: str, rest: list[str], after_determiner: bool) -> bool:
    """ "The rye bread we" is a term; "the bread costs" and "the leaves store" are not."""
    if not after_determiner or first.endswith("s") or second.endswith(("s", "ing")):
        return False
    following = rest[0].casefold() if rest else "."
    return not following[0].isalpha() or following in STOP_WORDS["en"]


def _is_topic(token: str, language: str, stops: frozenset[str]) -> bool:
    word = token.casefold().replace("’", "'").removesuffix("'s")
    if len(word) < 3 or not word[0].isalpha() or word in stops:
        return False
    if language == "de" and not token[0].isupper():
        return False
    unlikely = _NOT_TOPICS.get(language)
    return not (unlikely and unlikely.search(word))


def _usual(forms: Counter[str]) -> str:
    """As it is written inside sentences: lower case, unless it never is."""
    lower = [form for form in forms if form.islower()]
    form = max(lower or list(forms), key=lambda form: forms[form])
    return str(regex.sub(r"['’]s\b", "", form))


def _distinct(words: list[str], most: int) -> list[str]:
    """No word beside a phrase that holds it, and no two that sound alike."""
    kept: list[str] = []
    for word in words:
        parts = _stems(word)
        if any(parts <= _stems(other) for other in kept):
            continue
        smaller = [other for other in kept if _stems(other) < parts]
        if smaller:
            kept[kept.index(smaller[0])] = word
            kept = [other for other in kept if other not in smaller[1:]]
        else:
            kept.append(word)
    return kept[:most]


def _stems(phrase: str) -> set[str]:
    return {stem(part.casefold()) for part in phrase.split()}
