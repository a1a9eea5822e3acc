"""The copywriter's offline path: a post made of the material's own sentences.

What it adds to them is in the phrase book; what it leaves out it leaves out whole.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.errors import Invalid
from content.agents.briefs import (
    ANGLES,
    Analysis,
    AngleName,
    BrandBrief,
    Draft,
    MaterialBrief,
    PlatformRules,
)
from content.agents.offline.cues import has_price, is_command
from content.agents.offline.languages import language_of
from content.agents.offline.phrases import Setting, closes_for, leads_for
from content.agents.offline.selection import (
    Source,
    following,
    hooks,
    in_order,
    says_something_new,
)
from content.agents.offline.sentences import Sentence, sentences_of
from content.agents.offline.style import emoji_for, hashtags_for, with_emoji
from content.guards.words import find_words, has_words

_EVENT = regex.compile(
    r"\b(takes? place|concert|conference|registration|tickets?|opening|open day|workshop|festival|"
    r"run will|viewings?|on (Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b",
    regex.IGNORECASE,
)
_SOBER = regex.compile(
    r"\b(recall(ing|ed)?|died|death|funeral|injur(y|ed|ies)|accidents?|victims?|cancer|"
    r"sorry|apolog(y|ise|ize|ies)|war|rückruf|gestorben|unfall|décès|rappel|fallecid|accidente)\b",
    regex.IGNORECASE,
)
_HOW_TO = regex.compile(r"^How to [^?!.:|]{5,70}$")


class Unwritable(Invalid):
    """The offline writer cannot make a post of this without inventing something."""

    default_code = "offline_unwritable"


@dataclass(frozen=True)
class _Order:
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

    def chance(self, part: str) -> random.Random:
        key = f"{self.seed}|{self.angle}|{self.attempt}|{self.rules.slug}|{part}"
        return random.Random(key)


@dataclass(frozen=True)
class _Post:
    """A post in the making: its sentences and what stands around them."""

    sentences: Sequence[Sentence]
    lead: str = ""
    close: str = ""
    extra: str = ""
    hashtags: Sequence[str] = ()
    emoji: Sequence[str] = ()


def write_offline(
    brand: BrandBrief,
    material: MaterialBrief,
    analysis: Analysis,
    angle: AngleName,
    rules: PlatformRules,
    *,
    attempt: int = 1,
    seed: int = 0,
    shown: Sequence[str] = (),
) -> Draft:
    """One post, the same for the same arguments; another `attempt` words it in another way.

    `shown` are texts that it should differ from. Raises Unwritable when no sentence of the material
    fits the platform or the brand's rules, with what to do.
    """
    language = language_of(material, brand)
    sentences, originals = _permitted(sentences_of(material.text, language=language), brand)
    order = _Order(
        brand=brand,
        material=material,
        keywords=analysis.keywords,
        angle=angle,
        rules=rules,
        source=Source.of(sentences, title=material.title, keywords=analysis.keywords),
        taken=[*shown, *brand.recent_posts],
        attempt=attempt,
        seed=seed,
        language=language,
    )
    post = _written(order)
    return Draft(
        text=_text(post, order),
        hashtags=list(post.hashtags),
        angle=angle,
        cited=_cited(post, originals),
        link=_link(order),
    )


def _cited(post: _Post, originals: dict[str, str]) -> list[str]:
    own = [post.close] if post.close in originals else []
    return [originals[text] for text in [*(one.text for one in post.sentences), *own]]


def _permitted(
    sentences: Sequence[Sentence], brand: BrandBrief
) -> tuple[list[Sentence], dict[str, str]]:
    """Sentences without words to avoid, and what each of them was in the material.

    A word for which the brand has another is replaced; else its sentence stays out, and so does
    what leans on it.
    """
    kept: list[Sentence] = []
    originals: dict[str, str] = {}
    last_place = -1
    for sentence in sentences:
        text = _without_avoided(sentence.text, brand)
        is_cut_off = sentence.leans and last_place != sentence.place - 1
        if text is None or is_cut_off:
            continue
        last_place = sentence.place
        originals[text] = sentence.text
        kept.append(replace(sentence, text=text, place=len(kept)))
    if not kept:
        raise Unwritable(_why_nothing(sentences))
    return kept, originals


def _why_nothing(sentences: Sequence[Sentence]) -> str:
    if sentences:
        return (
            "Every sentence of the material has a word that the brand avoids, so the offline "
            "writer cannot use any. Reword the material, or name a replacement for the word."
        )
    return (
        "The material has no whole sentence that could stand in a post. Add a sentence or two, "
        "or connect a language model."
    )


def _without_avoided(text: str, brand: BrandBrief) -> str | None:
    for word in brand.words_to_avoid:
        spans = list(find_words(text, word))
        if not spans:
            continue
        instead = brand.synonyms.get(word)
        if not instead:
            return None
        for start, end in reversed(spans):
            new = instead[:1].upper() + instead[1:] if text[start].isupper() else instead
            text = text[:start] + new + text[end:]
    return text


def _written(order: _Order) -> _Post:
    """Try first sentences in their order until one fits, then fill the post up."""
    ranked = hooks(
        order.source,
        order.angle,
        attempt=order.attempt,
        chance=order.chance("hook"),
        taken=order.taken,
        liked=order.brand.words_to_use,
    )
    for hook in ranked:
        post = _smallest(hook, order)
        if post is not None:
            return _dressed(_filled(_closed(_introduced(post, order), order), order), order)
    raise Unwritable(
        f"No sentence of the material fits into {order.rules.max_characters} characters on "
        f"{order.rules.label}, and the offline writer cuts none. Add a shorter sentence, or "
        "connect a language model."
    )


def _smallest(hook: Sentence, order: _Order) -> _Post | None:
    """The hook with what cannot be left out, and the fewest hashtags, or fewer if they must."""
    tags, fewest = hashtags_for(
        order.keywords,
        order.brand,
        order.rules,
        language=order.language,
        chance=order.chance("tags"),
    )
    needed = [hook]
    answer = order.source.after(hook)
    if hook.is_question and answer is not None:
        needed.append(answer)
    missing = [
        word
        for word in order.brand.required_words
        if not any(has_words(sentence.text, word) for sentence in needed)
    ]
    extra = " ".join(word if word.endswith((".", "!", "?")) else f"{word}." for word in missing)
    for number in range(fewest, -1, -1):
        post = _Post(needed, hashtags=tags[:number], extra=extra)
        if _fits(post, order):
            return post
    return None


def _introduced(post: _Post, order: _Order) -> _Post:
    """A short material always gets an introduction, so that three posts on it differ."""
    hook = post.sentences[0]
    title = _HOW_TO.match(order.material.title.strip())
    leads = leads_for(hook, order.angle, order.brand, is_sober=_is_sober(order))
    leads = [lead for lead in leads if not any(lead in text for text in order.taken)]
    if title and order.angle == "educational" and order.language == "en" and order.attempt == 1:
        leads = [f"{title[0]}, in short:"]
    elif len(order.source.sentences) > 3:
        leads = [*leads, "", ""]
    if not leads:
        return post
    turn = order.chance("lead").randrange(len(leads)) + order.attempt
    introduced = replace(post, lead=leads[turn % len(leads)])
    return introduced if _fits(introduced, order) else post


def _closed(post: _Post, order: _Order) -> _Post:
    for close in _closes(order):
        closed = replace(post, close=close)
        if close not in (sentence.text for sentence in post.sentences) and _fits(closed, order):
            return closed
    return post


def _closes(order: _Order) -> list[str]:
    """The material's own call to action before one from the phrase book."""
    if order.brand.cta_style == "none":
        return []
    text = order.material.text
    setting = Setting(
        is_event=bool(_EVENT.search(text)),
        is_offer=any(map(has_price, order.source.sentences)),
        has_list=sum(sentence.is_item for sentence in order.source.sentences) > 2,
        has_link=bool(_link(order)),
        is_sober=_is_sober(order),
        is_note=len(order.source.sentences) <= 2,
    )
    found = closes_for(order.angle, setting, order.brand, order.language)
    fresh = [close for close in found if not any(close in text for text in order.taken)]
    found = fresh or found
    if found:
        turn = ANGLES.index(order.angle) + order.attempt + order.seed
        turn %= len(found)
        found = [*found[turn:], *found[:turn]]
    own = [s.text for s in order.source.sentences if is_command(s) and not s.leans]
    wants_own = order.brand.cta_style == "direct" or order.angle == "promotional"
    unused = [close for close in own if not any(close in text for text in order.taken)]
    return [*unused, *found] if wants_own else found


def _filled(post: _Post, order: _Order) -> _Post:
    """Add groups of sentences while they fit and say something new."""
    hook = post.sentences[0]
    chosen = list(post.sentences)
    missing = order.brand.required_words if post.extra else ()
    groups = following(
        order.source,
        hook,
        order.angle,
        chance=order.chance("body"),
        taken=order.taken,
        liked=order.brand.words_to_use,
        needed=missing,
    )
    for group in groups:
        if len(chosen) >= _most_sentences(order):
            break
        fresh = [s for s in group if s not in chosen and s.text != post.close]
        if len(fresh) < len([s for s in group if s not in chosen]):
            continue
        if not says_something_new(group, chosen):
            continue
        sentences = in_order(hook, [*chosen, *fresh])
        bigger = replace(post, sentences=sentences, extra=_still_missing(sentences, order))
        if _fits(bigger, order) and _size(bigger, order) <= _target(order):
            chosen, post = list(sentences), bigger
    return post


def _still_missing(sentences: Sequence[Sentence], order: _Order) -> str:
    missing = [
        word
        for word in order.brand.required_words
        if not any(has_words(sentence.text, word) for sentence in sentences)
    ]
    return " ".join(word if word.endswith((".", "!", "?")) else f"{word}." for word in missing)


def _dressed(post: _Post, order: _Order) -> _Post:
    """Emoji, then as many more hashtags as there is room for."""
    topic = f"{order.material.title} {' '.join(order.keywords[:8])}"
    emoji = emoji_for(topic, order.angle, order.brand, is_sober=_is_sober(order))
    while emoji and not _fits(replace(post, emoji=emoji), order):
        emoji = emoji[:-1]
    post = replace(post, emoji=emoji)
    tags, _ = hashtags_for(
        order.keywords,
        order.brand,
        order.rules,
        language=order.language,
        chance=order.chance("tags"),
    )
    while len(post.hashtags) < len(tags):
        bigger = replace(post, hashtags=tags[: len(post.hashtags) + 1])
        if not _fits(bigger, order):
            break
        post = bigger
    return post


def _text(post: _Post, order: _Order) -> str:
    return "\n\n".join(with_emoji(_paragraphs(post, order), post.emoji))


def _paragraphs(post: _Post, order: _Order) -> list[str]:
    """Short posts in one paragraph; longer ones with the hook apart and a break where one was."""
    first, *rest = post.sentences
    joined = f"{post.lead} {first.text}" if post.lead else first.text
    paragraphs = [[joined]]
    is_short = _target(order) <= 320
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
    ends = [end for end in (post.close, post.extra) if end]
    return [" ".join(paragraph) for paragraph in paragraphs] + ends


def _fits(post: _Post, order: _Order) -> bool:
    draft = Draft(
        text=_text(post, order),
        hashtags=list(post.hashtags),
        angle=order.angle,
        link=_link(order),
    )
    return order.rules.fits(draft.composed())


def _size(post: _Post, order: _Order) -> int:
    return order.rules.count(_text(post, order))


def _target(order: _Order) -> int:
    """Characters that people read on a platform of this size; the limit is no goal."""
    most = order.rules.max_characters
    if most <= 600:
        return most
    return 900 if order.angle in ("storytelling", "educational") else 650


def _most_sentences(order: _Order) -> int:
    """A bit more than half of a longer material, so that its next post has some left."""
    half = -(-len(order.source.sentences) * 11 // 20)
    return 4 if order.rules.max_characters <= 320 else min(8, max(4, half))


def _link(order: _Order) -> str:
    return order.material.source_url


def _is_sober(order: _Order) -> bool:
    opening = " ".join(sentence.text for sentence in order.source.sentences[:2])
    return bool(_SOBER.search(f"{order.material.title} {opening}"))
