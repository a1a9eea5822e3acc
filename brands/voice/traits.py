"""From measures to words for people: tone, archetype, rules of writing, what a voice never does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from brands.voice.profile import Dimensions, Measures, Personality, ToneAttribute, WritingRule

Degree = Callable[[Measures, Dimensions], float]


@dataclass(frozen=True)
class _Trait:
    """A tone, with how strongly the measures speak for it (below 0.2 it is not named)."""

    name: str
    description: str
    degree: Degree


def _up(value: float, start: float, full: float) -> float:
    """0 at `start`, 1 at `full`; also downwards, when `full` is the smaller."""
    return min(1.0, max(0.0, (value - start) / (full - start)))


def _mean(*degrees: float) -> float:
    return sum(degrees) / len(degrees)


TONES: tuple[_Trait, ...] = (
    _Trait("Calm", "States things without raising its voice; no exclamation marks, no haste.",
           lambda m, d: _up(d.enthusiasm, 40, 10)),
    _Trait("Lively", "Full of energy; exclamation marks and emoji carry the mood.",
           lambda m, d: _up(d.enthusiasm, 35, 75)),
    _Trait("Formal", "Chooses the complete and correct expression over the quick one.",
           lambda m, d: _up(d.formality, 50, 80)),
    _Trait("Relaxed", "Speaks as among friends, with short forms and everyday words.",
           lambda m, d: _up(d.formality, 35, 5)),
    _Trait("Plain", "Short sentences and common words; one thought at a time.",
           lambda m, d: _mean(_up(m.sentence_words, 15, 8), _up(m.long_word_ratio, 0.14, 0.04))),
    _Trait("Thorough", "Long sentences that give the reason along with the fact.",
           lambda m, d: _up(m.sentence_words, 15, 22)),
    _Trait("Expert", "Knows its field and uses its terms and figures.",
           lambda m, d: _up(d.technicality, 25, 60)),
    _Trait("Inviting", "Turns to its readers, asks and invites them.",
           lambda m, d: _mean(_up(m.reader_per_100, 1.5, 5), _up(m.question_ratio, 0.05, 0.25))),
    _Trait("Down to earth", "Tells what is done and how, and leaves praise to others.",
           lambda m, d: 0.8 * _up(m.pressing_per_100, 0.6, 0) * _up(d.enthusiasm, 50, 20)),
    _Trait("Persuasive", "Says what is to be won and asks to act now.",
           lambda m, d: _up(m.pressing_per_100, 0.6, 3)),
    _Trait("Companionable", "Speaks as “we”, a team that one could visit.",
           lambda m, d: 0.9 * _up(m.plural_per_100, 0.8, 3)),
    _Trait("Personal", "Speaks as “I”, one person with a view of their own.",
           lambda m, d: _up(m.singular_per_100, 0.8, 3)),
    _Trait("Courteous", "Keeps a polite distance to its readers.",
           lambda m, d: 0.9 if m.address == "polite" else 0.0),
    _Trait("Factual", "Describes rather than judges; every sentence could be checked.",
           lambda m, d: 0.3),
    _Trait("Steady", "Keeps one rhythm and one manner from text to text.",
           lambda m, d: 0.28 * _up(m.sentence_spread, 9, 3)),
    _Trait("Direct", "Comes to the point in the first sentence.",
           lambda m, d: 0.7 * _up(m.sentence_words, 14, 7)),
)  # fmt: skip

ARCHETYPES: tuple[_Trait, ...] = (
    _Trait("Sage", "Explains how things are, and trusts readers to draw the conclusion.",
           lambda m, d: _mean(_up(d.technicality, 15, 60), _up(d.formality, 40, 80))),
    _Trait("Caregiver", "Looks after its readers and takes a worry off them.",
           lambda m, d: 0.6 * _up(m.reader_per_100, 1, 5) * _up(d.enthusiasm, 70, 30)),
    _Trait("Jester", "Enjoys itself and lets readers in on the joke.",
           lambda m, d: _mean(_up(d.enthusiasm, 40, 85), _up(m.emoji_per_100, 0.5, 5))),
    _Trait("Hero", "Challenges readers to act, and promises that it is worth it.",
           lambda m, d: _up(m.pressing_per_100, 0.5, 3)),
    _Trait("Everyman", "One of the neighbours: speaks plainly and promises nothing grand.",
           lambda m, d: 0.45 + 0.4 * _up(m.sentence_words, 15, 8) - 0.5 * _up(d.formality, 45, 80)),
    _Trait("Ruler", "Speaks from experience and with authority.",
           lambda m, d: 0.9 * _up(d.formality, 55, 95)),
    _Trait("Creator", "Shows what its hands make, and how.",
           lambda m, d: 0.4 + 0.4 * _up(m.plural_per_100, 1, 4) - 0.5 * _up(d.enthusiasm, 40, 80)),
    _Trait("Outlaw", "Breaks the rules of the trade, its language first.",
           lambda m, d: _up(m.casual_per_100, 2, 6)),
)  # fmt: skip


def tones(
    own: Measures, shown: Dimensions, *, without: Sequence[str] = ()
) -> tuple[ToneAttribute, ...]:
    """Three to five, the strongest first; the earlier attempt's give way to their neighbours."""
    named = {name.casefold() for name in without}
    ranked = sorted(TONES, key=lambda one: (one.name.casefold() in named, -one.degree(own, shown)))
    likely = [one for one in ranked if one.degree(own, shown) >= 0.2]
    fresh = [one for one in likely if one.name.casefold() not in named]
    chosen = (likely if len(fresh) < 3 else fresh)[:4]
    # Opposites would not describe one voice.
    chosen = [one for one in chosen if not any(_opposed(one, other) for other in chosen[:1])]
    for one in ranked:
        if len(chosen) >= 3:
            break
        if one not in chosen and not any(_opposed(one, other) for other in chosen):
            chosen.append(one)
    return tuple(ToneAttribute(one.name, one.description) for one in chosen[:5])


_OPPOSITES = ({"Calm", "Lively"}, {"Formal", "Relaxed"}, {"Plain", "Thorough"})
_OPPOSITES_TOO = ({"Down to earth", "Persuasive"}, {"Direct", "Thorough"}, {"Courteous", "Relaxed"})


def _opposed(one: _Trait, other: _Trait) -> bool:
    return one is not other and {one.name, other.name} in (*_OPPOSITES, *_OPPOSITES_TOO)


def archetype(own: Measures, shown: Dimensions, *, without: str = "") -> Personality:
    ranked = sorted(ARCHETYPES, key=lambda one: -one.degree(own, shown))
    first = next(one for one in ranked if one.name != without)
    return Personality(first.name, first.description)


def rules(own: Measures, shown: Dimensions) -> tuple[WritingRule, ...]:
    """Three to six rules, each with the figure that it comes from."""
    made = [_length_rule(own), _person_rule(own)]
    if own.address:
        way = {"polite": "formal", "familiar": "familiar"}[own.address]
        made.append(WritingRule(f"Address readers in the {way} way", "Never mix the two."))
    made.append(_loudness_rule(own))
    if own.question_ratio >= 0.12:
        made.append(
            WritingRule("Ask", f"About {own.question_ratio:.0%} of its sentences are questions.")
        )
    if own.contractions_per_100 >= 1.5:
        made.append(WritingRule("Use short forms", "We're, it's, don't: as people speak."))
    elif own.language == "en" and own.contractions_per_100 < 0.3:
        made.append(WritingRule("Write words out", "We are, it is, do not."))
    if shown.technicality >= 35:
        made.append(WritingRule("Give figures and terms", "Exact numbers instead of adjectives."))
    return tuple(made[:6])


def _length_rule(own: Measures) -> WritingRule:
    kind = "short" if own.sentence_words < 11 else "middling" if own.sentence_words < 17 else "long"
    figure = f"{own.sentence_words:.0f} words on average"
    return WritingRule(
        f"Keep sentences {kind}", f"{figure}, give or take {own.sentence_spread:.0f}."
    )


def _person_rule(own: Measures) -> WritingRule:
    if own.plural_per_100 >= max(0.8, own.singular_per_100):
        return WritingRule("Speak as “we”", "The team speaks, not the company.")
    if own.singular_per_100 >= 0.8:
        return WritingRule("Speak as “I”", "One person speaks.")
    if own.reader_per_100 >= 1.5:
        return WritingRule("Speak to “you”", "The reader stands at the centre, the brand aside.")
    return WritingRule("Let the thing speak", "Neither “we” nor “you”: tell what is and happens.")


def _loudness_rule(own: Measures) -> WritingRule:
    if own.emoji_per_100 >= 1:
        often = max(1, round(own.emoji_per_100 / 2))
        return WritingRule("Use emoji", f"About {often} in a post of fifty words.")
    if own.exclamation_ratio >= 0.2:
        share = f"{own.exclamation_ratio:.0%}"
        return WritingRule(
            "Show delight", f"{share} of its sentences end with an exclamation mark."
        )
    return WritingRule("Let facts carry it", "No exclamation marks and no emoji for emphasis.")


def avoidances(own: Measures, words: Sequence[str]) -> tuple[str, ...]:
    """Two to five: what the brand forbids, then what its texts never do."""
    made = [f"The words {_named(words)}"] if words else []
    for is_never, sentence in (
        (own.pressing_per_100 < 0.3, "Pressure to buy: hurry, unbeatable, last chance"),
        (own.exclamation_ratio < 0.03, "Exclamation marks"),
        (own.emoji_per_100 < 0.1, "Emoji in the text"),
        (own.casual_per_100 < 0.3, "Slang and short forms of the street"),
        (own.shouted_per_100 < 0.2, "Words in capitals"),
        (own.formal_per_100 < 0.3, "The stiff language of letters and offices"),
        (own.technical_per_100 < 0.3, "Technical terms without an explanation"),
    ):
        made += [sentence] if is_never else []
    return tuple((made or ["Anything that it could not say to a customer's face"])[:5])


def _named(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:6])
