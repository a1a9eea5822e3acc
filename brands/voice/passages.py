"""What of a page or a pasted text is prose, what of it is typical, and which words return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import regex  # type: ignore[import-untyped, unused-ignore]

from brands.voice.measuring import count
from brands.voice.profile import Measures, VocabularyGroup, VoiceProfile
from brands.voice.scoring import score_voice
from config.kernel.language.keywords import keywords_of
from config.kernel.language.lists import BOILERPLATE, STOP_WORDS
from config.kernel.language.sentences import sentences_of, stem, words_of

MOST_PASSAGES = 6
FEWEST_WORDS, MOST_WORDS = 12, 90
MOST_TERMS = 10

_BOILERPLATE = regex.compile("|".join(BOILERPLATE), regex.IGNORECASE)
_PROSE = regex.compile(r"[.!?…]|\p{Extended_Pictographic}")
_CAPITAL = regex.compile(r"\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)*")


def prose(texts: Iterable[str]) -> list[str]:
    """Paragraphs that somebody wrote to be read, each once; menus, prices and legal lines go."""
    found: dict[str, None] = {}
    for text in texts:
        for line in text.split("\n"):
            plain = line.strip().removeprefix("- ").strip()
            is_prose = bool(_PROSE.search(plain)) and len(plain.split()) >= 4
            if is_prose and not _BOILERPLATE.search(plain):
                found.setdefault(plain[:2_000])
    return list(found)


def examples_of(paragraphs: Sequence[str], own: Measures, *, without: Sequence[str]) -> list[str]:
    """The most typical passages first, those of an earlier attempt last."""
    whole = VoiceProfile(measures=own)
    passages = _passages(paragraphs)
    ranked = sorted(passages, key=lambda text: (text in without, -score_voice(text, whole).score))
    return ranked[:MOST_PASSAGES]


def vocabulary_of(
    paragraphs: Sequence[str], *, language: str, liked: Sequence[str], without: Sequence[str]
) -> list[VocabularyGroup]:
    """Two to four categories of words; words of an earlier attempt come last."""
    text = "\n\n".join(paragraphs)
    shown = {word.casefold() for word in without}
    topics = keywords_of(sentences_of(text, language=language), most=30)
    names = [topic for topic in topics if _CAPITAL.fullmatch(topic) and language != "de"]
    things = [topic for topic in topics if topic not in names]
    manner = _returning(text, language, but={stem(word.casefold()) for word in topics})
    groups = (
        ("What it speaks of", things),
        ("Names and places", names),
        ("How it puts things", manner),
        ("Words it wants to use", list(liked)),
    )
    made = []
    for category, words in groups:
        ordered = sorted(words, key=lambda word: word.casefold() in shown)
        if ordered:
            made.append(VocabularyGroup(category, tuple(ordered[:MOST_TERMS])))
    return made


def _passages(paragraphs: Sequence[str]) -> list[str]:
    """Of the length of a post: short neighbours together, long ones cut at a sentence."""
    made: list[str] = []
    waiting = ""
    for paragraph in paragraphs:
        joined = f"{waiting} {paragraph}".strip()
        if len(joined.split()) < FEWEST_WORDS:
            waiting = joined
            continue
        waiting = ""
        made.append(_shortened(joined))
    if waiting and not made:
        made.append(waiting)
    return list(dict.fromkeys(made))


def _shortened(text: str) -> str:
    if len(text.split()) <= MOST_WORDS:
        return text
    kept = " ".join(text.split()[:MOST_WORDS])
    ends = [match.end() for match in regex.finditer(r"[.!?…]+(?=\s)", kept)]
    return kept[: ends[-1]] if ends else kept


def _returning(text: str, language: str, *, but: set[str]) -> list[str]:
    """Words that come again and again and name no thing: how somebody puts things."""
    stops = STOP_WORDS.get(language, STOP_WORDS["en"])
    words = [word for word in words_of(text) if len(word) > 3 and word not in stops]
    counts = Counter(words)
    often = [word for word, number in counts.most_common(60) if number > 1]
    return [word for word in often if stem(word) not in but and word.isalpha()][:MOST_TERMS]


def spoken_words(paragraphs: Sequence[str]) -> int:
    return sum(len(count(paragraph).words) for paragraph in paragraphs)
