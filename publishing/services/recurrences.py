"""Posts that repeat: set up with their next times seen, made a week ahead, each of them once."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F

from config.kernel.clock import Occurrence, now, to_zone
from config.kernel.due import Due, due_rows
from config.kernel.errors import Conflict, DomainError, Invalid
from config.kernel.models import claim
from config.kernel.scoping import org_atomic, scope
from config.kernel.states import move
from config.kernel.tasks import record_work
from organizations.models import ActorKind, User
from organizations.services.audit import changed_fields, record
from publishing.models import Composition, PendingPost, PendingStatus, Recurrence, RecurrenceStatus

from .compositions_placing import place_composition
from .pending_posts import reject_post
from .recurrence_rules import Timing, checked_timing, occurrences_of

AHEAD: Final = timedelta(days=7)
"""How long before its time an occurrence's posts are made: enough to read and approve them."""
LEASE_SECONDS: Final = 120.0
RETRY: Final = timedelta(hours=1)
RECURRENCES_A_SWEEP: Final = 200
MOST_A_CLAIM: Final = 20
OPEN: Final = (RecurrenceStatus.ACTIVE, RecurrenceStatus.PAUSED)


def timing_of(recurrence: Recurrence) -> Timing:
    return Timing(
        rule=recurrence.rule,
        starts_on=recurrence.starts_on,
        wall_time=recurrence.wall_time,
        timezone=recurrence.timezone,
        ends_on=recurrence.ends_on,
        most=recurrence.most,
    )


def next_occurrences(recurrence: Recurrence, *, count: int) -> list[Occurrence]:
    """Those that are not made yet and whose time has not passed; none of an ended one."""
    if recurrence.status == RecurrenceStatus.ENDED:
        return []
    moment = now()
    if recurrence.most is not None:
        count = min(count, max(0, recurrence.most - recurrence.made_count))
    # Two more: of the days that are looked at, yesterday and today may have passed.
    found = occurrences_of(timing_of(recurrence), after=_after(recurrence, moment), count=count + 2)
    return [each for each in found if each.moment > moment][:count]


def start_recurrence(*, composition: Composition, timing: Timing, by: User | None) -> Recurrence:
    """Let a composition go out again and again; the first posts are made with the next sweep.

    Raises Invalid with the `field` that is wrong.
    """
    timing = checked_timing(timing)
    with org_atomic():
        recurrence = Recurrence(composition=composition, created_by=by, **asdict(timing))
        if not next_occurrences(recurrence, count=1):
            raise Invalid("All of its days have passed. Choose a later last day.", field="ends_on")
        recurrence.due_at = _due(recurrence)
        recurrence.save(force_insert=True)
        record(action="recurrence.started", target=recurrence, by=by)
    return recurrence


def change_recurrence(*, recurrence: Recurrence, timing: Timing, by: User | None) -> Recurrence:
    """Give it other times. Occurrences whose posts are made stay as they are; the new times count
    for all after them. Raises Invalid with the `field`, Conflict when it has ended."""
    timing = checked_timing(timing)
    with org_atomic():
        row = _locked(recurrence)
        if row.status not in OPEN:
            raise Conflict("It has ended. Start a new one from its draft.")
        before, after = changed_fields(asdict(timing_of(row)), asdict(timing))
        for name, value in asdict(timing).items():
            setattr(row, name, value)
        if not next_occurrences(row, count=1):
            raise Invalid("All of its days have passed. Choose a later last day.", field="ends_on")
        row.due_at, row.last_error = _due(row), ""
        row.save(update_fields=[*asdict(timing), "due_at", "last_error", "updated_at"])
        record(action="recurrence.changed", target=row, by=by, before=before, after=after)
    return row


def pause_recurrence(
    *, recurrence: Recurrence, by: User | None, takes_back: bool = False
) -> list[PendingPost]:
    """Make nothing more until it is resumed; gives back the made posts that still stand.

    With `takes_back` those that have not left are taken back too; what is leaving this moment is
    not. Raises Conflict when it is not running.
    """
    with org_atomic():
        row = _locked(recurrence)
        if row.status != RecurrenceStatus.ACTIVE or not move(row, RecurrenceStatus.PAUSED):
            raise Conflict("It is not running, so there is nothing to pause.")
        record(action="recurrence.paused", target=row, by=by)
    if takes_back:
        _take_back(row, by, "The repetition was paused.")
    return list(_waiting(row))


def resume_recurrence(*, recurrence: Recurrence, by: User | None) -> Recurrence:
    """Go on with the next occurrence that lies ahead. What its pause left out stays left out."""
    with org_atomic():
        row = _locked(recurrence)
        if row.status != RecurrenceStatus.PAUSED:
            raise Conflict("It is not paused, so there is nothing to resume.")
        if not next_occurrences(row, count=1):
            raise Conflict("All of its days have passed. Give it a later last day first.")
        move(row, RecurrenceStatus.ACTIVE, due_at=_due(row), last_error="", attempts=0)
        record(action="recurrence.resumed", target=row, by=by)
    return row


def end_recurrence(
    *, recurrence: Recurrence, by: User | None, takes_back: bool = False
) -> Recurrence:
    """Repeat no more, for good. With `takes_back` posts that have not left are taken back."""
    with org_atomic():
        row = _locked(recurrence)
        if row.status not in OPEN:
            raise Conflict("It has ended already.")
        move(row, RecurrenceStatus.ENDED, due_at=None)
        record(action="recurrence.ended", target=row, by=by)
    if takes_back:
        _take_back(row, by, "The repetition was ended.")
    return row


def due_recurrences(*, most: int = RECURRENCES_A_SWEEP) -> list[Due]:
    return due_rows(Recurrence, moment=now(), most=most)


def sweep_recurrences(*, most: int = RECURRENCES_A_SWEEP) -> int:
    """Make the posts of every occurrence that lies less than a week ahead. Gives their number."""
    return sum(make_due(row.organization_id, row.id) for row in due_recurrences(most=most))


def make_due(organization_id: UUID, recurrence_id: UUID) -> int:
    """Make what is due of one recurrence; 0 when another worker has it. Safe to run twice."""
    made = 0
    with scope(organization_id):
        running = Recurrence.objects.filter(pk=recurrence_id, status=RecurrenceStatus.ACTIVE)
        for row in claim(running, lease_seconds=LEASE_SECONDS):
            for _ in range(MOST_A_CLAIM):
                if not _make_next(row.pk, row.fence):
                    break
                made += 1
    if made:
        record_work("recurrence", made)
    return made


def _make_next(recurrence_id: UUID, fence: int) -> bool:
    """Make the posts of the next occurrence and note it, in one transaction under the row's lock:
    either both stand or neither. False when nothing more is to be done now."""
    with org_atomic():
        row = (
            Recurrence.objects.select_for_update(no_key=True, of=("self",))
            .select_related("composition", "created_by")
            .filter(pk=recurrence_id, fence=fence, status=RecurrenceStatus.ACTIVE)
            .first()
        )
        if row is None:
            # A late worker, or somebody paused it meanwhile.
            return False
        following = next_occurrences(row, count=1)
        if not following or row.composition.is_deleted:
            _end(row)
            return False
        occurrence = following[0]
        if occurrence.moment - AHEAD > now():
            _release(row, due_at=_ahead_of(occurrence.moment), attempts=0)
            return False
        try:
            with org_atomic():
                _place(row, occurrence)
        except DomainError as error:
            _put_off(row, occurrence, error.message)
            return False
        row.made_until, row.made_count = occurrence.date, row.made_count + 1
        row.last_error, row.attempts = "", 0
        row.save(update_fields=["made_until", "made_count", "last_error", "attempts", "updated_at"])
        return True


def _place(row: Recurrence, occurrence: Occurrence) -> None:
    posts = place_composition(
        composition=row.composition,
        by=row.created_by,
        when=occurrence.moment,
        wall=f"{occurrence.date:%Y-%m-%d} {occurrence.wall:%H:%M}",
        zone=row.timezone,
        recurrence=row,
    )
    record(
        action="recurrence.made",
        target=row,
        kind=ActorKind.SYSTEM,
        data={"on": occurrence.date.isoformat(), "posts": len(posts)},
    )


def _put_off(row: Recurrence, occurrence: Occurrence, why: str) -> None:
    """Try again in an hour while there is time; the reason stands on the page, told once."""
    if row.last_error != why:
        data = {"on": occurrence.date.isoformat()}
        kind = ActorKind.SYSTEM
        record(action="recurrence.failed", target=row, kind=kind, reason=why, data=data)
    _release(row, due_at=min(now() + RETRY, occurrence.moment), last_error=why)


def _end(row: Recurrence) -> None:
    if move(row, RecurrenceStatus.ENDED, due_at=None, claimed_until=None):
        record(action="recurrence.ended", target=row, kind=ActorKind.SYSTEM)


def _release(row: Recurrence, *, due_at: datetime, **fields: object) -> None:
    fields |= {"due_at": due_at, "claimed_until": None}
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=[*fields, "updated_at"])


def _after(recurrence: Recurrence, moment: datetime) -> date:
    """The day after which the next occurrence is looked for: what is made is made, and what has
    passed is past. Yesterday's is looked at too, for a clock may skip a day."""
    passed = to_zone(moment, recurrence.timezone).date() - timedelta(days=2)
    before_first = recurrence.starts_on - timedelta(days=1)
    return max(filter(None, (recurrence.made_until, passed, before_first)))


def _due(recurrence: Recurrence) -> datetime | None:
    following = next_occurrences(recurrence, count=1)
    return _ahead_of(following[0].moment) if following else None


def _ahead_of(moment: datetime) -> datetime:
    """Some days before, and never in the past: what was not due before is not late."""
    return max(moment - AHEAD, now())


def _locked(recurrence: Recurrence) -> Recurrence:
    rows = Recurrence.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("composition", "composition__brand").get(pk=recurrence.pk)
    # A worker that holds it is late from here on.
    Recurrence.objects.filter(pk=row.pk).update(fence=F("fence") + 1, claimed_until=None)
    row.refresh_from_db(fields=["fence", "claimed_until"])
    return row


def _waiting(recurrence: Recurrence) -> list[PendingPost]:
    """Posts that were made and have not left."""
    left = (
        *(PendingStatus.DRAFT, PendingStatus.PENDING),
        *(PendingStatus.APPROVED, PendingStatus.AUTO_APPROVED),
    )
    return list(PendingPost.objects.filter(recurrence=recurrence, status__in=left))


def _take_back(row: Recurrence, by: User | None, reason: str) -> None:
    """Reject what has not left, and let its days be free again: resumed, they are made anew."""
    for post in _waiting(row):
        try:
            reject_post(post=post, reason=reason, by=by)
        except DomainError:
            # It is leaving this moment, or somebody decided first; it stays as it is.
            continue
    with org_atomic():
        standing = PendingPost.objects.filter(recurrence=row).exclude(status=PendingStatus.REJECTED)
        days = {wall[:10] for wall in standing.values_list("wall_time", flat=True) if wall}
        last = date.fromisoformat(max(days)) if days else None
        Recurrence.objects.filter(pk=row.pk).update(
            made_until=last, made_count=len(days), updated_at=now()
        )
