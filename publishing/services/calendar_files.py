"""The calendar as a file that other calendars read (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from icalendar import Calendar, Event, vText, vUri

from brands.models import BrandProfile
from config.kernel.clock import now, to_zone
from publishing.channels.registry import platform_label
from publishing.models import PendingPost, PendingStatus, Post
from publishing.selectors.portal import come_to_client

LASTS: Final = timedelta(minutes=15)
"""How long a post is drawn; it takes no time, but an event without length is drawn by nobody."""
BEHIND: Final = timedelta(days=31)
AHEAD: Final = timedelta(days=366)
MOST: Final = 2_000
PLANNED: Final = (
    PendingStatus.PENDING,
    PendingStatus.APPROVED,
    PendingStatus.AUTO_APPROVED,
    PendingStatus.PUBLISHING,
)
WAITS: Final = "waits for approval"
IN_THE_MAKING: Final = "Being prepared"


def calendar_file(
    *,
    brand: BrandProfile,
    for_client: bool = False,
) -> bytes:
    """A brand's posts from 31 days ago to a year ahead, at most 2,000 of each kind, as iCalendar.

    Each is one event whose UID stays the same when it moves and when it is out, in the brand's
    zone; what waits for approval is tentative. Posts that are out link to where they are. A client
    reads no words of posts that the team has not put before them.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Warren//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{brand.name}: posts")
    calendar.add("x-wr-timezone", brand.timezone)
    calendar.add("refresh-interval;value=duration", "PT1H")
    calendar.add("x-published-ttl", "PT1H")
    for event in _planned(brand, for_client):
        calendar.add_component(event)
    for event in _published(brand):
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _planned(brand: BrandProfile, for_client: bool) -> Iterable[Event]:
    moment = now()
    posts = PendingPost.objects.filter(
        brand=brand,
        status__in=PLANNED,
        scheduled_for__gte=moment - BEHIND,
        scheduled_for__lt=moment + AHEAD,
    )
    rows = list(posts.select_related("account").order_by("scheduled_for")[:MOST])
    waiting = frozenset(row.pk for row in rows if row.status == PendingStatus.PENDING)
    hidden = waiting - come_to_client(waiting) if for_client else frozenset()
    for post in rows:
        waits = post.pk in waiting
        words = IN_THE_MAKING if post.pk in hidden else post.content
        event = _event(post.pk, words, post.platform, post.account.name, waits, brand.timezone)
        event.add("dtstart", to_zone(post.scheduled_for, brand.timezone))
        event.add("last-modified", post.updated_at)
        event.add("status", "TENTATIVE" if waits else "CONFIRMED")
        yield event


def _published(brand: BrandProfile) -> Iterable[Event]:
    posts = Post.objects.live().filter(brand=brand, published_at__gte=now() - BEHIND)
    for post in posts.select_related("account").order_by("-published_at")[:MOST]:
        event = _event(
            post.pending_post_id or post.pk,
            post.content,
            post.platform,
            post.account.name,
            False,
            brand.timezone,
        )
        event.add("dtstart", to_zone(post.published_at, brand.timezone))
        event.add("last-modified", post.updated_at)
        event.add("status", "CONFIRMED")
        if post.external_url:
            event.add("url", vUri(post.external_url))
        yield event


def _event(pk: UUID, content: str, platform: str, account: str, waits: bool, zone: str) -> Event:
    words = " ".join(content.split())
    short = words if len(words) <= 60 else f"{words[:57]}…"
    label = platform_label(platform)
    event = Event()
    event.add("uid", f"{pk}@{_host()}")
    event.add("dtstamp", now())
    event.add("duration", LASTS)
    event.add("summary", f"{label}: {short}" + (f" ({WAITS})" if waits else ""))
    event.add("description", vText(f"{content}\n\n{account} on {label}"))
    event.add("transp", "TRANSPARENT")
    return event


def _host() -> str:
    return str(settings.WARREN_BASE_URL).partition("://")[2].partition("/")[0].partition(":")[0]
