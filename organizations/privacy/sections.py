"""What a copy of somebody's data consists of: one section a table, from the registry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from pgvector.django import VectorField

from organizations.models import Membership, Organization, User

from .marks import Category, Table, is_sealed, tables

# Keys of this installation's vault are of no use elsewhere, and answers kept for a day are copies.
LEFT_OUT = frozenset({"organizations.datakey", "organizations.idempotentrequest"})
# What of a row that somebody made for a team is theirs to take along.
ONES_OWN = frozenset({Category.ACTIVITY, Category.WORDS})


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one table that belong into the copy: `where` says which, `columns` what of them."""

    name: str
    model: type[models.Model]
    columns: tuple[str, ...]
    where: Q = field(default_factory=Q)
    alias: str = "default"

    def read(self, after: Any, most: int) -> list[tuple[Any, ...]]:
        """At most `most` rows behind the one with the key `after`; its key, then the columns."""
        rows = self._rows()
        if after is not None:
            rows = rows.filter(pk__gt=after)
        return list(rows.order_by("pk").values_list("pk", *self.columns)[:most])

    def count(self) -> int:
        return int(self._rows().count())

    def _rows(self) -> models.QuerySet[Any]:
        return self.model._base_manager.using(self.alias).filter(self.where)


def of_organization(organization_id: UUID) -> list[Section]:
    """Every table with rows of an organization; read inside its scope."""
    people = ("user_id", "user__email", "user__name", "role", "joined_at")
    found = [Section("people", Membership, people, Q(organization_id=organization_id))]
    for table in tables():
        if table.model in LEFT_OUT:
            continue
        model = table.found()
        if model is Organization:
            where = Q(pk=organization_id)
        elif has_organization(model):
            where = Q(organization_id=organization_id)
        else:
            continue
        found.append(Section(_named(table), model, _columns(table), where))
    return found


def of_person(user: User, addresses: list[str]) -> list[Section]:
    """All rows about a person in all organizations, and what they did there; read as operator."""
    found = [Section("you", User, _columns(_table_of(User)), Q(pk=user.pk), "operator")]
    for table in tables():
        model = table.found()
        about = [Q(**{name: user.pk}) for name in table.about]
        if about:
            found.append(Section(_named(table), model, _columns(table), _any(about), "operator"))
        if table.address:
            found.append(
                Section(
                    f"{_named(table)}-to-you",
                    model,
                    _columns(table),
                    address_in(table.address, addresses),
                    "operator",
                )
            )
        if table.by:
            did = _any([Q(**{name: user.pk}) for name in table.by])
            found.append(Section(f"{_named(table)}-by-you", model, _done(table), did, "operator"))
    return found


def address_in(column: str, addresses: list[str]) -> Q:
    return _any([Q(**{f"{column}__iexact": address}) for address in addresses])


def has_organization(model: type[models.Model]) -> bool:
    return any(each.attname == "organization_id" for each in model._meta.concrete_fields)


def _columns(table: Table) -> tuple[str, ...]:
    derived = {
        each.attname
        for each in table.found()._meta.concrete_fields
        if isinstance(each, VectorField)
    }
    return tuple(name for name in table.exported() if name not in derived)


def _done(table: Table) -> tuple[str, ...]:
    own = {name for name, mark in table.personal.items() if mark.category in ONES_OWN}
    frame = {"id", "organization", "created_at"}
    return tuple(
        each.attname
        for each in table.found()._meta.concrete_fields
        if each.name in own | frame and not is_sealed(each)
    )


def _table_of(model: type[models.Model]) -> Table:
    return next(table for table in tables() if table.found() is model)


def _named(table: Table) -> str:
    return table.model.replace(".", "-")


def _any(conditions: list[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found
