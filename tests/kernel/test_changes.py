from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from config.kernel.language.changes import Change, word_changes

TEXTS = st.text(alphabet="ab \n.é🙂", max_size=40)


def test_words_that_changed_together_are_one_change() -> None:
    assert word_changes("We sell good masts.", "We make fine masts.") == [
        Change("same", "We "),
        Change("removed", "sell good"),
        Change("added", "make fine"),
        Change("same", " masts."),
    ]


@given(before=TEXTS, after=TEXTS)
@example(before="", after="")
@example(before="a " * 4_000, after="b " * 4_000)
def test_both_texts_can_be_read_out_of_the_changes(before: str, after: str) -> None:
    changes = word_changes(before, after)
    assert "".join(each.text for each in changes if each.kind != "removed") == after
    assert "".join(each.text for each in changes if each.kind != "added") == before
