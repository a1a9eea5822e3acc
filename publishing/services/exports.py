"""Posts as files, streamed: CSV, JSON and calendar entries, so that they can be imported again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from config.kernel.clock import now, to_zone
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from config.kernel.tables import write_csv
from content.models import Asset
from organizations.models import User
from organizations.services.audit import record
from publishing.models import PendingPost, Post

from .imports_checking import account_name

BATCH: Final = 500
LONGEST_SPAN: Final = timedelta(days=3 * 366)
KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}
WORDS: Final = (
    *("Text", "Hashtags", "Link", "Title", "Thread", "First comment"),
    *("Date", "Time", "Time zone", "Accounts", "Queue", "Media", "Pillar", "Campaign"),
)
"""What an import reads again; what stands behind it in a file is only to be looked at."""
PLANNED: Final = (*WORDS, "Brand", "State", "Origin", "Approved or made by")
PUBLISHED: Final = (
    *WORDS,
    *("Brand", "State", "Web address", "Views", "Likes", "Comments", "Shares", "Clicks"),
)
_EXAMPLES: Final = (
    (
        "Seven coats of varnish, a day between each.\n\nThat is why twelve days are twelve days.",
        *("mast varnish", "https://example.com/masts", "", "", ""),
        *("2027-03-31", "09:00", "Europe/Berlin", "", "", "", "Craft", "Spring"),
    ),
    (
        "Without a date and time it stays a draft.",
        *("", "", "", "", "", "", "", "", "", "", "", "", ""),
    ),
)


@dataclass(frozen=True, slots=True)
class Span:
    """Which planned posts: from a moment to one, of some brands, accounts and states, or of all."""

    start: datetime
    end: datetime
    brand_id: UUID | None = None
    account_ids: tuple[UUID, ...] = ()
    statuses: tuple[str, ...] = ()


def template_file() -> str:
    """A file to fill in; its example rows say what belongs where."""
    return "".join(write_csv(WORDS, _EXAMPLES))


def export_planned(*, organization_id: UUID, span: Span, kind: str, by: User) -> Iterator[str]:
    """The pieces of a file (csv, json or ics) of everything planned in a span, out or not.

    Written down before it begins; one batch of posts is in memory at a time. Raises Invalid for a
    span that ends before it begins or is longer than three years.
    """
    if not timedelta() < span.end - span.start <= LONGEST_SPAN:
        raise Invalid("Choose a span of at most three years that ends after it begins.")
    _note(organization_id, kind, by)
    rows = PendingPost.objects.filter(scheduled_for__gte=span.start, scheduled_for__lt=span.end)
    if span.brand_id:
        rows = rows.filter(brand_id=span.brand_id)
    if span.account_ids:
        rows = rows.filter(account_id__in=span.account_ids)
    if span.statuses:
        rows = rows.filter(status__in=span.statuses)
    rows = rows.select_related("account", "brand", "queue", "author")
    posts = _in_batches(organization_id, rows, "scheduled_for", _planned)
    return _as_file(kind, PLANNED, posts)


def export_published(*, organization_id: UUID, posts: Any, kind: str, by: User) -> Iterator[str]:
    """The same of what is out, with its numbers: a queryset of posts."""
    _note(organization_id, kind, by)
    rows = posts.select_related("account", "brand", "pending_post__queue")
    return _as_file(kind, PUBLISHED, _in_batches(organization_id, rows, "published_at", _published))


def _note(organization_id: UUID, kind: str, by: User) -> None:
    if kind not in KINDS:
        raise Invalid("Posts are exported as CSV, JSON or ICS.")
    with org_atomic(organization_id):
        record(action="posts.exported", target=None, by=by, data={"format": kind})


Entry = Mapping[str, Any]


def _in_batches(
    organization_id: UUID,
    rows: Any,
    order: str,
    entry: Callable[[Any, Mapping[str, str]], Entry],
) -> Iterator[Entry]:
    """Oldest first. Each batch is read in a transaction of its own, while the file is on its way:
    none stays open while the reader is slow."""
    last: tuple[Any, Any] | None = None
    while True:
        with org_atomic(organization_id):
            batch = rows.order_by(order, "pk")
            if last is not None:
                batch = batch.filter(**{f"{order}__gte": last[0]}).exclude(
                    **{order: last[0], "pk__lte": last[1]}
                )
            found = list(batch[:BATCH])
            names = _media_names(found)
            entries = [entry(row, names) for row in found]
        yield from entries
        if len(found) < BATCH:
            return
        last = (getattr(found[-1], order), found[-1].pk)


def _media_names(rows: Sequence[PendingPost | Post]) -> dict[str, str]:
    references = {medium.get("reference") for row in rows for medium in row.media}
    if not references:
        return {}
    found = Asset.objects.filter(reference__in=references).values_list("reference", "name")
    return dict(found)


def _planned(post: PendingPost, names: Mapping[str, str]) -> Entry:
    local = to_zone(post.scheduled_for, post.zone or post.brand.timezone)
    wall = post.wall_time if post.zone else ""
    return {
        **_words(post, names),
        "Title": post.title,
        "Thread": list(post.thread),
        "First comment": post.first_comment,
        "Date": wall[:10] or f"{local:%Y-%m-%d}",
        "Time": wall[11:16] or f"{local:%H:%M}",
        "Time zone": post.zone or post.brand.timezone,
        "Queue": post.queue.name if post.queue else "",
        "Pillar": post.pillar,
        "Campaign": post.campaign,
        "State": post.get_status_display(),
        "Origin": origin_of(post),
        "Approved or made by": post.author.name if post.author else "",
        "moment": post.scheduled_for,
        "id": post.pk,
    }


def _published(post: Post, names: Mapping[str, str]) -> Entry:
    local = to_zone(post.published_at, post.brand.timezone)
    source = post.pending_post
    return {
        **_words(post, names),
        "Title": source.title if source else "",
        "Thread": list(source.thread) if source else [],
        "First comment": source.first_comment if source else "",
        "Date": f"{local:%Y-%m-%d}",
        "Time": f"{local:%H:%M}",
        "Time zone": post.brand.timezone,
        "Queue": source.queue.name if source and source.queue else "",
        "Pillar": source.pillar if source else "",
        "Campaign": source.campaign if source else "",
        "State": post.get_status_display(),
        "Web address": post.external_url,
        "Views": post.impressions,
        "Likes": post.likes,
        "Comments": post.comments,
        "Shares": post.shares,
        "Clicks": post.clicks,
        "moment": post.published_at,
        "id": post.pk,
    }


def _words(post: PendingPost | Post, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Text": post.content,
        "Hashtags": list(post.hashtags),
        "Link": post.link,
        "Accounts": [account_name(post.account)],
        "Media": [
            names[medium["reference"]] for medium in post.media if medium.get("reference") in names
        ],
        "Brand": post.brand.name,
    }


def origin_of(post: PendingPost) -> str:
    """Where a post came from: repeating, evergreen, agent or person."""
    if post.recurrence_id:
        return "repeating"
    if post.evergreen_id:
        return "evergreen"
    return "person" if post.variant_id or post.author_id else "agent"


def _as_file(kind: str, columns: Sequence[str], entries: Iterable[Entry]) -> Iterator[str]:
    if kind == "json":
        return _as_json(columns, entries)
    if kind == "ics":
        return _as_calendar(entries)
    return write_csv(columns, ([_cell(name, entry[name]) for name in columns] for entry in entries))


def _cell(name: str, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return ("\n" if name == "Thread" else ", ").join(value)


def _as_json(columns: Sequence[str], entries: Iterable[Entry]) -> Iterator[str]:
    yield '{"posts": ['
    before = "\n"
    for entry in entries:
        named = {name.lower().replace(" ", "_"): entry[name] for name in columns}
        yield before + json.dumps(named, ensure_ascii=False)
        before = ",\n"
    yield "\n]}\n"


def _as_calendar(entries: Iterable[Entry]) -> Iterator[str]:
    """RFC 5545, each post as an entry of a quarter of an hour."""
    # Its tables of time zones are for those who ask for a calendar.
    from icalendar import Calendar, Event

    whole = Calendar()
    whole.add("prodid", "-//Warren//Posts//EN")
    whole.add("version", "2.0")
    head, _, tail = whole.to_ical().decode().partition("END:VCALENDAR")
    yield head
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry['id']}@warren")
        event.add("dtstamp", now())
        event.add("dtstart", entry["moment"])
        event.add("dtend", entry["moment"] + timedelta(minutes=15))
        first = " ".join(entry["Text"].split())[:70]
        event.add("summary", f"{entry['Accounts'][0]}: {first}")
        event.add("description", entry["Text"])
        event.add("categories", [entry["State"]])
        yield event.to_ical().decode()
    yield f"END:VCALENDAR{tail}"
