"""What 0.80 and 0.65 mean: labelled pairs of a request and a structure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.embeddings.providers import lexical
from content.skills.intent import Intent
from content.skills.matching import ADAPT, REUSE, adapted, ideal, possible, similarity
from content.skills.structure import Structure, describe
from content.skills.vocabulary import PARTS
from tests.content.skills.intents import RICH, intent
from tests.content.skills.test_structure import STRUCTURES

PRODUCT = intent()
SOFT = {"closing": "question"}
STORY = intent(angle="storytelling")
LESSON = intent(angle="educational")
PROOF = intent(angle="social_proof")
OFFER = intent(angle="promotional", call="direct", room=300)
BENEFIT = intent(angle="user_benefit", emoji="moderate")
PLAIN = intent(features=frozenset({"several"}))
NOTE = intent(is_short_material=True, features=frozenset())

# What a person would do with a structure for a request: take it, mend it, or make another.
PAIRS: list[tuple[Intent, Structure, str]] = [
    (PRODUCT, Structure(hook="statement", body="list"), "reuse"),
    (PRODUCT, Structure(hook="number", body="paragraph", person="we"), "reuse"),
    (PRODUCT, Structure(hook="question", body="list", closing="thanks"), "reuse"),
    (PRODUCT, Structure(hook="statement", body="list", length="short"), "reuse"),
    (STORY, Structure(hook="story", body="story", length="long", person="we"), "reuse"),
    (STORY, Structure(hook="quote", body="story", person="we"), "reuse"),
    (LESSON, Structure(hook="question", body="steps", length="long", person="you"), "reuse"),
    (LESSON, Structure(hook="number", body="list", person="you"), "reuse"),
    (PROOF, Structure(hook="quote", body="proof"), "reuse"),
    (OFFER, Structure(hook="command", closing="call", length="short", person="you"), "reuse"),
    (BENEFIT, Structure(hook="question", emoji="front", person="you"), "reuse"),
    (NOTE, Structure(body="none", length="short"), "reuse"),
    (PRODUCT, Structure(hook="quote", body="list"), "adapt"),
    (PRODUCT, Structure(hook="statement", body="story"), "adapt"),
    (PRODUCT, Structure(hook="story", body="paragraph"), "adapt"),
    (STORY, Structure(hook="story", body="list", length="long", person="we"), "adapt"),
    (LESSON, Structure(hook="story", body="steps", length="long", person="you"), "adapt"),
    (PROOF, Structure(hook="question", body="proof"), "adapt"),
    (PLAIN, Structure(hook="number", body="list"), "adapt"),
    (OFFER, Structure(hook="story", closing="call", length="short", person="you"), "adapt"),
    (BENEFIT, Structure(hook="quote", emoji="front", person="you"), "adapt"),
    (PRODUCT, Structure(hook="story", body="story", length="long", person="we"), "new"),
    (PRODUCT, Structure(hook="quote", body="proof", closing="fact"), "new"),
    (STORY, Structure(hook="number", body="list"), "new"),
    (STORY, Structure(hook="command", closing="call", body="steps", length="short"), "new"),
    (LESSON, Structure(hook="command", body="none", closing="call", length="short"), "new"),
    (PROOF, Structure(hook="command", body="steps", closing="thanks", length="long"), "new"),
    (OFFER, Structure(hook="story", body="story", length="long", person="we"), "new"),
    (PLAIN, Structure(hook="quote", body="proof"), "new"),
    (NOTE, Structure(hook="quote", body="steps", length="long"), "new"),
]  # fmt: skip


def label(likeness: float) -> str:
    return "reuse" if likeness >= REUSE else "adapt" if likeness >= ADAPT else "new"


@pytest.mark.parametrize(("wanted", "structure", "expected"), PAIRS)
def test_labelled_pairs(wanted: Intent, structure: Structure, expected: str) -> None:
    assert label(similarity(wanted, structure)) == expected


def test_vectors_of_descriptions_do_not_tell_them_apart() -> None:
    """Why likeness is not the cosine of descriptions: no pair of thresholds gets them right."""
    cosines = []
    for wanted, structure, expected in PAIRS:
        one, other = lexical.embed([describe(ideal(wanted)), describe(structure)])
        cosines.append((float(one @ other), expected))
    grid = np.linspace(0, 1, 101)
    best = max(
        sum(
            ("reuse" if c >= high else "adapt" if c >= low else "new") == expected
            for c, expected in cosines
        )
        for low in grid
        for high in grid[grid >= low]
    )
    assert best < len(PAIRS)


@given(st.sampled_from([PRODUCT, STORY, LESSON, PROOF, OFFER, BENEFIT, PLAIN, NOTE]), STRUCTURES)
def test_a_likeness_is_a_ratio_and_adapting_never_lowers_it(
    wanted: Intent, structure: Structure
) -> None:
    before = similarity(wanted, structure)
    after = similarity(wanted, adapted(structure, wanted))
    assert 0.0 <= before <= after <= 1.0
    assert similarity(wanted, ideal(wanted)) >= after


@pytest.mark.parametrize("angle", ["product_focus", "storytelling", "educational", "promotional"])
@pytest.mark.parametrize("features", [frozenset(), RICH])
def test_the_best_structure_asks_only_for_what_the_material_has(
    angle: str, features: frozenset[str]
) -> None:
    wanted = intent(angle=angle, features=features, room=300)
    best = ideal(wanted)
    assert all(getattr(best, part) in possible(wanted, part) for part in PARTS)
    assert best.length in ("line", "short")
    assert similarity(wanted, best, platform="feed") >= REUSE


def test_another_platforms_structure_serves_less() -> None:
    best = ideal(PRODUCT)
    own, every, other = (similarity(PRODUCT, best, platform=p) for p in ("feed", "", "elsewhere"))
    assert own > every > other
