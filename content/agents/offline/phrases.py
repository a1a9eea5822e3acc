"""The phrase book: everything that the offline writer says of its own.

No phrase holds a figure, a name, a link or a claim: what it says is true of every material on which
its condition holds. Only English has introductions; German, French and Spanish have a few closings;
every other language gets the material's own sentences and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.sentences import NUMBER, Sentence
from config.kernel.language.words import has_words
from content.agents.briefs import BrandBrief, CallToAction
from content.agents.offline.cues import is_advice, is_command

Register = Literal["any", "casual", "formal"]

_FORMAL = {"professional", "confident", "educational", "formal", "serious", "authoritative"}
_CASUAL = {"witty", "friendly", "casual", "playful", "warm", "fun", "humorous"}


@dataclass(frozen=True)
class Lead:
    """An introduction before the first sentence, if that sentence is of the right kind."""

    text: str
    fits: Callable[[Sentence], bool]
    register: Register = "any"


@dataclass(frozen=True)
class Setting:
    """What a closing may refer to: it must not ask "Will you be there?" of a toothbrush."""

    is_event: bool = False
    is_offer: bool = False
    has_list: bool = False
    has_link: bool = False
    is_sober: bool = False
    is_note: bool = False


@dataclass(frozen=True)
class Close:
    text: str
    fits: Callable[[Setting], bool]
    register: Register = "any"


def _matches(pattern: str) -> Callable[[Sentence], bool]:
    compiled = regex.compile(pattern, regex.IGNORECASE)
    return lambda sentence: bool(compiled.search(sentence.text))


def _plain(sentence: Sentence) -> bool:
    """A statement: neither a question, an order, a quotation nor a piece of a list."""
    loud = sentence.text.endswith("!") or sentence.is_question or sentence.is_quote
    return not (loud or sentence.is_item or is_command(sentence))


def _statement(pattern: str) -> Callable[[Sentence], bool]:
    matches = _matches(pattern)
    return lambda sentence: _plain(sentence) and matches(sentence)


_DATE = (
    r"\b(\d{1,2}(st|nd|rd|th)? )?(January|February|March|April|May|June|July|August|September|"
    r"October|November|December)\b|\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
)

_SURPRISE = _matches(r"\b(because|means|most|more than|less than|percent|per cent|half|never)\b|%")
_PERSONAL = _matches(r"^(I|We|My|Our|From|On|In|At)\b")


def _surprising(sentence: Sentence) -> bool:
    is_statement = _plain(sentence) and not is_advice(sentence) and not _PERSONAL(sentence)
    return is_statement and _SURPRISE(sentence)


LEADS: dict[str, tuple[Lead, ...]] = {
    "product_focus": (
        Lead("In short:", lambda s: _plain(s) and s.place == 0),
        Lead("One detail:", _statement(r"^(The|Each|Every|All)\b")),
        Lead("At a glance:", lambda s: _plain(s) and len(NUMBER.findall(s.text)) > 1),
        Lead("What is new:", _statement(r"\bnew\b")),
        Lead("Up close:", lambda s: _plain(s) and s.has_number, "casual"),
    ),
    "user_benefit": (
        Lead("Good to know:", _plain),
        Lead("What it means for you:", _statement(r"\byou(r)?\b")),
        Lead("Made easy:", _statement(r"\b(easier|simple|simply|without|no need)\b"), "casual"),
    ),
    "storytelling": (
        Lead("How it began:", _statement(r"\b(began|started|founded)\b")),
        Lead("A look behind the scenes:", _statement(r"^(We|Our|My)\b")),
        Lead("A short story:", _statement(r"\b(was|were|had|when|years?|once)\b")),
        Lead("A little background:", _plain),
    ),
    "educational": (
        Lead("Worth knowing:", lambda s: _plain(s) and not is_advice(s)),
        Lead("Did you know?", _surprising),
        Lead("A tip to keep:", lambda s: is_advice(s)),
        Lead("One thing to remember:", lambda s: is_advice(s) or _surprising(s)),
    ),
    "social_proof": (
        Lead("In their own words:", lambda s: s.is_quote),
        Lead("The figures:", lambda s: s.has_number and _plain(s), "formal"),
        Lead("From practice:", _statement(r"\b(customer|client|member|patient|guest|user)s?\b|%")),
        Lead("Worth a look:", _plain),
    ),
    "promotional": (
        Lead("Mark the date:", _statement(_DATE)),
        Lead("A quick note:", _plain),
        Lead("Heads up:", _plain, "casual"),
        Lead("Please note:", _plain, "formal"),
    ),
}

_ANY: Callable[[Setting], bool] = lambda setting: not setting.is_sober  # noqa: E731

CLOSES: dict[CallToAction, dict[str, tuple[Close, ...]]] = {
    "none": {},
    "soft": {
        "product_focus": (
            Close("What do you think?", _ANY),
            Close("Anything else you would like to know?", _ANY),
            Close("Which detail matters most to you?", _ANY),
            Close("Which one would you pick?", lambda s: s.has_list and not s.is_sober),
            Close("Questions are welcome.", _ANY, "formal"),
        ),
        "user_benefit": (
            Close("Would this help you too?", _ANY),
            Close("Does this sound useful?", _ANY),
            Close("Tell us what matters most to you.", _ANY),
        ),
        "storytelling": (
            Close("What would you like to hear more about?", _ANY),
            Close("What would you add?", _ANY),
            Close("Thank you for reading.", _ANY),
        ),
        "educational": (
            Close("What works for you?", _ANY),
            Close("Anything you would add?", _ANY),
            Close("Keep it in mind for next time.", _ANY),
        ),
        "social_proof": (
            Close("What is your experience?", _ANY),
            Close("Have you seen the same?", _ANY),
            Close("We would like to hear how you see it.", _ANY),
        ),
        "promotional": (
            Close("Will you be there?", lambda s: s.is_event and not s.is_sober),
            Close("Who would you bring along?", lambda s: s.is_event and not s.is_sober, "casual"),
            Close("Tell someone who should know.", _ANY),
            Close("Who should hear about this?", _ANY),
        ),
        "note": (
            Close("Questions? Just ask.", _ANY),
            Close("Please tell others who should know.", _ANY),
            Close("Thanks for reading.", _ANY),
        ),
        "sober": (
            Close("Questions? Please ask us.", lambda s: True),
            Close("Please pass this on.", lambda s: True),
            Close("Thank you for your attention.", lambda s: True),
        ),
    },
    "direct": {
        "product_focus": (
            Close("Follow the link for all the details.", lambda s: s.has_link),
            Close("Ask us for the details.", lambda s: not s.has_link),
            Close("Get in touch and ask for more.", _ANY),
        ),
        "user_benefit": (
            Close("See for yourself: the link has the rest.", lambda s: s.has_link),
            Close("Write to us and find out more.", _ANY),
            Close("Ask us, and find out more.", _ANY),
        ),
        "storytelling": (
            Close("Read the whole story behind the link.", lambda s: s.has_link),
            Close("Tell us your own story.", _ANY),
            Close("Share this with someone who would like it.", _ANY),
        ),
        "educational": (
            Close("Save this post for later.", _ANY),
            Close("Try it and tell us how it went.", lambda s: not (s.is_event or s.is_sober)),
            Close("Share it with someone who needs it.", _ANY),
        ),
        "social_proof": (
            Close("Read more behind the link.", lambda s: s.has_link),
            Close("Tell us about your own experience.", _ANY),
            Close("Ask us how.", _ANY, "casual"),
        ),
        "promotional": (
            Close("Put it in your calendar now.", lambda s: s.is_event),
            Close("Get the details behind the link.", lambda s: s.has_link),
            Close("Do not wait: get in touch today.", lambda s: s.is_offer and not s.is_sober),
            Close("Contact us today.", _ANY, "formal"),
            Close("Pass it on to someone who should know.", _ANY),
        ),
        "note": (
            Close("Please make a note of it.", _ANY),
            Close("Ask us if anything is unclear.", _ANY),
            Close("Tell someone who should know.", _ANY),
        ),
        "sober": (
            Close("Please act on this and pass it on.", lambda s: True),
            Close("Please contact us with any question.", lambda s: True),
            Close("Please share this notice.", lambda s: True),
        ),
    },
}

# Neither formal nor familiar address, so that they fit every brand.
_OTHER_CLOSES: dict[str, dict[CallToAction, tuple[str, ...]]] = {
    "de": {
        "soft": (
            "Fragen? Gern in die Kommentare.",
            "Anmerkungen sind willkommen.",
            "Danke fürs Lesen.",
        ),
        "direct": ("Jetzt Kontakt aufnehmen.", "Gern weitersagen.", "Jetzt vormerken."),
    },
    "fr": {
        "soft": (
            "Des questions ? Les commentaires sont ouverts.",
            "Tous les avis sont les bienvenus.",
            "Merci pour la lecture.",
        ),
        "direct": (
            "Pour en parler, un message suffit.",
            "À partager autour de soi.",
            "À noter dès maintenant.",
        ),
    },
    "es": {
        "soft": (
            "Las preguntas son bienvenidas.",
            "Los comentarios están abiertos.",
            "Gracias por leer.",
        ),
        "direct": (
            "Basta un mensaje para saber más.",
            "Para compartir con quien lo necesite.",
            "Conviene apuntarlo ya.",
        ),
    },
}


def register_of(brand: BrandBrief) -> Register:
    tones = {tone.casefold() for tone in brand.tone}
    if tones & _CASUAL:
        return "casual"
    return "formal" if tones & _FORMAL else "any"


def leads_for(sentence: Sentence, angle: str, brand: BrandBrief, *, is_sober: bool) -> list[str]:
    """Introductions that are true of this sentence; none outside English."""
    if sentence.language != "en":
        return []
    if is_sober:
        return [text for text in ("Please note:",) if _plain(sentence) and _is_allowed(text, brand)]
    register = register_of(brand)
    return [
        lead.text
        for lead in LEADS[angle]
        if _suits(lead.register, register) and lead.fits(sentence) and _is_allowed(lead.text, brand)
    ]


def closes_for(angle: str, setting: Setting, brand: BrandBrief, language: str) -> list[str]:
    """Closings of the brand's style of call to action; none for style none."""
    style = brand.cta_style
    if language != "en":
        texts: Sequence[str] = _OTHER_CLOSES.get(language, {}).get(style, ())
        texts = () if setting.is_sober else texts
    else:
        register = register_of(brand)
        kind = "sober" if setting.is_sober else "note" if setting.is_note else angle
        found = CLOSES[style].get(kind, ())
        texts = [c.text for c in found if _suits(c.register, register) and c.fits(setting)]
    return [text for text in texts if _is_allowed(text, brand)]


def _suits(phrase: Register, brand: Register) -> bool:
    return phrase == "any" or phrase == brand


def _is_allowed(text: str, brand: BrandBrief) -> bool:
    return not any(has_words(text, word) for word in brand.words_to_avoid)
