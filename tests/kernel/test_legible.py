"""Text in the letters of one typeface: nothing is boxed, and what is left out is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.legible import GAP, legible

LETTERS = frozenset(range(0x20, 0x7F)) | frozenset(map(ord, "äöüłóé…ΩПривет\u00a0"))


@pytest.mark.parametrize(
    ("text", "line", "is_whole"),
    [
        ("Plain words, 3 of them.", "Plain words, 3 of them.", True),
        ("  Two\nlines\t and\u00a0more ", "Two lines and more", True),
        ("łódź Ω Привет"[:4], "łód" + GAP, False),
        ("cafe\u0301", "café", True),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth", True),
        ("\U0001d5d5\U0001d5fc\U0001d5f9\U0001d5f1 ① ＡＢ", "Bold 1 AB", True),
        ("🚀🔥 New 👩🏽‍💻 launch ❤️", "New launch", False),
        ("🎉", "", False),
        ("新製品", GAP, False),
        ("新 製 品 is here, 2026年", f"{GAP} is here, 2026{GAP}", False),
        ("مرحبا بالعالم", GAP, False),
        ("\x00\x02{nb}", "{nb}", True),
        ("", "", True),
    ],
)
def test_what_is_written_of_a_text(text: str, line: str, is_whole: bool) -> None:
    assert legible(text, LETTERS) == (line, is_whole)


@pytest.mark.parametrize(("text", "says"), [("新 a", True), ("新 !", False), ("🎉", False)])
def test_gaps_and_dots_say_nothing(text: str, says: bool) -> None:
    assert legible(text, LETTERS).says_something is says


@given(st.text())
def test_nothing_else_is_ever_written(text: str) -> None:
    found = legible(text, LETTERS)
    assert {ord(sign) for sign in found.line} <= LETTERS
    assert found.line == " ".join(found.line.split()) and found.line.isprintable()
    if set(map(ord, text)) <= LETTERS - {0xA0}:
        assert found == (" ".join(text.split()), True)
