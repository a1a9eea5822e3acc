"""Passages nearest to a question: by words, by vectors, and both ranks put together.

All three run in the organization in scope, inside its transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from brands.models import KnowledgeChunk

RANK_CONSTANT: Final = 60  # specification 2c
FROM_EACH: Final = 10
EXACT_UP_TO: Final = 20_000
"""Vectors that are all compared. Beyond, an index is asked, whose recall is measured by
`manage.py bench knowledge`; below, comparing all is about as fast and misses nothing."""

BREADTH: Final = 400
"""How many candidates the index keeps in view (hnsw.ef_search): more find more, and take longer.

Measured at 200,000 passages of one organization (2026-11-21): recall@10 0.82 with 100, 0.89 with
200, 0.96 with 400 in 18 ms, 0.98 with 800 and 0.99 with 1,000, the most there is, in 32 ms; with a
filter to a bucket of 50,000 it is 0.76, 0.86, 0.91, 0.95 and 0.98. Ranks are fused with those by
words, so that what one list misses the other often has."""

_TABLE: Final = KnowledgeChunk._meta.db_table
_WHERE: Final = """bucket_id = ANY(%(buckets)s) AND model = %(model)s
  AND (document_id IS NULL OR document_id <> ALL(%(hidden)s))"""
EXACT: Final = f"""
SELECT id, 1 - (embedding <=> %(vector)s::vector) AS likeness FROM {_TABLE}
WHERE {_WHERE} AND embedding IS NOT NULL ORDER BY embedding <#> %(vector)s::vector LIMIT %(most)s
"""  # noqa: S608
_INDEXED: Final = f"""
SELECT id, -(embedding::halfvec(768) <#> %(vector)s::halfvec(768)) AS likeness FROM {_TABLE}
WHERE {_WHERE} ORDER BY embedding::halfvec(768) <#> %(vector)s::halfvec(768) LIMIT %(most)s
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where to look: buckets, without the documents of sources that were deleted."""

    bucket_ids: tuple[UUID, ...]
    hidden_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """`fused` orders; `likeness` is a cosine, None for what only its words found; `step` says how
    many of the words were there: 1 all, 2 half, 3 any, None for what only its vector found."""

    chunk_id: UUID
    fused: float
    likeness: float | None
    step: int | None


def by_words(
    steps: Sequence[str], shelf: Shelf, *, most: int = FROM_EACH
) -> list[tuple[UUID, int]]:
    """(passage, step) in their order; what more of the words are in comes first."""
    if not steps or not shelf.bucket_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT chunk_id, step FROM knowledge_words(%s::text[]::tsquery[], %s, %s, %s)",
            [list(steps), list(shelf.bucket_ids), list(shelf.hidden_ids), most],
        )
        first: dict[UUID, int] = {}
        for chunk_id, step in cursor.fetchall():
            first.setdefault(chunk_id, step)
    return list(first.items())[:most]


def by_vector(
    vector: Sequence[float], model: str, shelf: Shelf, *, least: float, most: int = FROM_EACH
) -> list[tuple[UUID, float]]:
    """(passage, cosine), nearest first, none below `least`. `vector`: 768 numbers, unit length."""
    if not shelf.bucket_ids:
        return []
    values = {
        "vector": "[" + ",".join(map(str, vector)) + "]",
        "model": model,
        "buckets": list(shelf.bucket_ids),
        "hidden": list(shelf.hidden_ids),
        "most": most,
    }
    found = _indexed(values) if _is_large(shelf) else _asked(EXACT, values)
    return [(chunk_id, likeness) for chunk_id, likeness in found if likeness >= least]


def fused(words: Sequence[tuple[UUID, int]], neighbours: Sequence[tuple[UUID, float]]) -> list[Hit]:
    """Reciprocal rank fusion: each list gives 1 / (60 + rank), the sums order. Best first."""
    scores: dict[UUID, float] = {}
    for found in ([each for each, _ in words], [each for each, _ in neighbours]):
        for rank, chunk_id in enumerate(found, start=1):
            scores[chunk_id] = scores.get(chunk_id, 0.0) + 1.0 / (RANK_CONSTANT + rank)
    steps, likeness = dict(words), dict(neighbours)
    ordered = sorted(scores, key=lambda each: (-scores[each], str(each)))
    return [Hit(each, scores[each], likeness.get(each), steps.get(each)) for each in ordered]


def _is_large(shelf: Shelf) -> bool:
    counted = f"SELECT count(*) FROM (SELECT FROM {_TABLE} WHERE bucket_id = ANY(%s) LIMIT %s) few"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(counted, [list(shelf.bucket_ids), EXACT_UP_TO + 1])
        return bool(cursor.fetchone()[0] > EXACT_UP_TO)


def _asked(statement: str, values: dict[str, Any]) -> list[tuple[UUID, float]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [(chunk_id, float(likeness)) for chunk_id, likeness in cursor.fetchall()]


def _indexed(values: dict[str, Any]) -> list[tuple[UUID, float]]:
    """Through the index, on and on until enough of its rows are of this shelf.

    The planner guesses the sort of all rows cheaper than it is, so sorting is priced out for the
    one statement. Iterating in relaxed order finds more, and the few rows are sorted here.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), "
            "set_config('hnsw.ef_search', %s, true), set_config('enable_sort', 'off', true)",
            [str(BREADTH)],
        )
        found = _asked(_INDEXED, values)
        cursor.execute("SELECT set_config('enable_sort', 'on', true)")
    return sorted(found, key=lambda each: -each[1])
