from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from content.selectors.citations import cited_in, pieces_of

TEXT = "⛵️👩‍🔧 Cafe\u0301 masts: seven coats, twelve days 🎉"


def cited(start: int, end: int, **more: Any) -> dict[str, Any]:
    return {
        "span": [start, end],
        "source_kind": "material",
        "source_id": "1",
        "source_label": "Masts",
        "source_span": [0, 4],
        "quote": "Seven coats.",
        **more,
    }


def test_offsets_are_code_points_past_emoji_and_combining_marks() -> None:
    start = TEXT.index("seven coats")
    pieces = pieces_of(TEXT, [cited(start, start + 11)], {("material", "1"): "/m/"})
    assert [piece.text for piece in pieces if piece.cited] == ["seven coats"]
    assert "".join(piece.text for piece in pieces) == TEXT
    (only,) = cited_in(pieces)
    assert (only.number, only.url, only.quote) == (1, "/m/", "Seven coats.")


def test_of_two_that_overlap_the_earlier_stands_and_one_outside_is_left_out() -> None:
    pieces = pieces_of("0123456789", [cited(4, 8), cited(0, 5), cited(8, 99), cited(3, 3)], {})
    assert [piece.text for piece in pieces if piece.cited] == ["01234"]


@given(
    st.text(max_size=60), st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=6)
)
def test_whatever_is_cited_the_text_stays_whole(text: str, spans: list[tuple[int, int]]) -> None:
    pieces = pieces_of(text, [cited(*span) for span in spans], {})
    assert "".join(piece.text for piece in pieces) == text
    assert [one.number for one in cited_in(pieces)] == list(range(1, len(cited_in(pieces)) + 1))
