"""Unit vectors by the million, by COPY in PostgreSQL's binary form, which numpy writes as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connections, transaction
from numpy.typing import NDArray

from config.kernel.embeddings import DIMENSIONS, current_model
from content.models import Angle, ContentEmbedding

from .plan import Plan
from .sheets import ALIAS
from .trades import TRADES
from .writer import Writer

SPREAD: Final = timedelta(days=60)
"""Twice the window of the duplicate check: half of what is stored is looked at."""

BATCH: Final = 5_000
EXCERPT: Final = 96
_ZERO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TAIL: Final = b"\xff\xff"


class Vectors:
    """Rows of `content_contentembedding`: random directions, which are near to nothing.

    They come as they would in life, the organizations' rows among each other in the order of time,
    so that one organization's window lies scattered over the table.
    """

    def __init__(self, plan: Plan, organizations: Sequence[str]) -> None:
        self.plan = plan
        self.organizations = np.array([UUID(each).bytes for each in organizations], dtype="V16")
        self.model = current_model().encode()
        self.random = np.random.default_rng(plan.random_seed)
        self.kind = ContentEmbedding.ContentType.POST.encode()

    def write(self, step: Callable[[int], object]) -> int:
        """All vectors of the plan; `step` hears of each batch that is committed."""
        for rows in self._batches():
            with (
                transaction.atomic(using=ALIAS),
                connections[ALIAS].cursor() as cursor,
                cursor.copy(self._statement) as copy,
            ):
                copy.write(_HEAD)
                copy.write(rows.tobytes())
                copy.write(_TAIL)
            step(len(rows))
        return self.plan.embeddings

    def _batches(self) -> Iterator[NDArray[Any]]:
        for first in range(0, self.plan.embeddings, BATCH):
            yield self._batch(first, min(BATCH, self.plan.embeddings - first))

    def _batch(self, first: int, count: int) -> NDArray[Any]:
        rows = np.zeros(count, dtype=self._layout)
        rows["fields"] = len(_COLUMNS)
        for column, (_, size) in zip(_COLUMNS, self._sizes, strict=True):
            rows[f"{column}_bytes"] = size
        numbers = np.arange(first, first + count)
        rows["id"] = self._keys(count)
        rows["organization_id"] = self.organizations[numbers % len(self.organizations)]
        rows["created_at"] = rows["updated_at"] = self._moments(numbers)
        rows["content_type"] = self.kind
        rows["content_id"] = self._keys(count)
        rows["model"] = self.model
        rows["content_hash"] = np.frombuffer(self.random.bytes(32 * count).hex().encode(), "S64")
        rows["excerpt"] = self._excerpts[self.random.integers(len(self._excerpts), size=count)]
        rows["dimensions"] = DIMENSIONS
        rows["embedding"] = self._directions(count)
        return rows

    def _directions(self, count: int) -> NDArray[np.float32]:
        drawn = self.random.standard_normal((count, DIMENSIONS), dtype=np.float32)
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        return drawn

    def _keys(self, count: int) -> NDArray[Any]:
        drawn = np.frombuffer(self.random.bytes(16 * count), np.uint8).reshape(count, 16).copy()
        # Version 4: of a seeded vector nobody asks when it was made.
        drawn[:, 6] = (drawn[:, 6] & 0x0F) | 0x40
        drawn[:, 8] = (drawn[:, 8] & 0x3F) | 0x80
        return drawn.view("V16").ravel()

    def _moments(self, numbers: NDArray[Any]) -> NDArray[np.int64]:
        """Microseconds since 2000, from the oldest to the plan's end."""
        end = (self.plan.until - _ZERO) // timedelta(microseconds=1)
        spread = SPREAD // timedelta(microseconds=1)
        age = spread * (1 - (numbers + 1) / self.plan.embeddings)
        moments: NDArray[np.int64] = end - age.astype(np.int64)
        return moments

    @cached_property
    def _excerpts(self) -> NDArray[Any]:
        random = Random(self.plan.random_seed)
        writers = [Writer(trade, random) for trade in TRADES]
        texts = (writers[number % len(writers)].post(Angle.EDUCATIONAL) for number in range(512))
        cut = [f"{text.content} {text.content}"[:EXCERPT].encode("ascii") for text in texts]
        return np.array(cut, dtype=f"S{EXCERPT}")

    @property
    def _sizes(self) -> list[tuple[str, int]]:
        vector = 4 + 4 * DIMENSIONS
        return [
            *(("V16", 16), ("V16", 16), (">i8", 8), (">i8", 8)),
            (f"S{len(self.kind)}", len(self.kind)),
            ("V16", 16),
            (f"S{len(self.model)}", len(self.model)),
            *(("S64", 64), (f"S{EXCERPT}", EXCERPT)),
            (f"({DIMENSIONS},)>f4", vector),
        ]

    @cached_property
    def _layout(self) -> np.dtype[Any]:
        parts: list[tuple[str, str]] = [("fields", ">i2")]
        for column, (kind, _) in zip(_COLUMNS, self._sizes, strict=True):
            parts.append((f"{column}_bytes", ">i4"))
            if column == "embedding":
                parts += [("dimensions", ">i2"), ("unused", ">i2")]
            parts.append((column, kind))
        return np.dtype(parts)

    @property
    def _statement(self) -> str:
        table = ContentEmbedding._meta.db_table
        return f"COPY {table} ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT binary)"


_COLUMNS: Final = (
    *("id", "organization_id", "created_at", "updated_at", "content_type", "content_id"),
    *("model", "content_hash", "excerpt", "embedding"),
)
