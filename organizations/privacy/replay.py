"""After a restore: whoever was erased since the backup was made is erased again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime

from config.kernel.clock import now
from config.kernel.errors import Invalid
from config.kernel.scoping import unscoped
from organizations.models import Erasure, Organization, User

from .erasure import erase_organization, erase_person, was_erased

Subject = Erasure.Subject


@dataclass(frozen=True, slots=True)
class Line:
    """One erasure as the list names it: nothing but a digest, and when it was asked for."""

    subject: str
    digest: str
    requested_at: datetime


@dataclass(slots=True)
class Replayed:
    people: int = 0
    organizations: int = 0


def exported() -> Iterator[str]:
    """The list as JSON lines. Keep it apart from the backups that it is read after."""
    rows = Erasure.objects.using("operator").order_by("created_at", "pk")
    for row in rows.iterator():
        yield json.dumps(
            {
                "subject": row.subject,
                "digest": row.digest,
                "requested_at": row.requested_at.isoformat(),
                "finished_at": row.finished_at.isoformat() if row.finished_at else None,
            }
        )


def parsed(texts: Iterable[str]) -> list[Line]:
    """Raises Invalid, naming the line, for what is no such list."""
    return [_parsed(number, text) for number, text in enumerate(texts, 1) if text.strip()]


def replay(lines: list[Line]) -> Replayed:
    """Erase again whoever of the list is there. Safe to run again, and after any backup."""
    done = Replayed()
    known = {line.digest: line for line in lines}
    with unscoped("look for erased organizations and people after a restore"):
        teams = list(Organization.with_deleted.values_list("pk", flat=True))
        people = list(User.with_deleted.values_list("pk", flat=True))
    for pk in teams:
        if line := _listed(known, Subject.ORGANIZATION, pk):
            erase_organization(pk, requested_at=line.requested_at, is_replay=True)
            done.organizations += 1
    for pk in people:
        if line := _listed(known, Subject.PERSON, pk):
            erase_person(
                User.with_deleted.get(pk=pk), requested_at=line.requested_at, is_replay=True
            )
            done.people += 1
    _keep_receipts(lines)
    return done


def _listed(known: dict[str, Line], subject: str, pk: UUID) -> Line | None:
    return next((known[digest] for digest in was_erased(subject, pk) if digest in known), None)


def _keep_receipts(lines: list[Line]) -> None:
    """The restored database forgot the receipts that are younger than its backup."""
    rows = Erasure.objects.using("operator")
    there = set(
        rows.filter(digest__in=[line.digest for line in lines]).values_list("digest", flat=True)
    )
    rows.bulk_create(
        Erasure(
            subject=line.subject,
            digest=line.digest,
            requested_at=line.requested_at,
            finished_at=now(),
            replayed_at=now(),
        )
        for line in lines
        if line.digest not in there
    )


def _parsed(number: int, text: str) -> Line:
    try:
        said = json.loads(text)
        subject, digest = Subject(said["subject"]), str(said["digest"])
        requested_at = parse_datetime(said["requested_at"])
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"Line {number} is no erasure; use what export_erasures wrote.") from error
    if requested_at is None or len(digest) != 64:
        raise Invalid(f"Line {number} is no erasure; use what export_erasures wrote.")
    return Line(subject, digest, requested_at)
