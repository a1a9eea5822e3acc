"""One turn of the loop: material, angle, texts, checks, approval, and onto the ledger.

Every step is written down before the next one begins, with its reason, so that a run whose worker
dies is taken up where it stopped: nothing is chosen, written or paid for twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from uuid import UUID

from billing.services.credits import credits_left
from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, DomainError, PaymentRequired, TooMany, Unavailable
from config.kernel.halting import LOOK_AGAIN_SECONDS, Halted
from config.kernel.scoping import org_atomic
from content.models import Material
from content.services.similarity import Similarity, check_material
from organizations.selectors import is_being_closed
from organizations.services.rights import still_may
from publishing.models import (
    AutopilotRun,
    Decision,
    MaterialStrategy,
    RunMode,
    RunStatus,
    ScheduleStatus,
)
from publishing.services.decisions import note_decision
from publishing.services.standing import first_of, standing

from .choice import MaterialChoice, NoMaterial, choose_material
from .lease import LostRun, claim_run, close, exhaust, keep, put_off
from .posting import post_texts
from .progress import Progress, quiet
from .rewriting import rewrite_post
from .scheduler import BRAND_PAUSED, CLOSING, NO_CREDITS
from .texts import Place, places_of_run, write_texts

MATERIALS_TRIED = 3
"""How many materials may turn out to be too close to what was said, before a run gives up."""
RETRIED_ATTEMPTS = 3
FIRST_WAIT_SECONDS = 60.0


class Skipped(Exception):
    """There is nothing to do in this run, and that is no error; the sentence says why."""


def run_cycle(
    *, run_id: UUID, progress: Progress | None = None, ignore_cooldown: bool = False
) -> AutopilotRun | None:
    """Do one queued run of the organization in scope, from material to approved posts.

    None when the run is not due, is somebody else's, or was taken over meanwhile. Otherwise the run
    as it ended, with a sentence in `outcome`: done, skipped (nothing to do), failed (it counts
    against the schedule), or queued again because a service it needs was away. Call it with no
    transaction open. `ignore_cooldown` is for people who ask for it; the decision says so.
    """
    run = claim_run(run_id)
    if run is None:
        return None
    say = progress or quiet
    try:
        close(run, RunStatus.DONE, _turn(run, say, ignore_cooldown))
    except LostRun:
        return None
    except Skipped as reason:
        close(run, RunStatus.SKIPPED, str(reason))
    except PaymentRequired as error:
        close(run, RunStatus.SKIPPED, f"Skipped: {error.message}")
    except Halted as error:
        put_off(run, seconds=LOOK_AGAIN_SECONDS, reason=error.message, counts=False)
    except (Unavailable, TooMany) as error:
        _try_later(run, error)
    except DomainError as error:
        close(run, RunStatus.FAILED, error.message)
    say("done", run.outcome)
    return run


def _turn(run: AutopilotRun, say: Progress, ignore_cooldown: bool) -> str:
    if run.requested_by_id is not None:
        _refuse_lapsed(run, run.requested_by_id)
    with org_atomic():
        _refuse_stopped(run)
    if run.regenerates_id is not None:
        return rewrite_post(run=run, say=say)
    with org_atomic():
        brand = _brand(run)
        _refuse_paused(run, brand)
        places, missing = _going(*places_of_run(run, brand), run)
    if not places:
        raise Skipped(f"Skipped: {' '.join(missing)}")
    material = _material(run, brand, say, ignore_cooldown)
    texts = write_texts(run=run, brand=brand, material=material, places=places, say=say)
    return post_texts(run=run, material=material, texts=texts, missing=missing, say=say)


def _refuse_stopped(run: AutopilotRun) -> None:
    """What was due while somebody had pulled the brake is skipped, never made up for; what a person
    asked for by hand waits until it is let go."""
    stops = standing(since=run.scheduled_for)
    if run.mode == RunMode.MANUAL:
        living = [each for each in stops if each.stands and not each.platform]
        if found := first_of(living, brand_id=run.brand_id):
            raise Halted(found.sentence)
        return
    held = [first_of(stops, brand_id=run.brand_id, platform=each) for each in run.platforms or [""]]
    if held and held[0] is not None and None not in held:
        raise Skipped(f"Skipped: {held[0].sentence} It is not made up for.")


def _going(
    places: Sequence[Place], missing: Sequence[str], run: AutopilotRun
) -> tuple[list[Place], list[str]]:
    """Leaves out the accounts and networks that stand still; the others are written for."""
    stops = standing()
    if not stops or run.mode == RunMode.MANUAL:
        return list(places), list(missing)
    going, sentences = [], list(missing)
    for place in places:
        account = place.account
        found = first_of(stops, account_id=account.pk, platform=account.platform)
        if found is None:
            going.append(place)
        else:
            sentences.append(f"Nothing was written for {account.name}. {found.sentence}")
    return going, sentences


def _refuse_lapsed(run: AutopilotRun, user_id: UUID) -> None:
    """What a person asked for is done only if they could still ask for it."""
    with org_atomic():
        if not still_may(user_id=user_id, brand_id=run.brand_id):
            raise Skipped(
                "Skipped: whoever asked for it has left the team since, or may not write for this "
                "brand any more. Somebody else can ask again."
            )


def _brand(run: AutopilotRun) -> BrandProfile:
    brand = BrandProfile.objects.filter(pk=run.brand_id).first()
    if brand is None:
        raise Skipped("Skipped: the brand was deleted.")
    return brand


def _refuse_paused(run: AutopilotRun, brand: BrandProfile) -> None:
    if is_being_closed():
        raise Skipped(CLOSING)
    # A pause holds the agent back, not a person who asks.
    if brand.paused_at is not None and run.mode == RunMode.AUTOPILOT:
        raise Skipped(BRAND_PAUSED)
    if run.schedule is not None and run.schedule.status == ScheduleStatus.PAUSED:
        raise Skipped("Skipped: the schedule was paused before this run began.")
    # A run that goes on has paid for its texts; a new one would only find out in the end.
    if run.material_id is None and credits_left() <= 0:
        raise Skipped(NO_CREDITS)


def _material(
    run: AutopilotRun, brand: BrandProfile, say: Progress, ignore_cooldown: bool
) -> Material:
    if run.material_id is not None:
        return _given_material(run, run.material_id, say)
    strategy = run.schedule.material_strategy if run.schedule else MaterialStrategy.ROUND_ROBIN
    refused: dict[UUID, str] = {}
    passed_over: set[UUID] = set()
    while len(refused) < MATERIALS_TRIED:
        with org_atomic():
            choice = choose_material(
                brand=brand,
                strategy=strategy,
                moment=now(),
                random=Random(f"{run.pk}:{len(refused)}"),
                excluded=refused.keys() | passed_over,
                ignore_cooldown=ignore_cooldown,
            )
        if isinstance(choice, NoMaterial):
            if choice.is_exhausted:
                exhaust(run, choice.reason)
            raise Skipped(f"Skipped: {choice.reason}")
        say("material", f"“{choice.material.name}”. {choice.reason}")
        similarity = check_material(material=choice.material, brand_id=brand.pk)
        if similarity.is_duplicate:
            refused[choice.material.pk] = f"{choice.material.name}: {similarity.reason}"
            say("duplicates", f"Passed over. {similarity.reason}")
        elif _take(run, choice, similarity, list(refused.values()), ignore_cooldown):
            say("duplicates", _likeness(similarity))
            return choice.material
        else:
            passed_over.add(choice.material.pk)
    raise Skipped(
        f"Skipped: {len(refused)} materials in a row are too close to what was said in the last 30 "
        f"days. {' '.join(refused.values())}"
    )


def _given_material(run: AutopilotRun, material_id: UUID, say: Progress) -> Material:
    """The run's own: chosen by hand, or before a worker died."""
    with org_atomic():
        material = Material.objects.filter(pk=material_id).first()
        decided = Decision.objects.filter(run=run, kind=Decision.Kind.MATERIAL).exists()
    if material is None:
        raise Conflict("The material of this run was deleted.")
    say("material", f"“{material.name}”, chosen before.")
    if not decided:
        similarity = check_material(material=material, brand_id=run.brand_id)
        choice = MaterialChoice(material, "Chosen by hand for this run.")
        with org_atomic():
            keep(run)
            _note(run, choice, similarity, [])
        say("duplicates", _likeness(similarity))
    return material


def _take(
    run: AutopilotRun,
    choice: MaterialChoice,
    similarity: Similarity,
    refused: list[str],
    ignore_cooldown: bool,
) -> bool:
    """Bind the run to its material, unless another run of the brand took it this moment."""
    with org_atomic():
        rows = Material.objects.filter(pk=choice.material.pk)
        if not list(rows.select_for_update(skip_locked=True, no_key=True)):
            return False
        rivals = AutopilotRun.objects.filter(
            brand_id=run.brand_id, material=choice.material, status=RunStatus.RUNNING
        )
        if rivals.exclude(pk=run.pk).exists():
            return False
        keep(run, material_id=choice.material.pk)
        _note(run, choice, similarity, refused, ignore_cooldown)
    return True


def _note(
    run: AutopilotRun,
    choice: MaterialChoice,
    similarity: Similarity,
    refused: list[str],
    ignore_cooldown: bool = False,
) -> None:
    reason = choice.reason
    if ignore_cooldown:
        reason += " The 7 days of rest were left aside, as asked for."
    note_decision(
        run=run,
        kind=Decision.Kind.MATERIAL,
        summary=f"Material: {choice.material.name}",
        reason=reason,
        data={
            **choice.data,
            "material": str(choice.material.pk),
            "ignored_cooldown": ignore_cooldown,
            "passed_over": refused,
        },
    )
    note_decision(
        run=run,
        kind=Decision.Kind.DUPLICATES,
        summary=_likeness(similarity),
        reason=similarity.reason or "Nothing close to it was said in the last 30 days.",
        data={
            "maximum": similarity.maximum,
            "verdict": str(similarity.verdict),
            "model": similarity.model,
            "hits": [hit.as_json() for hit in similarity.hits],
        },
    )


def _likeness(similarity: Similarity) -> str:
    if similarity.maximum is None:
        return "Similarity before writing: not checked"
    return f"Similarity before writing: {similarity.maximum:.2f} ({similarity.verdict})"


def _try_later(run: AutopilotRun, error: Unavailable | TooMany) -> None:
    if run.attempts >= RETRIED_ATTEMPTS:
        close(run, RunStatus.FAILED, error.message)
        return
    wait = max(error.retry_after or 0.0, FIRST_WAIT_SECONDS * 2 ** (run.attempts - 1))
    put_off(run, seconds=wait, reason=f"Waiting to try again: {error.message}")
