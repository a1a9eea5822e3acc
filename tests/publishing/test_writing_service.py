"""Writing by hand, and writing anew: rows that the worker does, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from billing.models import Subscription
from billing.services.credits import credits_left
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, PaymentRequired
from config.kernel.llm import double
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.scoping import org_atomic, scope
from content.models import Angle, Candidate, ContentEmbedding, Generation, Material
from organizations.models import AuditRecord
from publishing.autopilot import sweep
from publishing.autopilot.cycle import run_cycle
from publishing.autopilot.tasks import do_run
from publishing.demo.bakery import BAKERY_MATERIALS
from publishing.models import (
    AutopilotRun,
    BrandAccountLink,
    Decision,
    Delivery,
    DeliveryState,
    PendingPost,
    PendingStatus,
    RunMode,
    RunStatus,
    SocialAccount,
)
from publishing.services.pending_posts import (
    approve_post,
    edit_post,
    generations_of,
    select_variation,
)
from publishing.services.second_tries import repeat_run
from publishing.services.writing import start_regeneration, start_writing
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


def start(world: World, material: Material, **fields: Any) -> AutopilotRun:
    values = {"platforms": ["feed"], "by": world.editor, **fields}
    return start_writing(brand=world.brand, material=material, **values)


def do(run: AutopilotRun, **options: Any) -> AutopilotRun:
    done = run_cycle(run_id=run.pk, **options)
    assert done is not None
    return done


def posts_of(run: AutopilotRun) -> list[PendingPost]:
    with org_atomic():
        return list(PendingPost.objects.filter(run=run).order_by("id"))


def write(world: World, material: Material, **fields: Any) -> list[PendingPost]:
    run = do(start(world, material, **fields))
    assert run.status == RunStatus.DONE, run.outcome
    return posts_of(run)


def rewrite(world: World, post: PendingPost, instruction: str = "") -> PendingPost:
    run = do(start_regeneration(post=post, instruction=instruction, by=world.editor))
    assert run.status == RunStatus.DONE, run.outcome
    return fresh(post)


def fresh(post: PendingPost) -> PendingPost:
    with org_atomic():
        return PendingPost.objects.select_related("generation", "brand").get(pk=post.pk)


def left() -> int:
    with org_atomic():
        return credits_left()


def texts_of(post: PendingPost) -> list[Candidate]:
    assert post.generation_id is not None
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
    assert post.generation_id is not None
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
        start(world, material)
    with org_atomic():
        assert not AutopilotRun.objects.exists() and not Generation.objects.exists()


def test_credits_that_reach_for_one_channel_of_two_are_not_begun(
    world: World, material: Material
) -> None:
    with org_atomic():
        Subscription.objects.update(credits_used=F("credits_total") - 1)
        bluesky = make_account(world)
    with pytest.raises(PaymentRequired, match="needs 2 credits and 1 is left"):
        start(world, material, platforms=["feed", bluesky.platform])


def make_account(world: World) -> SocialAccount:
    account = SocialAccount.objects.create(platform="bluesky", name="Bakery", handle="b.example")
    BrandAccountLink.objects.create(brand=world.brand, account=account, platform="bluesky")
    return account


def away(values: Any) -> Any:
    raise ModelUnavailable("The model is busy.")


def again(run: AutopilotRun) -> AutopilotRun:
    with org_atomic():
        AutopilotRun.objects.filter(pk=run.pk).update(due_at=now(), claimed_until=None)
    return do(run)


def test_a_model_that_is_away_costs_nothing_and_leaves_nothing(
    world: World, material: Material
) -> None:
    before = left()
    run = start(world, material, instruction="Mention Monday.")
    with double.script({"copywriter": away}):
        for _ in range(3):
            run = again(run)
    assert (run.status, "busy" in run.outcome) == (RunStatus.FAILED, True)
    assert left() == before and posts_of(run) == []
    with org_atomic():
        second = repeat_run(run=AutopilotRun.objects.get(pk=run.pk), by=world.owner)
    assert (second.instruction, second.mode) == ("Mention Monday.", RunMode.MANUAL)
    assert do(second).status == RunStatus.DONE


def test_writing_anew_takes_angles_that_were_not_shown(world: World, material: Material) -> None:
    (post,) = write(world, material)
    shown = {text.angle for text in texts_of(post)}
    before = left()
    again = rewrite(world, post, "Shorter")
    assert not shown & {text.angle for text in texts_of(again)}
    assert (again.pk, again.regeneration_count, again.status) == (
        post.pk,
        1,
        PendingStatus.PENDING,
    )
    assert left() == before - 1
    assert again.generation_id is not None
    with org_atomic():
        generation = Generation.objects.get(pk=again.generation_id)
        assert (generation.regeneration_of_id, generation.attempt) == (post.generation_id, 2)
        assert generations_of(again) == [generation.pk, post.generation_id]


def test_after_all_six_angles_only_the_latest_are_left_out(
    world: World, material: Material
) -> None:
    (post,) = write(world, material)
    post = rewrite(world, post)
    latest = {text.angle for text in texts_of(post)}
    post = rewrite(world, post)
    assert {text.angle for text in texts_of(post)} == set(Angle.values) - latest


def test_a_variation_from_before_can_still_be_taken(world: World, material: Material) -> None:
    (post,) = write(world, material)
    first = texts_of(post)[0]
    rewrite(world, post)
    with org_atomic():
        assert select_variation(post=post, candidate=first, by=world.editor).content == first.text


def test_writing_an_approved_post_anew_voids_its_approval(world: World, material: Material) -> None:
    (post,) = write(world, material)
    with org_atomic():
        approve_post(post=post, by=world.editor)
    post = rewrite(world, post)
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
        start_regeneration(post=post, instruction="", by=world.editor)
    assert left() == before


def test_a_failed_rewriting_leaves_the_post_as_it_was(world: World, material: Material) -> None:
    (post,) = write(world, material)
    run = start_regeneration(post=post, instruction="", by=world.editor)
    with double.script({"copywriter": away}):
        for _ in range(3):
            run = again(run)
    assert run.status == RunStatus.FAILED
    stands = fresh(post)
    assert (stands.content, stands.regeneration_count) == (post.content, 0)


# -- The row is the queue -------------------------------------------------------------------------


def test_asking_writes_a_row_and_no_text(world: World, material: Material) -> None:
    before = left()
    run = start(world, material, instruction=" For regulars. ")
    assert (run.status, run.mode, run.instruction) == ("queued", "manual", "For regulars.")
    assert (run.requested_by, run.schedule, left()) == (world.editor, None, before)
    with org_atomic():
        assert not Candidate.objects.exists()


def test_the_worker_is_told_once_the_row_stands(
    world: World, material: Material, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as told:
        run = start(world, material)
        assert start(world, material) == run
    (message,) = told
    assert message.args == (do_run, str(world.id), str(run.pk))


def test_the_sweep_finds_what_no_message_told_of(world: World, material: Material) -> None:
    run = start(world, material)
    assert sweep.sweep_runs() == 1
    (post,) = posts_of(run)
    start_regeneration(post=post, instruction="", by=world.editor)
    assert (sweep.sweep_runs(), sweep.sweep_runs()) == (1, 0)
    assert fresh(post).regeneration_count == 1


def test_a_double_click_asks_and_pays_once(world: World, material: Material) -> None:
    assert start(world, material) == start(world, material)
    assert start(world, material, instruction="Other") != start(world, material)
    (post,) = write(world, material)
    first = start_regeneration(post=post, instruction="", by=world.editor)
    assert start_regeneration(post=post, instruction=" ", by=world.editor) == first
    with pytest.raises(Conflict, match="already"):
        start_regeneration(post=post, instruction="Shorter", by=world.editor)


def test_a_brand_that_publishes_by_itself_still_asks_who_asked(
    world: World, material: Material
) -> None:
    with org_atomic():
        type(world.brand).objects.update(auto_approve=True, paused_at=now())
    (post,) = write(world, material)
    assert post.status == PendingStatus.PENDING
    with org_atomic():
        written = AuditRecord.objects.get(action="post.written")
    assert written.actor_id == world.editor.pk


class Killed(BaseException):
    """The worker is gone; nothing of ours catches this."""


def killer(at: str) -> Callable[[str, str], None]:
    def say(step: str, message: str) -> None:
        if step == at:
            raise Killed

    return say


def killed(run: AutopilotRun, step: str) -> None:
    with pytest.raises(Killed):
        run_cycle(run_id=run.pk, progress=killer(step))
    with org_atomic():
        lapsed = now() - timedelta(seconds=1)
        AutopilotRun.objects.filter(pk=run.pk).update(claimed_until=lapsed)


@pytest.mark.parametrize("step", ["material", "duplicates", "angle", "write", "rank", "approval"])
def test_writing_whose_worker_died_goes_on_and_pays_once(
    world: World, material: Material, step: str
) -> None:
    before = left()
    run = start(world, material)
    killed(run, step)
    assert do(run).status == RunStatus.DONE
    assert (len(posts_of(run)), left()) == (1, before - 1)
    with org_atomic():
        assert (Generation.objects.count(), Candidate.objects.count()) == (1, 3)


@pytest.mark.parametrize("step", ["angle", "write", "rank", "done"])
def test_rewriting_whose_worker_died_goes_on_and_pays_once(
    world: World, material: Material, step: str
) -> None:
    (post,) = write(world, material)
    before = left()
    run = start_regeneration(post=post, instruction="", by=world.editor)
    killed(run, step)
    run_cycle(run_id=run.pk)
    with org_atomic():
        assert AutopilotRun.objects.get(pk=run.pk).status == RunStatus.DONE
        assert Generation.objects.count() == 2
        assert Decision.objects.filter(run=run, kind=Decision.Kind.ANGLE).count() == 1
    assert (fresh(post).regeneration_count, left()) == (1, before - 1)


# -- What a person did meanwhile stands -----------------------------------------------------------


def meanwhile(act: Callable[[], Any]) -> Callable[[str, str], None]:
    def say(step: str, message: str) -> None:
        if step == "angle":
            with org_atomic():
                act()

    return say


def test_an_approval_that_came_meanwhile_stands(world: World, material: Material) -> None:
    (post,) = write(world, material)
    run = start_regeneration(post=post, instruction="", by=world.editor)
    run = do(run, progress=meanwhile(lambda: approve_post(post=post, by=world.owner)))
    assert run.status == RunStatus.FAILED and "approved while" in run.outcome
    assert (fresh(post).status, fresh(post).content) == (PendingStatus.APPROVED, post.content)


def test_an_edit_that_came_meanwhile_stands(world: World, material: Material) -> None:
    (post,) = write(world, material)

    def edit() -> None:
        edit_post(post=post, content="My words.", hashtags=[], link="", by=world.owner)

    run = start_regeneration(post=post, instruction="", by=world.editor)
    run = do(run, progress=meanwhile(edit))
    assert run.status == RunStatus.FAILED and "text was changed" in run.outcome
    assert fresh(post).content == "My words."
