"""The letter that brings a client their report by itself: one a link and day, whatever happens.

A worker notes that it begins the letter of a day, and only then talks to the mail server, with no
transaction open. What the server refuses is tried again. A worker that dies in between leaves a
letter of which nobody can say whether it left; it is not written again, and the team is told.
Where writing it failed, which drawing the file alone may do, it leaves without the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import QuerySet

from config.kernel.clock import in_words, now
from config.kernel.due import due_rows
from config.kernel.models import claim
from config.kernel.scoping import org_atomic, scope
from config.kernel.tasks import record_work
from organizations.models import ActorKind, Organization
from organizations.notices.mailing import MOST_ATTEMPTS, WAITS
from organizations.services.audit import record
from organizations.services.letters import letter
from organizations.services.suppression import is_suppressed
from organizations.services.white_label import Look, dressed, look_of_team, worn
from publishing.models import PortalLink
from publishing.selectors.portal_report import (
    Report,
    Totals,
    posts_between,
    report_between,
    totals_of,
)

from .portal import is_open, mailed_address
from .portal_letters import MAIL_SECONDS
from .portal_mailing import Span, letter_moment, plan_letter, span_before
from .portal_stopping import stopping_address
from .report_files import TYPE, report_file, report_name

log = structlog.get_logger(__name__)

REPORTS_A_SWEEP: Final = 500
# Longer than a mail server is waited for, at every word of the talk with it.
LEASE_SECONDS: Final = 180.0
BEST: Final = 3

SUPPRESSED: Final = "The address asked not to be written to, or its mail comes back."
REFUSED: Final = "The mail server does not take the address."
AWAY: Final = "The mail server did not take the letter, though it was tried five times."
UNKNOWN: Final = "Nobody can say whether the letter left: what sent it stopped on the way."


def sweep_client_reports(*, most: int = REPORTS_A_SWEEP) -> int:
    """Mail every report that is due, in all organizations. Says how many left."""
    due = due_rows(PortalLink, moment=now(), most=most)
    return sum(mail_due(row.organization_id, row.id) for row in due)


def mail_due(organization_id: UUID, link_id: UUID) -> int:
    """Mail one link's report if it is due; 0 where another worker has it. Safe to run twice."""
    with scope(organization_id):
        mailed = PortalLink.objects.filter(pk=link_id, revoked_at=None)
        mailed = mailed.exclude(mailed=PortalLink.Mailed.NEVER)
        has_file = not _was_dropped(mailed)
        rows = claim(mailed, lease_seconds=LEASE_SECONDS)
        sent = sum(_mail(row, has_file=has_file) for row in rows)
    if sent:
        record_work("client_report", sent)
    return sent


@dataclass(frozen=True, slots=True)
class _Letter:
    """What leaves, and what its file is drawn from; the link as it was read for it."""

    message: EmailMultiAlternatives
    link: PortalLink
    report: Report
    look: Look

    def attach_file(self) -> None:
        """Takes up to a second and no query: not for a transaction."""
        brand = self.link.brand
        file = report_file(self.report, brand=brand, look=self.look)
        self.message.attach(report_name(self.report, brand), file, TYPE)


def _letter(link: PortalLink, span: Span, *, has_file: bool) -> _Letter:
    """What it says: the span beside the one before it, and the best posts; without a file, that
    the page has it."""
    report = report_between(link.brand, span.since, span.until, days=span.days)
    total = Totals(report.posts, report.totals)
    before = span.former
    former = totals_of(posts_between(link.brand, before.since, before.until))
    look = look_of_team()
    stop_url = stopping_address(link)
    context = {
        **worn(look),
        "brand": link.brand.name,
        "client": link.client_name,
        "zone": link.brand.timezone,
        "span": span,
        "total": total,
        "former": former,
        "compared": _compared(total.posts - former.posts),
        "lines": _lines(total, former),
        "best": report.best[:BEST],
        "has_file": has_file,
        "is_weekly": link.mailed == PortalLink.Mailed.WEEKLY,
        "url": mailed_address(link),
        "stop_url": stop_url,
        "ends": in_words(link.expires_at, link.brand.timezone),
    }
    host = urlsplit(settings.WARREN_BASE_URL).hostname
    headers = {
        # The same for every try, so that a mail program shows one of two.
        "Message-ID": f"<report-{link.pk}-{span.end}@{host}>",
        # RFC 2369 and RFC 8058: the mail program's own button, without a visit to a page.
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    message = letter("client_report", to=link.client_email, context=context, headers=headers)
    return _Letter(dressed(message, look), link, report, look)


def _was_dropped(links: QuerySet[PortalLink]) -> bool:
    """Whether a worker took the letter and gave it neither on nor back."""
    with org_atomic():
        return links.filter(claimed_until__lt=now()).exists()


def _mail(row: PortalLink, *, has_file: bool) -> int:
    written = _written(row, has_file=has_file)
    if written is None:
        return 0
    if has_file and written.report.posts:
        written.attach_file()
    if not _begin(written.link):
        return 0
    written.message.connection = get_connection(timeout=MAIL_SECONDS)
    try:
        written.message.send()
    except SMTPRecipientsRefused:
        _give_up(row, REFUSED)
        return 0
    except (SMTPException, OSError) as error:
        log.warning("client_report_not_sent", link=str(row.pk), error=type(error).__name__)
        _put_off(row)
        return 0
    with org_atomic():
        data = {"day": f"{row.letter_day}"}
        record(action="portal_link.report_mailed", target=row, kind=ActorKind.SYSTEM, data=data)
        if fresh := _held(row):
            _go_on(fresh, problem="")
    return 1


def _written(row: PortalLink, *, has_file: bool) -> _Letter | None:
    """The letter, still without its file; None where none is to be sent now."""
    with org_atomic():
        fresh = _held(row)
        if fresh is None or fresh.letter_day is None:
            return None
        moment = letter_moment(fresh.letter_day, fresh)
        if moment > now():
            # The brand's clocks were set otherwise since.
            _release(fresh, due_at=moment, attempts=0)
            return None
        if not is_open(fresh) or not fresh.client_email:
            _release(fresh, due_at=None, letter_day=None, attempts=0)
            return None
        if fresh.brand.is_deleted or fresh.organization.status != Organization.Status.ACTIVE:
            _go_on(fresh, problem=fresh.letter_problem)
            return None
        if problem := _obstacle(fresh):
            _fail(fresh, problem)
            return None
        if not has_file:
            log.warning("client_report_without_file", link=str(row.pk))
        span = span_before(fresh.letter_day, fresh.mailed, _zone(fresh))
        return _letter(fresh, span, has_file=has_file)


def _begin(row: PortalLink) -> bool:
    """Note that the letter leaves, from when on nobody sends it again; not where the team or its
    reader wanted it otherwise meanwhile."""
    with org_atomic():
        fresh = _held(row)
        if fresh is None:
            return False
        fresh.letter_begun = fresh.letter_day
        fresh.save(update_fields=["letter_begun", "updated_at"])
    return True


def _zone(row: PortalLink) -> str:
    return str(row.brand.timezone)


def _obstacle(row: PortalLink) -> str:
    if row.letter_begun == row.letter_day:
        return UNKNOWN
    return SUPPRESSED if is_suppressed(row.client_email) else ""


def _held(row: PortalLink) -> PortalLink | None:
    """The link under a lock; None for a worker that is late, or where the team changed it."""
    rows = PortalLink.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("brand", "organization")
    return rows.filter(pk=row.pk, fence=row.fence, revoked_at=None).first()


def _put_off(row: PortalLink) -> None:
    """Once more later, as with mail to members."""
    if row.attempts >= MOST_ATTEMPTS:
        _give_up(row, AWAY)
        return
    with org_atomic():
        if fresh := _held(row):
            wait = timedelta(seconds=WAITS[row.attempts - 1])
            _release(fresh, due_at=now() + wait, letter_begun=None)


def _give_up(row: PortalLink, problem: str) -> None:
    with org_atomic():
        if fresh := _held(row):
            _fail(fresh, problem)


def _fail(row: PortalLink, problem: str) -> None:
    record(
        action="portal_link.report_failed",
        target=row,
        kind=ActorKind.SYSTEM,
        reason=problem,
        data={"day": f"{row.letter_day}"},
    )
    _go_on(row, problem=problem)


def _go_on(row: PortalLink, *, problem: str) -> None:
    """To the letter after this one."""
    plan_letter(row, after=row.letter_day)
    _release(row, due_at=row.due_at, letter_day=row.letter_day, letter_problem=problem, attempts=0)


def _release(row: PortalLink, **fields: Any) -> None:
    for name, value in {**fields, "claimed_until": None}.items():
        setattr(row, name, value)
    row.save(update_fields=[*fields, "claimed_until", "updated_at"])


def _lines(total: Totals, former: Totals) -> list[tuple[str, int, int]]:
    posts = ("Posts", total.posts, former.posts)
    numbers = total.numbers.items()
    return [posts, *((name.title(), value, former.numbers[name]) for name, value in numbers)]


def _compared(more: int) -> str:
    if not more:
        return "as many as"
    return f"{abs(more)} {'more' if more > 0 else 'fewer'} than"
