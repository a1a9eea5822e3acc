"""Which structure a post has: recognised from its marks and a few words, the same each time.

English, German, French and Spanish are read by their words too; of every other language the marks
alone. What comes out is words of the closed list, whatever goes in.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.spans import sentence_spans

from .structure import Structure
from .vocabulary import band_of

MOST_READ = 20_000  # characters; no post is longer

_LINK = regex.compile(r"https?://\S+")
_TAG = regex.compile(r"(?<![\p{L}\p{N}&])[#＃][\p{L}\p{N}_]+")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}")
_ITEM = regex.compile(r"^\s{0,8}(?:[-*•▪‣◦●–—✓✔»]|\p{Extended_Pictographic}\ufe0f?)\s")
_STEP = regex.compile(
    r"^\s{0,8}(?:→|\(?\d{1,2}[.):]|(?:step|schritt|étape|paso)\s\d{1,2})", regex.I
)
_NUMBER = regex.compile(r"\d")
_QUOTED = regex.compile(r"[“„«\"][^“”„«»\"\n]{8,400}[”“»\"]")
_TIME = regex.compile(
    r"^(?:yesterday|last (?:week|month|year|spring|summer|autumn|fall|winter|\p{L}+day)|once|when|"
    r"in (?:19|20)\d\d|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|\p{L}+ years ago|it was|"
    r"this (?:morning|week|spring|summer)|gestern|letzte[nrs]?|vor|als|damals|hier|il y a|en|"
    r"ayer|hace|cuando|el año)\b",
    regex.IGNORECASE,
)
_CONTRAST = regex.compile(
    r"\b(?:not\b[^.!?\n]{1,120}?\bbut|instead of|unlike|rather than|nicht\b[^.!?\n]{1,120}?\b"
    r"sondern|statt|anstatt|au lieu de|en vez de|en lugar de)\b",
    regex.IGNORECASE,
)
_COMPARED = regex.compile(
    r"\b(?:compared (?:to|with)|(?:more|less|fewer|better|faster) than|whereas|before and after|"
    r"used to|versus|vs|im vergleich|früher|par rapport|plus que|comparado|antes)\b",
    regex.IGNORECASE,
)
_PAST = regex.compile(
    r"\b(?:was|were|had|began|started|came|went|then|later|finally|war|waren|hatte|dann|später|"
    r"était|avait|puis|ensuite|fue|era|luego|después)\b",
    regex.IGNORECASE,
)
_CALL = regex.compile(
    r"(?:^|[.!?:]\s+)(?:please |jetzt |bitte )?(?:order|book|register|visit|call|join|come|"
    r"download|sign up|apply|reserve|shop|contact|get|buy|try|follow|read|see|save|share|tell|ask|"
    r"write|bring|drop|find|send|pass|put|bestell\p{L}*|buch\p{L}*|besuch\p{L}*|komm\p{L}*|melde\p{L}*|"
    r"kontakt|réserve[rz]?|commande[rz]?|venez|découvre[rz]?|contacte[rz]?|reserv\p{L}+|pide|"
    r"visita|descubre|contacta)\b",
    regex.IGNORECASE,
)
_THANKS = regex.compile(
    r"\b(?:thank|thanks|questions\? |welcome|danke|gern|merci|gracias)", regex.IGNORECASE
)
_PERSONS = (
    ("me", regex.compile(r"\b(?:I|I'm|I've|my|ich|mein\p{L}*|je|mon|yo)\b")),
    (
        "we",
        regex.compile(
            r"\b(?:we|our|us|wir|unser\p{L}*|uns|nous|notre|nos|nuestr\p{L}*)\b", regex.I
        ),
    ),
    (
        "you",
        regex.compile(
            r"\b(?:you|your|du|dein\p{L}*|Sie|Ihr\p{L}*|vous|votre|tu|ustedes)\b", regex.I
        ),
    ),
)


def read_structure(text: str) -> Structure:
    """The structure of a post as it is published, hashtags and link included. Reads at most 20,000
    characters; an empty text has the structure of one line and nothing else."""
    text = text[:MOST_READ]
    bare = "\n\n".join(block for block in map(_bare, _blocks(text)) if block)
    sentences = [bare[start:end] for start, end in sentence_spans(bare)]
    hook = _hook(sentences[0]) if sentences else "statement"
    closing = _closing(sentences[1:])
    inner = sentences[1:] if closing in ("none", "fact") else sentences[1:-1]
    return Structure(
        hook=hook,
        body=_body(bare.splitlines()[1:], inner, hook),
        closing=closing,
        length=band_of(len(bare)),
        paragraphs=_paragraphs(bare),
        emoji=_emoji(text),
        hashtags=_hashtags(text),
        person=_person(bare),
    )


def _blocks(text: str) -> list[str]:
    return [block for block in regex.split(r"\n[ \t]*\n", text) if block.strip()]


def _bare(block: str) -> str:
    """Without links, and without the line that holds nothing but hashtags."""
    lines = (_LINK.sub("", line).strip() for line in block.splitlines())
    return "\n".join(line for line in lines if _TAG.sub("", line).strip())


def _hook(first: str) -> str:
    told = _EMOJI.sub("", first).lstrip("\ufe0f ")
    if told.rstrip("\"'”’»)").endswith(("?", "？")):
        return "question"
    if told[:1] in '“„«"' and _QUOTED.match(told):
        return "quote"
    if _CONTRAST.search(told):
        return "contrast"
    if _TIME.match(told):
        return "story"
    if _CALL.match(told):
        return "command"
    return "number" if _NUMBER.search(told[:60]) else "statement"


def _body(lines: Sequence[str], inner: Sequence[str], hook: str) -> str:
    steps = sum(bool(_STEP.match(line)) for line in lines)
    items = sum(bool(_ITEM.match(line)) for line in lines)
    joined = " ".join(inner)
    if steps > 1:
        return "steps"
    if items > 1:
        return "list"
    if not joined.strip():
        return "none"
    if _QUOTED.search(joined):
        return "proof"
    if _COMPARED.search(joined):
        return "comparison"
    is_told = hook == "story" or len(_PAST.findall(joined)) >= max(2, len(inner) // 2)
    return "story" if is_told and _PAST.search(joined) else "paragraph"


def _closing(after_first: Sequence[str]) -> str:
    if not after_first:
        return "none"
    last = _EMOJI.sub("", after_first[-1]).strip()
    if last.rstrip("\"'”’»)\ufe0f ").endswith(("?", "？")):
        return "question"
    if _THANKS.search(last):
        return "thanks"
    if _CALL.search(last):
        return "call"
    return "fact" if _NUMBER.search(last) else "none"


def _paragraphs(bare: str) -> str:
    number = len(_blocks(bare))
    return "one" if number <= 1 else "few" if number <= 4 else "many"


def _emoji(text: str) -> str:
    places = [match.start() for match in _EMOJI.finditer(text) if not text[match.start()].isascii()]
    if not places:
        return "none"
    if len(places) > 2:
        return "throughout"
    return "front" if not text[: places[0]].strip() else "end"


def _hashtags(text: str) -> str:
    """Inside when one stands in a line with words."""
    lines = [line for line in text.splitlines() if _TAG.search(line)]
    if not lines:
        return "none"
    return "inline" if any(_LINK.sub("", _TAG.sub("", line)).strip() for line in lines) else "end"


def _person(bare: str) -> str:
    counts = {name: len(pattern.findall(bare)) for name, pattern in _PERSONS}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "none"
