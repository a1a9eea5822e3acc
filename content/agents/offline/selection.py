"""Which sentences a post is made of, and in which order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from config.kernel.language.salience import overlap, salience
from config.kernel.language.sentences import Sentence, stem, words_of
from config.kernel.language.words import has_words
from content.agents.offline.cues import cue_score, is_command
from content.agents.offline.shape import following_worth, opening_worth
from content.skills.structure import Structure

SAME = 0.6  # share of terms from which two sentences say the same
LEAD_CHARACTERS = 90  # emoji and introduction before the first sentence
_STILL_GOOD = 0.7  # how much worse than the best a first sentence may be
_HOOKS = 3  # best first sentences that further attempts go through


@dataclass(frozen=True)
class Source:
    """A material's usable sentences with what makes one better than another."""

    sentences: Sequence[Sentence]
    scores: Sequence[float]
    topics: frozenset[str] = frozenset()
    subject: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, sentences: Sequence[Sentence], *, title: str, keywords: Sequence[str], name: str = ""
    ) -> Source:
        topics = {stem(word) for word in words_of(" ".join([title, *keywords[:4]]))}
        subject = {stem(word) for word in words_of(f"{title} {name}")}
        scores = salience(sentences, title=title)
        return cls(sentences, scores, frozenset(topics), frozenset(subject))

    def fit(self, sentence: Sentence, angle: str) -> float:
        return self.scores[sentence.place] + 0.4 * min(3.0, cue_score(sentence, angle))

    def stands_alone(self, sentence: Sentence) -> bool:
        """A reader who has seen nothing else knows what it is about."""
        return sentence.place == 0 or bool(sentence.terms & self.topics)

    def names_subject(self, sentence: Sentence) -> bool:
        """It has a word of the material's title or of the brand's name."""
        return bool(sentence.terms & self.subject)

    def chain(self, sentence: Sentence) -> list[Sentence]:
        """A sentence with those before it that it leans on, in their order."""
        chain = [sentence]
        while chain[0].leans and chain[0].place > 0:
            chain.insert(0, self.sentences[chain[0].place - 1])
        return chain

    def after(self, sentence: Sentence) -> Sentence | None:
        place = sentence.place + 1
        return self.sentences[place] if place < len(self.sentences) else None


def hooks(
    source: Source,
    angle: str,
    *,
    attempt: int,
    chance: random.Random,
    taken: Sequence[str],
    liked: Sequence[str],
    structure: Structure | None = None,
) -> list[Sentence]:
    """First sentences, the one for this attempt first; `taken` are texts that used theirs."""
    wants_command = structure is not None and structure.hook == "command"

    def worth(sentence: Sentence) -> float:
        score = source.fit(sentence, angle) + chance.uniform(0.0, 0.12)
        score += opening_worth(sentence, structure)
        score -= 0.5 * sentence.is_item + 0.03 * max(0, len(sentence.words) - 22)
        score -= 0.3 * (len(sentence.words) < 7)
        score -= 0.6 * (not source.stands_alone(sentence))
        is_early = is_command(sentence) and angle != "promotional" and not wants_command
        score -= 0.8 * is_early
        score -= 0.6 * (sentence.is_question and source.after(sentence) is None)
        score -= 2.5 * sum(_opens(text, sentence) for text in taken)
        score -= 1.2 * any(sentence.text in text for text in taken)
        score += 0.5 * any(has_words(sentence.text, word) for word in liked)
        return score

    able = [sentence for sentence in source.sentences if not sentence.leans]
    worths = {sentence: worth(sentence) for sentence in able or source.sentences[:1]}
    ranked = sorted(worths, key=lambda sentence: -worths[sentence])
    good = [s for s in ranked[:_HOOKS] if worths[s] >= worths[ranked[0]] - _STILL_GOOD]
    turn = (attempt - 1) % len(good)
    return [*good[turn:], *good[:turn], *ranked[len(good) :]]


def _opens(text: str, sentence: Sentence) -> bool:
    return 0 <= text.find(sentence.text) <= LEAD_CHARACTERS


def following(
    source: Source,
    hook: Sentence,
    angle: str,
    *,
    chance: random.Random,
    taken: Sequence[str],
    liked: Sequence[str],
    needed: Sequence[str],
    structure: Structure | None = None,
) -> list[list[Sentence]]:
    """What may come after the hook, as groups that belong together, the best first."""

    def worth(group: list[Sentence]) -> float:
        best = max(source.fit(sentence, angle) for sentence in group)
        score = best - 0.15 * (len(group) - 1) + chance.uniform(0.0, 0.15)
        score += following_worth(group, structure)
        score += 0.35 * (group[0].place == hook.place + 1)
        score += 0.2 * (angle == "storytelling" and group[0].place > hook.place)
        score -= 1.5 * any(group[-1].text in text for text in taken)
        for sentence in group:
            score += 0.5 * any(has_words(sentence.text, word) for word in liked)
            score += 3.0 * any(has_words(sentence.text, word) for word in needed)
        return score

    groups: list[list[Sentence]] = []
    for sentence in source.sentences:
        chain = [one for one in source.chain(sentence) if one is not hook]
        if sentence is hook or not chain or sentence.is_question or is_command(sentence):
            continue
        quotation = _quotation_after(source, sentence)
        if _leads_to(sentence, hook) or quotation is hook:
            continue
        groups.append([*chain, quotation] if quotation else chain)
    return sorted(groups, key=worth, reverse=True)


def _quotation_after(source: Source, sentence: Sentence) -> Sentence | None:
    """What a short sentence only introduces."""
    after = source.after(sentence)
    if after is None or not after.is_quote or after.paragraph != sentence.paragraph:
        return None
    return after if len(sentence.words) <= 8 else None


def _leads_to(sentence: Sentence, hook: Sentence) -> bool:
    """ "Some guests were sceptical." says nothing after the quotation that it introduces."""
    is_before = sentence.place == hook.place - 1 and sentence.paragraph == hook.paragraph
    return is_before and len(sentence.words) <= 8


def in_order(hook: Sentence, chosen: Sequence[Sentence]) -> list[Sentence]:
    """The hook, what leans on it, then the rest as the material has it."""
    rest = sorted((one for one in chosen if one is not hook), key=lambda one: one.place)
    if rest and not rest[0].leans and rest[0].words[:2] == hook.words[:2]:
        return sorted([hook, *rest], key=lambda one: one.place)  # "The Trail 40 … The Trail 40 …"
    close: list[Sentence] = []
    place = hook.place
    for sentence in rest:
        if sentence.leans and sentence.place == place + 1:
            close.append(sentence)
            place = sentence.place
    return [hook, *close, *(sentence for sentence in rest if sentence not in close)]


def says_something_new(group: Sequence[Sentence], chosen: Sequence[Sentence]) -> bool:
    fresh = [sentence for sentence in group if sentence not in chosen]
    return bool(fresh) and all(
        overlap(sentence, other) < SAME for sentence in fresh for other in chosen
    )
