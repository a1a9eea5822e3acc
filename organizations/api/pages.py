"""Lists of the API: pages by the kernel's signed cursor, at most 100 a page."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db import models
from ninja import Field, Query, Schema

from config.kernel.pagination import paginate

T = TypeVar("T")

MOST = 100


class Paging(Schema):
    cursor: str = Field("", description="`next_cursor` or `previous_cursor` of another page.")
    size: int = Field(50, ge=1, le=MOST, description="Rows a page.")


Asked = Query[Paging]


class PageOf(Schema, Generic[T]):
    items: list[T]
    next_cursor: str | None = Field(description="Ask with it for what follows; null at the end.")
    previous_cursor: str | None = Field(description="Ask with it for what comes before.")


def page_of(
    rows: models.QuerySet[Any, Any], asked: Paging, *, order: tuple[str, ...]
) -> dict[str, Any]:
    """One page, as `PageOf` tells it. Raises Invalid for a cursor of another list."""
    page = paginate(rows, order=order, cursor=asked.cursor or None, size=asked.size)
    return {
        "items": page.items,
        "next_cursor": page.next_cursor,
        "previous_cursor": page.previous_cursor,
    }
