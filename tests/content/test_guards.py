from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.kernel.language.detection import languages_of
from config.kernel.language.spans import sentence_spans, without_sentences
from config.kernel.language.words import find_words, spoken
from content.guards import CandidateText, GuardBrief, Severity, guards, inspect
from content.guards.links import same_page

from .guard_cases import MASTS, Case, counted
from .guard_tables import MUST_FAIL, MUST_PASS
from .trust_tables import LONG, material

EASY = GuardBrief(count=counted(300), sources=(material(MASTS),))


def cases(table: dict[str, list[Case]]) -> list[object]:
    return [
        pytest.param(slug, case, id=f"{slug}-{place}")
        for slug, listed in table.items()
        for place, case in enumerate(listed)
    ]


# -- the contract that every guard keeps --------------------------------------------------------


@pytest.mark.parametrize("slug", list(guards))
def test_every_guard_has_texts_that_must_pass_and_must_fail(slug: str) -> None:
    assert len(MUST_PASS[slug]) >= 3
    assert len(MUST_FAIL[slug]) >= 3
    assert guards[slug].slug == slug
    assert guards[slug].label
    assert guards[slug].version
    assert guards[slug].check.__doc__


@pytest.mark.parametrize(("slug", "case"), cases(MUST_PASS))
def test_a_good_text_passes_without_a_word(slug: str, case: Case) -> None:
    verdict = guards[slug].check(case.candidate, case.guard_brief)
    assert verdict.ok, verdict.reason
    assert verdict.reason == ""
    assert verdict.spans == ()
    assert verdict.fix is None


@pytest.mark.parametrize(("slug", "case"), cases(MUST_FAIL))
def test_a_bad_text_fails_with_a_sentence_and_the_place(slug: str, case: Case) -> None:
    verdict = guards[slug].check(case.candidate, case.guard_brief)
    assert not verdict.ok
    assert verdict.severity in Severity
    assert verdict.reason[0].isupper() or verdict.reason[0] == "“"
    assert verdict.reason.endswith(".")
    assert all(0 <= start < end <= len(case.text) for start, end in verdict.spans)
    if case.points_at:
        assert tuple(case.text[start:end] for start, end in verdict.spans) == case.points_at


@pytest.mark.parametrize(("slug", "case"), cases(MUST_FAIL))
def test_a_fix_makes_its_own_guard_pass(slug: str, case: Case) -> None:
    fix = guards[slug].check(case.candidate, case.guard_brief).fix
    if fix is not None:
        verdict = guards[slug].check(fix, case.guard_brief)
        assert verdict.ok, (fix, verdict.reason)
        assert fix.text.strip()


@pytest.mark.parametrize("slug", list(guards))
@given(
    text=st.text(max_size=400),
    hashtags=st.lists(st.text(max_size=12), max_size=6),
    link=st.text(max_size=30),
    words=st.lists(st.text(max_size=8), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_a_guard(
    slug: str, text: str, hashtags: list[str], link: str, words: list[str]
) -> None:
    brief = GuardBrief(
        count=counted(120),
        hashtags_max=2,
        words_to_avoid=tuple(words),
        required_words=tuple(words),
        links=(link,),
        allowed_links=tuple(words),
        website=link,
        languages=("en",),
        known_text=text,
    )
    candidate = CandidateText(text, tuple(hashtags), link)
    first = guards[slug].check(candidate, brief)
    assert guards[slug].check(candidate, brief) == first
    assert all(0 <= start <= end <= len(text) for start, end in first.spans)
    assert first.ok or first.reason


# -- all of them together -----------------------------------------------------------------------


def test_a_clean_text_comes_out_as_it_went_in() -> None:
    candidate = CandidateText(MASTS, ("masts",))
    inspection = inspect(candidate, EASY)
    assert inspection.candidate == candidate
    assert inspection.is_passed
    assert inspection.pass_ratio == 1.0
    assert len(inspection.results) == len(guards.items())


def test_several_faults_are_fixed_in_one_go() -> None:
    brief = GuardBrief(
        count=counted(120),
        words_to_avoid=("cheap",),
        required_words=("#ad",),
        hashtags_max=2,
        sources=(material(MASTS),),
    )
    text = f"{MASTS} So cheap! See https://evil.example today."
    inspection = inspect(CandidateText(text, ("a", "b", "c")), brief)
    assert inspection.is_passed
    assert inspection.candidate.text == MASTS
    assert inspection.candidate.link == ""
    fixed = {result.guard.slug for result in inspection.results if result.was_fixed}
    assert {"words_to_avoid", "links"} <= fixed


def test_a_placeholder_blocks_because_only_a_writer_can_fill_it() -> None:
    inspection = inspect(CandidateText("Buy [product] now."), EASY)
    assert not inspection.is_passed
    assert inspection.pass_ratio == pytest.approx(1 - 1 / len(guards.items()))
    assert inspection.reasons == [
        "The text still holds a placeholder: “[product]”. Write what belongs there."
    ]


def test_a_warning_lowers_the_share_and_does_not_block() -> None:
    brief = GuardBrief(count=counted(), sources=(material(LONG),), reading_level="normal")
    inspection = inspect(CandidateText(LONG), brief)
    assert inspection.is_passed
    assert inspection.pass_ratio < 1
    assert inspection.reasons == []


def test_an_avoided_word_that_is_also_required_never_passes() -> None:
    brief = GuardBrief(count=counted(), words_to_avoid=("fir",), required_words=("fir",))
    assert not inspect(CandidateText("Wood. Pure fir."), brief).is_passed


# -- how a long text is cut ---------------------------------------------------------------------


def test_hashtags_go_before_words_do() -> None:
    brief = GuardBrief(count=counted(90))
    verdict = guards["length"].check(CandidateText(MASTS, ("masts", "boats")), brief)
    assert verdict.fix == CandidateText(MASTS, ())


def test_a_text_is_cut_at_a_sentence_when_most_of_it_stays() -> None:
    text = "First sentence here. Second one follows. Third is too long to fit in."
    verdict = guards["length"].check(CandidateText(text), GuardBrief(count=counted(50)))
    assert verdict.fix is not None
    assert verdict.fix.text == "First sentence here. Second one follows."


def test_a_text_of_one_long_sentence_is_cut_at_a_word_with_an_ellipsis() -> None:
    text = "One sentence that goes on, and on, and never comes to any end at all"
    verdict = guards["length"].check(CandidateText(text), GuardBrief(count=counted(31)))
    assert verdict.fix is not None
    assert verdict.fix.text == "One sentence that goes on, and…"


@given(
    text=st.text(min_size=1, max_size=300).filter(str.strip),
    limit=st.integers(5, 60),
    most_bytes=st.integers(20, 120),
)
@settings(max_examples=150, deadline=None)
def test_a_cut_text_always_fits(text: str, limit: int, most_bytes: int) -> None:
    text = text.replace("\r", " ")
    count = counted(limit, most_bytes)
    verdict = guards["length"].check(CandidateText(text), GuardBrief(count=count))
    if verdict.fix is not None:
        assert not count(verdict.fix).is_over
        assert text.strip().startswith(verdict.fix.text.rstrip("…"))


# -- finding words, sentences, addresses, languages -----------------------------------------------


@given(
    before=st.text(max_size=20),
    word=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10),
    after=st.text(max_size=20),
)
@settings(max_examples=150, deadline=None)
def test_a_word_between_blanks_is_found_where_it_stands(before: str, word: str, after: str) -> None:
    text = f"{before} {word} {after}"
    place = len(before) + 1
    assert any(start <= place and end >= place + len(word) for start, end in find_words(text, word))


@pytest.mark.parametrize(
    ("tag", "reading"),
    [("CheapDeals", "Cheap Deals"), ("#cheap_deals", "cheap deals"), ("Top10Boats", "Top10 Boats")],
)
def test_hashtags_are_read_out_at_their_humps(tag: str, reading: str) -> None:
    assert spoken(tag) == reading


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_sentences_hold_every_character_that_is_not_blank(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
    assert all(b <= c for (_, b), (c, _) in zip(spans, spans[1:], strict=False))


def test_a_sentence_leaves_without_hurting_its_paragraphs() -> None:
    text = "One here. Two there.\n\nThree now! Four then."
    place = text.index("Three")
    assert without_sentences(text, [(place, place + 5)]) == "One here. Two there.\n\nFour then."
    assert without_sentences("Only one.", [(0, 4)]) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://A.example/x/", "http://www.a.example/x"),
        ("a.example/x#top", "https://a.example/x"),
        ("https://a.example/x?utm_source=1&b=2", "https://a.example/x?b=2"),
    ],
)
def test_two_spellings_of_one_page_are_the_same(one: str, other: str) -> None:
    assert same_page(one) == same_page(other)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The boats are in the harbour and they will stay there for the winter with us.", "en"),
        ("Die Boote sind im Hafen und sie werden dort für den Winter bleiben.", "de"),
        ("Les bateaux sont dans le port et ils y restent pour tout l'hiver avec nous.", "fr"),
        ("Los barcos están en el puerto y se quedan para todo el invierno con su equipo.", "es"),
        ("Le barche sono nel porto e non ci lasciano per tutto il tempo della stagione.", "it"),
        ("Os barcos estão no porto e não saem de lá para mais uma estação com o vento.", "pt"),
        ("De boten zijn in de haven en blijven daar voor de hele winter met ons team.", "nl"),
        ("Båtarna är i hamnen och de blir kvar där för att vintern inte är till för dem.", "sv"),
        ("Łodzie są w porcie i nie wracają do wody, bo to jest ich czas na odpoczynek.", "pl"),
        ("Лодки стоят в гавани.", "ru"),
    ],
)
def test_languages_are_told_by_their_commonest_words(text: str, code: str) -> None:
    assert code in languages_of(text)
