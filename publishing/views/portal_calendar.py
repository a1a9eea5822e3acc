"""The brand's plan as its client may see it: read only, a month at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from config.kernel.clock import today_in
from publishing.models import PendingStatus
from publishing.selectors.calendar import CalendarSpan, Day, calendar_of
from publishing.selectors.portal import come_to_client

from .portal_door import Visit, show

# Neither drafts nor what failed: those are the team's to think about.
SHOWN: Final = (
    PendingStatus.PENDING,
    PendingStatus.APPROVED,
    PendingStatus.AUTO_APPROVED,
    PendingStatus.PUBLISHING,
    PendingStatus.PUBLISHED,
)
WAITS: Final = PendingStatus.PENDING.value
OUT: Final = PendingStatus.PUBLISHED.value
CHIPS_A_DAY: Final = 6
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    before: date
    after: date
    span: CalendarSpan
    today: date
    in_the_making: frozenset[UUID] = frozenset()
    """Posts whose words the team has not put before the client yet."""

    @property
    def days(self) -> list[tuple[Day, int]]:
        """Each day with its weekday, 1 for Monday."""
        return [(day, day.date.isoweekday()) for day in self.span.days]


def month_of(visit: Visit, said: str) -> Month:
    """The month of a text like 2026-11; this month for any other."""
    today = today_in(visit.zone)
    first = _first(said) or today.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    span = calendar_of(
        start=first,
        end=after,
        brand_id=visit.brand.pk,
        statuses=[each.value for each in SHOWN],
        zone=visit.zone,
        chips_a_day=CHIPS_A_DAY,
    )
    before = (first - timedelta(days=1)).replace(day=1)
    waiting = frozenset(chip.id for day in span.days for chip in day.chips if chip.status == WAITS)
    return Month(first, before, after, span, today, waiting - come_to_client(waiting))


def calendar(request: HttpRequest, visit: Visit) -> HttpResponse:
    month = month_of(visit, request.GET.get("month", ""))
    return show(request, visit, "calendar", {"month": month, "out": OUT, "waits": WAITS})


def _first(said: str) -> date | None:
    try:
        found = date.fromisoformat(f"{said}-01")
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
