from __future__ import annotations

import pytest

from config.kernel.readers.base import Unreadable
from config.kernel.readers.transcript import TRANSCRIPT_BYTES, read_transcript

SRT = """1
00:00:01,000 --> 00:00:04,000
We plane every mast

2
00:00:04,000 --> 00:00:06,500
<i>by hand</i> from Douglas fir.
"""
VTT = """WEBVTT - Masts

NOTE the editor wrote this
and this

STYLE
::cue { color: red }

intro
00:01.000 --> 00:04.000 align:start position:0%
<v Mira Lang>We plane every mast

00:04.000 --> 00:06.500
We plane every mast

00:06.500 --> 00:08.000
by <00:07.000><c.loud>hand</c>.
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_subrip_is_its_words_in_order(ends: str) -> None:
    assert read_transcript(SRT.replace("\n", ends).encode()) == (
        "We plane every mast by hand from Douglas fir."
    )


def test_webvtt_leaves_notes_styles_and_marks_out_and_says_who_speaks() -> None:
    assert (
        read_transcript(VTT.encode())
        == "Mira Lang: We plane every mast We plane every mast by hand."
    )


def test_captions_that_roll_are_told_once() -> None:
    rolling = "\n\n".join(
        f"00:0{number}.000 --> 00:0{number + 1}.000\n{words}"
        for number, words in enumerate(["Seven coats", "Seven coats\nof varnish", "of varnish"])
    )
    assert read_transcript(f"WEBVTT\n\n{rolling}".encode()) == "Seven coats of varnish"


def test_plain_text_and_other_encodings_are_read_as_they_are() -> None:
    assert read_transcript("Schöne Masten.\n\nZwölf Tage.".encode("cp1252")).endswith("Zwölf Tage.")
    assert read_transcript(SRT.encode("utf-16")).startswith("We plane")


def test_long_captions_become_paragraphs() -> None:
    cues = "\n\n".join(
        f"{number}\n00:00:{number:02d},000 --> 00:00:{number:02d},900\nThis is sentence {number}."
        for number in range(40)
    )
    assert read_transcript(cues.encode()).count("\n\n") == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "transcript_wordless"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n\n", "transcript_wordless"),
        (b"\x00\x01\x02" * 10, "transcript_wordless"),
        (b"a" * (TRANSCRIPT_BYTES + 1), "transcript_too_large"),
    ],
)
def test_what_holds_no_words_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_transcript(data)
    assert caught.value.code == code
