"""What is said in a video, out of the file of captions beside it: SubRip, WebVTT or plain text."""

from __future__ import annotations

import re

from config.kernel.readers.base import Unreadable, cleaned
from config.kernel.readers.text import decoded

TRANSCRIPT_BYTES = 1024 * 1024
_TIMES = re.compile(r"^\s*(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->")
_VOICE = re.compile(r"<v(?:\.[\w.]{1,40})?\s([^<>]{1,80})>")
_MARK = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,80}\}")
_ASIDES = ("NOTE", "STYLE", "REGION", "WEBVTT")
_END = (".", "!", "?", "…", "。", "”", '"')


def read_transcript(data: bytes) -> str:
    """The words in order, times and marks left out, lines joined into paragraphs.

    Captions that roll repeat their last line; it is kept once. Raises Unreadable with what to do
    instead.
    """
    if len(data) > TRANSCRIPT_BYTES:
        raise Unreadable(
            "The transcript has more than 1 MB. Give the captions of this video alone.",
            code="transcript_too_large",
            field="transcript",
        )
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _wordless()
    text = decoded(data).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    is_timed = any(_TIMES.match(line) for line in text.split("\n", 400)[:400])
    words = _paragraphs(_cues(text)) if is_timed else text
    found = cleaned(words)
    if not any(character.isalpha() for character in found):
        raise _wordless()
    return found


def _cues(text: str) -> list[str]:
    """The lines that are shown, each once in a row."""
    shown: list[str] = []
    for block in re.split(r"\n[^\S\n]*\n", text):
        lines = block.strip("\n").split("\n")
        timed = next((place for place, line in enumerate(lines) if _TIMES.match(line)), None)
        if timed is None or lines[0].startswith(_ASIDES) and timed > 1:
            continue
        for line in lines[timed + 1 :]:
            said = _MARK.sub("", _VOICE.sub(r"\1: ", line)).strip()
            if said and (not shown or shown[-1] != said):
                shown.append(said)
    return shown


def _paragraphs(lines: list[str]) -> str:
    """A caption ends where there is room, not where a sentence does."""
    paragraphs: list[str] = []
    current: list[str] = []
    for line in lines:
        current.append(line)
        if line.endswith(_END) and sum(map(len, current)) > 300:
            paragraphs.append(" ".join(current))
            current = []
    return "\n\n".join([*paragraphs, " ".join(current)])


def _wordless() -> Unreadable:
    return Unreadable(
        "There are no words in the transcript. Give captions as .srt, .vtt or plain text.",
        code="transcript_wordless",
        field="transcript",
    )
