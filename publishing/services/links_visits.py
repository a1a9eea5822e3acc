"""Clicks on short links, counted as honestly as those on the hosted page.

Every click of a person counts, and each visitor once a day beside it. Robots, prefetching browsers
and the team's own members do not count. Nothing that tells who a visitor is gets stored.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import F

from config.kernel.clock import now
from config.kernel.errors import NotFound
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic, unscoped
from publishing.models import LinkCode, LinkVisit, TrackedLink

from .feed import VISITS_KEPT, visitor_hash

WEB = ("https://", "http://")


def organization_of_code(code: str) -> UUID:
    """Whose short link a code is. Raises NotFound; codes are public and of the installation."""
    found = LinkCode.objects.filter(code=code).values_list("organization_id", flat=True).first()
    if found is None:
        raise _unknown()
    return found


def link_of_code(code: str) -> TrackedLink:
    """The link of the organization in scope. Raises NotFound, also for what is no web page."""
    link: TrackedLink | None = TrackedLink.objects.filter(code=code).first()
    if link is None or not link.target.startswith(WEB):
        raise _unknown()
    return link


def note_click(*, link: TrackedLink, address: str, user_agent: str) -> None:
    """Count one click of a person, and the visitor if it is their first of the day."""
    moment = now()
    # Two links never share a hash, so that no one can be followed from one to the other.
    visitor = visitor_hash(
        address=f"{link.pk} {address}", user_agent=user_agent, on_date=moment.date()
    )
    with org_atomic() as organization_id:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {LinkVisit._meta.db_table} (id, organization_id, created_at, "  # noqa: S608
                "updated_at, link_id, visitor, on_date) VALUES (%s, %s, %s, %s, %s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                [
                    *(uuid7(), organization_id, moment, moment),
                    *(link.pk, visitor, moment.date()),
                ],
            )
            is_first = cursor.rowcount
        TrackedLink.objects.filter(pk=link.pk).update(
            clicks_count=F("clicks_count") + 1,
            visitors_count=F("visitors_count") + is_first,
            last_clicked_at=moment,
        )


def forget_link_visits() -> int:
    """Delete the visits whose day is over, of all organizations; the counts stay."""
    over = (now() - VISITS_KEPT).date()
    with unscoped("forget the visits of past days"):
        return LinkVisit.objects.filter(on_date__lt=over).delete()[0]


def _unknown() -> NotFound:
    return NotFound(
        "This short link leads nowhere: it was mistyped, or whoever made it has taken it down."
    )
