"""A post on its way: created, approved, edited, turned down, moved in time, forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.due import by_organization, due_rows
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from config.kernel.tasks import hint
from content.models import Candidate, Material
from organizations.models import ActorKind, User
from organizations.services.audit import changed_fields, record
from publishing.channels.text import clean_hashtags
from publishing.delivery.ledger import cancel_delivery, schedule_delivery
from publishing.models import (
    AutopilotRun,
    PendingPost,
    PendingStatus,
    PolicyContract,
    Schedule,
    SignOff,
    SocialAccount,
)

from .approvals import covers, give_approval
from .compositions_following import lock_of_post, override_edit
from .drafts import draft, refuse_misfit, title_for
from .learning import tell_learning, words_of
from .post_moves import (
    APPROVED,
    REOPENABLE,
    as_written,
    back_to_pending,
    change,
    in_words,
    locked,
    mark_selected,
    moved,
    refuse_frozen,
    refuse_unsendable,
    void,
)
from .renditions import fit_soon
from .reviews import approve_own, asks_nobody, put_forward, sign_off, steps_of, stop_post
from .versions import maker_of, note_first_version, note_version

BEYOND = "The new time lies beyond what the approval covers."
EXPIRED_A_SWEEP = 5_000
SECONDS_AHEAD = 30
"""A new time must be this far ahead, or the sweep would have to publish in the past."""


def create_pending_post(
    *,
    brand: BrandProfile,
    account: SocialAccount,
    material: Material,
    candidate: Candidate,
    scheduled_for: datetime,
    mode: str = PendingPost.GenerationMode.AUTOPILOT,
    run: AutopilotRun | None = None,
    schedule: Schedule | None = None,
    batch_id: UUID | None = None,
) -> PendingPost:
    """A draft for one account from one candidate, with a title where the network needs one. Posts
    of one turn share a batch.

    It goes nowhere until `submit_post` or `auto_approve_post` moves it, in the same transaction.
    """
    batch = {} if batch_id is None else {"batch_id": batch_id}
    with org_atomic():
        post = PendingPost.objects.create(
            brand=brand,
            account=account,
            material=material,
            platform=account.platform,
            run=run,
            schedule=schedule,
            generation_mode=mode,
            scheduled_for=scheduled_for,
            title=title_for(material, candidate.text, account),
            pillar=material.content_pillar[:80],
            **batch,
            **as_written(candidate),
        )
        mark_selected(candidate)
        note_version(post=post, author_name=maker_of(post))
        record(action="post.created", target=post, data={"platform": post.platform})
    return post


def submit_post(*, post: PendingPost, notes: str = "") -> PendingPost:
    """Put the agent's draft before people, who have until the brand's approval timeout.

    `notes` says why the agent did not decide itself.
    """
    return put_forward(post=post, by=None, notes=notes)


def auto_approve_post(
    *,
    post: PendingPost,
    policy: str,
    contract: PolicyContract | None = None,
    clauses: Sequence[Mapping[str, str]] = (),
) -> PendingPost:
    """Approve a draft by a policy named in words, and hand it to the delivery ledger. `contract`
    and `clauses` say which signed policy let it go, and by what.

    Raises Invalid when the text does not fit its channel: a policy never sends what a person could
    not. Raises Conflict when somebody decided first.
    """
    with org_atomic():
        row = locked(post)
        refuse_unsendable(row)
        give_approval(post=row, policy=policy, contract=contract, clauses=clauses)
        moved(row, PendingStatus.AUTO_APPROVED, expires_at=None)
        schedule_delivery(pending_post=row)
        record(action="post.auto_approved", target=row, kind=ActorKind.RULE, reason=policy)
    return row


def approve_post(*, post: PendingPost, by: User | None, seen: str = "") -> PendingPost:
    """Sign the step where a waiting post stands; the last one lets it go out at its time, or at
    once when its time has passed.

    The approval covers exactly the text and account that stand there now. Raises as `sign_off`
    does, and Forbidden when nobody is named: somebody answers for every approval.
    """
    return sign_off(post=post, answer=SignOff.Answer.APPROVED, by=by, seen=seen)


def withdraw_approval(*, post: PendingPost, by: User | None) -> PendingPost:
    """Take an approval back: the post waits for a decision again.

    Raises Conflict when it is not approved, or is leaving this moment.
    """
    with org_atomic():
        row = locked(post)
        if row.status not in APPROVED:
            raise Conflict("This post is not approved, so there is nothing to take back.")
        back_to_pending(row, "The approval was taken back.")
        record(action="post.approval_withdrawn", target=row, by=by)
    return row


def edit_post(
    *,
    post: PendingPost,
    content: str,
    hashtags: Iterable[str],
    link: str,
    by: User | None,
    score: int | None = None,
    reason: str = "",
    author_name: str = "",
    follows: bool = False,
    **further: Any,
) -> PendingPost:
    """Change what a post says before it leaves. `further` may be title, thread, first_comment,
    options, media and when_late; what is not named stays. `score` from 1 to 5 says how good the
    text was before the edit, for the agent to learn from. `reason` stands with the version that it
    makes, `author_name` where no member made it: a client's, by their link. `follows`: its
    composition was changed, and it comes along; any other edit of a composed post becomes what that
    composition says else for this account.

    An edit after approval voids it: the delivery is cancelled under the same lock and the post
    waits for a decision again; where the brand asks nobody, whoever edits it has decided. What
    becomes of a late post is no part of what was approved. Without
    a change nothing happens.
    Raises Invalid when the post does not fit its channel, Conflict when it is leaving.
    """
    text = content.replace("\r\n", "\n").strip()
    wanted = {
        "content": text,
        "hashtags": clean_hashtags(hashtags),
        "link": _checked_link(link),
        **_checked(further),
    }
    with org_atomic():
        lock_of_post(post)
        row = locked(post)
        given = {name: value for name, value in wanted.items() if value != getattr(row, name)}
        if not given:
            return row
        refuse_frozen(row)
        was_approved = row.status in APPROVED
        before, after = changed_fields({name: getattr(row, name) for name in given}, given)
        original = words_of(row)
        note_first_version(row)
        _reword(row, given, is_edit=not follows)
        if not follows:
            override_edit(post=row, given=given, by=by)
        note_version(post=row, by=by, author_name=author_name, reason=reason)
        if "content" in given:
            _remember_soon(row)
        if "media" in given:
            fit_soon(row)
        record(action="post.edited", target=row, by=by, before=before, after=after)
        if words_of(row) != original:
            tell_learning(row, "edit", by=by, original=original, score=score)
        if by and was_approved and row.status == PendingStatus.PENDING and asks_nobody(row):
            return approve_own(row, by)
    return row


def _reword(row: PendingPost, given: dict[str, Any], *, is_edit: bool) -> None:
    """What readers see is approved anew; what becomes of it when it is late is not."""
    if set(given) != {"when_late"}:
        _refuse_misfit_of(row, given)
        void(row, "The text was changed.")
        given["was_edited"] = row.was_edited or is_edit
    change(row, **given)


EDITED_TOO = ("title", "thread", "first_comment", "options", "media", "when_late")


def _checked(further: Mapping[str, Any]) -> dict[str, Any]:
    if strange := set(further) - set(EDITED_TOO):
        raise TypeError(f"A post has no {sorted(strange)} to edit.")
    return dict(further)


def _refuse_misfit_of(row: PendingPost, given: Mapping[str, Any]) -> None:
    names = ("content", "hashtags", "link", *EDITED_TOO[:-1])
    words = {name: given.get(name, getattr(row, name)) for name in names}
    refuse_misfit(draft(**words, language=row.brand.language), row.account)


def select_variation(*, post: PendingPost, candidate: Candidate, by: User | None) -> PendingPost:
    """Take another of the texts that were written for this post; edits of the former are lost.

    Raises Conflict for a text of another post, or when the post is leaving.
    """
    with org_atomic():
        row = locked(post)
        if candidate.generation_id not in generations_of(row):
            raise Conflict("This text was written for another post. Choose one of this post's.")
        refuse_frozen(row)
        note_first_version(row)
        void(row, "Another variation was chosen.")
        change(row, was_edited=False, **as_written(candidate))
        note_version(post=row, by=by, reason=f"Variation {candidate.label} was chosen.")
        fit_soon(row)
        _remember_soon(row)
        mark_selected(candidate)
        record(
            action="post.variation_selected",
            target=row,
            by=by,
            data={"label": candidate.label, "angle": candidate.angle},
        )
    return row


def reject_post(*, post: PendingPost, reason: str, by: User | None) -> PendingPost:
    """Turn a post down for good, with the reason kept. Its credits are not given back.

    Raises Conflict when it has left or was turned down already.
    """
    return stop_post(post=post, reason=reason, by=by)


def reschedule_post(*, post: PendingPost, moment: datetime, by: User | None) -> PendingPost:
    """Give a post another time, in the future. An approval stays within its window; beyond that the
    post waits for a decision again.

    Raises Invalid for a time that is not ahead, Conflict when the post is leaving.
    """
    if moment < now() + timedelta(seconds=SECONDS_AHEAD):
        raise Invalid(
            "Choose a time that is still ahead; to publish now, approve the post.",
            field="scheduled_for",
        )
    with org_atomic():
        row = locked(post)
        refuse_frozen(row)
        if row.status in APPROVED:
            cancel_delivery(pending_post=row)
        before = row.scheduled_for
        change(row, scheduled_for=moment)
        if row.status in APPROVED and not covers(row, moment):
            back_to_pending(row, BEYOND)
        if row.status in APPROVED:
            schedule_delivery(pending_post=row)
        old, new = changed_fields({"scheduled_for": before}, {"scheduled_for": moment})
        record(action="post.rescheduled", target=row, by=by, before=old, after=new)
    return row


def reopen_post(*, post: PendingPost, by: User | None) -> PendingPost:
    """Put an expired or failed post before a person again, with a new deadline.

    Raises Conflict for a post in any other state.
    """
    with org_atomic():
        row = locked(post)
        if row.status not in REOPENABLE:
            raise Conflict(f"This post is {in_words(row)}; only expired or failed ones reopen.")
        back_to_pending(row, "The post was opened again.")
        change(row, steps=[step.as_json() for step in steps_of(row.brand)])
        record(action="post.reopened", target=row, by=by)
    return row


def expire_posts(moment: datetime | None = None) -> int:
    """Let posts expire that waited past their deadline, in all organizations. Returns how many.

    No credits are given back: the text was written (specification 1c).
    """
    moment = moment or now()
    due = due_rows(PendingPost, moment=moment, most=EXPIRED_A_SWEEP)
    return sum(
        _expire(organization_id, ids, moment)
        for organization_id, ids in by_organization(due).items()
    )


def generations_of(post: PendingPost) -> list[UUID]:
    """The post's generation and those that it regenerated, newest first."""
    found: list[UUID] = []
    generation = post.generation
    while generation is not None and generation.pk not in found:
        found.append(generation.pk)
        generation = generation.regeneration_of
    return found


def _expire(organization_id: UUID, ids: list[UUID], moment: datetime) -> int:
    with org_atomic(organization_id):
        waiting = PendingPost.objects.waiting().filter(pk__in=ids, expires_at__lte=moment)
        expired = waiting.update(status=PendingStatus.EXPIRED, updated_at=moment)
        if expired:
            record(
                action="posts.expired",
                target=None,
                kind=ActorKind.SYSTEM,
                reason=f"{expired} waiting post{'s' if expired != 1 else ''} expired: nobody "
                "decided in time.",
                data={"posts": [str(each) for each in ids]},
            )
    return expired


def _remember_soon(row: PendingPost) -> None:
    """Have the new words placed among what was said, once they are committed.

    A lost message only leaves the former words there, which are close to these.
    """
    # Tasks stand on this module.
    from publishing.autopilot.tasks import remember_post

    ids = (str(row.organization_id), str(row.pk))
    transaction.on_commit(partial(hint, remember_post, *ids))


def _checked_link(link: str) -> str:
    link = link.strip()
    if link and not link.lower().startswith(("https://", "http://")):
        raise Invalid(
            "A link starts with https:// or http://. Correct it or leave it empty.", field="link"
        )
    return link
