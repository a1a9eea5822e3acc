"""A brand's dress: how many emoji and hashtags, and which."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.lists import STOP_WORDS
from config.kernel.language.sentences import words_of
from config.kernel.language.words import has_words, spoken
from content.agents.briefs import Amount, BrandBrief, PlatformRules
from content.agents.offline.phrases import register_of

# (fewest, usual) for each style. Specification 1c: none 0, minimal up to 1, moderate 2 to 3,
# heavy 4 and more emoji; none 0, minimal 1 to 2, moderate 3 to 5, heavy 6 and more hashtags.
EMOJI: dict[Amount, int] = {"none": 0, "minimal": 1, "moderate": 2, "heavy": 4}
HASHTAGS: dict[Amount, tuple[int, int]] = {
    "none": (0, 0),
    "minimal": (1, 2),
    "moderate": (3, 4),
    "heavy": (6, 8),
}

# Pictures of things, chosen by the words of the text; the first word of a stem is enough.
_PICTURES: tuple[tuple[str, str], ...] = (
    ("bread loaf bak flour rye dough brot bäck pain boulang pan$", "🍞"),
    ("coffee espresso latte café$ kaffee", "☕"),
    ("plant succulent garden leaves seed tulip pflanz garten jardin planta", "🌱"),
    ("cake pastry dessert chocolate kuchen gâteau tarta", "🍰"),
    ("restaurant menu chef dish$ dishes gericht küche cuisine cocina", "🍽️"),
    ("wine$ vineyard wein vin$ vino", "🍷"),
    ("runner marathon laufen course$ carrera", "🏃"),
    ("bicycle bike cycl fahrrad vélo bici", "🚲"),
    ("mountain hik trail$ backpack berg montagne montaña", "⛰️"),
    ("concert music musik musique música", "🎵"),
    ("bookshop library novel buch bücher livre libro", "📚"),
    ("house$ flat$ apartment home$ homes wohnung maison piso", "🏡"),
    ("software app$ code$ dashboard csv workspace search", "💻"),
    ("invoice account tax$ bookkeep rechnung facture factura", "🧾"),
    ("lease clause law$ legal contract court vertrag contrat contrato", "⚖️"),
    ("tooth teeth dent gums zahn", "🪥"),
    ("gym$ sauna workout fitness training$", "💪"),
    ("class$ classes course courses learn teach kurs cours$ curso", "🎓"),
    ("ceramic potter céramique keramik", "🏺"),
    ("conference talks$ keynote konferenz conférence", "🎤"),
    ("christmas weihnacht noël navidad", "🎄"),
    ("summer sommer été$ verano", "☀️"),
    ("winter snow schnee hiver invierno", "❄️"),
    ("travel journey reise voyage viaje", "🧳"),
    ("museum art$ exhibition photograph kunst musée museo", "🖼️"),
    ("dog$ dogs cat$ cats pet$ pets hund chien perro", "🐾"),
)
_BY_ANGLE = {
    "product_focus": ("✨", "🔎"),
    "user_benefit": ("🙌", "✅"),
    "storytelling": ("📖", "🕰️"),
    "educational": ("💡", "📌"),
    "social_proof": ("💬", "⭐"),
    "promotional": ("📣", "🗓️"),
}
_PLAIN = ("👉", "📌", "✨", "🙂")
_LETTERS = regex.compile(r"[\p{L}\p{M}\p{N}_]+")


def emoji_for(text: str, angle: str, brand: BrandBrief, *, is_sober: bool) -> list[str]:
    """As many as the brand's style asks for; none on sober matters and with a formal minimum."""
    number = EMOJI[brand.emoji_usage]
    is_shy = brand.emoji_usage == "minimal" and register_of(brand) == "formal"
    if is_sober or is_shy:
        return []
    words = words_of(text)
    fitting = [picture for stems, picture in _PICTURES if _speaks_of(words, stems)]
    return list(dict.fromkeys([*fitting[:2], *_BY_ANGLE[angle], *_PLAIN]))[:number]


def with_emoji(
    paragraphs: Sequence[str], emoji: Sequence[str], *, at_end: bool = False
) -> list[str]:
    """The first before the first line, the second at the very end, further ones between; a single
    one at the end if it is wanted there."""
    dressed = list(paragraphs)
    if not emoji or not dressed:
        return dressed
    if at_end and len(emoji) == 1:
        return [*dressed[:-1], f"{dressed[-1]} {emoji[0]}"]
    dressed[0] = f"{emoji[0]} {dressed[0]}"
    for at, picture in enumerate(emoji[2:], start=1):
        if at < len(dressed) - 1:
            dressed[at] = f"{picture} {dressed[at]}"
        else:
            dressed[-1] += f" {picture}"
    if len(emoji) > 1:
        dressed[-1] += f" {emoji[1]}"
    return dressed


def hashtags_for(
    keywords: Sequence[str],
    brand: BrandBrief,
    rules: PlatformRules,
    *,
    language: str,
    chance: random.Random,
) -> tuple[list[str], int]:
    """Hashtags in the order in which they are worth their place, and the fewest there should be.

    The brand's own come first, then the material's keywords; words that the brand likes to use are
    hashtags where the material does not use them. All come from the material or the profile.
    """
    fewest, usual = HASHTAGS[brand.hashtag_style]
    if rules.hashtags_max is not None:
        fewest, usual = min(fewest, rules.hashtags_max), min(usual, rules.hashtags_max)
    own = [tag for tag in map(hashtag, brand.default_hashtags[:3]) if tag]
    topical = [word for word in keywords if not _is_common(word, language)]
    rest = topical[2:6]
    chance.shuffle(rest)  # another attempt shows other tags, but always the two best
    found = [*own, *map(hashtag, [*topical[:2], *rest, *topical[6:], *brand.words_to_use])]
    return _allowed(found, brand)[:usual], fewest


def hashtag(phrase: str) -> str:
    """ "rye bread" becomes RyeBread; what has no letter becomes nothing."""
    words = _LETTERS.findall(phrase.lstrip("#"))
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return joined if any(character.isalpha() for character in joined) else ""


def _allowed(tags: Iterable[str], brand: BrandBrief) -> list[str]:
    kept: dict[str, str] = {}
    for tag in tags:
        avoided = any(has_words(spoken(tag), word) for word in brand.words_to_avoid)
        if tag and not avoided and len(tag) <= 40:
            kept.setdefault(tag.casefold(), tag)
    return list(kept.values())


def _is_common(word: str, language: str) -> bool:
    return word.casefold() in STOP_WORDS.get(language, frozenset()) or len(word) < 3


def _speaks_of(words: Sequence[str], stems: str) -> bool:
    for stem in stems.split():
        whole = stem.endswith("$")
        core = stem.rstrip("$")
        if any(word == core if whole else word.startswith(core) for word in words):
            return True
    return False
