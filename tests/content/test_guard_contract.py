"""What every guard keeps to, whatever it is for."""

from __future__ import annotations

import dataclasses

import pytest

from brands.services.voices import VoiceProfile
from config.kernel.language.spans import Span
from content.guards import CandidateText, GuardBrief, Severity, Verdict, guards, inspect
from tests.security.test_patterns import within

from .guard_cases import MASTS, counted
from .guard_tables import MUST_FAIL
from .trust_tables import OWN, YARD

STRICT = GuardBrief(
    count=counted(2000),
    hashtags_max=3,
    words_to_avoid=("cheap", "best price", "guarantee*"),
    required_words=("Harbour & Pine",),
    links=("https://harbour.example/masts",),
    allowed_links=("shop.example",),
    website="https://harbour.example",
    languages=("en", "de"),
    known_text=YARD.text,
    sources=(YARD, OWN),
    voice=VoiceProfile.from_json({"avoided_words": ["cheap"], "example_texts": [MASTS]}),
    allowed_mentions=("@pine",),
    allowed_prices=("49 €",),
    allowed_claims=("legal",),
    crisis_words=("storm",),
    disclosure="Written with the help of AI.",
    needs_disclosure=True,
    reading_level="easy",
)
TEXTS = {
    "empty": "",
    "blank": " \n\t ",
    "emoji": "⛵🌊👩‍🔧🇳🇴 ⛵⛵⛵",
    "right to left": "המחיר הוא 49 ש״ח. \u202eكلام\u202c التكلفة ١٢٠ دولار.",
    "one long word": "a" * 3000,
    "no letters": "!?…—()[]{}@#%&/\\|<>\"'" * 20,
    "faults of every kind": (
        "Buy [product], the best, guaranteed, for $9 (50 % off)! Ask @evil or eva@evil.example, "
        "see https://evil.example. Our masts cure pain. A cheap deal after the accident."
    ),
    "accents apart": "Ge\u0301nial : le ma\u0302t cou\u0302te 9 e\u0301uros.",
}
LIMIT_SECONDS = 2.0  # of processor time; a hundredth of it is usual
every_guard = pytest.mark.parametrize("slug", list(guards))


def spans_of(verdict: Verdict) -> list[Span]:
    return [*verdict.spans, *(one.span for one in verdict.citations)]


@every_guard
def test_a_guard_says_who_it_is(slug: str) -> None:
    guard = guards[slug]
    assert guard.slug == slug
    assert guard.label.strip()
    assert len(guard.label) <= 40
    assert guard.version.isdecimal()
    assert guard.check.__doc__


@every_guard
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_gets_the_same_sound_verdict_twice(slug: str, text: str) -> None:
    candidate = CandidateText(text, ("masts", "Cheap_Deal", "50off"), "https://evil.example")
    verdict = guards[slug].check(candidate, STRICT)
    assert guards[slug].check(candidate, STRICT) == verdict
    assert all(0 <= start < end <= len(text) for start, end in spans_of(verdict))
    assert verdict.ok == (not verdict.reason)
    assert verdict.severity in Severity
    assert verdict.fix is None or not verdict.ok


@every_guard
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_fix_passes_or_says_why_not_and_needs_no_second_one(slug: str, text: str) -> None:
    candidate = CandidateText(text, ("masts", "Cheap_Deal", "50off"), "https://evil.example")
    fix = guards[slug].check(candidate, STRICT).fix
    if fix is None:
        return
    after = guards[slug].check(fix, STRICT)
    assert after.ok or after.reason
    assert after.ok or after.fix in (None, fix)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_all_guards_together_come_to_rest(text: str) -> None:
    first = inspect(CandidateText(text, ("masts",)), STRICT)
    again = inspect(first.candidate, STRICT)
    assert again.candidate == first.candidate or again.is_passed
    assert [result.guard.slug for result in first.results] == list(guards)


@every_guard
@pytest.mark.parametrize("piece", ["a", "9 ", "@a.", "€9, ", "A. ", "\n- x"])
def test_no_long_text_keeps_a_guard_busy(slug: str, piece: str) -> None:
    text = (piece * (8_000 // len(piece)))[:8_000]
    with within(LIMIT_SECONDS):
        guards[slug].check(CandidateText(text), dataclasses.replace(STRICT, count=counted(10**6)))


@pytest.mark.fuzz
@every_guard
def test_no_text_of_100_kb_keeps_a_guard_busy(slug: str) -> None:
    for piece in ("a", "9 ", "@a. ", "€9, not ", "The masts are of fir. ", "\n- x: y"):
        text = (piece * (100_000 // len(piece)))[:100_000]
        with within(5 * LIMIT_SECONDS):
            guards[slug].check(CandidateText(text), STRICT)


@pytest.mark.parametrize("slug", [slug for slug in MUST_FAIL if slug in guards])
def test_what_fails_a_guard_is_never_published_by_the_agent(slug: str) -> None:
    """A note is the exception: the length of words where a brand asks for normal ones."""
    for case in MUST_FAIL[slug]:
        verdict = guards[slug].check(case.candidate, case.guard_brief)
        is_note = slug == "readability" and case.brief["reading_level"] == "normal"
        assert verdict.blocks or verdict.asks or is_note, case
