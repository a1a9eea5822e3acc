"""From texts to posts on their way: when, by whose leave, and onto the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import uuid5

from brands.models import BrandProfile
from config.kernel.clock import in_words, now
from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic
from content.models import Candidate, GuardResult, Material
from content.services.similarity import OF_ANOTHER_BRAND
from organizations.services.audit import record
from publishing.models import (
    AutopilotRun,
    Decision,
    PendingPost,
    PendingStatus,
    PolicyContract,
    RunMode,
)
from publishing.services.contracts import NOBODY_SIGNED, signed_contract
from publishing.services.decisions import note_decision
from publishing.services.pending_posts import (
    auto_approve_post,
    create_pending_post,
    submit_post,
)
from publishing.services.post_moves import change
from publishing.services.remembering import remember_post
from publishing.services.renditions import fit_media
from publishing.services.schedules import is_by_hand

from .lease import keep
from .permission import check_words, judged
from .policy import Judgement
from .progress import Progress
from .texts import Text, Texts

Kind = Decision.Kind


def post_texts(
    *,
    run: AutopilotRun,
    material: Material,
    texts: Texts,
    missing: Sequence[str],
    say: Progress,
) -> str:
    """Make a post of each text, approve what may go by itself, and return the run's outcome.

    All posts of a run, their decisions and their approvals are one transaction: after a crash
    either all stand or none. The texts are remembered after it, for later duplicate checks.
    """
    _fit_media(texts)
    with org_atomic():
        keep(run)
        standing = {post.platform: post for post in PendingPost.objects.filter(run=run)}
        posts = [
            standing.get(text.place.channel.slug) or _post(run, material, text, say)
            for text in texts.written
        ]
    for post in posts:
        remember_post(post)
    sentences = [_outcome(run, posts), *texts.failures, *missing]
    return " ".join(sentence for sentence in sentences if sentence)


def _fit_media(texts: Texts) -> None:
    """Before any row is locked: a video takes minutes. What stands in its way is said later, when
    the post is put before a person instead of being approved."""
    for text in texts.written:
        with suppress(DomainError):
            fit_media(media=text.candidate.media, account=text.place.account)


def _post(run: AutopilotRun, material: Material, text: Text, say: Progress) -> PendingPost:
    moment = now()
    brand = run.brand
    post = create_pending_post(
        brand=brand,
        account=text.place.account,
        material=material,
        candidate=text.candidate,
        scheduled_for=max(run.scheduled_for, moment),
        mode=run.mode,
        run=run,
        schedule=run.schedule,
        batch_id=uuid5(run.pk, "batch"),
    )
    if run.mode == RunMode.MANUAL:
        record(action="post.written", target=post, by=run.requested_by, reason=run.instruction)
    note_writing(run, post, text)
    note_checks(run, post, text)
    _note_timing(run, post, moment)
    return _decided(run, post, brand, text, say)


def note_writing(run: AutopilotRun, post: PendingPost, text: Text) -> None:
    generation, candidate, label = text.generation, text.candidate, text.place.channel.label
    rivals = list(generation.candidates.order_by("rank", "label"))
    if text.shared_from:
        summary = f"The text for {text.shared_from} is used for {label} too"
        reason = f"It fits {label} as it is, so nothing more was written or paid."
    else:
        valid = sum(each.is_valid for each in rivals)
        summary = f"{len(rivals)} texts written for {label} by {candidate.model_used}"
        reason = f"{valid} of {len(rivals)} passed every check."
    note_decision(
        run=run,
        pending_post=post,
        kind=Kind.GENERATION,
        summary=summary,
        reason=reason,
        data={
            "generation": str(generation.pk),
            "model": candidate.model_used,
            "shared_from": text.shared_from,
        },
        # A shared text was paid with the post that it was written for.
        cost_micros=0 if text.shared_from else generation.cost_micros,
        credits=0 if text.shared_from else generation.credits,
    )
    note_decision(
        run=run,
        pending_post=post,
        kind=Kind.RANKING,
        summary=f"Text {candidate.label} of {len(rivals)}",
        reason=_why_first(candidate, rivals),
        data={"candidates": [_scores(each) for each in rivals]},
    )


def _why_first(candidate: Candidate, rivals: Sequence[Candidate]) -> str:
    angle = candidate.get_angle_display()
    others = [
        f"{each.label} {each.rerank_score:.2f}" if each.is_valid else f"{each.label} not valid"
        for each in rivals
        if each.pk != candidate.pk
    ]
    beside = f", beside {', '.join(others)}" if others else ""
    said = [f"{angle}: score {candidate.rerank_score:.2f}{beside}."]
    if candidate.is_exploration:
        said.append("It goes first because this run tries something out.")
    if candidate.skill_reason:
        said.append(f"Built as {candidate.skill_reason.rstrip('.')}.")
    return " ".join(said)


def _scores(candidate: Candidate) -> dict[str, Any]:
    parts = ("similarity", "guard", "history", "aesthetics", "diversity", "cost")
    return {
        "label": candidate.label,
        "rank": candidate.rank,
        "angle": candidate.angle,
        "structure": candidate.skill_reason,
        "claims_traced": len(candidate.citations),
        "is_valid": candidate.is_valid,
        "score": round(candidate.rerank_score, 4),
        "max_similarity": candidate.max_similarity,
        **{part: round(getattr(candidate, f"{part}_score"), 4) for part in parts},
    }


def note_checks(run: AutopilotRun, post: PendingPost, text: Text) -> None:
    results = list(GuardResult.objects.filter(candidate=text.candidate).order_by("guard"))
    failed = [each for each in results if not each.passed]
    fixed = sum(each.was_fixed for each in results)
    mended = f", {fixed} after a repair" if fixed else ""
    note_decision(
        run=run,
        pending_post=post,
        kind=Kind.GUARDS,
        summary=f"{len(results) - len(failed)} of {len(results)} checks passed{mended}",
        reason=" ".join(each.reason for each in failed) or "Nothing speaks against this text.",
        data={
            "guards": [
                {
                    "guard": each.guard,
                    "passed": each.passed,
                    "severity": each.severity,
                    "reason": each.reason,
                    "was_fixed": each.was_fixed,
                }
                for each in results
            ]
        },
    )
    likeness = text.candidate.max_similarity
    nearest = next(iter(text.candidate.neighbours), None)
    note_decision(
        run=run,
        pending_post=post,
        kind=Kind.DUPLICATES,
        summary=(
            "Similarity of the text: not checked"
            if likeness is None
            else f"Similarity of the text: {likeness:.2f}"
        ),
        reason=(
            f"The nearest of the last 30 days: {_quoted(nearest['excerpt'])}."
            if nearest
            else "Nothing was said in the last 30 days that could be repeated."
        ),
        data={"maximum": likeness, "hits": text.candidate.neighbours},
    )


def _quoted(excerpt: str) -> str:
    return f"“{excerpt[:120]}”" if excerpt else OF_ANOTHER_BRAND


def _note_timing(run: AutopilotRun, post: PendingPost, moment: datetime) -> None:
    zone = run.schedule.timezone if run.schedule else run.brand.timezone
    when = in_words(post.scheduled_for, zone, at=moment)
    if run.mode == RunMode.MANUAL:
        reason = "Asked for by hand: it goes out once it is approved, or at the time set then."
    elif run.schedule is None or is_by_hand(run):
        reason = "The run was started by hand, so it goes out as soon as it may."
    elif post.scheduled_for > run.scheduled_for:
        planned = in_words(run.scheduled_for, zone, at=moment)
        reason = f"“{run.schedule.name}” planned it for {planned}; it goes out as soon as it may."
    else:
        reason = f"The time that “{run.schedule.name}” names."
    note_decision(
        run=run,
        pending_post=post,
        kind=Kind.TIMING,
        summary=f"Time: {when}",
        reason=reason,
        data={
            "planned_for": run.scheduled_for.isoformat(),
            "scheduled_for": post.scheduled_for.isoformat(),
        },
    )


def _decided(
    run: AutopilotRun, post: PendingPost, brand: BrandProfile, text: Text, say: Progress
) -> PendingPost:
    """Let the signed policy decide where the agent may ask it, or a person, and say why."""
    contract = signed_contract(brand.pk, lock=True) if may_ask(run, brand) else None
    judgement = judged(post, text.candidate, contract) if contract else None
    obstacle = _obstacle(run, brand, text, judgement)
    if contract and judgement and not obstacle:
        try:
            post = _let_go(post, contract, judgement)
        except DomainError as error:
            obstacle = error.message
    is_automatic = bool(judgement) and not obstacle
    if is_automatic:
        summary, reason = "Approved automatically", judgement.sentence if judgement else ""
    else:
        post = submit_post(post=post, notes=obstacle)
        summary, reason = "Waits for a person", obstacle or _why_ask(run)
    note_decision(
        run=run,
        pending_post=post,
        kind=Kind.APPROVAL,
        summary=summary,
        reason=reason,
        data={"automatic": is_automatic, **_as_data(contract, judgement, is_automatic)},
    )
    say("approval", f"{text.place.channel.label}: {summary.lower()}. {reason}")
    return post


def _let_go(post: PendingPost, contract: PolicyContract, judgement: Judgement) -> PendingPost:
    if judgement.moment != post.scheduled_for:
        change(post, scheduled_for=judgement.moment)
    return auto_approve_post(
        post=post, policy=judgement.sentence, contract=contract, clauses=judgement.clauses
    )


def _as_data(
    contract: PolicyContract | None, judgement: Judgement | None, is_automatic: bool
) -> dict[str, Any]:
    if contract is None or judgement is None:
        return {"policy": ""}
    return {
        "policy": judgement.sentence if is_automatic else "",
        "contract": str(contract.pk),
        "number": contract.number,
        "clauses": [dict(each) for each in judgement.clauses],
        "obstacles": list(judgement.obstacles),
        "kinds": list(judgement.kinds),
    }


def _why_ask(run: AutopilotRun) -> str:
    if run.mode == RunMode.MANUAL:
        return "A person asked for these texts and chooses among them."
    return "Neither the schedule nor the brand lets posts go out by themselves."


def may_ask(run: AutopilotRun, brand: BrandProfile) -> bool:
    """Whether the agent may ask the signed policy, or a person decides in any case.

    The schedule's word stands over the brand's (specification 1c and 5.8).
    """
    if run.mode == RunMode.MANUAL:
        return False
    schedule = run.schedule
    if schedule is not None and schedule.auto_approve is not None:
        return bool(schedule.auto_approve)
    return bool(brand.auto_approve)


def _obstacle(
    run: AutopilotRun, brand: BrandProfile, text: Text, judgement: Judgement | None
) -> str:
    """Why a person is asked, where that is more than a setting; empty when nothing is wrong."""
    if judgement is not None:
        return " ".join(judgement.obstacles)
    if may_ask(run, brand):
        unsigned = NOBODY_SIGNED.format(brand=brand.name)
        return " ".join(filter(None, [unsigned, check_words(text.candidate)]))
    return check_words(text.candidate)


def _outcome(run: AutopilotRun, posts: Sequence[PendingPost]) -> str:
    if run.mode == RunMode.MANUAL:
        return _by_hand(len(posts))
    waiting = sum(post.status == PendingStatus.PENDING for post in posts)
    going = len(posts) - waiting
    parts = []
    if going:
        parts.append(f"{going} post{'s' if going != 1 else ''} approved and on the way")
    if waiting:
        parts.append(f"{waiting} post{'s' if waiting != 1 else ''} waiting for a person")
    return f"{', '.join(parts).capitalize()}." if parts else ""


def _by_hand(posts: int) -> str:
    if posts == 1:
        return "Three variations are written. Choose one, then approve it or change its time."
    return f"{posts} posts are written, each in three variations. Decide on each."
