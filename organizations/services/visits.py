from __future__ import annotations

from datetime import timedelta

from config.kernel.clock import now
from config.kernel.errors import Conflict, Forbidden, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditCategory, Membership, SupportVisit, User

from .audit import record

VISIT_MINUTES = 60
SHORTEST_REASON = 10


def start_visit(
    *, membership: Membership, reason: str, by: User, may_change: bool = False
) -> SupportVisit:
    """Let an operator see a team's pages as one of its members does, for an hour.

    They get the member's role and brands, never more than an admin's rights, and may only look
    unless `may_change`. The team finds start, end and every act in its audit log, and its owner is
    told. Ends an earlier visit of theirs to the team. Raises Forbidden for who is no operator,
    Invalid without a reason of at least 10 characters, Conflict for one's own team.
    """
    reason = " ".join(reason.split())
    if not (by.is_staff and by.is_active):
        raise Forbidden("Only operators may visit a team's pages.")
    if len(reason) < SHORTEST_REASON:
        raise Invalid(
            f"Say in at least {SHORTEST_REASON} characters why, such as the ticket's subject. The "
            "team reads it.",
            field="reason",
        )
    with org_atomic(membership.organization_id):
        if Membership.objects.filter(user=by).exists():
            raise Conflict("You are a member of this team. Open its pages as yourself.")
        _end_open(by)
        visit = SupportVisit.objects.create(
            staff=by,
            acts_as=membership,
            reason=reason[:300],
            may_change=may_change,
            ends_at=now() + timedelta(minutes=VISIT_MINUTES),
        )
        record(
            action="visit.started",
            target=visit,
            by=by,
            kind=ActorKind.STAFF,
            category=AuditCategory.SECURITY,
            reason=visit.reason,
            data={"as": str(membership.user_id), "may_change": may_change},
        )
    return visit


def end_visit(*, visit: SupportVisit, by: User) -> None:
    """End a visit before its hour is over; ending it twice changes nothing."""
    with org_atomic(visit.organization_id):
        _end_rows([visit], by)


def _end_open(by: User) -> None:
    open_ones = SupportVisit.objects.filter(staff=by, ended_at=None, ends_at__gt=now())
    _end_rows(list(open_ones), by)


def _end_rows(visits: list[SupportVisit], by: User) -> None:
    for visit in visits:
        if SupportVisit.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=now()):
            record(
                action="visit.ended",
                target=visit,
                by=by,
                kind=ActorKind.STAFF,
                category=AuditCategory.SECURITY,
                reason=visit.reason,
            )
