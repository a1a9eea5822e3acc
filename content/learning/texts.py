"""What of a text can be seen without a model: its dress, its opening, its end, its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.spans import sentence_spans

MOST_WORDS = 400  # of each text are compared: comparing takes the square of them
LONGEST_WORDS, LONGEST_PHRASE = 2, 30  # of a replacement: words, and characters

_EMOJI = regex.compile(r"(?![©®™])\p{Extended_Pictographic}|\p{Regional_Indicator}")
_TAGS = regex.compile(r"(?:[#＃][\p{L}\p{M}\p{N}_]+\s*)+")
_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*|\p{N}+|[^\s\p{L}\p{M}\p{N}]")
_LETTERS = regex.compile(r"[\p{L}\p{M}'’-]+")
_CALL = regex.compile(
    r"(?:order|book|register|visit|call|join|come|download|sign up|apply|reserve|shop|contact|buy|"
    r"try|read more|learn more|find out|tell us|write to|let us know|get in touch|drop in|stop by|"
    r"bestell|buch|meld|besuch|komm|sicher|erfahr|schreib|ruf|probier|réserv|command|venez|inscri|"
    r"profit|appel|découvr|écri|contact|reserv|pide|visit|ven|inscr|llama|descubre|escríb|prueba)"
    r"\p{L}*\b",
    regex.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """A text and its hashtags as readers see them."""

    text: str
    hashtags: tuple[str, ...] = ()

    @classmethod
    def of(cls, composed: str) -> Said:
        """From one text that ends in a line of hashtags, or does not."""
        body, _, last = composed.rstrip().rpartition("\n")
        if not _TAGS.fullmatch(last.strip()):
            return cls(composed.strip())
        return cls(body.strip(), tuple(tag.lstrip("#＃") for tag in last.split()))

    @cached_property
    def sentences(self) -> list[str]:
        return [self.text[start:end] for start, end in sentence_spans(self.text)]

    @property
    def first_line(self) -> str:
        return self.text.partition("\n")[0].strip()

    @property
    def has_more_lines(self) -> bool:
        return "\n" in self.text.strip()

    @property
    def has_emoji(self) -> bool:
        return bool(_EMOJI.search(self.text))

    @property
    def has_hashtags(self) -> bool:
        return bool(self.hashtags)

    @property
    def has_exclamation(self) -> bool:
        return "!" in self.text

    @property
    def opens_with_question(self) -> bool:
        return bool(self.sentences) and self.sentences[0].rstrip("\"'”’»)").endswith("?")

    @property
    def ends_with_call(self) -> bool:
        """The last sentence asks the reader for something: to act, or to answer."""
        if len(self.sentences) < 2:
            return False
        last = _EMOJI.sub("", self.sentences[-1]).strip(" \ufe0f\"'”’»)¿")
        return last.endswith("?") or bool(_CALL.match(last))


def composed(text: str, hashtags: Sequence[str]) -> str:
    """As `Said.of` takes it: the text, and its hashtags on a line of their own."""
    tags = " ".join(f"#{tag}" for tag in hashtags)
    return "\n\n".join(part for part in (text.strip(), tags) if part)


def replaced_words(before: str, after: str) -> list[tuple[str, str]]:
    """Short words that somebody put other words for, in lower case: ("cheap", "affordable").

    Only letters: figures and addresses are of one text, and no matter of taste.
    """
    old, new = _words(before), _words(after)
    folded = [word.casefold() for word in old], [word.casefold() for word in new]
    matcher = SequenceMatcher(None, *folded, autojunk=False)
    found = []
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind != "replace" or max(end - start, last - first) > LONGEST_WORDS:
            continue
        pair = " ".join(folded[0][start:end]), " ".join(folded[1][first:last])
        if all(map(_is_phrase, pair)):
            found.append(pair)
    return list(dict.fromkeys(found))


def _words(text: str) -> list[str]:
    return list(_WORD.findall(text))[:MOST_WORDS]


def _is_phrase(phrase: str) -> bool:
    is_short = 3 <= len(phrase) <= LONGEST_PHRASE
    return is_short and all(_LETTERS.fullmatch(word) for word in phrase.split())


Trait = Callable[[Said], bool]
TRAITS: dict[str, Trait] = {
    "emoji": lambda said: said.has_emoji,
    "hashtags": lambda said: said.has_hashtags,
    "exclamation": lambda said: said.has_exclamation,
    "question": lambda said: said.opens_with_question,
    "call": lambda said: said.ends_with_call,
}
"""What a text has or has not; an edit that adds or takes it away says what people like."""
