from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.agents.offline import phrases
from content.guards.base import Source
from content.guards.tracing import WORDING, Tracing, trace

from .honesty import phrase_book
from .materials import MATERIALS
from .test_offline_writer import DRESS, every_draft
from .tracing_table import MUST_NOT, MUST_TRACE


def material_source(name: str) -> Source:
    material = MATERIALS[name]
    return Source("material", name, material.title, material.text)


def traced(name: str, text: str) -> Tracing:
    return trace(text, (material_source(name),))


# -- what is measured ---------------------------------------------------------------------------


def test_the_labelled_sentences_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    lost = [case for case in MUST_TRACE if traced(*case).untraced]
    slipped = [case for case in MUST_NOT if not traced(*case).untraced]
    passes = 1 - len(lost) / len(MUST_TRACE)
    stops = 1 - len(slipped) / len(MUST_NOT)
    with capsys.disabled():
        print(
            f"\ntracing: {len(MUST_TRACE)} true sentences, {passes:.3f} traced;"
            f" {len(MUST_NOT)} false ones, {stops:.3f} stopped"
        )
        for kind, cases in (("not traced", lost), ("not stopped", slipped)):
            for name, text in cases:
                print(f"  {kind}: {name}: {text}")
    assert len(MUST_TRACE) + len(MUST_NOT) >= 60
    assert passes >= 0.90
    assert stops >= 0.95


@pytest.mark.parametrize("dress", DRESS[1:3], ids=lambda dress: str(dress["emoji_usage"]))
def test_every_fact_of_the_offline_writer_is_traced(dress: dict[str, str]) -> None:
    for name, draft, _, material in every_draft(**dress):
        source = Source("material", "1", material.title, material.text)
        found = trace(draft.text, (source,))
        assert found.untraced == (), (name, [draft.text[a:b] for a, b in found.untraced])
        assert found.citations, name


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_the_phrase_book_claims_nothing(language: str) -> None:
    foreign = [text for texts in phrases._OTHER_CLOSES[language].values() for text in texts]
    for phrase in foreign:
        assert trace(phrase, (), language=language).untraced == (), phrase


def test_the_english_phrase_book_claims_nothing() -> None:
    others = {
        t for book in phrases._OTHER_CLOSES.values() for texts in book.values() for t in texts
    }
    for phrase in set(phrase_book()) - others:
        text = f"{phrase} A loaf costs £4.20."
        assert traced("bakery", text).untraced == (), phrase


# -- citations ------------------------------------------------------------------------------------


def test_a_citation_points_at_the_words_in_both_texts() -> None:
    text = "News! ☕ A loaf costs £4.20. See you!"
    (citation,) = traced("bakery", text).citations
    assert text[slice(*citation.span)] == "☕ A loaf costs £4.20."
    assert MATERIALS["bakery"].text[slice(*citation.source_span)] == "A loaf costs £4.20."
    assert citation.quote == "A loaf costs £4.20."
    assert (citation.source_kind, citation.source_id) == ("material", "bakery")


def test_two_facts_of_one_sentence_are_cited_by_themselves() -> None:
    found = traced("product launch", "The Trail 40 weighs 890 grams and costs €189.")
    assert found.untraced == ()
    assert len(found.citations) == 2


def test_a_fact_may_come_from_a_passage_as_from_the_material() -> None:
    passage = Source("passage", "7", "Handbook", "Our masts are made of Douglas fir.")
    text = "A loaf costs £4.20. Our masts are of Douglas fir."
    found = trace(text, (material_source("bakery"), passage))
    assert [citation.source_kind for citation in found.citations] == ["material", "passage"]


def test_words_that_the_brand_lends_are_no_claims_and_are_never_cited() -> None:
    lent = Source(WORDING, "", "Required words", "Harbour & Pine\naffordable")
    sources = (material_source("bakery"), lent)
    found = trace("An affordable loaf costs £4.20.\n\nHarbour & Pine.", sources)
    assert found.untraced == ()
    assert [citation.source_kind for citation in found.citations] == ["material"]


def test_without_a_source_every_claim_is_lost() -> None:
    text = "Our masts last 40 years. What do you think?"
    assert [text[a:b] for a, b in trace(text, ()).untraced] == ["Our masts last 40 years."]


def test_a_language_without_lists_takes_whole_sentences_only() -> None:
    source = Source("material", "1", "", "船は静かです。マストは木でできています。")
    assert trace("マストは木でできています。", (source,)).untraced == ()
    assert trace("マストは鉄でできています。", (source,)).untraced == ((0, 13),)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_tracing(text: str, known: str) -> None:
    source = Source("material", "1", known[:20], known)
    found = trace(text, (source,))
    assert found == trace(text, (source,))
    for start, end in [*found.untraced, *(one.span for one in found.citations)]:
        assert 0 <= start < end <= len(text)
    for one in found.citations:
        assert known[slice(*one.source_span)] == one.quote


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_a_text_always_traces_to_itself(text: str) -> None:
    assert trace(text, (Source("material", "1", "", text),)).untraced == ()
