"""Pages of a list by keyset: one query each, stable while rows come and go, signed cursors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q

from .errors import Invalid

T = TypeVar("T")

MAX_SIZE = 200
_SALT = "warren.pagination"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. A cursor is None where the list ends."""

    items: tuple[T, ...]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Column:
    """One part of the order. Nulls count as the largest value, as PostgreSQL sorts them."""

    name: str
    descending: bool
    nullable: bool

    def reversed(self) -> _Column:
        return _Column(self.name, not self.descending, self.nullable)

    @property
    def spelled(self) -> str:
        return f"-{self.name}" if self.descending else self.name

    def equal(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any) -> Q | None:
        """Rows further on than the value; None if there can be none."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if self.descending else None
        if self.descending:
            return Q(**{f"{self.name}__lt": value})
        further = Q(**{f"{self.name}__gt": value})
        return further | Q(**{f"{self.name}__isnull": True}) if self.nullable else further

    def at_or_beyond(self, value: Any) -> Q:
        if value is None:
            return Q() if self.descending else Q(**{f"{self.name}__isnull": True})
        if self.descending:
            return Q(**{f"{self.name}__lte": value})
        further = Q(**{f"{self.name}__gte": value})
        return further | Q(**{f"{self.name}__isnull": True}) if self.nullable else further


def paginate(
    queryset: models.QuerySet[Any, T],
    *,
    order: tuple[str, ...],
    cursor: str | None = None,
    size: int = 50,
) -> Page[T]:
    """One page of the queryset in this order, from where the cursor says.

    `order` is names as in `order_by`, also of annotations and of joined rows; the primary key is
    added so that no two rows stand at the same place. Raises Invalid when a cursor was changed by
    hand, has expired with the signing key, or belongs to another list.
    """
    columns = _columns(queryset, order)
    size = max(1, min(size, MAX_SIZE))
    place = _read(cursor, queryset, columns) if cursor else None
    backward = place is not None and place.backward
    walked = [column.reversed() for column in columns] if backward else columns
    rows = queryset.order_by(*(column.spelled for column in walked))
    if place is not None:
        rows = rows.filter(_beyond(walked, place.values))
    found = list(rows[: size + 1])
    more, items = len(found) > size, found[:size]
    if backward:
        items.reverse()
    has_next = bool(items) if backward else more
    has_previous = more if backward else place is not None and bool(items)
    return Page(
        items=tuple(items),
        next_cursor=_write(items[-1], queryset, columns) if has_next else None,
        previous_cursor=(
            _write(items[0], queryset, columns, backward=True) if has_previous else None
        ),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    values: tuple[Any, ...]
    backward: bool


def _columns(queryset: models.QuerySet[Any, Any], order: tuple[str, ...]) -> list[_Column]:
    names = [name.lstrip("-") for name in order]
    if not {"pk", queryset.model._meta.pk.name} & set(names):
        # In the direction of the last column, so that an index serves both.
        order = (*order, "-pk" if order and order[-1].startswith("-") else "pk")
    return [
        _Column(name.lstrip("-"), name.startswith("-"), _is_nullable(queryset, name.lstrip("-")))
        for name in order
    ]


def _is_nullable(queryset: models.QuerySet[Any, Any], name: str) -> bool:
    if name in queryset.query.annotations:
        return True
    model: Any = queryset.model
    for part in name.split("__"):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            return True
        if field.null:
            return True
        model = field.related_model
    return False


def _beyond(columns: list[_Column], values: tuple[Any, ...]) -> Q:
    """Rows after these values: further in one column and equal in all columns before it."""
    further, equal = Q(), Q()
    for column, value in zip(columns, values, strict=True):
        step = column.beyond(value)
        if step is not None:
            further |= equal & step
        equal &= column.equal(value)
    # Says again what follows from the rest, in a form that an index on the first column serves.
    return columns[0].at_or_beyond(values[0]) & further


def _write(
    row: Any,
    queryset: models.QuerySet[Any, Any],
    columns: list[_Column],
    *,
    backward: bool = False,
) -> str:
    values = [_pack(_value(row, column.name)) for column in columns]
    payload = [_kind_of(queryset, columns), int(backward), values]
    return signing.dumps(payload, salt=_SALT, compress=True)


def _read(cursor: str, queryset: models.QuerySet[Any, Any], columns: list[_Column]) -> _Place:
    try:
        kind, backward, values = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise _not_ours() from error
    if kind != _kind_of(queryset, columns):
        raise _not_ours()
    return _Place(tuple(_unpack(value) for value in values), bool(backward))


def _kind_of(queryset: models.QuerySet[Any, Any], columns: list[_Column]) -> str:
    return f"{queryset.model._meta.label_lower} {','.join(column.spelled for column in columns)}"


def _not_ours() -> Invalid:
    return Invalid(
        "This place in the list is not known: its address was changed, or is from another list. "
        "Open the list from its start.",
        code="cursor_unknown",
        field="cursor",
    )


def _value(row: Any, name: str) -> Any:
    if isinstance(row, Mapping):
        return row[name]
    for part in name.split("__"):
        row = None if row is None else getattr(row, part)
    return row


_PACKED: Final[Mapping[str, tuple[type[Any], Callable[[Any], str], Callable[[str], Any]]]] = {
    # A datetime is a date too, so it comes first.
    "t": (datetime, datetime.isoformat, datetime.fromisoformat),
    "d": (date, date.isoformat, date.fromisoformat),
    "u": (UUID, str, UUID),
    "n": (Decimal, str, Decimal),
}


def _pack(value: Any) -> Any:
    for tag, (kind, pack, _) in _PACKED.items():
        if isinstance(value, kind):
            return [tag, pack(value)]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"A list cannot be paged by a value of type {type(value).__name__}.")


def _unpack(value: Any) -> Any:
    if isinstance(value, list):
        tag, text = value
        return _PACKED[tag][2](text)
    return value
