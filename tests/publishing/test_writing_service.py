"""Writing by hand, and writing anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import F

from billing.models import Subscription
from billing.services.credits import credits_left
from config.kernel.errors import Conflict, Invalid, PaymentRequired, Unavailable
from config.kernel.llm import double
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.scoping import org_atomic, scope
from content.models import Angle, Candidate, ContentEmbedding, Generation, Material
from publishing.demo.bakery import BAKERY_MATERIALS
from publishing.models import Delivery, DeliveryState, PendingPost, PendingStatus, SocialAccount
from publishing.services.pending_posts import approve_post, generations_of, select_variation
from publishing.services.writing import regenerate_post, write_posts
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inside(world: World, settings: Any) -> Iterator[None]:
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"
    # Only declared: a read outside of a transaction finds nothing, as in a page that asks a model.
    with scope(world.id):
        yield


@pytest.fixture
def material(world: World) -> Material:
    with org_atomic():
        return make.material(world.brand, text=BAKERY_MATERIALS[0].text)


def write(world: World, material: Material, **fields: Any) -> list[PendingPost]:
    values = {"platforms": ["feed"], "by": world.editor, **fields}
    return write_posts(brand=world.brand, material=material, **values)


def left() -> int:
    with org_atomic():
        return credits_left()


def texts_of(post: PendingPost) -> list[Candidate]:
    with org_atomic():
        return list(Candidate.objects.filter(generation_id=post.generation_id).order_by("label"))


def test_three_variations_wait_for_a_choice_for_one_credit(
    world: World, material: Material
) -> None:
    before = left()
    (post,) = write(world, material)
    assert (post.status, post.generation_mode) == (PendingStatus.PENDING, "manual")
    assert len({text.angle for text in texts_of(post)}) == 3
    assert post.expires_at is not None
    assert left() == before - 1
    with org_atomic():
        assert not Delivery.objects.exists()
        assert ContentEmbedding.objects.filter(content_id=post.pk).exists()


def test_the_person_takes_another_one_and_it_goes_out(world: World, material: Material) -> None:
    (post,) = write(world, material)
    other = next(text for text in texts_of(post) if text.pk != post.candidate_id)
    with org_atomic():
        select_variation(post=post, candidate=other, by=world.editor)
        approve_post(post=post, by=world.editor)
        assert other.text[:40] in str(Delivery.objects.get(pending_post=post).payload)


def test_an_instruction_is_kept_with_what_was_written(world: World, material: Material) -> None:
    (post,) = write(world, material, instruction=" Mention Monday. ")
    with org_atomic():
        assert Generation.objects.get(pk=post.generation_id).instruction == "Mention Monday."


def test_without_a_channel_or_an_account_nothing_is_written(
    world: World, material: Material
) -> None:
    before = left()
    for platforms in ([], ["myspace"]):
        with pytest.raises(Invalid) as refused:
            write(world, material, platforms=platforms)
        assert refused.value.message.endswith(".")
    with org_atomic():
        SocialAccount.objects.update(is_active=False)
    with pytest.raises(Invalid, match="Connect one first"):
        write(world, material)
    assert left() == before


def test_without_credits_nothing_is_written(world: World, material: Material) -> None:
    with org_atomic():
        Subscription.objects.update(credits_used=F("credits_total"))
    with pytest.raises(PaymentRequired):
        write(world, material)
    with org_atomic():
        assert not PendingPost.objects.exists() and not Generation.objects.exists()


def away(values: Any) -> Any:
    raise ModelUnavailable("The model is busy.")


def test_a_model_that_is_away_costs_nothing_and_leaves_nothing(
    world: World, material: Material
) -> None:
    before = left()
    with double.script({"copywriter": away}), pytest.raises(Unavailable, match="busy"):
        write(world, material)
    assert left() == before
    with org_atomic():
        assert not PendingPost.objects.exists()


def test_writing_anew_takes_angles_that_were_not_shown(world: World, material: Material) -> None:
    (post,) = write(world, material)
    shown = {text.angle for text in texts_of(post)}
    before = left()
    again = regenerate_post(post=post, instruction="Shorter", by=world.editor)
    assert not shown & {text.angle for text in texts_of(again)}
    assert (again.pk, again.regeneration_count, again.status) == (
        post.pk,
        1,
        PendingStatus.PENDING,
    )
    assert left() == before - 1
    with org_atomic():
        generation = Generation.objects.get(pk=again.generation_id)
        assert (generation.regeneration_of_id, generation.attempt) == (post.generation_id, 2)
        assert generations_of(again) == [generation.pk, post.generation_id]


def test_after_all_six_angles_only_the_latest_are_left_out(
    world: World, material: Material
) -> None:
    (post,) = write(world, material)
    post = regenerate_post(post=post, instruction="", by=world.editor)
    latest = {text.angle for text in texts_of(post)}
    post = regenerate_post(post=post, instruction="", by=world.editor)
    assert {text.angle for text in texts_of(post)} == set(Angle.values) - latest


def test_a_variation_from_before_can_still_be_taken(world: World, material: Material) -> None:
    (post,) = write(world, material)
    first = texts_of(post)[0]
    regenerate_post(post=post, instruction="", by=world.editor)
    with org_atomic():
        assert select_variation(post=post, candidate=first, by=world.editor).content == first.text


def test_writing_an_approved_post_anew_voids_its_approval(world: World, material: Material) -> None:
    (post,) = write(world, material)
    with org_atomic():
        approve_post(post=post, by=world.editor)
    post = regenerate_post(post=post, instruction="", by=world.editor)
    assert post.status == PendingStatus.PENDING
    with org_atomic():
        assert Delivery.objects.get(pending_post=post).state == DeliveryState.CANCELLED


def test_what_is_out_is_not_written_anew_and_costs_nothing(
    world: World, material: Material
) -> None:
    (post,) = write(world, material)
    with org_atomic():
        PendingPost.objects.update(status=PendingStatus.PUBLISHED)
    before = left()
    with pytest.raises(Conflict):
        regenerate_post(post=post, instruction="", by=world.editor)
    assert left() == before


def test_a_failed_rewriting_leaves_the_post_as_it_was(world: World, material: Material) -> None:
    (post,) = write(world, material)
    with double.script({"copywriter": away}), pytest.raises(Unavailable):
        regenerate_post(post=post, instruction="", by=world.editor)
    with org_atomic():
        stands = PendingPost.objects.get(pk=post.pk)
    assert (stands.content, stands.regeneration_count) == (post.content, 0)
