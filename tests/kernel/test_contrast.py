from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.contrast import LARGE, TEXT, contrast, readable

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")


def test_the_worked_values() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    grey = contrast("#777777", "#FFFFFF")
    assert round(grey, 2) == 4.48
    assert LARGE < grey < TEXT


@given(one=COLORS, other=COLORS)
def test_it_is_the_same_from_both_sides_and_between_1_and_21(one: str, other: str) -> None:
    assert 1 <= contrast(one, other) == contrast(other, one) <= 21.0001


@given(color=COLORS, background=COLORS)
def test_some_mix_can_always_be_read(color: str, background: str) -> None:
    assert contrast(readable(color, background), background) >= TEXT


def test_what_can_be_read_stays() -> None:
    assert readable("#123456", "#FFFFFF") == "#123456"


@pytest.mark.parametrize("color", ["", "red", "#FFF", "#GGGGGG", "#1234567"])
def test_other_words_for_colours_are_refused(color: str) -> None:
    with pytest.raises(ValueError, match="no colour"):
        contrast(color, "#FFFFFF")
