"""One turn of the loop, on real rows, with the offline writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from billing.models import CreditTransaction, Subscription
from config.kernel.clock import now, to_zone
from config.kernel.llm import double
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.scoping import org_atomic, scope
from content.models import (
    Candidate,
    ContentEmbedding,
    Generation,
    GenerationStatus,
    Material,
    MaterialStatus,
)
from content.services.similarity import pre_check_text, remember
from organizations.models import AuditRecord
from publishing.autopilot.cycle import run_cycle
from publishing.channels.base import (
    AccountFacts,
    Channel,
    ChannelError,
    DeliveryClass,
    Draft,
    Limits,
    Payload,
    Published,
    Session,
)
from publishing.channels.registry import channels
from publishing.demo.bakery import BAKERY_MATERIALS
from publishing.models import (
    Approval,
    AutopilotRun,
    BrandAccountLink,
    Decision,
    Delivery,
    MaterialStrategy,
    PendingPost,
    PendingStatus,
    PolicyContract,
    RunStatus,
    Schedule,
    ScheduleStatus,
    SocialAccount,
)
from publishing.services.approvals import living_approval
from publishing.services.schedules import start_run
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

Kind = Decision.Kind
LOAF, COURSE, RYE, *_ = BAKERY_MATERIALS


@pytest.fixture(autouse=True)
def inside(world: World, settings: Any) -> Iterator[None]:
    # The quick offline model: what is proven here is the order of things, not the vectors.
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"
    # Only declared: a read outside of a transaction finds nothing, as in the worker.
    with scope(world.id):
        yield


def supply(world: World, text: str = LOAF.text, **fields: Any) -> Material:
    points = [line for line in text.split("\n\n") if line][:5]
    with org_atomic():
        # An address that the brand has not would ask a person.
        own = ["https://kilnandcrumb.example"]
        type(world.brand).objects.filter(pk=world.brand.pk).update(allowed_links=own)
        return make.material(
            world.brand,
            text=text,
            **{"name": "A loaf", "summary": points[0], "key_points": points[1:], **fields},
        )


def queued(world: World, **fields: Any) -> AutopilotRun:
    with org_atomic():
        return AutopilotRun.objects.create(
            **{
                "brand": world.brand,
                "schedule": world.schedule,
                "platforms": ["feed"],
                "occurrence": f"2026-03-03 {AutopilotRun.objects.count():02}:00",
                "scheduled_for": now(),
                "due_at": now(),
                **fields,
            }
        )


def do(run: AutopilotRun, **options: Any) -> AutopilotRun:
    done = run_cycle(run_id=run.pk, **options)
    assert done is not None
    return done


def posts_of(run: AutopilotRun) -> list[PendingPost]:
    with org_atomic():
        posts = PendingPost.objects.filter(run=run).select_related("candidate", "generation")
        return list(posts.order_by("created_at", "id"))


def decisions(run: AutopilotRun) -> list[Decision]:
    with org_atomic():
        return list(Decision.objects.filter(run=run))


def decided(run: AutopilotRun, kind: str) -> Decision:
    return next(each for each in decisions(run) if each.kind == kind)


def spent() -> int:
    with org_atomic():
        return -sum(CreditTransaction.objects.filter(amount__lt=0).values_list("amount", flat=True))


def change(world: World, **fields: Any) -> None:
    with org_atomic():
        type(world.brand).objects.filter(pk=world.brand.pk).update(**fields)


def change_schedule(world: World, **fields: Any) -> None:
    with org_atomic():
        Schedule.objects.filter(pk=world.schedule.pk).update(**fields)


def schedule_of(world: World) -> Schedule:
    with org_atomic():
        return Schedule.objects.get(pk=world.schedule.pk)


# -- The whole turn -------------------------------------------------------------------------------


def test_a_run_ends_with_an_approved_post_in_the_ledger(world: World) -> None:
    material = supply(world)
    run = do(queued(world))
    assert (run.status, run.outcome) == (RunStatus.DONE, "1 post approved and on the way.")
    (post,) = posts_of(run)
    assert (post.status, post.material_id) == (PendingStatus.AUTO_APPROVED, material.pk)
    assert post.candidate.is_selected and post.candidate.is_valid
    with org_atomic():
        assert living_approval(post) is not None
        due_at = Delivery.objects.get(pending_post=post).due_at
        assert due_at is not None and due_at <= now()
    assert spent() == 1


def test_every_step_is_decided_once_with_a_reason(world: World) -> None:
    supply(world)
    run = do(queued(world))
    kinds = Counter(each.kind for each in decisions(run))
    assert kinds == {
        Kind.MATERIAL: 1,
        Kind.DUPLICATES: 2,  # before writing and after it
        Kind.ANGLE: 1,
        Kind.GENERATION: 1,
        Kind.RANKING: 1,
        Kind.GUARDS: 1,
        Kind.TIMING: 1,
        Kind.APPROVAL: 1,
    }
    assert all(
        each.summary and each.reason.endswith(".")
        for each in decisions(run)
        if (each.kind != Kind.ANGLE)
    )


def test_the_decisions_hold_the_numbers(world: World) -> None:
    supply(world)
    run = do(queued(world))
    angle = decided(run, Kind.ANGLE).data
    assert angle["exploration_ratio"] == world.brand.exploration_ratio
    assert len({choice["angle"] for choice in angle["choices"]}) == 3
    assert all(0 < choice["odds"] < 1 for choice in angle["choices"])
    assert decided(run, Kind.GENERATION).credits == 1
    assert len(decided(run, Kind.RANKING).data["candidates"]) == 3
    assert {guard["guard"] for guard in decided(run, Kind.GUARDS).data["guards"]} >= {"length"}


def test_the_steps_are_told_as_they_happen(world: World) -> None:
    supply(world)
    steps: list[str] = []
    do(queued(world), progress=lambda step, message: steps.append(step))
    order = [step for step in dict.fromkeys(steps) if step != "repair"]
    assert order == ["material", "duplicates", "angle", "write", "rank", "approval", "done"]


def test_the_text_is_remembered_for_later_checks(world: World) -> None:
    supply(world)
    (post,) = posts_of(do(queued(world)))
    with org_atomic():
        assert ContentEmbedding.objects.get(content_id=post.pk).content_type == "pending_post"


def test_a_run_that_is_not_due_yet_is_left_alone(world: World) -> None:
    supply(world)
    run = queued(world, due_at=now() + timedelta(minutes=5))
    assert run_cycle(run_id=run.pk) is None


def test_a_second_worker_gets_nothing(world: World) -> None:
    supply(world)
    run = queued(world)
    seen: list[Any] = []
    do(run, progress=lambda step, message: seen.append(run_cycle(run_id=run.pk)))
    assert set(seen) == {None}
    assert run_cycle(run_id=run.pk) is None
    assert len(posts_of(run)) == 1


def test_a_run_by_hand_writes_from_the_material_that_was_given(world: World) -> None:
    supply(world)
    chosen = supply(world, COURSE.text, name="The course")
    with org_atomic():
        run = start_run(
            brand=world.brand, platforms=["feed"], material_id=chosen.pk, by=world.editor
        )
    run = do(run)
    assert posts_of(run)[0].material_id == chosen.pk
    assert decided(run, Kind.MATERIAL).reason == "Chosen by hand for this run."
    assert "by hand" in decided(run, Kind.TIMING).reason


# -- Whose leave ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "brand", "status"),
    [
        (None, True, PendingStatus.AUTO_APPROVED),
        (None, False, PendingStatus.PENDING),
        (True, False, PendingStatus.AUTO_APPROVED),
        (False, True, PendingStatus.PENDING),
    ],
)
def test_the_schedules_word_stands_over_the_brands(
    world: World, schedule: bool | None, brand: bool, status: str
) -> None:
    supply(world)
    change(world, auto_approve=brand)
    change_schedule(world, auto_approve=schedule)
    (post,) = posts_of(do(queued(world)))
    assert post.status == status


def test_what_a_person_must_approve_has_a_deadline_and_no_delivery(world: World) -> None:
    supply(world)
    change(world, auto_approve=False, approval_timeout_hours=5)
    run = do(queued(world))
    (post,) = posts_of(run)
    assert post.expires_at is not None
    assert abs(post.expires_at - now() - timedelta(hours=5)) < timedelta(minutes=1)
    assert run.outcome == "1 post waiting for a person."
    with org_atomic():
        assert not Delivery.objects.exists() and not Approval.objects.exists()


def test_without_a_signed_policy_every_text_waits(world: World) -> None:
    supply(world)
    with org_atomic():
        PolicyContract.objects.all().delete()
    run = do(queued(world))
    (post,) = posts_of(run)
    assert post.status == PendingStatus.PENDING
    assert "Nobody has signed a policy for" in decided(run, Kind.APPROVAL).reason


def test_what_goes_out_by_itself_names_the_clause(world: World) -> None:
    supply(world)
    run = do(queued(world))
    decision = decided(run, Kind.APPROVAL)
    assert decision.reason.startswith("Policy 1, signed by Olivia Owner: clause 2 let it go")
    with org_atomic():
        approval = Approval.objects.get()
        assert approval.contract == PolicyContract.objects.get()
    assert approval.policy == decision.reason[:200]
    assert [each["clause"] for each in approval.clauses] == [
        each["clause"] for each in decision.data["clauses"]
    ]


def test_outside_the_policys_hours_the_post_is_moved(world: World) -> None:
    supply(world)
    later = to_zone(now() + timedelta(hours=2), "UTC")
    hours = {"from": f"{later:%H:%M}", "until": f"{later + timedelta(hours=1):%H:%M}"}
    with org_atomic():
        PolicyContract.objects.update(hours=hours, timezone="UTC")
    run = do(queued(world))
    (post,) = posts_of(run)
    assert post.status == PendingStatus.AUTO_APPROVED
    assert post.scheduled_for == later.replace(second=0, microsecond=0)
    with org_atomic():
        assert Delivery.objects.get().due_at == post.scheduled_for


def unfinished(values: Any) -> dict[str, Any]:
    return {"text": "Dear [first name], the loaf takes 36 hours.", "angle": "educational"}


def test_a_text_that_failed_its_checks_waits_for_a_person(world: World) -> None:
    supply(world)
    with double.script({"copywriter": unfinished}):
        run = do(queued(world))
    (post,) = posts_of(run)
    assert not post.candidate.is_valid
    assert post.status == PendingStatus.PENDING
    assert "[first name]" in post.review_notes
    assert decided(run, Kind.APPROVAL).data["automatic"] is False
    assert run.outcome == "1 post waiting for a person."


# -- Nothing to do --------------------------------------------------------------------------------


def test_without_material_the_schedule_is_exhausted(world: World) -> None:
    run = do(queued(world))
    assert run.status == RunStatus.SKIPPED
    assert "has no material" in run.outcome
    assert schedule_of(world).status == ScheduleStatus.EXHAUSTED


def test_while_all_material_cools_down_the_schedule_goes_on(world: World) -> None:
    supply(world, last_used_at=now() - timedelta(days=2), status=MaterialStatus.USED)
    run = do(queued(world))
    assert run.status == RunStatus.SKIPPED
    assert "used in the last 7 days" in run.outcome
    assert schedule_of(world).status == ScheduleStatus.ACTIVE
    assert spent() == 0


def test_the_cooldown_is_left_aside_on_request_and_the_decision_says_so(world: World) -> None:
    supply(world, last_used_at=now() - timedelta(days=2), status=MaterialStatus.USED)
    run = do(queued(world), ignore_cooldown=True)
    assert run.status == RunStatus.DONE
    decision = decided(run, Kind.MATERIAL)
    assert decision.data["ignored_cooldown"] is True
    assert "left aside" in decision.reason


def said_before(material: Material) -> None:
    from config.kernel.models import uuid7

    remember(
        content_type="post",
        content_id=uuid7(),
        text=pre_check_text(material),
        brand_id=material.brand_id,
    )


def test_a_material_that_was_just_talked_about_is_passed_over(world: World) -> None:
    stale = supply(world, priority=9)
    said_before(stale)
    fresh = supply(world, RYE.text, name="Rye")
    run = do(queued(world))
    assert run.material_id == fresh.pk
    assert "A loaf" in decided(run, Kind.MATERIAL).data["passed_over"][0]


def test_when_everything_was_said_the_run_is_skipped(world: World) -> None:
    said_before(supply(world))
    run = do(queued(world))
    assert run.status == RunStatus.SKIPPED
    assert "too close" in run.outcome
    assert posts_of(run) == [] and spent() == 0


def test_without_an_account_the_run_is_skipped_before_anything_is_written(world: World) -> None:
    supply(world)
    with org_atomic():
        SocialAccount.objects.update(is_active=False)
    run = do(queued(world))
    assert (run.status, spent()) == (RunStatus.SKIPPED, 0)
    assert "connect one" in run.outcome


def test_without_credits_the_run_is_skipped(world: World) -> None:
    supply(world)
    with org_atomic():
        Subscription.objects.update(credits_used=F("credits_total"))
    run = do(queued(world))
    assert run.status == RunStatus.SKIPPED
    assert "credits" in run.outcome


@pytest.mark.parametrize("field", ["paused_at", "deleted_at"])
def test_a_brand_that_is_paused_or_gone_is_left_alone(world: World, field: str) -> None:
    supply(world)
    change(world, **{field: now()})
    assert do(queued(world)).status == RunStatus.SKIPPED


def test_a_schedule_that_was_paused_meanwhile_is_heard(world: World) -> None:
    supply(world)
    run = queued(world)
    change_schedule(world, status=ScheduleStatus.PAUSED)
    assert do(run).status == RunStatus.SKIPPED


# -- Errors ---------------------------------------------------------------------------------------


def doomed(world: World) -> AutopilotRun:
    """A run whose material was deleted after it was chosen by hand."""
    material = supply(world)
    with org_atomic():
        material.soft_delete()
    return queued(world, material=material)


def test_a_failure_is_counted_and_told(world: World) -> None:
    run = do(doomed(world))
    assert (run.status, run.outcome) == (
        RunStatus.FAILED,
        "The material of this run was deleted.",
    )
    schedule = schedule_of(world)
    assert (schedule.consecutive_errors, schedule.last_error) == (1, run.outcome)


def test_five_failures_in_a_row_pause_the_schedule(world: World) -> None:
    for _ in range(4):
        do(doomed(world))
    assert schedule_of(world).status == ScheduleStatus.ACTIVE
    do(doomed(world))
    schedule = schedule_of(world)
    assert schedule.status == ScheduleStatus.PAUSED
    assert "5 errors in a row" in schedule.pause_reason
    with org_atomic():
        assert AuditRecord.objects.filter(action="schedule.paused").exists()


def test_a_success_forgives_earlier_failures(world: World) -> None:
    change_schedule(world, consecutive_errors=4, last_error="Before")
    supply(world)
    do(queued(world))
    schedule = schedule_of(world)
    assert (schedule.consecutive_errors, schedule.last_error) == (0, "")
    assert schedule.last_generated_at is not None


def away(values: Any) -> Any:
    raise ModelUnavailable("The model is busy.")


def again(run: AutopilotRun) -> AutopilotRun:
    with org_atomic():
        AutopilotRun.objects.filter(pk=run.pk).update(due_at=now(), claimed_until=None)
    return do(run)


def test_while_the_model_is_away_the_run_waits_and_costs_nothing(world: World) -> None:
    supply(world)
    with double.script({"copywriter": away}):
        run = do(queued(world))
    assert run.status == RunStatus.QUEUED
    assert run.due_at is not None and run.due_at > now()
    assert "busy" in run.outcome
    with org_atomic():
        assert (
            sum(
                CreditTransaction.objects.filter(action__in=["generate", "refund"]).values_list(
                    "amount", flat=True
                )
            )
            == 0
        )


def test_when_the_model_is_back_the_run_goes_on(world: World) -> None:
    supply(world)
    with double.script({"copywriter": away}):
        run = do(queued(world))
    run = again(run)
    assert run.status == RunStatus.DONE
    assert len(posts_of(run)) == 1


def test_a_model_that_stays_away_fails_the_run_at_the_third_try(world: World) -> None:
    supply(world)
    with double.script({"copywriter": away}):
        run = do(queued(world))
        run = again(run)
        assert run.status == RunStatus.QUEUED
        run = again(run)
    assert run.status == RunStatus.FAILED
    assert schedule_of(world).consecutive_errors == 1


# -- Workers that die -----------------------------------------------------------------------------


class Killed(BaseException):
    """The worker is gone; nothing of ours catches this."""


def killer(at: str, *, occurrence: int = 1) -> Callable[[str, str], None]:
    seen = Counter[str]()

    def say(step: str, message: str) -> None:
        seen[step] += 1
        if step == at and seen[step] == occurrence:
            raise Killed

    return say


def lease_ends(run: AutopilotRun) -> None:
    with org_atomic():
        AutopilotRun.objects.filter(pk=run.pk).update(claimed_until=now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("step", "occurrence"),
    [
        ("material", 1),
        ("duplicates", 1),
        ("angle", 1),
        ("write", 1),
        ("write", 3),
        ("rank", 1),
        ("approval", 1),
        ("done", 1),
    ],
)
def test_a_run_whose_worker_died_goes_on_and_pays_once(
    world: World, step: str, occurrence: int
) -> None:
    supply(world)
    supply(world, RYE.text, name="Rye")
    run = queued(world)
    with pytest.raises(Killed):
        run_cycle(run_id=run.pk, progress=killer(step, occurrence=occurrence))
    lease_ends(run)
    run_cycle(run_id=run.pk)
    with org_atomic():
        run = AutopilotRun.objects.get(pk=run.pk)
        assert (run.status, Generation.objects.count()) == (RunStatus.DONE, 1)
        assert Candidate.objects.count() == 3
        assert Delivery.objects.count() == 1
    assert len(posts_of(run)) == 1
    assert spent() == 1
    assert Counter(each.kind for each in decisions(run))[Kind.MATERIAL] == 1
    assert len(decisions(run)) == 9


def test_a_worker_that_wakes_too_late_writes_nothing(world: World) -> None:
    supply(world)
    run = queued(world)

    def taken_over(step: str, message: str) -> None:
        if step == "write":
            with org_atomic():
                AutopilotRun.objects.filter(pk=run.pk).update(fence=F("fence") + 1)

    assert run_cycle(run_id=run.pk, progress=taken_over) is None
    assert posts_of(run) == []


def test_a_run_that_keeps_breaking_off_is_given_up(world: World) -> None:
    supply(world)
    run = queued(world, attempts=5)
    assert run_cycle(run_id=run.pk) is None
    with org_atomic():
        run = AutopilotRun.objects.get(pk=run.pk)
    assert run.status == RunStatus.FAILED
    assert "Given up" in run.outcome


def test_two_runs_of_a_brand_write_from_different_materials(world: World) -> None:
    supply(world)
    supply(world, RYE.text, name="Rye")
    first, second = queued(world), queued(world)
    inner: list[AutopilotRun] = []

    def meanwhile(step: str, message: str) -> None:
        if step == "angle" and not inner:
            inner.append(do(second))

    first = do(first, progress=meanwhile)
    assert first.material_id != inner[0].material_id


# -- Several networks -----------------------------------------------------------------------------


class Brief(Channel):
    """A network of this test with room for little."""

    slug = "brief"
    label = "Brief"
    icon = ""
    delivery_class = DeliveryClass.A
    limits = Limits(max_characters=200)

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        return {"text": self.compose(draft)}

    def publish(self, payload: Payload, session: Session) -> Published:
        raise ChannelError("Nobody publishes here.")


class Roomy(Brief):
    slug = "roomy"
    label = "Roomy"
    limits = Limits(max_characters=9_000)
    writing_order = 10


@pytest.fixture
def networks(world: World) -> Iterator[None]:
    for channel in (Brief(), Roomy()):
        channels.register(channel.slug, channel)
        with org_atomic():
            account = SocialAccount.objects.create(
                platform=channel.slug, remote_id=channel.slug, name=channel.label
            )
            BrandAccountLink.objects.create(
                brand=world.brand, account=account, platform=channel.slug, is_default=True
            )
    yield
    for slug in ("brief", "roomy"):
        channels.unregister(slug)


def test_a_text_that_fits_serves_another_network_as_it_is(world: World, networks: None) -> None:
    supply(world)
    run = do(queued(world, platforms=["feed", "roomy"]))
    posts = {post.platform: post for post in posts_of(run)}
    assert posts["feed"].content == posts["roomy"].content
    assert posts["feed"].batch_id == posts["roomy"].batch_id
    assert spent() == 1
    # The network with the lower number is written for first.
    assert posts["feed"].generation.platform == "roomy"


def test_a_text_that_is_too_long_is_cut_at_a_sentence_and_costs_no_credit(
    world: World, networks: None
) -> None:
    supply(world)
    run = do(queued(world, platforms=["brief", "roomy"]))
    posts = {post.platform: post for post in posts_of(run)}
    assert len(posts["brief"].content) <= 200
    assert posts["brief"].angle == posts["roomy"].angle
    assert posts["brief"].generation_id != posts["roomy"].generation_id
    assert posts["roomy"].content.startswith(posts["brief"].content[:60])
    assert spent() == 1


def test_each_network_gets_its_own_text_when_the_schedule_wants_it(
    world: World, networks: None
) -> None:
    supply(world)
    change_schedule(world, is_unique_per_platform=True)
    run = do(queued(world, platforms=["feed", "roomy"]))
    first, second = posts_of(run)
    assert first.generation_id != second.generation_id
    with org_atomic():
        assert Decision.objects.filter(run=run, kind=Kind.ANGLE).count() == 2


def test_one_network_without_an_account_does_not_stop_the_other(
    world: World, networks: None
) -> None:
    supply(world)
    with org_atomic():
        SocialAccount.objects.filter(platform="roomy").update(is_active=False)
    run = do(queued(world, platforms=["feed", "roomy", "gone"]))
    assert run.status == RunStatus.DONE
    assert [post.platform for post in posts_of(run)] == ["feed"]
    assert "no Roomy account" in run.outcome and "no channel “gone”" in run.outcome


def test_the_last_credit_writes_for_one_network_and_says_so(world: World, networks: None) -> None:
    supply(world)
    change_schedule(world, is_unique_per_platform=True)
    with org_atomic():
        Subscription.objects.update(credits_used=F("credits_total") - 1)
    run = do(queued(world, platforms=["feed", "roomy"]))
    assert run.status == RunStatus.DONE
    assert [post.platform for post in posts_of(run)] == ["roomy"]
    assert "needs 1 credit" in run.outcome
    with org_atomic():
        assert Generation.objects.get().status == GenerationStatus.DONE


def test_the_strategy_of_the_schedule_is_followed(world: World) -> None:
    supply(world)
    change_schedule(world, material_strategy=MaterialStrategy.RANDOM)
    assert "at random" in decided(do(queued(world)), Kind.MATERIAL).reason
