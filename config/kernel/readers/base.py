"""What every reader returns, the limits that all of them keep, and the sentences for what fails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from config.kernel.errors import Invalid

# Specification 1c, material processing limits.
TEXT_BYTES = 100 * 1024  # of pasted text
FILE_BYTES = 50 * 1024 * 1024
STORED_CHARACTERS = 50_000
PDF_PAGES = 100
PAGE_BYTES = 10 * 1024 * 1024

TITLE_CHARACTERS = 200
_MOST_LINKS = 50
_MOST_IMAGES = 20

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\ufffe\uffff]")
_BLANKS = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r"\n{3,}")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*\s|\n")


class Unreadable(Invalid):
    """Nothing can be read from what was given. The message says what to do instead."""

    default_code = "material_unreadable"


@dataclass(frozen=True)
class Extracted:
    """Plain text: paragraphs apart by a blank line, list items as lines that begin with "- ".

    `language` is what the source declares (`en`, `pt-br`), else None. `links` and `images` are
    absolute addresses, each once. `truncated` says that the source held more than is kept.
    """

    title: str
    text: str
    language: str | None = None
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    truncated: bool = False


_most: ContextVar[int] = ContextVar("most characters", default=STORED_CHARACTERS)


@contextmanager
def keeping(characters: int) -> Iterator[None]:
    """Let the readers inside keep longer texts: what is searched is put before no model whole."""
    token = _most.set(characters)
    try:
        yield
    finally:
        _most.reset(token)


def most_characters() -> int:
    return _most.get()


def extracted(
    text: str,
    *,
    title: str = "",
    language: str | None = None,
    links: Iterable[str] = (),
    images: Iterable[str] = (),
    truncated: bool = False,
) -> Extracted:
    """Clean and cut to 50,000 characters, or what `keeping` says, at the end of a sentence where
    one is near.

    Raises Unreadable when no letter is left.
    """
    clean = cleaned(text)
    if not any(character.isalnum() for character in clean):
        raise Unreadable("There is no text in it. Add something with words.", code="material_empty")
    kept = _cut(clean)
    return Extracted(
        title=(cleaned(title) or title_of(clean)).replace("\n", " ")[:TITLE_CHARACTERS].strip(),
        text=kept,
        language=_language(language),
        links=tuple(dict.fromkeys(links))[:_MOST_LINKS],
        images=tuple(dict.fromkeys(images))[:_MOST_IMAGES],
        truncated=truncated or len(kept) < len(clean),
    )


def cleaned(text: str) -> str:
    """One kind of line end and blank, no control characters, at most one empty line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = _CONTROL.sub("", text).replace("\u00ad", "")
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


def title_of(text: str) -> str:
    """The first line if it is short, else the beginning of the first sentence."""
    first = text.lstrip("#-*> ").split("\n", 1)[0].strip()
    if len(first) <= 90:
        return first
    end = _SENTENCE_END.search(first)
    sentence = first[: end.start() + 1] if end else first
    if len(sentence) <= 90:
        return sentence
    return sentence[:89].rsplit(" ", 1)[0] + "…"


def _cut(text: str) -> str:
    most = most_characters()
    if len(text) <= most:
        return text
    kept = text[:most]
    ends = [match.end() for match in _SENTENCE_END.finditer(kept, max(0, most - 2_000))]
    return (kept[: ends[-1]] if ends else kept.rsplit(" ", 1)[0]).rstrip()


def _language(declared: str | None) -> str | None:
    """`en-US` as people write it in files and pages becomes `en-us`; nonsense becomes None."""
    code = (declared or "").strip().replace("_", "-").casefold()
    return code if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", code) and len(code) <= 10 else None
