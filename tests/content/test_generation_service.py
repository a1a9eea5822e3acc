from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st

from billing.models import CreditTransaction, Subscription
from billing.services.credits import credits_left, spend_credits
from config.kernel.clock import now
from config.kernel.errors import Invalid, PaymentRequired, Unavailable
from config.kernel.llm import double
from config.kernel.llm.errors import AnswerRefused, ModelUnavailable
from config.kernel.scoping import org_atomic, scope
from content.agents import Draft, PlatformRules
from content.guards import guards
from content.models import (
    Angle,
    Candidate,
    Generation,
    GenerationStatus,
    Material,
    MaterialStatus,
    StoredAnswer,
)
from content.services import similarity
from content.services.angles import AngleChoice
from content.services.generation import generate_candidates
from content.services.similarity import ContentType, remember
from organizations.models import AuditRecord
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

FEED = PlatformRules(slug="feed", label="Feed", max_characters=600, hashtags_max=5)
CHOICES = [
    AngleChoice(Angle.USER_BENEFIT, False, "User Benefit: it was drawn highest.", 0.6),
    AngleChoice(Angle.EDUCATIONAL, False, "Educational: it was drawn second.", 0.5),
    AngleChoice(Angle.PRODUCT_FOCUS, False, "Product Focus: it was drawn third.", 0.4),
]
LONG = make.TEXT + (
    " Varnish dries for a day between two coats, in a room that is kept at eighteen degrees."
    " Our oldest customer sails a cutter of 1911 that still carries her first boom."
    " Measuring takes twenty minutes and costs nothing. A good sail needs a straight mast."
)
TEXTS = [
    "Twelve days is all it takes. Bring your old mast and we measure it while you wait.",
    "Seven coats of varnish on every mast: would you let one of them wait for the sea?",
    "Douglas fir, planed by hand. With such a mast, 34 boats went back to sea last spring.",
]


@pytest.fixture(autouse=True)
def _quick_vectors(settings: Any) -> None:
    """Hashed n-grams find repetitions too, at a thousandth of the price of the offline model."""
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"


@pytest.fixture
def material(world: World) -> Material:
    with org_atomic(world.id):
        return make.material(world.brand, text=LONG)


def generated(world: World, material: Material, **more: Any) -> Generation:
    """One generation under an id that is the same in every run: the offline writer draws by it."""
    with org_atomic(world.id):
        number = Generation.objects.count() + 1
    with scope(world.id):
        return generate_candidates(
            **{
                "generation_id": UUID(int=number),
                "brand": world.brand,
                "material": material,
                "platform": "feed",
                "rules": FEED,
                "mode": Generation.Mode.AUTOPILOT,
                "choices": CHOICES,
                **more,
            }
        )


def candidates(world: World, generation: Generation) -> list[Candidate]:
    with org_atomic(world.id):
        return list(
            Candidate.objects.filter(generation=generation)
            .prefetch_related("guard_results")
            .order_by("label")
        )


def left(world: World) -> int:
    with org_atomic(world.id):
        return credits_left()


def drafts(*texts: str, **fields: Any) -> dict[str, Sequence[Any]]:
    """A script for the copywriter: these texts, one after another."""
    return {"copywriter": [_draft(text, **fields) for text in texts]}


def _draft(text: str, **fields: Any) -> Draft:
    return Draft(**{"text": text, "angle": "educational", "cited": ["Said so."], **fields})


# -- without a model ----


def test_the_offline_writer_makes_three_different_valid_candidates(
    world: World, material: Material, settings: Any
) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "minilm"
    told: list[str] = []
    generation = generated(world, material, progress=lambda step, message: told.append(message))
    assert generation.status == GenerationStatus.DONE, generation.failure
    found = candidates(world, generation)
    assert [one.label for one in found] == ["A", "B", "C"]
    assert [one.angle for one in found] == [choice.angle for choice in CHOICES]
    assert [one.angle_reason for one in found] == [choice.reason for choice in CHOICES]
    assert len({one.text for one in found}) == 3
    assert all(one.is_valid and one.is_offline for one in found)
    assert sorted(one.rank or 0 for one in found) == [1, 2, 3]
    assert [one.rank for one in found if one.is_selected] == [1]
    assert told[0] == "Writing A: User Benefit"


def test_every_score_is_kept_and_the_best_ranks_first(world: World, material: Material) -> None:
    found = candidates(world, generated(world, material))
    ranked = sorted(found, key=lambda one: one.rank or 9)
    totals = [one.rerank_score for one in ranked]
    assert totals == sorted(totals, reverse=True)
    for one in found:
        scores = (
            one.similarity_score,
            one.guard_score,
            one.history_score,
            one.aesthetics_score,
            one.diversity_score,
            one.cost_score,
        )
        assert all(0 <= score <= 1 for score in scores)
        weights = (0.30, 0.25, 0.20, 0.15, 0.05, 0.05)
        total = sum(weight * score for weight, score in zip(weights, scores, strict=True))
        assert one.rerank_score == pytest.approx(total)
        assert one.cost_score == 1.0
        assert one.similarity_score > 0
        assert one.max_similarity == 0.0
        assert one.character_count > len(one.text)
    assert [one.history_score for one in found] == [0.6, 0.5, 0.4]


def test_every_guard_leaves_a_row_with_its_version(
    world: World, material: Material, settings: Any
) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "minilm"
    for one in candidates(world, generated(world, material)):
        rows = {row.guard: row for row in one.guard_results.all()}
        assert set(rows) == {*guards, "similarity"}
        assert all(row.passed or row.severity == "warn" for row in rows.values())
        assert all(
            row.version == guards[slug].version for slug, row in rows.items() if slug in guards
        )
        assert one.sources


def test_a_generation_is_paid_once_and_written_down(world: World, material: Material) -> None:
    before = left(world)
    generation = generated(world, material, instruction=" Shorter, please. ")
    assert before - left(world) == 1
    with org_atomic(world.id):
        line = CreditTransaction.objects.get(key=f"generate:{generation.pk}")
        assert (line.amount, line.related_id) == (-1, generation.pk)
        audit = AuditRecord.objects.get(target_id=generation.pk)
        assert audit.action == "generation.done"
        assert audit.data["written"] == 3
    assert generation.credits == 1
    assert generation.instruction == "Shorter, please."
    assert generation.started_at is not None
    assert generation.finished_at is not None


def test_the_limit_of_the_platform_is_kept(world: World, material: Material, settings: Any) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "minilm"
    tight = PlatformRules(slug="tight", label="Tight", max_characters=140, hashtags_max=1)
    for one in candidates(world, generated(world, material, rules=tight)):
        assert one.is_valid
        assert one.character_count <= 140
        assert len(one.hashtags) <= 1


def test_the_brands_words_are_kept(world: World, material: Material) -> None:
    with org_atomic(world.id):
        world.brand.language_rules |= {
            "words_to_avoid": ["varnish"],
            "required_words": ["Harbour & Pine"],
        }
    try:
        found = candidates(world, generated(world, material))
    finally:
        world.brand.language_rules |= {"words_to_avoid": ["cheap"], "required_words": []}
    assert found
    assert not any("varnish" in one.text.lower() for one in found)
    assert all("Harbour & Pine" in one.text for one in found)


def test_a_picture_goes_with_every_candidate(world: World) -> None:
    with org_atomic(world.id):
        picture = make.material(
            world.brand,
            kind=Material.Kind.IMAGE,
            file_key="key",
            mime_type="image/jpeg",
            alt_text="A mast in the sun.",
            file_size_bytes=9,
        )
    for one in candidates(world, generated(world, picture)):
        assert one.media == [
            {
                "reference": "key",
                "content_type": "image/jpeg",
                "alt": "A mast in the sun.",
                "size_bytes": 9,
            }
        ]


# -- with a model ----


def test_a_model_is_asked_once_a_candidate(world: World, material: Material) -> None:
    with double.script(drafts(*TEXTS)) as calls:
        generation = generated(world, material, instruction="Mention the sea.")
    found = candidates(world, generation)
    assert [one.text for one in found] == TEXTS
    assert {one.model_used for one in found} == {"double:double"}
    assert [one.attempts for one in found] == [1, 1, 1]
    assert len(calls) == 3
    asked = [call.values.model_dump() for call in calls]
    assert {values["request"] for values in asked} == {"Mention the sea."}
    assert asked[2]["shown"] == TEXTS[:2]


def test_a_text_with_a_fault_gets_a_repair_turn_that_names_it(
    world: World, material: Material
) -> None:
    with double.script(drafts("Buy [product] now, in twelve days.", *TEXTS)) as calls:
        generation = generated(world, material)
    first = candidates(world, generation)[0]
    assert (first.text, first.attempts, first.is_valid) == (TEXTS[0], 2, True)
    assert "placeholder: “[product]”" in calls[1].values.model_dump()["faults"][0]


def test_a_fault_that_a_guard_can_mend_needs_no_model(world: World, material: Material) -> None:
    text = f"{TEXTS[0]} It is cheap."
    with double.script(drafts(text, *TEXTS[1:])) as calls:
        found = candidates(world, generated(world, material))
    assert len(calls) == 3
    assert found[0].text == TEXTS[0]
    fixed = [row.guard for row in found[0].guard_results.all() if row.was_fixed]
    assert fixed == ["words_to_avoid"]


def test_three_attempts_are_the_most_and_the_rest_goes_on(world: World, material: Material) -> None:
    bad = ["Buy [product] now.", "Buy [it] now.", "Buy [that] now."]
    with double.script(drafts(*bad, *TEXTS[1:])) as calls:
        generation = generated(world, material)
    first, second, third = candidates(world, generation)
    assert len(calls) == 5
    assert (first.text, first.attempts, first.is_valid, first.rank) == (bad[2], 3, False, None)
    assert second.is_valid
    assert third.is_valid
    assert generation.status == GenerationStatus.DONE


def test_a_text_that_was_said_before_is_written_again(world: World, material: Material) -> None:
    with org_atomic(world.id):
        post = uuid4()
        remember(content_type=ContentType.POST, content_id=post, text=TEXTS[0], brand_id=None)
    again = TEXTS[0].replace("all it takes", "all that it takes")
    fresh = "Measuring takes twenty minutes and costs nothing at all."
    with double.script(drafts(again, fresh, *TEXTS[1:])) as calls:
        found = candidates(world, generated(world, material))
    assert (found[0].text, found[0].attempts) == (fresh, 2)
    asked = calls[1].values.model_dump()
    assert "This repeats" in asked["faults"][0]
    assert again in asked["shown"]
    with double.script(drafts(again, *TEXTS[1:])):
        found = candidates(world, generated(world, material, exclude=[post]))
    assert found[0].text == again


def test_candidates_may_not_repeat_each_other(world: World, material: Material) -> None:
    twin = TEXTS[0].upper()
    with double.script(drafts(TEXTS[0], twin, TEXTS[1], TEXTS[2])) as calls:
        found = candidates(world, generated(world, material))
    assert [one.text for one in found] == TEXTS
    assert "the same as variation A" in calls[2].values.model_dump()["faults"][0]


def test_neighbours_are_kept_with_a_warning(
    world: World, material: Material, settings: Any
) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "minilm"
    near = "How long does a mast take? Twelve days, and it is measured while you wait."
    with org_atomic(world.id):
        remember(content_type=ContentType.POST, content_id=uuid4(), text=near, brand_id=None)
    with double.script(drafts(*TEXTS)):
        first = candidates(world, generated(world, material))[0]
    assert first.max_similarity is not None
    assert 0.65 < first.max_similarity < 0.85
    assert first.neighbours[0]["excerpt"] == near
    note = next(row for row in first.guard_results.all() if row.guard == "similarity")
    assert note.passed
    assert note.reason.startswith("This is close to “How long")


def test_no_valid_candidate_is_a_failure_with_reasons_and_no_refund(
    world: World, material: Material
) -> None:
    before = left(world)
    with double.script({"copywriter": lambda values: _draft("Buy [product] now.")}):
        generation = generated(world, material)
    assert generation.status == GenerationStatus.FAILED
    assert generation.failure.startswith("None of the texts may be published.\nA: The text still")
    assert len(candidates(world, generation)) == 3
    assert before - left(world) == 1


def test_a_model_that_is_away_fails_the_generation_and_gives_the_credit_back(
    world: World, material: Material
) -> None:
    before = left(world)
    with (
        double.script({"copywriter": [ModelUnavailable("The model is away.")]}),
        pytest.raises(Unavailable, match="The model is away"),
    ):
        generated(world, material)
    with org_atomic(world.id):
        generation = Generation.objects.get()
        assert generation.status == GenerationStatus.FAILED
        assert generation.failure == "The model is away."
    assert left(world) == before


def test_what_was_written_before_the_model_went_away_is_kept(
    world: World, material: Material
) -> None:
    script: list[Any] = [_draft(TEXTS[0]), ModelUnavailable("The model is away.")]
    with double.script({"copywriter": script}):
        generation = generated(world, material)
    assert generation.status == GenerationStatus.DONE
    assert [one.text for one in candidates(world, generation)] == TEXTS[:1]


def test_a_refusal_by_the_provider_costs_its_credit(world: World, material: Material) -> None:
    before = left(world)
    with double.script({"copywriter": [AnswerRefused("The model refused.")] * 3}):
        generation = generated(world, material)
    assert generation.status == GenerationStatus.FAILED
    assert generation.failure == "The model refused."
    assert before - left(world) == 1


# -- paid and written once ----


def test_without_credits_nothing_is_written(world: World, material: Material) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(credits_total=0, credits_used=0)
    with double.script({}) as calls, pytest.raises(PaymentRequired):
        generated(world, material)
    assert calls == []
    with org_atomic(world.id):
        assert not Generation.objects.exists()


def test_a_generation_that_broke_off_goes_on_and_pays_nothing_twice(
    world: World, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, before = UUID(int=77), left(world)

    class Killed(BaseException):
        pass

    def kill(*args: Any) -> None:
        raise Killed

    from content.services import generation as module

    with monkeypatch.context() as patch:
        patch.setattr(module, "_settle", kill)
        with double.script(drafts(*TEXTS)), pytest.raises(Killed):
            generated(world, material, generation_id=key)
    with double.script({}) as calls:
        generation = generated(world, material, generation_id=key)
    assert calls == []
    assert generation.pk == key
    assert [one.text for one in candidates(world, generation)] == TEXTS
    assert before - left(world) == 1
    with org_atomic(world.id):
        assert StoredAnswer.objects.count() == 3


def test_a_finished_generation_is_returned_as_it_is(world: World, material: Material) -> None:
    key = uuid4()
    first = generated(world, material, generation_id=key)
    texts = [one.text for one in candidates(world, first)]
    before = left(world)
    again = generated(world, material, generation_id=key)
    assert [one.text for one in candidates(world, again)] == texts
    assert left(world) == before


def test_two_workers_of_one_generation_write_its_candidates_once(
    world: World, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid4()
    from content.services import generation as module

    settle = module._settle

    def meanwhile(generation: Generation, *rest: Any) -> None:
        twin = Generation.objects.get(pk=generation.pk)
        settle(twin, *rest)
        settle(generation, *rest)

    def with_scope(*args: Any) -> None:
        with org_atomic(world.id):
            meanwhile(*args)

    monkeypatch.setattr(module, "_settle", with_scope)
    generation = generated(world, material, generation_id=key)
    assert generation.status == GenerationStatus.DONE
    assert len(candidates(world, generation)) == 3


def test_a_generation_that_nobody_took_up_again_gives_its_credit_back(
    world: World, material: Material
) -> None:
    before = left(world)
    with org_atomic(world.id):
        lost, fresh = (
            make.generation(
                world.brand,
                material,
                status=GenerationStatus.RUNNING,
                created_at=now() - timedelta(minutes=minutes),
            )
            for minutes in (16, 14)
        )
        spend_credits(action="generate", key=f"generate:{lost.pk}", description="Writing")
    generated(world, material)
    with org_atomic(world.id):
        lost.refresh_from_db()
        fresh.refresh_from_db()
    assert (lost.status, fresh.status) == (GenerationStatus.FAILED, GenerationStatus.RUNNING)
    assert "credit is back" in lost.failure
    assert before - left(world) == 1  # the new one's


# -- what is refused, and what leads ----


@pytest.mark.parametrize("status", [MaterialStatus.UPLOADED, MaterialStatus.ARCHIVED])
def test_a_material_that_is_not_ready_is_refused(world: World, status: str) -> None:
    with org_atomic(world.id):
        material = make.material(world.brand, status=status)
    with pytest.raises(Invalid, match="not ready to be written from"):
        generated(world, material)


def test_excluded_angles_are_not_written(world: World, material: Material) -> None:
    shown = [Angle.USER_BENEFIT]
    first = generated(world, material)
    generation = generated(world, material, excluded_angles=shown, regeneration_of=first)
    assert [one.angle for one in candidates(world, generation)] == [
        Angle.EDUCATIONAL,
        Angle.PRODUCT_FOCUS,
    ]
    assert generation.attempt == 2
    with pytest.raises(Invalid, match="No angle is left"):
        generated(world, material, excluded_angles=list(Angle))


@pytest.mark.parametrize(
    ("mode", "leads"), [(Generation.Mode.AUTOPILOT, "C"), (Generation.Mode.MANUAL, "A")]
)
def test_an_exploration_leads_in_the_autopilot_only(
    world: World, material: Material, mode: str, leads: str
) -> None:
    explored = AngleChoice(Angle.STORYTELLING, True, "Storytelling: exploration.", 0.01)
    with double.script(drafts(*TEXTS)):
        generation = generated(world, material, choices=[*CHOICES[:2], explored], mode=mode)
    (first,) = [one for one in candidates(world, generation) if one.rank == 1]
    assert (first.label == leads) == (mode == Generation.Mode.AUTOPILOT)
    assert first.is_exploration == (mode == Generation.Mode.AUTOPILOT)


def test_without_the_embedder_candidates_are_written_and_marked_unchecked(
    world: World, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(texts: object) -> None:
        raise Unavailable("The embedding service is away.")

    monkeypatch.setattr(similarity, "embed", away)
    for one in candidates(world, generated(world, material)):
        assert one.is_valid
        assert one.max_similarity is None
        assert (one.similarity_score, one.diversity_score) == (0.5, 0.5)
        note = next(row for row in one.guard_results.all() if row.guard == "similarity")
        assert note.passed
        assert "skipped" in note.reason


def test_a_generation_of_another_organization_is_out_of_reach(
    world: World, material: Material
) -> None:
    generation = generated(world, material)
    with org_atomic(world.foreign.id):
        assert not Generation.objects.filter(pk=generation.pk).exists()
        assert not Candidate.objects.exists()


# -- the state graph ----


@given(path=st.lists(st.sampled_from(list(GenerationStatus)), max_size=6))
@checked(max_examples=60, deadline=None)
def test_a_generation_ends_once_and_stays_ended(path: list[GenerationStatus]) -> None:
    graph, state, ends = Generation.graph, Generation.graph.start, 0
    for wanted in path:
        if graph.allows(state, wanted):
            ends += state not in graph.terminal and wanted in graph.terminal
            state = wanted
    assert ends <= 1
