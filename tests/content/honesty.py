"""What an honest offline draft may hold: sentences of the material, phrases of the book, dress."""

from __future__ import annotations

import itertools

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.addresses import addresses_in
from config.kernel.language.sentences import without_emoji
from config.kernel.language.words import spoken
from content.agents import BrandBrief, Draft, MaterialBrief
from content.agents.offline import phrases

_NUMBER = regex.compile(r"\d+(?:[.,:]\d+)*")
_NAME = regex.compile(r"\p{Lu}[\p{L}'’-]*")
_MENTION = regex.compile(r"(?<!\w)@[\w.-]+")
EMOJI = regex.compile(r"(?:\p{Extended_Pictographic})(?:[\ufe0f\u200d]|\p{Extended_Pictographic})*")


def phrase_book() -> list[str]:
    leads = [lead.text for group in phrases.LEADS.values() for lead in group]
    closes = [
        close.text
        for style in phrases.CLOSES.values()
        for group in style.values()
        for close in group
    ]
    others = itertools.chain.from_iterable(
        texts for styles in phrases._OTHER_CLOSES.values() for texts in styles.values()
    )
    return sorted({*leads, *closes, *others, "Please note:"}, key=len, reverse=True)


def known_text(brand: BrandBrief, material: MaterialBrief) -> str:
    """Everything that a draft may take its facts from."""
    parts = [material.title, material.text, material.source_url, brand.name, brand.website]
    parts += [*brand.default_hashtags, *brand.words_to_use, *brand.required_words]
    return " ".join([*parts, *brand.synonyms.values()])


def inventions(draft: Draft, brand: BrandBrief, material: MaterialBrief) -> list[str]:
    """Figures, addresses, mentions and names in the draft that neither source has."""
    known = known_text(brand, material)
    text = f"{draft.text} {draft.link}"
    found = [n for n in _NUMBER.findall(draft.text) if n not in _NUMBER.findall(known)]
    found += [address for address in addresses_in(text) if address not in known]
    found += [mention for mention in _MENTION.findall(text) if mention not in known]
    for phrase in phrase_book():
        text = text.replace(phrase, " ")
    found += [name for name in _NAME.findall(text) if name.casefold() not in known.casefold()]
    words = regex.findall(r"[\p{L}\p{N}]+", " ".join(map(spoken, draft.hashtags)))
    plain = regex.sub(r"[^\p{L}\p{N}]+", "", known).casefold()
    found += [f"#{word}" for word in words if word.casefold() not in plain]
    return found


def remainder(draft: Draft, brand: BrandBrief, material: MaterialBrief) -> str:
    """What is left of the text without the material's sentences, the book and the emoji."""
    text = without_emoji(" ".join(draft.text.split()))
    cited = [" ".join(sentence.split()) for sentence in draft.cited]
    for word, instead in brand.synonyms.items():
        cited += [regex.sub(word, instead, sentence, flags=regex.IGNORECASE) for sentence in cited]
    title = f"{material.title.strip()}, in short:"
    for known in sorted([*cited, title, *phrase_book(), *brand.required_words], key=len)[::-1]:
        text = text.replace(known, " ")
    return str(regex.sub(r"[\s.]+", " ", text)).strip()
