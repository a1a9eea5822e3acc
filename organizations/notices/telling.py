"""From audit records to notices, inside the transaction that wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from config.kernel.clock import now
from organizations.models import AuditRecord, NoticeState, Notification, OutgoingNotice

from .audience import Audience
from .brands import BrandAddresses, brand_addresses
from .kinds import Notice, NoticeKind, kinds_made_of, kinds_settled_by
from .timing import Wishes, when_to_tell

# More events of one kind at once are one notice: nobody reads twenty lines of the same.
MOST_AT_ONCE = 3

_Told = tuple[NoticeKind, AuditRecord, Notice]


def tell(records: Sequence[AuditRecord]) -> None:
    """Write a notice for everybody who should know of these records; most are of no kind.

    Mail goes out later, by the sweeper, so that no mail server holds a transaction open.
    """
    _settle(records)
    told = [each for record in records for each in _made_of(record)]
    if not told:
        return
    rows, sent_out = _rows(told, Audience(kind for kind, _, _ in told))
    Notification.objects.bulk_create(rows)
    OutgoingNotice.objects.bulk_create([*sent_out, *_to_brands(told)])


def _made_of(record: AuditRecord) -> Iterator[_Told]:
    for kind in kinds_made_of(record.action):
        notice = kind.make(record)
        if notice is not None:
            yield kind, record, notice


def _gathered(told: Iterable[_Told]) -> Iterator[_Told]:
    """What one receiver hears of each kind, in their own first one's words."""
    by_kind: dict[str, list[_Told]] = {}
    for each in told:
        by_kind.setdefault(each[0].key, []).append(each)
    for same in by_kind.values():
        kind, record, notice = same[0]
        if len(same) <= MOST_AT_ONCE:
            yield from same
        else:
            title = f"{notice.title}, and {len(same) - 1} more of the kind"
            yield kind, record, replace(notice, title=title)


def _rows(told: list[_Told], audience: Audience) -> tuple[list[Notification], list[OutgoingNotice]]:
    """Each person's notices in Warren, with the moment of their mail; and what goes to webhooks."""
    moment = now()
    mailed = _last_mails({kind.key for kind, _, _ in told if kind.gap})
    rows, sent_out = [], []
    for user_id, theirs in _by_person(told, audience).items():
        for kind, record, notice in _gathered(theirs):
            ways = audience.ways(kind, user_id)
            settings = audience.settings_of(user_id) if ways.by_mail or ways.by_hook else None
            wishes = Wishes.of(settings)
            after = mailed.get((user_id, kind.key))
            mail_from = max(moment, after + kind.gap) if after and kind.gap else moment
            mail_at = when_to_tell(wishes, mail_from, kind.is_urgent) if ways.by_mail else None
            if ways.in_page or ways.by_mail:
                row = Notification(user_id=user_id, **_said(kind, record, notice))
                row.due_at = mail_at
                # Told by mail alone: it stands in the list, and no bell rings for it.
                row.read_at = None if ways.in_page else moment
                rows.append(row)
            if ways.by_hook and settings is not None and settings.hook_url:
                sent_out.append(
                    OutgoingNotice(
                        way=OutgoingNotice.Way.HOOK,
                        user_id=user_id,
                        address=settings.hook_url,
                        due_at=when_to_tell(wishes, moment, kind.is_urgent),
                        **_said(kind, record, notice),
                    )
                )
    return rows, sent_out


def _by_person(told: list[_Told], audience: Audience) -> dict[UUID, list[_Told]]:
    found: dict[UUID, list[_Told]] = {}
    for kind, record, notice in told:
        for user_id in audience.of(kind, notice, actor_id=record.actor_id):
            found.setdefault(user_id, []).append((kind, record, notice))
    return found


def _to_brands(told: list[_Told]) -> list[OutgoingNotice]:
    """What a person would be mailed by default, for the mailboxes and webhooks of its brands."""
    news = [each for each in told if each[0].by_mail and each[2].brand_ids]
    if not news:
        return []
    every = frozenset().union(*(notice.brand_ids or () for _, _, notice in news))
    addresses = (brand_addresses.get() or BrandAddresses()).of(every)
    moment = now()
    return [
        OutgoingNotice(
            way=way,
            brand_id=address.brand_id,
            address=where,
            due_at=moment,
            **_said(kind, record, notice),
        )
        for address in addresses
        for kind, record, notice in _gathered(
            each for each in news if address.brand_id in (each[2].brand_ids or ())
        )
        for way, where in (
            (OutgoingNotice.Way.MAIL, address.email),
            (OutgoingNotice.Way.HOOK, address.webhook),
        )
        if where
    ]


def _said(kind: NoticeKind, record: AuditRecord, notice: Notice) -> dict[str, Any]:
    return {
        "kind": kind.key,
        "title": notice.title[:160],
        "body": notice.body,
        "path": notice.path[:300],
        "record": record,
    }


def _last_mails(kinds: set[str]) -> dict[tuple[UUID, str], datetime]:
    if not kinds:
        return {}
    rows = Notification.objects.filter(kind__in=kinds, mailed_at__isnull=False)
    last = rows.values_list("user_id", "kind").annotate(last=Max("mailed_at"))
    return {(user, kind): moment for user, kind, moment in last}


def _settle(records: Sequence[AuditRecord]) -> None:
    """What somebody has seen to is no news any more: no bell, and no mail about it.

    One statement an action, however many posts leave together.
    """
    seen_to: dict[str, list[UUID]] = {}
    for record in records:
        if record.target_id:
            seen_to.setdefault(record.action, []).append(record.target_id)
    for action, ids in seen_to.items():
        if keys := kinds_settled_by(action):
            same = Notification.objects.filter(kind__in=keys, record__target_id__in=ids)
            news = same.filter(Q(read_at=None) | Q(mailed_at=None, due_at__isnull=False))
            news.update(read_at=Coalesce("read_at", now()), due_at=None)
            # Gathered and not on its way yet: nobody needs to be told any more.
            OutgoingNotice.objects.filter(
                kind__in=keys, record__target_id__in=ids, state=NoticeState.QUEUED, attempts=0
            ).delete()
