"""The offline reading of a voice: measured and taken from the texts, nothing invented.

It serves without a model, and its measures serve with one too, because a score needs counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex  # type: ignore[import-untyped, unused-ignore]

from brands.voice import passages, traits
from brands.voice.measuring import dimensions_of, measure
from brands.voice.profile import Dimensions, VoiceProfile
from config.kernel.errors import Invalid
from config.kernel.language.salience import salience
from config.kernel.language.sentences import sentences_of

FEWEST_WORDS = 40

_LUXURY = r"\b(luxur|exclusive|couture|haute|exquisit|luxe|lujo|edel)"
_BUDGET = r"\b(cheap|low[- ]price|budget|discount|bargain|günstig|pas cher|barato|everyday prices)"
_PREMIUM = r"\b(premium|handmade|hand-made|by hand|finest|craft|hochwertig|fait main|artesan)"
_AUDIENCE = regex.compile(
    r"\b(?:made |built |here )?for ((?:people|families|those|everyone|anyone|small|young|owners|"
    r"teams|companies|businesses|parents|children|clients)\b[^.!?;:]{0,80})",
    regex.IGNORECASE,
)
# Words of a rejection's reason, and how far each moves (formality, enthusiasm, technicality).
_WISHES: tuple[tuple[str, tuple[int, int, int]], ...] = (
    (r"\b(too|zu|so) (formal|stiff|cold|dry|distant|förmlich|steif)", (-20, 10, 0)),
    (r"\b(too|zu|so) (casual|loose|informal|chatty|locker)", (20, -5, 0)),
    (r"\b(too|zu|so) (loud|excited|salesy|pushy|shouty|laut)", (10, -25, 0)),
    (r"\b(too|zu|so) (quiet|boring|flat|calm|langweilig)", (-5, 25, 0)),
    (r"\b(too|zu|so) (technical|complicated|expert|technisch)", (-5, 0, -25)),
    (r"\b(too|zu|so) (simple|plain|basic|einfach)", (5, 0, 20)),
    (r"\b(warmer|friendlier|closer|more personal)", (-15, 10, 0)),
    (r"\bmore (formal|professional|serious)", (20, -10, 0)),
)


@dataclass(frozen=True)
class KnownBrand:
    """What the brand's profile says; it stands above what is read out of texts."""

    name: str
    language: str = ""
    business_type: str = ""
    location: str = ""
    audience: str = ""
    price_range: str = ""
    selling_points: tuple[str, ...] = ()
    words_to_use: tuple[str, ...] = ()
    words_to_avoid: tuple[str, ...] = ()


def read_voice(
    texts: Sequence[str],
    brand: KnownBrand,
    *,
    previous: VoiceProfile | None = None,
    reason: str = "",
) -> VoiceProfile:
    """The voice that the texts show; another one than `previous`, heeding why that was rejected.

    Raises Invalid when there is too little to read a voice from.
    """
    paragraphs = written(texts)
    own = measure(paragraphs, language=brand.language)
    language = own.language or brand.language or "en"
    shown = _wished(dimensions_of(own), reason)
    before = previous or VoiceProfile()
    tones = traits.tones(own, shown, without=[tone.name for tone in before.tone_attributes])
    personality = traits.archetype(own, shown, without=before.personality.archetype)
    avoided = tuple(dict.fromkeys([*brand.words_to_avoid, *_quoted(reason)]))
    found = VoiceProfile(
        brand_name=brand.name,
        business_type=brand.business_type,
        location=brand.location,
        audience=brand.audience or _audience(paragraphs),
        price_range=brand.price_range or _price_range(paragraphs),
        selling_points=brand.selling_points[:4] or _selling_points(paragraphs, language),
        personality=personality,
        tone_attributes=tones,
        vocabulary=tuple(
            passages.vocabulary_of(
                paragraphs, language=language, liked=brand.words_to_use, without=before.terms
            )
        ),
        writing_style=traits.rules(own, shown),
        avoidances=traits.avoidances(own, avoided),
        avoided_words=avoided,
        example_texts=tuple(passages.examples_of(paragraphs, own, without=before.example_texts)),
        dimensions=shown,
        measures=own,
    )
    return replace(found, writing_direction=_direction(found, reason), summary=_summary(found))


def written(texts: Sequence[str]) -> list[str]:
    """The prose of the texts. Raises Invalid when that is too little."""
    paragraphs = passages.prose(texts)
    number = passages.spoken_words(paragraphs)
    if number < FEWEST_WORDS:
        raise Invalid(
            f"There are only {number} words of running text in it, too few to hear a voice in. "
            f"Give at least {FEWEST_WORDS}: a page about the brand, or a few of its posts.",
            code="voice_too_little_text",
            field="text",
        )
    return paragraphs


def _wished(found: Dimensions, reason: str) -> Dimensions:
    """The three numbers, moved as the reason of a rejection asks for."""
    values = [found.formality, found.enthusiasm, found.technicality]
    for pattern, moves in _WISHES:
        if regex.search(pattern, reason, regex.IGNORECASE):
            values = [min(100, max(0, value + by)) for value, by in zip(values, moves, strict=True)]
    return Dimensions(*values)


def _quoted(reason: str) -> list[str]:
    """Words in quotation marks that somebody does not want to see again."""
    found = regex.findall(r"[“\"„«]([^“”\"„«»]{2,40})[”\"“»]", reason)
    return [word.strip() for word in found][:10]


def _audience(paragraphs: Sequence[str]) -> str:
    found = (_AUDIENCE.search(paragraph) for paragraph in paragraphs)
    return next((match[1].strip()[:120].capitalize() for match in found if match), "")


def _price_range(paragraphs: Sequence[str]) -> str:
    text = " ".join(paragraphs)
    for name, pattern in (("luxury", _LUXURY), ("budget", _BUDGET), ("premium", _PREMIUM)):
        if len(regex.findall(pattern, text, regex.IGNORECASE)) >= 2:
            return name
    return "mid-range"


def _selling_points(paragraphs: Sequence[str], language: str) -> tuple[str, ...]:
    """The weightiest sentences of the brand's own that are short enough to be a point."""
    sentences = sentences_of("\n\n".join(paragraphs), language=language)
    weights = salience(sentences)
    ranked = sorted(zip(sentences, weights, strict=True), key=lambda one: -one[1])
    fitting = [
        sentence.text
        for sentence, _ in ranked
        if len(sentence.words) <= 18 and not sentence.is_question and not sentence.leans
    ]
    return tuple(fitting[:3])


def _direction(found: VoiceProfile, reason: str) -> str:
    tones = _listed([tone.name.lower() for tone in found.tone_attributes])
    length = found.writing_style[0].rule.lower() if found.writing_style else "keep it plain"
    person = found.writing_style[1].rule if len(found.writing_style) > 1 else ""
    never = found.avoidances[0].lower() if found.avoidances else "what others say"
    wish = f" Heed this: {reason.strip().rstrip('.')}." if reason.strip() else ""
    return f"Write {tones}; {length}. {person}. Leave out {never}.{wish}"


def _summary(found: VoiceProfile) -> str:
    name = found.brand_name or "The brand"
    tones = _listed([tone.name.lower() for tone in found.tone_attributes])
    what = f", {_with_article(found.business_type)}," if found.business_type else ""
    first = f"{name}{what} sounds {tones}."
    second = f"{found.personality.description}"
    things = next((group.terms[:3] for group in found.vocabulary), ())
    third = f" It speaks most of {_listed(list(things))}." if things else ""
    return f"{first} {second}{third}"


def _with_article(words: str) -> str:
    article = "an" if words[:1].casefold() in "aeiou" else "a"
    return f"{article} {words[:1].lower()}{words[1:]}"


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
