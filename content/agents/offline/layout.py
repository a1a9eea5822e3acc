"""A post in the making: what it is made from, how it is laid out, whether it fits."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.sentences import Sentence
from content.agents.briefs import AngleName, BrandBrief, Draft, MaterialBrief, PlatformRules
from content.agents.offline.selection import Source
from content.agents.offline.shape import blocks_of, target_length
from content.agents.offline.style import with_emoji
from content.skills.structure import Structure

_SOBER = regex.compile(
    r"\b(recall(ing|ed)?|died|death|funeral|injur(y|ed|ies)|accidents?|victims?|cancer|"
    r"sorry|apolog(y|ise|ize|ies)|(the|at) war|war in|rückruf|gestorben|unfall|décès|rappel|"
    r"fallecid|accidente)\b",
    regex.IGNORECASE,
)


@dataclass(frozen=True)
class Order:
    """Everything that one post is made from."""

    brand: BrandBrief
    material: MaterialBrief
    keywords: Sequence[str]
    angle: AngleName
    rules: PlatformRules
    source: Source
    taken: Sequence[str]
    attempt: int
    seed: int
    language: str
    structure: Structure | None = None

    def chance(self, part: str) -> random.Random:
        key = f"{self.seed}|{self.angle}|{self.attempt}|{self.rules.slug}|{part}"
        return random.Random(key)


@dataclass(frozen=True)
class Post:
    """A post in the making: its sentences and what stands around them."""

    sentences: Sequence[Sentence]
    lead: str = ""
    close: str = ""
    extra: str = ""
    hashtags: Sequence[str] = ()
    emoji: Sequence[str] = ()


def text_of(post: Post, order: Order) -> str:
    at_end = order.structure is not None and order.structure.emoji == "end"
    return "\n\n".join(with_emoji(_paragraphs(post, order), post.emoji, at_end=at_end))


def _paragraphs(post: Post, order: Order) -> list[str]:
    """Short posts in one paragraph; longer ones with the hook apart and a break where one was."""
    first, *rest = post.sentences
    joined = f"{post.lead} {first.text}" if post.lead else first.text
    ends = [end for end in (post.close, post.extra) if end]
    if order.structure is not None and (blocks := blocks_of(joined, rest, order.structure)):
        return blocks + ends
    paragraphs = [[joined]]
    is_short = target_of(order) <= 320
    before = first
    for sentence in rest:
        belongs = sentence.leans and sentence.place == before.place + 1
        same_source = sentence.paragraph == before.paragraph or sentence.is_item and before.is_item
        full = len(paragraphs[-1]) >= 3 or (paragraphs[-1] == [joined] and not is_short)
        if belongs or (same_source and not full) or (is_short and len(paragraphs[-1]) < 4):
            paragraphs[-1].append(sentence.text)
        else:
            paragraphs.append([sentence.text])
        before = sentence
    return [" ".join(paragraph) for paragraph in paragraphs] + ends


def fits(post: Post, order: Order) -> bool:
    draft = Draft(
        text=text_of(post, order),
        hashtags=list(post.hashtags),
        angle=order.angle,
        link=link_of(order),
    )
    return order.rules.fits(draft.composed())


def size_of(post: Post, order: Order) -> int:
    return order.rules.count(text_of(post, order))


def target_of(order: Order) -> int:
    """Characters that people read on a platform of this size; the limit is no goal."""
    most = order.rules.max_characters
    usual = 900 if order.angle in ("storytelling", "educational") else 650
    return target_length(order.structure, most, most if most <= 600 else usual)


def link_of(order: Order) -> str:
    return order.material.source_url


def is_sober(order: Order) -> bool:
    opening = " ".join(sentence.text for sentence in order.source.sentences[:2])
    return bool(_SOBER.search(f"{order.material.title} {opening}"))
