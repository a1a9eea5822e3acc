"""Words of comments that a person must answer, words that promise, and a few plain thanks.

Lists are short on purpose: what they miss is answered from the brand's own knowledge or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable

from config.kernel.language.words import has_words

CRISIS = (
    "lawyer", "sue", "lawsuit", "legal action", "police", "court", "scam", "fraud", "stole",
    "stolen", "injured", "injury", "hospital", "poisoned", "allergic", "allergy", "died", "dead",
    "death", "suicide", "kill", "racist", "racism", "harassment", "harassed", "discrimination",
    "data breach", "leaked", "hacked", "boycott", "journalist", "dangerous", "fire hazard",
    "anwalt", "polizei", "klage", "betrug", "verletzt", "vergiftet", "krankenhaus", "gefährlich",
    "avocat", "police", "arnaque", "blessé", "hôpital", "dangereux",
    "abogado", "policía", "estafa", "herido", "hospital", "peligroso",
)  # fmt: skip
COMPLAINT = (
    "refund", "money back", "complaint", "complain", "disappointed", "disappointing", "terrible",
    "awful", "horrible", "worst", "disgusting", "unacceptable", "rude", "broken", "defective",
    "damaged", "never arrived", "not arrived", "still waiting", "no answer", "no response",
    "rip off", "rip-off", "overpriced", "waste of money", "never again", "cancel my", "angry",
    "doesn't work", "does not work", "didn't work", "not working", "wrong order", "cold food",
    "beschwerde", "enttäuscht", "schlecht", "unverschämt", "kaputt", "geld zurück", "nie wieder",
    "déçu", "déçue", "remboursement", "inacceptable", "cassé", "plus jamais",
    "decepcionado", "decepcionada", "reembolso", "inaceptable", "roto", "nunca más",
)  # fmt: skip
PROMISES = (
    "promise", "guarantee", "guaranteed", "we will refund", "we'll refund", "full refund",
    "for sure", "definitely will", "without fail", "compensate", "compensation", "free of charge",
    "versprechen", "garantieren", "garantiert", "erstatten", "promettons", "garantissons",
    "garanti", "rembourserons", "prometemos", "garantizamos", "garantizado", "reembolsaremos",
)  # fmt: skip
PRAISE = (
    "love", "loved", "great", "thank you", "thanks", "amazing", "awesome", "beautiful", "delicious",
    "best", "wonderful", "excellent", "congratulations", "congrats", "well done", "happy",
    "danke", "toll", "super", "wunderbar", "lecker", "merci", "bravo", "génial", "magnifique",
    "gracias", "genial", "maravilloso", "felicidades",
)  # fmt: skip
THANKS = {
    "en": "Thank you, that means a lot to us.",
    "de": "Vielen Dank, das freut uns sehr.",
    "fr": "Merci beaucoup, cela nous fait très plaisir.",
    "es": "Muchas gracias, nos alegra mucho.",
}


def first_of(text: str, words: Iterable[str]) -> str:
    """The first of the words that stands in a text; empty for none."""
    return next((word for word in words if word and has_words(text, word)), "")
