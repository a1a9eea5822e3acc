"""The offline writer over the forty pairs: what the evaluation demands of it, held here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.kernel.embeddings import Embedded
from config.kernel.embeddings.providers import lexical
from config.kernel.embeddings.weights import LEXICAL
from content.evaluation.cases import load_cases
from content.evaluation.scoring import CaseScore, score_case, totals_of
from content.evaluation.writing import OfflineWriter, write_case


def embed(texts: Sequence[str]) -> Embedded:
    return Embedded(lexical.embed(texts), LEXICAL)


@pytest.fixture(scope="module")
def scores() -> list[CaseScore]:
    return [score_case(write_case(case, OfflineWriter(), embed), embed) for case in load_cases()]


def test_there_are_forty_pairs_in_four_languages_and_each_has_a_trap() -> None:
    cases = load_cases()
    languages = Counter(case.language for case in cases)
    assert len({case.slug for case in cases}) == len(cases) == 40
    assert languages["de"] >= 6 and languages["fr"] >= 3 and languages["es"] >= 3
    assert languages["en"] > sum(languages.values()) / 2
    assert all(case.trap for case in cases) and len({case.industry for case in cases}) >= 20


def test_the_offline_writer_passes_the_guards_and_traces_every_fact(
    scores: list[CaseScore],
) -> None:
    totals = totals_of(scores)
    faults = [
        (score.slug, text.label, text.failed, text.untraced, text.leaked)
        for score in scores
        for text in score.texts
        if not text.is_clean or text.untraced
    ]
    assert totals.texts == 120 and totals.facts > 200
    assert totals.facts_traced == 1.0, faults
    assert totals.guards_passed >= 0.95, faults
    assert totals.leaked == 0, faults
    assert totals.meets_goals


def test_what_fails_a_guard_is_a_grave_matter_that_a_person_decides(
    scores: list[CaseScore],
) -> None:
    failed = {guard for score in scores for text in score.texts for guard in text.failed}
    assert failed <= {"crisis"}


def test_the_texts_of_a_pair_differ_unless_there_is_one_sentence_only(
    scores: list[CaseScore],
) -> None:
    for score in scores:
        assert len({text.text for text in score.texts}) == 3, score.slug
        if not any(text.repeats for text in score.texts):
            assert score.variety is not None and score.variety > 0.3, score.slug


def test_a_text_that_could_not_be_written_counts_as_one_that_failed(
    scores: list[CaseScore],
) -> None:
    broken = replace(scores[0], texts=scores[0].texts[:2], errors=("C: The model is away.",))
    assert totals_of([broken]).guards_passed == pytest.approx(2 / 3)


def test_the_command_prints_a_table_and_the_same_as_json() -> None:
    out = StringIO()
    call_command("evaluate", "--lexical", "--pair", "bakery-launch", "--texts", stdout=out)
    assert "bakery-launch" in out.getvalue() and "100.0%" in out.getvalue()
    out = StringIO()
    call_command("evaluate", "--lexical", "--pair", "bakery-launch", "--json", stdout=out)
    (found,) = json.loads(out.getvalue())
    assert found["writer"] == "offline" and found["totals"]["pairs"] == 1
    assert len(found["pairs"][0]["texts"]) == 3


def test_the_command_fails_on_a_pair_or_model_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="no such pair"):
        call_command("evaluate", "--pair", "nobody")


@pytest.mark.django_db
def test_a_model_without_a_key_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(CommandError, match="No key is configured"):
        call_command("evaluate", "openai:some-model", "--lexical", "--pair", "bakery-launch")
