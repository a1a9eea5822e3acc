"""The hosted page's own numbers: who saw an entry and who followed its link, counted honestly.

One visitor counts once an entry and day. Robots, prefetching browsers and the team's own members
do not count. Nothing that tells who a visitor is gets stored: only a hash under a key that is
another one every day, so that nobody can be followed from one day to the next.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F

from config.kernel.clock import now
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic, unscoped
from organizations.models import Membership
from publishing.models import FeedEntry, FeedVisit

ROBOTS = re.compile(
    r"bot\b|bot[/_-]|crawl|spider|slurp|scrap|fetch|preview|monitor|uptime|pingdom|lighthouse|"
    r"headless|phantom|facebookexternalhit|embedly|whatsapp|telegram|feed|rss|reader|archiver|"
    r"curl|wget|libwww|python|httpx|aiohttp|okhttp|go-http|java/|ruby|perl|php|axios|node|postman",
    re.IGNORECASE,
)
PREFETCH_HEADERS = ("purpose", "sec-purpose", "x-purpose", "x-moz")

VISITS_KEPT = timedelta(days=2)


def note_visit(*, entry_id: UUID, kind: str, visitor: str) -> bool:
    """Count a visitor's view or click of an entry, once a day. False when it was counted before."""
    moment = now()
    table = FeedVisit._meta.db_table
    with org_atomic() as organization_id:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (id, organization_id, created_at, updated_at, entry_id, "  # noqa: S608
                "kind, visitor, on_date) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                [
                    *(uuid7(), organization_id, moment, moment),
                    *(entry_id, str(kind), visitor, moment.date()),
                ],
            )
            is_new = bool(cursor.rowcount)
        if is_new:
            counter = "views_count" if kind == FeedVisit.Kind.VIEW else "clicks_count"
            FeedEntry.objects.filter(pk=entry_id).update(**{counter: F(counter) + 1})
    return is_new


def visitor_hash(*, address: str, user_agent: str, on_date: date) -> str:
    """32 hex digits for one browser at one address on one day, without a way back."""
    day = hmac.new(
        settings.SECRET_KEY.encode(), f"feed visits of {on_date}".encode(), hashlib.sha256
    ).digest()
    return hmac.new(day, f"{address}\n{user_agent}".encode(), hashlib.sha256).hexdigest()[:32]


def is_person(*, user_agent: str, headers: Mapping[str, str]) -> bool:
    """Whether a request looks like somebody who reads, as far as it says so itself."""
    if len(user_agent) < 20 or ROBOTS.search(user_agent):
        return False
    told = " ".join(headers.get(name, "") for name in PREFETCH_HEADERS).lower()
    return not any(word in told for word in ("prefetch", "prerender", "preview"))


def is_member(user_id: UUID) -> bool:
    """Whether a person belongs to the team whose page this is."""
    return Membership.objects.filter(user_id=user_id).exists()


def forget_visits() -> int:
    """Delete the visits whose day is over, of all organizations; the counts stay."""
    over = (now() - VISITS_KEPT).date()
    with unscoped("forget the visits of past days"):
        return FeedVisit.objects.filter(on_date__lt=over).delete()[0]
