"""The audit log as people read it: which records, in sentences, with what was changed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from config.kernel.clock import in_words, resolve
from config.kernel.pagination import Page, paginate
from config.kernel.scoping import current_organization_id
from organizations.models import ActorKind, AuditRecord, AuditSeal

from .words import audit_targets, said_of, title_of

_NAME_CHARACTERS: Final = 70
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+\d\d:\d\d|Z)")
_KINDS: Final = {
    ActorKind.AGENT: "The agent",
    ActorKind.RULE: "A rule",
    ActorKind.SYSTEM: "Warren",
}


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What somebody looks for. `actor` is `kind:agent`, `user:<id>` or `key:<id>`; `row` is the id
    of the one thing of which everything is wanted."""

    category: str = ""
    actor: str = ""
    action: str = ""
    target: str = ""
    row: UUID | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == AuditFilter()

    def records(self, zone: str) -> QuerySet[AuditRecord]:
        """In the organization in scope; days are whole days of the team's zone."""
        rows = AuditRecord.objects.all()
        if self.category:
            rows = rows.filter(category=self.category)
        if self.action:
            rows = rows.filter(action=self.action)
        if self.target:
            rows = rows.filter(target_type=self.target)
        if self.row:
            rows = rows.filter(target_id=self.row)
        if self.since:
            rows = rows.filter(created_at__gte=resolve(self.since, time(), zone))
        if self.until:
            rows = rows.filter(created_at__lt=resolve(self.until + timedelta(days=1), time(), zone))
        field, _, value = self.actor.partition(":")
        columns = {"kind": "actor_kind", "user": "actor_id", "key": "api_key_id"}
        return rows.filter(**{columns[field]: value}) if field in columns else rows


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in words."""

    record: AuditRecord
    who: str
    what: str
    target: str
    target_word: str
    url: str
    changes: tuple[Change, ...]
    details: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> str:
        named = f": {self.target}" if self.target else ""
        return f"{self.who} {self.what}{named}"


@dataclass(frozen=True, slots=True)
class Sealed:
    """How far the chains reach."""

    seal: AuditSeal | None
    blocks: int


def audit_page(found: AuditFilter, *, zone: str, slug: str, cursor: str | None) -> Page[Entry]:
    """50 entries, newest first; a query for the rows and one a kind of target."""
    page = paginate(
        _with_actors(found.records(zone)), order=("-created_at",), cursor=cursor, size=50
    )
    return Page(tuple(entries(page.items, slug, zone)), page.next_cursor, page.previous_cursor)


def audit_in_batches(found: AuditFilter, *, zone: str, size: int = 500) -> Iterator[list[Entry]]:
    """All of it, oldest first, a batch at a time; every batch asks in the scope of its moment."""
    last: AuditRecord | None = None
    while True:
        rows = _with_actors(found.records(zone))
        if last is not None:
            rows = rows.filter(pk__gt=last.pk)
        batch = list(rows.order_by("pk")[:size])
        if not batch:
            return
        yield list(entries(batch))
        last = batch[-1]


def entries(records: Sequence[AuditRecord], slug: str = "", zone: str = "UTC") -> Iterator[Entry]:
    names = _names(records)
    for record in records:
        kind = audit_targets.get(record.target_type)
        name = names.get((record.target_type, record.target_id), "")
        known = name or _told(record)
        yield Entry(
            record=record,
            who=who(record),
            what=said_of(record.action),
            target=_shortened(known),
            target_word=kind.word if kind else "",
            url=_url(record, slug) if name and slug else "",
            # Where nothing was before, what there is now needs no column beside it.
            changes=_changes(record.before, record.after, zone) if record.before else (),
            details=_details(
                {**({} if record.before else record.after), **record.data}, without=known, zone=zone
            ),
        )


def who(record: AuditRecord) -> str:
    """The one who acted, as they are called now."""
    if record.actor_kind == ActorKind.API_KEY:
        return f"The API key “{record.api_key.name}”" if record.api_key else "An API key"
    if record.actor_kind == ActorKind.STAFF:
        return f"{record.actor} of the support" if record.actor else "The support"
    if record.actor_kind == ActorKind.CLIENT:
        return f"{record.data.get('client') or 'Somebody'} by a client's link"
    if record.actor:
        return str(record.actor)
    if record.actor_kind == ActorKind.PERSON:
        return "Somebody who has been deleted since"
    return _KINDS.get(ActorKind(record.actor_kind), "Warren")


def sealed_until() -> Sealed:
    last = AuditSeal.objects.order_by("-created_at").defer("leaves").first()
    return Sealed(last, AuditSeal.objects.count() if last else 0)


def plain(value: Any, zone: str = "UTC") -> str:
    """A value of before, after or data in a form that fits on a line.

    Moments stand in the team's zone; of ids nobody has anything but their number.
    """
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        if value and all(map(_is_id, value)):
            return str(len(value))
        return ", ".join(plain(each, zone) for each in value) or "none"
    if isinstance(value, dict):
        told = {name: each for name, each in value.items() if not _is_id(each)}
        return "; ".join(f"{title_of(name)}: {plain(each, zone)}" for name, each in told.items())
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return in_words(datetime.fromisoformat(value), zone)
    return str(value)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _with_actors(rows: QuerySet[AuditRecord]) -> QuerySet[AuditRecord]:
    return rows.select_related("actor", "api_key", "seal").defer("seal__leaves")


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], zone: str) -> tuple[Change, ...]:
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Change(title_of(name), plain(before.get(name), zone), plain(after.get(name), zone))
        for name in names
    )


def _details(data: Mapping[str, Any], *, without: str, zone: str) -> tuple[tuple[str, str], ...]:
    """What else was written down, but for ids and the name that the sentence says already."""
    told = {name: each for name, each in data.items() if each != without and not _is_id(each)}
    return tuple((title_of(name), plain(value, zone)) for name, value in told.items())


def _told(record: AuditRecord) -> str:
    """The name as it was written down, for rows that are gone."""
    said = {**record.before, **record.data}
    return next((str(said[name]) for name in ("name", "handle", "email") if said.get(name)), "")


def _names(records: Sequence[AuditRecord]) -> dict[tuple[str, UUID | None], str]:
    wanted: defaultdict[str, set[UUID]] = defaultdict(set)
    for record in records:
        if record.target_id and record.target_type in audit_targets:
            wanted[record.target_type].add(record.target_id)
    names: dict[tuple[str, UUID | None], str] = {}
    for label, ids in wanted.items():
        model = apps.get_model(label)
        owner = "pk" if label == "organizations.organization" else "organization_id"
        rows = model._base_manager.filter(pk__in=ids, **{owner: current_organization_id()})
        for pk, name in rows.values_list("pk", audit_targets[label].name):
            names[label, pk] = str(name or "")
    return names


def _shortened(name: str) -> str:
    words = " ".join(name.split())
    if len(words) > _NAME_CHARACTERS:
        words = words[: _NAME_CHARACTERS - 1].rstrip() + "…"
    return f"“{words}”" if words else ""


def _url(record: AuditRecord, slug: str) -> str:
    target = audit_targets.get(record.target_type)
    if target is None or not target.page:
        return ""
    keywords: dict[str, Any] = {"org": slug}
    if target.keyword:
        keywords[target.keyword] = record.target_id
    try:
        return reverse(target.page, kwargs=keywords)
    except NoReverseMatch:
        return ""


def as_json_line(entry: Entry) -> str:
    record = entry.record
    return (
        json.dumps(
            {
                "id": str(record.pk),
                "at": record.created_at.isoformat(),
                "category": record.category,
                "actor_kind": record.actor_kind,
                "actor_id": str(record.actor_id) if record.actor_id else None,
                "actor": entry.who,
                "api_key_id": str(record.api_key_id) if record.api_key_id else None,
                "action": record.action,
                "words": entry.what,
                "target_type": record.target_type,
                "target_id": str(record.target_id) if record.target_id else None,
                "target": entry.target,
                "reason": record.reason,
                "before": record.before,
                "after": record.after,
                "data": record.data,
                "succeeded": record.succeeded,
                "block": record.seal.number if record.seal else None,
            },
            ensure_ascii=False,
        )
        + "\n"
    )


COLUMNS: Final = (
    *("Time (UTC)", "Category", "Who", "Kind of actor", "What", "Kind of target", "Target"),
    *("Reason", "Before", "After", "Details", "Succeeded", "Action", "Target ID", "Record ID"),
    *("Chain", "Block"),
)


def as_row(entry: Entry) -> tuple[object, ...]:
    record = entry.record
    return (
        *(record.created_at, record.get_category_display(), entry.who),
        *(record.get_actor_kind_display(), entry.what, entry.target_word, entry.target),
        *(record.reason, _compact(record.before), _compact(record.after)),
        *(_compact(record.data), record.succeeded, record.action),
        *(str(record.target_id or ""), str(record.pk)),
        *((record.seal.chain, record.seal.number) if record.seal else ("", "")),
    )


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
