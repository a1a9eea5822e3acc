"""Passages, categories, questions and gaps: pure work on texts."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brands.knowledge.categories import BUILT_IN, Category, category_of
from brands.knowledge.chunks import CHARACTERS, chunks_of
from brands.knowledge.finding import RANK_CONSTANT, fused
from brands.knowledge.gaps import Held, Unanswered, gaps_in
from brands.knowledge.headings import sections_of
from brands.knowledge.questions import questions_in

from .library import COMPANY, DELIVERY, PRODUCTS

SENTENCE = "The mast is planed by hand from Douglas fir and varnished seven times by Marta. "


@given(st.text(max_size=4_000))
def test_a_passage_is_what_stands_at_its_place(text: str) -> None:
    chunks = chunks_of(text)
    assert [each.number for each in chunks] == list(range(len(chunks)))
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert len(chunk.text) <= CHARACTERS


def test_long_texts_are_cut_at_sentences_and_share_some() -> None:
    text = SENTENCE * 60
    chunks = chunks_of(text)
    assert all(chunk.text.startswith("The mast") for chunk in chunks)
    assert all(chunk.text.endswith("Marta.") for chunk in chunks)
    shared = [first.end - second.start for first, second in zip(chunks, chunks[1:], strict=False)]
    assert all(0 < each <= 200 for each in shared)
    assert chunks[-1].end == len(text.rstrip())


def test_passages_stand_under_their_headings_and_never_over_two() -> None:
    headings = [section.heading for section in sections_of(DELIVERY)]
    assert headings == [
        "Delivery and returns",
        "How long may I return a mast?",
        "Is there a guarantee?",
    ]
    assert [each.heading for each in chunks_of(DELIVERY)] == headings


def test_an_edit_changes_the_hashes_of_its_own_part_only() -> None:
    before = [each.hash for each in chunks_of(DELIVERY)]
    after = [each.hash for each in chunks_of(DELIVERY.replace("five years", "two years"))]
    assert before[:2] == after[:2]
    assert before[2] != after[2]


@pytest.mark.parametrize(
    ("category", "title", "text"),
    [
        ("orders", "Delivery", DELIVERY),
        ("hours", "", "We are open Monday to Friday from nine, and closed on Sunday."),
        ("contact", "Contact", "Call us by phone or write an email to this address."),
        ("pricing", "Prices", "The plan costs 9 euros a month, the price has no fee."),
        ("company", "About us", COMPANY.split("Opening")[0]),
        ("billing", "Payment", "Pay an invoice by card or bank transfer, VAT included."),
        ("team", "Our team", "Eleven people work here; the director is Marta."),
        ("security", "Security", "Data is encrypted, and an audit certifies it every year."),
        ("promos", "Sale", "Save with a voucher code: a discount until Friday."),
        ("api", "API", "Each endpoint takes a token and returns JSON; webhooks too."),
        ("faqs", "FAQ", "Frequently asked questions and their answers."),
        ("accounts", "Account", "Log in, or register with a password."),
        ("specs", "Specifications", "Dimensions, weight and material: 9 kg, 40 cm."),
        ("support", "Help", "Troubleshooting guide: fix a problem with these instructions."),
        ("voice", "Tone of voice", "Our wording and style guidelines, and the slogan."),
        ("policies", "Privacy policy", "Terms, conditions and the refund policy."),
        ("blog", "News", "An article by the author, published in our journal."),
        ("products", "Products", "Our product range: every model and its features."),
        ("hours", "Öffnungszeiten", "Montag bis Freitag geöffnet."),
        ("", "", "Hm."),
    ],
)
def test_a_page_is_told_by_its_words(category: str, title: str, text: str) -> None:
    assert category_of(text, title=title) == category


def test_a_categorys_own_words_win_over_the_built_in() -> None:
    own = [Category("masts", "Masts", ("mast", "masts", "varnish"), "")]
    assert category_of(PRODUCTS, title="Masts", own=own) == "masts"
    assert len(BUILT_IN) == 18


def test_questions_are_found_with_their_quotes() -> None:
    found = questions_in(DELIVERY, language="en")
    asked = {each.question: each.answer for each in found}
    assert asked["Is there a guarantee?"].startswith("We give a guarantee of five years")
    assert asked["How long may I return a mast?"].startswith("You may return a mast")
    assert all(each.quote in DELIVERY for each in found)
    text = "Q: Do you ship abroad?\nA: Yes, to Austria.\n\nThe Lind mast is a hollow mast of fir."
    more = {each.question: each.answer for each in questions_in(text, language="en")}
    assert more["Do you ship abroad?"] == "Yes, to Austria."
    assert more["What is the Lind mast?"] == "The Lind mast is a hollow mast of fir."


def test_a_page_gives_at_most_eight_and_none_twice() -> None:
    text = "\n\n".join(
        f"Question number {n}?\nAnswer number {n} is a whole one." for n in range(20)
    )
    found = questions_in(text, language="en")
    assert len(found) == len({each.question for each in found}) == 8


def test_ranks_are_fused_as_the_specification_says() -> None:
    a, b, c = (UUID(int=number) for number in (1, 2, 3))
    hits = fused([(a, 1), (b, 2)], [(b, 0.8), (c, 0.7)])
    assert [hit.chunk_id for hit in hits] == [b, a, c]
    assert hits[0].fused == pytest.approx(1 / (RANK_CONSTANT + 2) + 1 / (RANK_CONSTANT + 1))
    assert (hits[0].likeness, hits[0].step) == (0.8, 2)
    assert (hits[1].likeness, hits[2].step) == (None, None)


def test_completeness_goes_from_nothing_to_all() -> None:
    nothing = gaps_in({}, [], BUILT_IN)
    assert nothing.completeness == 0
    assert nothing.gaps[0]["is_urgent"]
    full = {each.slug: Held(characters=2_000, pages=2, entries=3) for each in BUILT_IN}
    assert (gaps_in(full, [], BUILT_IN).completeness, gaps_in(full, [], BUILT_IN).gaps) == (100, [])


def test_what_was_asked_in_vain_comes_first() -> None:
    full = {each.slug: Held(characters=2_000, pages=2, entries=3) for each in BUILT_IN}
    asked = [Unanswered("What does delivery cost?", 4, "orders")]
    [gap] = gaps_in(full, asked, BUILT_IN).gaps
    assert (gap["slug"], gap["is_urgent"], gap["questions"]) == (
        "orders",
        True,
        ["What does delivery cost?"],
    )
    assert "4 times without an answer" in gap["why"]
