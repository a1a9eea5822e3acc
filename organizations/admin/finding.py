"""One search over people and teams; a pasted id is looked for in every table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib.admin import AdminSite
from django.db.models import Model, Q
from django.http import HttpRequest
from django.urls import reverse

from organizations.models import Membership, Organization, User

MOST = 20


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    words: str
    url: str


def found_for(site: AdminSite, request: HttpRequest, text: str) -> list[Found]:
    """Rows that this operator may open: by e-mail address, name or slug, or by an id."""
    text = text.strip()
    rows = list(_by_id(site, text) if _uuid(text) else _by_words(text)) if text else []
    return [
        _line(row)
        for row in rows
        if site.get_model_admin(type(row)).has_view_permission(request, row)
    ]


def _by_words(text: str) -> Iterator[Model]:
    people = User._base_manager.using("operator")
    yield from people.filter(Q(email__icontains=text) | Q(name__icontains=text))[:MOST]
    teams = Organization._base_manager.using("operator")
    yield from teams.filter(Q(name__icontains=text) | Q(slug__icontains=text))[:MOST]
    members = Membership._base_manager.using("operator").select_related("user", "organization")
    yield from members.filter(
        Q(user__email__icontains=text) | Q(organization__name__icontains=text)
    )[:MOST]


def _by_id(site: AdminSite, text: str) -> Iterator[Model]:
    for model in site._registry:
        if model._meta.pk.get_internal_type() == "UUIDField":
            row = model._base_manager.using("operator").filter(pk=text).first()
            if row is not None:
                yield row


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _line(row: Model) -> Found:
    meta = row._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_change"
    return Found(str(meta.verbose_name), _words(row), reverse(name, args=[row.pk]))


def _words(row: Model) -> str:
    if isinstance(row, Membership):
        return f"{row} in {row.organization}"
    return f"{row.name} <{row.email}>" if isinstance(row, User) else str(row)
