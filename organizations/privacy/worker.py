"""Brings due requests to their end: one claim, one subject, one copy or one erasure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F

from config.kernel.checks import Finding
from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.errors import DomainError
from config.kernel.models import claim, claimable
from config.kernel.scoping import scope, unscoped
from organizations.models import (
    ActorKind,
    AuditCategory,
    Erasure,
    Organization,
    OrganizationRequest,
    PersonRequest,
    RequestKind,
    RequestState,
    Role,
)
from organizations.selectors import belongings_of_user
from organizations.services.audit import record

from .digests import keyed
from .erasure import ERASURE, erase_organization, erase_person
from .exports import LEASE, LostClaim, write_copy, written
from .posting import erased_letter, send, tell_of_copy
from .subjects import OrganizationSubject, PersonSubject, Subject

log = structlog.get_logger(__name__)

MOST_A_SWEEP = 50
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
FAILING = 4
GIVING_UP = 8
CLAIMED = {"state": RequestState.RUNNING}
OPENED = "The team was opened again meanwhile, so it was not erased."
TRIED_AGAIN = "It could not be finished yet and is tried again by itself."
GAVE_UP = "It could not be made. Ask for a new one; if that fails too, write to support."
# What an end may leave half done, and the next run finishes.
RETRIED = (DatabaseError, OSError, DomainError)


def due_team_requests(moment: datetime | None = None) -> list[Due]:
    return due_rows(OrganizationRequest, moment=moment or now(), most=MOST_A_SWEEP)


def due_person_requests(moment: datetime | None = None) -> list[UUID]:
    rows = _open_requests().filter(claimable(moment or now())).order_by("due_at")
    return list(rows.values_list("pk", flat=True)[:MOST_A_SWEEP])


def do_team_request(*, organization_id: UUID, request_id: UUID) -> bool:
    """Take one request of an organization a step on. False when it is not due or not ours."""
    with scope(organization_id):
        rows = claim(
            OrganizationRequest.objects.filter(
                pk=request_id, state__in=[RequestState.WAITING, RequestState.RUNNING]
            ),
            lease_seconds=LEASE.total_seconds(),
            changes=dict(CLAIMED),
        )
    return bool(rows) and _do(OrganizationSubject(rows[0]))


def do_person_request(*, request_id: UUID) -> bool:
    """The same for a request of a person, who belongs to no organization by themselves."""
    moment = now()
    with transaction.atomic():
        due = _open_requests().filter(claimable(moment), pk=request_id)
        row = due.select_for_update(skip_locked=True).first()
        if row is None:
            return False
        PersonRequest.objects.filter(pk=row.pk).update(
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            claimed_until=moment + LEASE,
            **CLAIMED,
        )
    row.refresh_from_db()
    return _do(PersonSubject(row))


def _open_requests() -> Any:
    return PersonRequest.objects.filter(state__in=[RequestState.WAITING, RequestState.RUNNING])


def _do(subject: Subject) -> bool:
    is_copy = subject.request.kind == RequestKind.EXPORT
    try:
        (_copy if is_copy else _end)(subject)
    except LostClaim:
        return False
    except RETRIED as error:
        log.exception("request_failed", request=str(subject.request.pk))
        _try_later(subject, error)
    return True


def _copy(subject: Subject) -> None:
    if not write_copy(subject):
        # An unfinished turn is no failed attempt.
        written(subject, attempts=max(subject.request.attempts - 1, 0))
        return
    asker = subject.asker()
    if asker is None:
        return
    with subject.entered():
        tell_of_copy(
            to=asker,
            title=subject.title,
            path=subject.page,
            ends_at=subject.request.link_ends_at,
        )
        if isinstance(subject, OrganizationSubject):
            # What the bell rings by. A person's own copy is no team's business.
            record(
                action="copy.ready",
                target=subject.request,
                kind=ActorKind.SYSTEM,
                category=AuditCategory.PRIVACY,
                data={"user": str(asker.pk)},
            )


def _end(subject: Subject) -> None:
    if isinstance(subject, OrganizationSubject):
        _end_team(subject)
    elif isinstance(subject, PersonSubject):
        _end_account(subject)


def _end_team(subject: OrganizationSubject) -> None:
    if not _still_ends(subject):
        return
    request, title, asker = subject.request, subject.title, subject.asker()
    address = asker.email if asker else ""
    # From here on nobody takes it back.
    written(subject, progress={"begun": True})
    counts = erase_organization(subject.id, requested_at=request.created_at)
    _send_receipt(address, title, counts, Erasure.Subject.ORGANIZATION, subject.id)


def _still_ends(subject: OrganizationSubject) -> bool:
    """An operator may have opened or suspended the team meanwhile: then nothing is erased."""
    with subject.entered():
        status = Organization.with_deleted.get().status
    if status in (Organization.Status.CLOSING, Organization.Status.DELETED):
        return True
    if status == Organization.Status.SUSPENDED:
        # Held for as long as the operators look into it.
        written(
            subject, state=RequestState.WAITING, claimed_until=None, due_at=now() + LONGEST_WAIT
        )
    else:
        written(subject, state=RequestState.FAILED, claimed_until=None, error_message=OPENED)
    return False


def _end_account(subject: PersonSubject) -> None:
    request, person = subject.request, subject.asker()
    assert person is not None
    owned = [each for each in belongings_of_user(person.pk) if each.role == Role.OWNER]
    if owned:
        _wait_for_teams(subject, still_open=[team.name for team in owned if not team.is_closing])
        return
    address = person.email
    written(subject, progress={"begun": True})
    counts = erase_person(person, requested_at=request.created_at)
    _send_receipt(address, address, counts, Erasure.Subject.PERSON, person.pk)


def _wait_for_teams(subject: PersonSubject, *, still_open: list[str]) -> None:
    """A team that is being closed goes first; one that is not needs another owner."""
    sentence = ""
    if still_open:
        named = ", ".join(still_open)
        sentence = f"You own {named}: hand it over or close it, and your account goes after it."
    written(
        subject,
        state=RequestState.WAITING,
        claimed_until=None,
        due_at=now() + LONGEST_WAIT,
        attempts=0,
        error_message=sentence[:300],
    )


def _send_receipt(
    address: str, title: str, counts: dict[str, int], subject: Erasure.Subject, pk: UUID
) -> None:
    receipt = keyed(ERASURE, f"{subject}:{pk}")[:16]
    if address:
        send(erased_letter(to=address, title=title, counts=counts, receipt=receipt))


def _try_later(subject: Subject, error: BaseException) -> None:
    """A copy is given up in the end; an end that was asked for is owed and never is."""
    request = subject.request
    is_over = request.kind == RequestKind.EXPORT and request.attempts >= GIVING_UP
    wait = min(FIRST_WAIT * 2 ** max(request.attempts - 1, 0), LONGEST_WAIT)
    said = error.message if isinstance(error, DomainError) else ""
    try:
        written(
            subject,
            state=RequestState.FAILED if is_over else RequestState.WAITING,
            claimed_until=None,
            due_at=None if is_over else now() + wait,
            error_message=(said or (GAVE_UP if is_over else TRIED_AGAIN))[:300],
        )
    except LostClaim:
        log.warning("request_lost", request=str(request.pk))


def failing_findings() -> Iterator[Finding]:
    """An end that was asked for is owed; one that keeps failing needs somebody to look."""
    with unscoped("which ends keep failing"):
        failing = sum(
            model._base_manager.filter(
                kind=RequestKind.DELETION,
                state__in=[RequestState.WAITING, RequestState.RUNNING],
                attempts__gte=FAILING,
            ).count()
            for model in (OrganizationRequest, PersonRequest)
        )
    if failing:
        yield Finding(
            "Erasures",
            False,
            f"{failing} that people asked for {'fails' if failing == 1 else 'fail'} each time",
            "Read request_failed in var/log/worker.log; it is tried again every hour.",
        )
    else:
        yield Finding("Erasures", True, "none fails")
