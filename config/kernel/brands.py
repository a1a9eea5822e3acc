"""The narrower limit inside an organization: the brands that a restricted member may see.

Entered at the door of a view for a membership that does not see all brands, and known to every
scoped manager from there on: a view that forgets it shows nothing of the other brands. Whatever
workers do is never limited; they have nobody's eyes. Models say how they hang on a brand by
`brand_path` (see `OrgOwned`); those without one belong to the whole organization.

The condition is a sub-select over the first link and never a join, so that it changes nothing about
locks, counts and grouping of the query that it narrows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from .errors import Invalid, NotFound

M = TypeVar("M", bound=models.Model)

_brands: ContextVar[frozenset[UUID] | None] = ContextVar("brands", default=None)


@contextmanager
def brand_limit(brand_ids: frozenset[UUID] | None) -> Iterator[None]:
    """Let the enclosed code see these brands only; the empty set none, and None all.

    Nested, it can only narrow: None inside a limit leaves the limit as it is.
    """
    outer = _brands.get()
    if outer is not None:
        brand_ids = outer if brand_ids is None else outer & brand_ids
    token = _brands.set(brand_ids)
    try:
        yield
    finally:
        _brands.reset(token)


@contextmanager
def over_all_brands(reason: str) -> Iterator[None]:
    """Step out of the limit for what must count the whole organization, such as a shared account's
    pace. Nothing that is read here may reach the page. `reason` makes it greppable."""
    token = _brands.set(None)
    try:
        yield
    finally:
        _brands.reset(token)


def brands_in_sight() -> frozenset[UUID] | None:
    """The brands that the limit in force leaves; None when there is no limit."""
    return _brands.get()


def limit_reads(queryset: models.QuerySet[M]) -> models.QuerySet[M]:
    """Only rows of brands in sight, and those of no brand where they are shared."""
    condition = _condition(queryset.model, _shared(queryset.model))
    return queryset if condition is None else queryset.filter(condition)


def limit_writes(queryset: models.QuerySet[M]) -> models.QuerySet[M]:
    """What was read, without the rows that are shared because they are of no brand."""
    condition = _condition(queryset.model, False) if _shared(queryset.model) else None
    return queryset if condition is None else queryset.filter(condition)


def refuse_beyond_brands(row: models.Model) -> None:
    """Refuse to write a row of a brand out of sight, or of none where it could name one.

    Costs a query only under a limit and for rows that hang on their brand by another row. Raises
    NotFound, as for whatever the member cannot see, and Invalid for a row of no brand.
    """
    brands = _brands.get()
    paths = _paths(type(row))
    if brands is None or not paths:
        return
    reached = [_reached(row, path, brands) for path in paths]
    if any(reached):
        return
    if all(answer is None for answer in reached):
        raise Invalid(
            "Choose a brand: you work for certain brands of this team, not for all of them.",
            code="brand_needed",
            field="brand",
        )
    raise NotFound(
        "There is no such brand, or it is none of those that you may see.", code="brand_unseen"
    )


def refuse_moves_beyond_brands(model: type[models.Model], values: Mapping[str, Any]) -> None:
    """Refuse an update in bulk that would carry rows to another brand."""
    brands = _brands.get()
    for path in _paths(model) if brands is not None else ():
        head, _, _ = path.partition("__")
        field = model._meta.get_field(head)
        names = {head, getattr(field, "attname", head)} & set(values)
        if names and not field.one_to_many and not field.primary_key:  # type: ignore[union-attr]
            sample = model(**{name: values[name] for name in names})
            refuse_beyond_brands(sample)


def _condition(model: type[models.Model], shared: bool) -> Q | None:
    brands = _brands.get()
    paths = _paths(model)
    if brands is None or not paths:
        return None
    condition = Q()
    for path in paths:
        condition |= _within(model, path, brands)
        if shared:
            condition |= Q(**{f"{path}__isnull": True})
    return condition


def _within(model: type[models.Model], path: str, brands: Iterable[UUID]) -> Q:
    head, _, rest = path.partition("__")
    if not rest:
        return Q(**{f"{head}__in": list(brands)})
    link = model._meta.get_field(head)
    others: Any = link.related_model._base_manager.filter(**{f"{rest}__in": list(brands)})  # type: ignore[union-attr]
    if link.one_to_many:
        return Q(pk__in=others.values(link.field.attname))  # type: ignore[union-attr]
    return Q(**{f"{head}__in": others.values("pk")})


def _reached(row: models.Model, path: str, brands: frozenset[UUID]) -> bool | None:
    """Whether the row comes to a brand in sight by this path; None if the path leads nowhere."""
    head, _, rest = path.partition("__")
    link: Any = row._meta.get_field(head)
    if link.one_to_many:
        # A new row has nothing hanging on it yet, so it belongs to no brand.
        others = link.related_model._base_manager.filter(**{link.field.name: row.pk})
        return bool(others.filter(**{f"{rest}__in": list(brands)}).exists())
    value = getattr(row, link.attname)
    if value is None:
        return None
    if not rest:
        return value in brands
    target = link.related_model._base_manager.filter(pk=value)
    return bool(target.filter(**{f"{rest}__in": list(brands)}).exists())


def _paths(model: type[models.Model]) -> tuple[str, ...]:
    path: str | tuple[str, ...] = getattr(model, "brand_path", "")
    return (path,) if isinstance(path, str) and path else tuple(path)


def _shared(model: type[models.Model]) -> bool:
    return bool(getattr(model, "shared_without_brand", False))
