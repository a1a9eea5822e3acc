"""Whether somebody sounds pleased or displeased: a small list of words a language, with negation.

Short on purpose and honest about it: what the lists do not know, and what speaks both ways equally,
is neutral. It colours a list for people and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import regex  # type: ignore[import-untyped, unused-ignore]

Sentiment = Literal["positive", "neutral", "negative"]


def _words(lists: Mapping[str, str]) -> frozenset[str]:
    """One list for all languages: what means the opposite elsewhere is left out."""
    return frozenset(word for words in lists.values() for word in words.split())


_POSITIVE: Final = _words(
    {
        "en": "love loved loves great awesome amazing excellent wonderful fantastic beautiful "
        "perfect thanks thank delicious happy glad helpful brilliant lovely best enjoyed "
        "enjoy recommend recommended impressed congrats congratulations good nice "
        "friendly pleased delighted",
        "de": "danke toll tolle toller tolles super klasse wunderbar großartig schön schöne "
        "schöner lecker begeistert zufrieden empfehlen empfehlenswert freundlich "
        "hilfreich perfekt gut gute guter prima herzlich glückwunsch freue freut "
        "hervorragend",
        "fr": "merci bravo génial géniale magnifique excellent excellente parfait parfaite "
        "adore j'adore délicieux délicieuse content contente ravi ravie heureux heureuse "
        "recommande félicitations bon bonne beau belle sympa aimable",
        "es": "gracias genial excelente maravilloso maravillosa perfecto perfecta encanta "
        "encantado encantada feliz contento contenta recomiendo felicidades bueno buena "
        "hermoso hermosa rico rica amable fantástico fantástica increíble",
    }
)
_NEGATIVE: Final = _words(
    {
        "en": "bad terrible awful horrible worst hate hated disappointed disappointing "
        "disappointment rude broken useless scam fraud angry annoyed annoying "
        "unacceptable disgusting refund complaint slow poor wrong late damaged defective "
        "overpriced sad problem problems fail failed fails waste ridiculous unfriendly",
        "de": "schlecht schlechte schlechter furchtbar schrecklich enttäuscht enttäuschend "
        "unverschämt kaputt defekt betrug ärgerlich wütend beschwerde mangelhaft "
        "unfreundlich langsam teuer leider falsch fehler probleme unzufrieden katastrophe "
        "frechheit miserabel",
        "fr": "mauvais mauvaise déçu déçue décevant décevante nul nulle arnaque cassé cassée "
        "lent lente problème problèmes inacceptable honte honteux pire remboursement "
        "plainte énervé énervée malheureusement trompé",
        "es": "malo mala pésimo pésima decepcionado decepcionada decepcionante roto rota estafa "
        "lento lenta problema problemas inaceptable peor reembolso queja enfadado "
        "enfadada vergüenza caro odio lamentable",
    }
)
_NEGATION: Final = _words(
    {
        "en": "not no never isn't wasn't don't doesn't didn't won't can't cannot aren't without "
        "hardly",
        "de": "nicht kein keine keinen keiner nie niemals ohne kaum",
        "fr": "pas jamais ne aucun aucune sans",
        "es": "nunca jamás sin ni tampoco",
    }
)
_WITHDRAWN: Final = frozenset({"but", "aber", "mais", "pero", "sondern", "sino"})
"""After one of these a new thought begins, so no negation reaches over it."""
_WORD: Final = regex.compile(r"\p{L}+(?:['’]\p{L}+)*|[.!?;:,\n]")  # noqa: RUF001
_HAPPY: Final = regex.compile(r"[❤💙💚💛🧡💜😍🥰😊😀😃😄😁👍👏🎉🙏🤩]|:-?\)")
_UNHAPPY: Final = regex.compile(r"[😡🤬😠😤👎😞😢😭🤮💩😒]|:-?\(")
_REACH: Final = 3
"""Words over which a negation reaches."""
_MOST: Final = 5_000


def sentiment_of(text: str) -> Sentiment:
    """Of one message. Looks at its first 5,000 characters, in time that grows with them alone."""
    text = text[:_MOST]
    score = len(_HAPPY.findall(text)) - len(_UNHAPPY.findall(text))
    for thought in _thoughts(text):
        score += _weighed(thought)
    if score > 0:
        return "positive"
    return "negative" if score < 0 else "neutral"


def _thoughts(text: str) -> list[list[str]]:
    """Words up to a mark or a word that turns."""
    thoughts: list[list[str]] = [[]]
    for word in _WORD.findall(text.casefold().replace("’", "'")):  # noqa: RUF001
        if word in _WITHDRAWN or not word[0].isalpha():
            thoughts.append([])
        else:
            thoughts[-1].append(word)
    return thoughts


def _weighed(words: list[str]) -> int:
    score = 0
    for place, word in enumerate(words):
        weight = (word in _POSITIVE) - (word in _NEGATIVE)
        if weight and _NEGATION & set(words[max(0, place - _REACH) : place]):
            # "Not bad" is no praise, "not good" is a complaint.
            weight = -1 if weight > 0 else 0
        score += weight
    return score
