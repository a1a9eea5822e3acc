"""How much a text sounds like a voice: a sum of what is unlike it, each part explained.

Counts are held against what a text of that length by this voice would have, with slack for chance,
because a post has some forty words. Pure and quick; the same text gets the same score.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from brands.voice.measuring import Counted, address_of, count, dimensions_of, together
from brands.voice.profile import Dimensions, Measures, VoiceProfile
from config.kernel.language.words import has_words

VERSION = 1  # raise it whenever the same text may get another score

_FEWEST_MEASURED = 60  # words of examples, below which what a person declared counts instead
_LITTLE_MEASURED = 80  # words of examples that weigh as much as what is usual
_LEAST_COST = 0.02


@dataclass(frozen=True)
class Difference:
    """Something that is unlike the voice: what it costs of the score, and a sentence."""

    name: str
    cost: float
    sentence: str


@dataclass(frozen=True)
class VoiceVerdict:
    """From 0 to 1. `reasons` say what is unlike the voice, the dearest first; `matches` what fits.

    `differences` are the reasons with what each costs.
    """

    score: float
    reasons: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class _Held:
    """A text beside a voice. `expected` turns a rate of the voice into a count for this text."""

    text: Counted
    own: Measures
    profile: VoiceProfile

    @property
    def words(self) -> int:
        return len(self.text.words)

    def expected(self, per_100: float, usual: float = 0.0) -> float:
        """A rate of the voice as a count for this text; `usual` is what any brand may have.

        The fewer words were measured, the less is known of the voice and the more is usual.
        """
        own = self.own.words
        rate = (per_100 * own + usual * _LITTLE_MEASURED) / (own + _LITTLE_MEASURED)
        return rate * self.words / 100


def score_voice(text: str, profile: VoiceProfile) -> VoiceVerdict:
    """How much a text sounds like the voice, and why. Below 5 ms for a post.

    1 means that nothing is unlike it; a text of the voice's own has 0.85 and more as a rule,
    one of another register less than 0.6. A text without words sounds like anybody:
    it has 1. Source: specification 2c (brand voice at least 0.80), 5.2 row 27 (0 to 1 is stored).
    """
    counted = count(text, language=profile.measures.language)
    if not counted.words:
        return VoiceVerdict(1.0)
    held = _Held(counted, profile.measures, profile)
    is_measured = profile.measures.words >= _FEWEST_MEASURED
    checks = _MEASURED if is_measured else _DECLARED
    found = [one for check in checks for one in check(held) if one.cost >= _LEAST_COST]
    found.sort(key=lambda one: -one.cost)
    score = max(0.0, 1.0 - sum(one.cost for one in found))
    return VoiceVerdict(
        score=round(score, 3),
        reasons=tuple(one.sentence for one in found),
        matches=tuple(_matches(held, {one.name for one in found})),
        differences=tuple(found),
    )


def _excess(seen: float, expected: float, *, slack: float, full: float) -> float:
    """0 to 1: how far a count is above what is expected, from `slack` over it to `full` over that.

    Slack grows with the root of what is expected, as chance does.
    """
    over = seen - expected - slack - math.sqrt(expected)
    return min(1.0, max(0.0, over / full))


def _absence(seen: float, expected: float) -> float:
    """0 to 1: how surprising it is to see so few; 0 while few are expected."""
    if seen > expected * 0.34:
        return 0.0
    return 1.0 - math.exp(-max(0.0, expected - seen) * 0.8)


def _avoided(held: _Held) -> Iterator[Difference]:
    found = [word for word in held.profile.avoided_words if has_words(held.text.text, word)]
    if found:
        cost = min(0.6, 0.25 + 0.15 * (len(found) - 1))
        yield Difference("avoided", cost, f"It has words to avoid: {_named(found)}.")


def _shouting(held: _Held) -> Iterator[Difference]:
    seen, expected = len(held.text.shouted), held.expected(held.own.shouted_per_100)
    over = _excess(seen, expected, slack=1, full=max(2.0, held.words / 10))
    if over:
        yield Difference("capitals", 0.35 * over, _told("capitals", seen, expected))
    under = _absence(seen, expected)
    if under:
        yield Difference("capitals", 0.25 * under, _told("capitals", seen, expected))


def _marks(held: _Held) -> Iterator[Difference]:
    seen = held.text.exclamations
    expected = held.own.exclamation_ratio * len(held.text.lengths)
    over = _excess(seen, expected, slack=1, full=2)
    if over:
        yield Difference("exclamations", 0.3 * over, _told("exclamation marks", seen, expected))
    under = _absence(seen, expected)
    if under:
        yield Difference("exclamations", 0.2 * under, _told("exclamation marks", seen, expected))
    repeated = held.text.repeated_marks
    over = _excess(repeated, held.expected(held.own.repeated_marks_per_100), slack=0, full=2)
    if over:
        yield Difference("marks", 0.15 * over, "It repeats its marks (!!, ??).")


def _questions(held: _Held) -> Iterator[Difference]:
    seen, expected = held.text.questions, held.own.question_ratio * len(held.text.lengths)
    over = _excess(seen, expected, slack=1.5, full=3)
    if over:
        yield Difference("questions", 0.12 * over, _told("questions", seen, expected))


def _emoji(held: _Held) -> Iterator[Difference]:
    seen, expected = held.text.emoji, held.expected(held.own.emoji_per_100)
    over = _excess(seen, held.expected(held.own.emoji_per_100, 1.0), slack=1, full=2)
    if over:
        yield Difference("emoji", 0.3 * over, _told("emoji", seen, expected))
    under = _absence(seen, expected)
    if under:
        yield Difference("emoji", 0.15 * under, _told("emoji", seen, expected))


def _register(held: _Held) -> Iterator[Difference]:
    """Words of a register that is more, or less, the voice's own."""
    text, own = held.text, held.own
    for name, words, rate, usual, slack, full, much, little in (
        ("casual", text.casual, own.casual_per_100, 1.0, 0.6, 2.0, 0.35, 0.25),
        ("formal", text.formal, own.formal_per_100, 1.0, 1.5, 3.0, 0.25, 0.2),
        ("pressing", text.pressing, own.pressing_per_100, 1.0, 1.0, 2.5, 0.35, 0.15),
    ):
        likely = held.expected(rate, usual)
        over = _excess(len(words), likely, slack=slack, full=full + likely)
        if over:
            shown = _named(list(dict.fromkeys(words)))
            yield Difference(name, much * over, f"{_TOO[name]}: {shown}.")
        under = _absence(len(words), held.expected(rate))
        if under:
            yield Difference(name, little * under, _TOO_FEW[name])


_TOO = {
    "casual": "It is more casual than the voice",
    "formal": "It is more formal than the voice",
    "pressing": "It presses people to buy more than the voice does",
}
_TOO_FEW = {
    "casual": "It is stiffer than the voice, which speaks as among friends.",
    "formal": "It is looser than the voice, which speaks formally.",
    "pressing": "It is calmer than the voice, which calls people to act.",
}


def _contractions(held: _Held) -> Iterator[Difference]:
    seen, expected = held.text.contractions, held.expected(held.own.contractions_per_100)
    over = _excess(seen, expected, slack=1, full=3)
    if over:
        yield Difference("contractions", 0.1 * over, "It shortens words (we're, it's) more often.")
    under = _absence(seen, expected)
    if under:
        yield Difference("contractions", 0.08 * under, "It shortens no words (we're, it's).")


def _length(held: _Held) -> Iterator[Difference]:
    """Mean sentence length against the voice's, with room for what few sentences cannot tell."""
    sentences = len(held.text.lengths)
    mean = sum(held.text.lengths) / sentences
    own = max(3.0, held.own.sentence_words)
    spread = held.own.sentence_spread / own
    chance = math.sqrt(1 / sentences + 1 / max(1, held.own.sentences))
    far = abs(math.log(max(mean, 1.0) / own)) - 0.3 - min(0.6, max(0.3, spread)) * chance
    if far > 0:
        word = "longer" if mean > own else "shorter"
        sentence = f"Its sentences are {word}: {mean:.0f} words, and the voice has {own:.0f}."
        yield Difference("length", 0.25 * min(1.0, far / 0.6), sentence)


def _persons(held: _Held) -> Iterator[Difference]:
    text, own = held.text, held.own
    ours = address_of(text.polite, text.familiar)
    if own.address and ours and own.address != ours:
        sentence = f"It addresses readers in the {ours} way, and the voice in the {own.address}."
        yield Difference("address", 0.42, sentence)
    for name, seen, rate, cost in (
        ("I", text.singular, own.singular_per_100, 0.12),
        ("we", text.plural, own.plural_per_100, 0.06),
        ("you", text.reader, own.reader_per_100, 0.1),
    ):
        expected = held.expected(rate)
        over = _excess(seen, held.expected(rate, 3.0), slack=1.5, full=4)
        under = _absence(seen, expected) * 0.6
        if over or under:
            word = "more" if over else "less"
            sentence = f"It says “{name}” {word} often than the voice ({seen}, usually"
            yield Difference(
                f"person-{name}", cost * max(over, under), f"{sentence} {_about(expected)})."
            )


def _long_words(held: _Held) -> Iterator[Difference]:
    ratio = held.text.long_words / held.words
    chance = math.sqrt(max(0.02, held.own.long_word_ratio) / held.words)
    far = abs(ratio - held.own.long_word_ratio) - 0.04 - chance
    if far > 0:
        word = "longer" if ratio > held.own.long_word_ratio else "shorter"
        yield Difference("words", 0.2 * min(1.0, far / 0.12), f"Its words are {word} than usual.")
    expected = held.expected(held.own.technical_per_100)
    likely = held.expected(held.own.technical_per_100, 1.0)
    over = _excess(held.text.technical, likely, slack=1.5, full=3)
    if over:
        yield Difference("technical", 0.15 * over, "It is more technical than the voice.")
    under = _absence(held.text.technical, expected)
    if under:
        yield Difference("technical", 0.1 * under, "It is less technical than the voice.")


def _language(held: _Held) -> Iterator[Difference]:
    ours, own = held.text.language, held.own.language
    if ours and own and ours != own:
        yield Difference("language", 0.45, f"It is in another language ({ours}, not {own}).")


def _whole(held: _Held) -> Iterator[Difference]:
    """The impression as a whole: many small differences of one direction add up to a register."""
    ours, own = dimensions_of(_leaning(held)), dimensions_of(held.own)
    for name, more, less, cost, room in (
        ("loudness", "louder", "quieter", 0.3, 25),
        ("stiffness", "stiffer", "looser", 0.15, 30),
    ):
        axis = "enthusiasm" if name == "loudness" else "formality"
        difference = getattr(ours, axis) - getattr(own, axis)
        far = min(1.0, max(0.0, (abs(difference) - room) / 45))
        if far:
            word = more if difference > 0 else less
            yield Difference(name, cost * far, f"As a whole it is {word} than the voice.")


def _declared(held: _Held) -> Iterator[Difference]:
    """Where nothing was measured: the three numbers that a person set, with much room."""
    ours, wanted = dimensions_of(_leaning(held)), held.profile.dimensions
    for name, more, less, cost in (
        ("formality", "more formal", "looser", 0.5),
        ("enthusiasm", "louder", "quieter", 0.5),
        ("technicality", "more technical", "less technical", 0.15),
    ):
        difference = getattr(ours, name) - getattr(wanted, name)
        far = min(1.0, max(0.0, (abs(difference) - 25) / 45))
        if far:
            word = more if difference > 0 else less
            yield Difference(name, cost * far, f"It is {word} than the voice is meant to be.")


def _leaning(held: _Held) -> Measures:
    """The text's measures, leaning to the middle when it is too short to tell."""
    measured = together([held.text])
    weight = held.words / (held.words + 15)
    middle = Measures(sentence_words=14, long_word_ratio=0.12)
    mixed = {
        name: weight * getattr(measured, name) + (1 - weight) * getattr(middle, name)
        for name in _MIXED
    }
    return replace(measured, **mixed)


_MIXED = (
    *("sentence_words", "long_word_ratio", "exclamation_ratio", "emoji_per_100"),
    *("shouted_per_100", "casual_per_100", "formal_per_100", "pressing_per_100"),
    *("contractions_per_100", "technical_per_100"),
)


def _matches(held: _Held, differing: set[str]) -> Iterator[str]:
    terms = [term for term in held.profile.terms if has_words(held.text.text, term)]
    if terms:
        yield f"It uses the voice's words: {_named(terms)}."
    for names, sentence in (
        (("length",), "Its sentences are as long as the voice's."),
        (("capitals", "exclamations", "marks"), "It is as loud as the voice."),
        (("casual", "formal", "contractions"), "It is as formal as the voice."),
        (("person-I", "person-we", "person-you", "address"), "It speaks in the same person."),
        (("emoji",), "It has as many emoji as the voice."),
        (("avoided",), "It keeps clear of the words to avoid."),
    ):
        applies = held.own.words >= _FEWEST_MEASURED or names == ("avoided",)
        if applies and not differing & set(names):
            yield sentence


def _told(what: str, seen: float, expected: float) -> str:
    word = "more" if seen > expected else "fewer"
    return f"It has {word} {what} than the voice ({seen:.0f}, usually {_about(expected)})."


def _about(number: float) -> str:
    return "none" if number < 0.25 else f"about {max(1, round(number))}"


def _named(words: list[str], most: int = 4) -> str:
    shown = ", ".join(f"“{word}”" for word in words[:most])
    return shown + (f" and {len(words) - most} more" if len(words) > most else "")


_Check = Callable[[_Held], Iterator[Difference]]
_MEASURED: tuple[_Check, ...] = (
    *(_avoided, _shouting, _marks, _questions, _emoji, _register, _contractions, _length),
    *(_persons, _long_words, _whole, _language),
)
_DECLARED: tuple[_Check, ...] = (_avoided, _declared, _language)

__all__ = ["VERSION", "Difference", "Dimensions", "VoiceVerdict", "score_voice"]
