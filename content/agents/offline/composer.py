"""The copywriter's offline path: a post made of the material's own sentences.

What it adds to them is in the phrase book; what it leaves out it leaves out whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.errors import Invalid
from config.kernel.language.sentences import Sentence, sentences_of
from config.kernel.language.words import find_words, has_words
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
from content.agents.offline.layout import (
    Order,
    Post,
    fits,
    is_sober,
    link_of,
    size_of,
    target_of,
    text_of,
)
from content.agents.offline.permitted import for_readers
from content.agents.offline.phrases import Setting, closes_for, leads_for
from content.agents.offline.selection import (
    Source,
    following,
    hooks,
    in_order,
    says_something_new,
)
from content.agents.offline.shape import ended_with_fact, fitting_closes, opens_as, takes_more
from content.agents.offline.style import emoji_for, hashtags_for
from content.skills.structure import Structure

_EVENT = regex.compile(
    r"\b(takes? place|concert|conference|registration|tickets?|opening|open day|workshop|festival|"
    r"run will|viewings?|on (Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b",
    regex.IGNORECASE,
)
_HOW_TO = regex.compile(r"^How to [^?!.:|]{5,70}$")


class Unwritable(Invalid):
    """The offline writer cannot make a post of this without inventing something."""

    default_code = "offline_unwritable"


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
    structure: Structure | None = None,
) -> Draft:
    """One post, the same for the same arguments; another `attempt` words it in another way.

    `shown` are texts that it should differ from; `structure` is followed as far as the material
    has what it asks for. Raises Unwritable when no sentence of the material
    fits the platform or the brand's rules, with what to do.
    """
    language = language_of(material, brand)
    found = sentences_of(material.text, language=language)
    own = (material.source_url, brand.website)
    sentences, originals = _permitted(for_readers(found, own), brand)
    order = Order(
        brand=brand,
        material=material,
        keywords=analysis.keywords,
        angle=angle,
        rules=rules,
        source=Source.of(
            sentences, title=material.title, keywords=analysis.keywords, name=brand.name
        ),
        taken=[*shown, *brand.recent_posts],
        attempt=attempt,
        seed=seed,
        language=language,
        structure=structure,
    )
    post = _written(order)
    return Draft(
        text=text_of(post, order),
        hashtags=list(post.hashtags),
        angle=angle,
        cited=_cited(post, originals),
        link=link_of(order),
    )


def _cited(post: Post, originals: dict[str, str]) -> list[str]:
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


def _written(order: Order) -> Post:
    """Try first sentences in their order until one fits, then fill the post up."""
    ranked = hooks(
        order.source,
        order.angle,
        attempt=order.attempt,
        chance=order.chance("hook"),
        taken=order.taken,
        liked=order.brand.words_to_use,
        structure=order.structure,
    )
    if is_sober(order):
        # Of a recall or a death the first thing first, from whatever angle.
        ranked = sorted(ranked, key=lambda sentence: sentence.place)
    for hook in ranked:
        post = _smallest(hook, order)
        if post is not None:
            filled = _filled(_closed(_introduced(post, order), order), order)
            return _dressed(_ended(_placed(filled, order), order), order)
    raise Unwritable(
        f"No sentence of the material fits into {order.rules.max_characters} characters on "
        f"{order.rules.label}, and the offline writer cuts none. Add a shorter sentence, or "
        "connect a language model."
    )


def _smallest(hook: Sentence, order: Order) -> Post | None:
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
        post = Post(needed, hashtags=tags[:number], extra=extra)
        if fits(post, order):
            return post
    return None


def _introduced(post: Post, order: Order) -> Post:
    """A short material always gets an introduction, so that three posts on it differ."""
    hook = post.sentences[0]
    wanted = order.structure.hook if order.structure else "statement"
    if wanted != "statement" and opens_as(hook, wanted) and len(order.source.sentences) > 3:
        return post  # it opens as it was to open
    title = _HOW_TO.match(order.material.title.strip())
    leads = leads_for(hook, order.angle, order.brand, is_sober=is_sober(order))
    leads = [lead for lead in leads if not any(lead in text for text in order.taken)]
    if title and order.angle == "educational" and order.language == "en" and order.attempt == 1:
        leads = [f"{title[0]}, in short:"]
    elif len(order.source.sentences) > 3:
        leads = [*leads, "", ""]
    if not leads:
        return post
    turn = order.chance("lead").randrange(len(leads)) + order.attempt
    introduced = replace(post, lead=leads[turn % len(leads)])
    return introduced if fits(introduced, order) else post


def _closed(post: Post, order: Order) -> Post:
    for close in _closes(order):
        closed = replace(post, close=close)
        if close not in (sentence.text for sentence in post.sentences) and fits(closed, order):
            return closed
    return post


def _closes(order: Order) -> list[str]:
    """The material's own call to action before one from the phrase book."""
    if order.brand.cta_style == "none":
        return []
    text = order.material.text
    setting = Setting(
        is_event=bool(_EVENT.search(text)),
        is_offer=any(map(has_price, order.source.sentences)),
        has_list=sum(sentence.is_item for sentence in order.source.sentences) > 2,
        has_link=bool(link_of(order)),
        is_sober=is_sober(order),
        is_note=len(order.source.sentences) <= 2,
    )
    found = closes_for(order.angle, setting, order.brand, order.language)
    if order.structure is not None:  # the angle's own may have none of the wanted kind
        plain = replace(setting, is_note=True)
        found += closes_for(order.angle, plain, order.brand, order.language)
    fresh = [close for close in found if not any(close in text for text in order.taken)]
    found = fresh or found
    if found:
        turn = ANGLES.index(order.angle) + order.attempt + order.seed
        turn %= len(found)
        found = [*found[turn:], *found[:turn]]
    own = [s.text for s in order.source.sentences if is_command(s) and not s.leans]
    wants_own = order.brand.cta_style == "direct" or order.angle == "promotional"
    unused = [close for close in own if not any(close in text for text in order.taken)]
    if order.structure is not None:
        return fitting_closes(found, unused, order.structure)
    return [*unused, *found] if wants_own else found


def _filled(post: Post, order: Order) -> Post:
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
        structure=order.structure,
    )
    for group in groups if takes_more(order.structure) or missing else ():
        if len(chosen) >= _most_sentences(order):
            break
        new = [sentence for sentence in group if sentence not in chosen]
        is_wanted = says_something_new(new, chosen) and _leaves_others_theirs(new, chosen, order)
        if not is_wanted or post.close in (sentence.text for sentence in new):
            continue
        sentences = in_order(hook, [*chosen, *new])
        bigger = replace(
            post,
            sentences=sentences,
            lead=post.lead if sentences[0] is hook else "",  # it introduced the hook
            extra=_still_missing(sentences, order),
        )
        if fits(bigger, order) and size_of(bigger, order) <= target_of(order):
            chosen, post = list(sentences), bigger
    return post


def _placed(post: Post, order: Order) -> Post:
    """With a sentence that says what it is about, where none of its own does.

    "Breakfast is included" tells nobody of what, unless the stay is named beside it.
    """
    source = order.source
    if any(map(source.names_subject, post.sentences)):
        return post
    for sentence in source.sentences:
        is_able = source.names_subject(sentence) and not sentence.leans
        if not is_able or sentence.is_question or sentence.text == post.close:
            continue
        hook = post.sentences[0]
        sentences = in_order(hook, [*post.sentences, sentence])
        lead = post.lead if sentences[0] is hook else ""  # it introduced the hook
        placed = replace(post, sentences=sentences, lead=lead)
        if _leaves_others_theirs([sentence], post.sentences, order) and fits(placed, order):
            return placed
    return post


def _ended(post: Post, order: Order) -> Post:
    """A figure at the very end where the structure closes with a fact."""
    if order.structure is None or order.structure.closing != "fact":
        return post
    ended = replace(post, sentences=ended_with_fact(post.sentences))
    return ended if fits(ended, order) else post


def _leaves_others_theirs(
    new: Sequence[Sentence], chosen: Sequence[Sentence], order: Order
) -> bool:
    """At most half of a post may have stood in another one; required words stand above that."""
    if any(has_words(one.text, word) for one in new for word in order.brand.required_words):
        return True
    together = [*chosen, *new]
    seen = sum(_is_taken(sentence, order) for sentence in together)
    return seen == 0 or not any(_is_taken(one, order) for one in new) or seen * 2 <= len(together)


def _is_taken(sentence: Sentence, order: Order) -> bool:
    return any(sentence.text in text for text in order.taken)


def _still_missing(sentences: Sequence[Sentence], order: Order) -> str:
    missing = [
        word
        for word in order.brand.required_words
        if not any(has_words(sentence.text, word) for sentence in sentences)
    ]
    return " ".join(word if word.endswith((".", "!", "?")) else f"{word}." for word in missing)


def _dressed(post: Post, order: Order) -> Post:
    """Emoji, then as many more hashtags as there is room for."""
    topic = f"{order.material.title} {' '.join(order.keywords[:8])}"
    emoji = emoji_for(topic, order.angle, order.brand, is_sober=is_sober(order))
    if order.structure and order.structure.emoji == "none" and len(emoji) == 1:
        emoji = []  # "minimal" leaves it open
    while emoji and not fits(replace(post, emoji=emoji), order):
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
        if not fits(bigger, order):
            break
        post = bigger
    return post


def _most_sentences(order: Order) -> int:
    """Some of a longer material is left for its other posts, which take less of the rest."""
    number = len(order.source.sentences)
    most = 4 if order.rules.max_characters <= 320 else 7
    is_first = not any(_is_taken(sentence, order) for sentence in order.source.sentences)
    if number <= 2:
        return number if is_first else 1
    share = (0.6 if number < 8 else 0.45) if is_first else 0.4
    return min(most, max(2 if is_first else 1, math.ceil(number * share)))
