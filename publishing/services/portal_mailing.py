"""When a client's report is mailed by itself, and of which days it tells.

A letter belongs to a day, a Monday or the first of a month, and leaves at eight by the clocks of
the zone of the brand. It tells of the whole days before: the week, or the month. Which day is next
stands in the row of the link; the moment is derived from it, so it follows the clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import QuerySet

from brands.models import BrandProfile
from config.kernel.clock import now, resolve, to_zone
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import record
from publishing.models import PortalLink

Mailed = PortalLink.Mailed

AT: Final = time(8)
A_DAY: Final = timedelta(days=1)
A_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days of a zone: the first, and the one after the last."""

    start: date
    end: date
    zone: str

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def former(self) -> Span:
        """As many days, right before."""
        return Span(self.start - (self.end - self.start), self.start, self.zone)

    @property
    def since(self) -> datetime:
        return resolve(self.start, time.min, self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return resolve(self.end, time.min, self.zone)

    @property
    def in_words(self) -> str:
        """As "16 to 22 November 2026", naming each month and year once if one says it all."""
        last = self.end - A_DAY
        year = "" if self.start.year == last.year else f" {self.start.year}"
        month = "" if (self.start.year, self.start.month) == (last.year, last.month) else " %B"
        return f"{self.start:%-d{month}}{year} to {last:%-d %B %Y}"


def span_before(day: date, mailed: str, zone: str) -> Span:
    """What the letter of a day tells of."""
    if mailed == Mailed.WEEKLY:
        return Span(day - A_WEEK, day, zone)
    return Span((day - A_DAY).replace(day=1), day, zone)


def next_day(mailed: str, after: date) -> date:
    """The first Monday, or first of a month, later than a day."""
    if mailed == Mailed.WEEKLY:
        return after + timedelta(days=7 - after.weekday())
    return (after.replace(day=1) + timedelta(days=31)).replace(day=1)


def plan_letter(link: PortalLink, *, after: date | None = None) -> None:
    """Set the day and the moment of the link's next letter, or none: of a link whose report is not
    mailed, whose reader wants none, that was taken back, or that ends before. The row is not saved.

    Without `after` it is the next eight o'clock to come.
    """
    day = _first_to_come(link) if after is None else next_day(link.mailed, after)
    moment = letter_moment(day, link)
    is_over = link.revoked_at or link.letters_stopped_at
    is_on = link.mailed != Mailed.NEVER and not is_over
    if not is_on or moment >= link.expires_at:
        link.letter_day = link.due_at = None
        return
    link.letter_day, link.due_at = day, moment


def letter_moment(day: date, link: PortalLink) -> datetime:
    return resolve(day, AT, link.brand.timezone)


def check_mailed(link: PortalLink) -> None:
    """Plan a link's letters as it says. Raises Invalid (`field` mailed or client_email)."""
    if link.mailed not in Mailed.values:
        raise Invalid("Choose how often the report is mailed.", field="mailed")
    if link.mailed != Mailed.NEVER and link.purpose != PortalLink.Purpose.REPORT:
        raise Invalid(
            "Only the report is mailed by itself. Choose “Never”, or a link to the report.",
            field="mailed",
        )
    if link.mailed != Mailed.NEVER and not link.client_email:
        raise Invalid("Enter the address that the report is mailed to.", field="client_email")
    link.letters_stopped_at = _stopped_at(link)
    plan_letter(link)
    is_on = link.mailed != Mailed.NEVER and link.letters_stopped_at is None
    if is_on and link.due_at is None:
        raise Invalid(
            "The link ends before the first letter would leave. Give it more days, or a new "
            "address, which lasts longer.",
            field="mailed",
        )


def mail_report(*, link: PortalLink, mailed: str, client_email: str, by: User) -> PortalLink:
    """Choose how often the report behind a link is mailed, and to whom; `never` stops it.

    Raises Invalid (`field` mailed or client_email), and Conflict for a link that was taken back.
    """
    with org_atomic():
        rows = PortalLink.objects.select_for_update(no_key=True, of=("self",))
        row = rows.select_related("brand").get(pk=link.pk)
        if row.revoked_at is not None:
            raise Conflict("This link was taken back. Make a new one.")
        before, address = row.mailed, row.client_email
        row.mailed, row.client_email = mailed, client_email.strip()
        check_mailed(row)
        if (row.mailed, row.client_email) == (before, address):
            return row
        # A worker that holds it is late from here on.
        row.claimed_until, row.fence, row.attempts = None, row.fence + 1, 0
        row.letter_problem = ""
        row.save()
        record(
            action="portal_link.mailing_changed",
            target=row,
            by=by,
            before={"mailed": before},
            after={"mailed": row.mailed},
            # Not which: the trail outlives an address that its person has erased.
            data={"address_changed": row.client_email != address},
        )
    return row


def reports_to(brand: BrandProfile, address: str) -> QuerySet[PortalLink]:
    """The links by which reports of a brand are, or could be, mailed to an address."""
    report = PortalLink.Purpose.REPORT
    return PortalLink.objects.filter(brand=brand, purpose=report, client_email__iexact=address)


def _stopped_at(link: PortalLink) -> datetime | None:
    """A wish for no more letters holds for later links too, and for nobody else's address."""
    if link.purpose != PortalLink.Purpose.REPORT or not link.client_email:
        return None
    said = reports_to(link.brand, link.client_email).exclude(letters_stopped_at=None)
    return said.values_list("letters_stopped_at", flat=True).first()


def _first_to_come(link: PortalLink) -> date:
    """Today's too, while it is not eight yet; never one that a letter was begun for."""
    moment = now()
    today = to_zone(moment, link.brand.timezone).date()
    day = next_day(link.mailed, max(today - A_DAY, link.letter_begun or date.min))
    is_past = letter_moment(day, link) <= moment
    return next_day(link.mailed, day) if is_past else day
