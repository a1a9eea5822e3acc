"""The kinds of notices. Every app fills the registry with its own in its `hooks.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.urls import NoReverseMatch, reverse

from config.kernel.hooks import Registry
from organizations.models import AuditRecord, Role


@dataclass(frozen=True, slots=True)
class Notice:
    """What one event says to people. `path` is a page of the team, as `place` makes it.

    `brand_ids` leaves out members who may see none of these brands; None is everybody's business.
    `people` are the only users told, whatever their role.
    """

    title: str
    body: str = ""
    path: str = ""
    brand_ids: frozenset[UUID] | None = None
    people: frozenset[UUID] | None = None


M = TypeVar("M", bound=models.Model)
Make = Callable[[AuditRecord], Notice | None]


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One line of a person's notification settings.

    `actions` are the audit actions that it is made of; `make` may look at rows of the organization
    in scope, and says None when an event is nobody's business. `settled_by` are later actions on
    the same row after which the notice is old news. Who did it is not told, unless `tells_actor`.
    Mail of a kind with a `gap` goes to one person at most once in that time. What `is_binding`
    cannot be switched off in Warren itself. What `is_urgent` waits neither for a digest nor for the
    end of somebody's quiet hours, unless they want that.
    """

    key: str
    words: str
    help: str
    group: str
    actions: frozenset[str]
    make: Make
    role: Role = Role.MEMBER
    in_page: bool = True
    by_mail: bool = False
    settled_by: frozenset[str] = frozenset()
    gap: timedelta | None = None
    tells_actor: bool = False
    is_binding: bool = False
    is_urgent: bool = False


notice_kinds: Registry[NoticeKind] = Registry("notice kinds", NoticeKind)


def register_kinds(kinds: Iterable[NoticeKind]) -> None:
    for kind in kinds:
        notice_kinds.register(kind.key, kind)


def kinds_made_of(action: str) -> list[NoticeKind]:
    return [kind for kind in notice_kinds.values() if action in kind.actions]


def kinds_settled_by(action: str) -> list[str]:
    return [kind.key for kind in notice_kinds.values() if action in kind.settled_by]


def kinds_for(role: Role) -> list[NoticeKind]:
    """The kinds that a member of this role may be told of, in groups."""
    mine = [kind for kind in notice_kinds.values() if role.covers(kind.role)]
    groups = list(dict.fromkeys(kind.group for kind in mine))
    return sorted(mine, key=lambda kind: groups.index(kind.group))


def target_of(record: AuditRecord, rows: models.QuerySet[M]) -> M | None:
    """The row that a record speaks of, if it is still there."""
    return rows.filter(pk=record.target_id).first() if record.target_id else None


def place(url_name: str, **kwargs: Any) -> str:
    """A page's address below its team's: a team that is renamed keeps its old notices' links."""
    try:
        return reverse(url_name, kwargs={"org": "-", **kwargs}).removeprefix("/o/-/")
    except NoReverseMatch:
        return ""
