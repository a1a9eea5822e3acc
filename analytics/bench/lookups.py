"""The duplicate check beside the one statement that it cannot do without."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connections

from analytics.seeding.trades import TRADES
from analytics.seeding.writer import Writer
from config.kernel.clock import now
from config.kernel.embeddings import Embedded, embed
from config.kernel.scoping import org_atomic, scope, unscoped
from content.models import Angle, ContentEmbedding
from content.services.similarity import WINDOW, check_text
from organizations.models import Organization

from .figures import at_most, middle, ms, percentile, spread, timed
from .part import Bench
from .report import Section

MOST_RATIO: Final = 1.5
TEXTS: Final = 4
"""Looked up in each organization."""

_BARE: Final = f"""
SELECT content_type, content_id, brand_id, excerpt, created_at, content_hash,
  embedding <#> %(vector)s::vector AS distance
FROM {ContentEmbedding._meta.db_table}
WHERE organization_id = %(organization)s AND created_at >= %(since)s AND model = %(model)s
ORDER BY distance LIMIT 15
"""  # noqa: S608


def measure(bench: Bench) -> list[Section]:
    with unscoped("bench: organizations whose texts are looked up"):
        organizations = list(Organization.objects.order_by("pk").values_list("pk", flat=True))
        total = ContentEmbedding.objects.count()
    texts = _texts()
    embed(texts)  # Opens the model's file, which happens once a process.
    embedding = [timed(partial(embed, [text]))[0] for text in texts]
    checks: list[float] = []
    bare: list[float] = []
    with bench.counted("Look-ups", len(organizations)) as step:
        for organization in organizations:
            for number, text in enumerate(texts):
                embedded = embed([text])
                # Each goes first as often: the first one may find its pages on the disk.
                if number % 2:
                    bare.append(_ask(organization, embedded))
                checks.append(_check(organization, text, embedded))
                if not number % 2:
                    bare.append(_ask(organization, embedded))
            step(1)
    return [_section(total, _in_window(organizations[0]), checks, bare, embedding)]


def _section(
    total: int, window: int, checks: list[float], bare: list[float], embedding: list[float]
) -> Section:
    section = Section("Duplicate look-ups", ("What", "median / 95th percentile", "× bare"))
    ratio = middle(checks) / middle(bare)
    section.add("The bare statement", _both(bare), "1.0")
    section.add(
        "The whole check: same words, then nearest",
        _both(checks),
        at_most(ratio, MOST_RATIO, lambda value: f"{value:.2f}"),
    )
    section.add("The text's own vector (offline model), before it", ms(middle(embedding)), "")
    section.notes.append(
        f"{total:,} vectors; {window:,} of each organization lie within the 30 days that are "
        f"compared, all of them, without an approximate index. {len(checks)} look-ups."
    )
    return section


def _texts() -> list[str]:
    random = Random(7)
    return [Writer(trade, random).post(Angle.EDUCATIONAL).content for trade in TRADES[:TEXTS]]


def _check(organization: UUID, text: str, embedded: Embedded) -> float:
    with scope(organization):
        return timed(partial(check_text, text=text, embedded=embedded))[0]


def _ask(organization: UUID, embedded: Embedded) -> float:
    """The statement alone, in a transaction that is open already."""
    values: dict[str, Any] = {
        "vector": "[" + ",".join(map(str, np.asarray(embedded.vectors[0]).tolist())) + "]",
        "organization": organization,
        "since": now() - WINDOW,
        "model": embedded.model,
    }
    with org_atomic(organization), connections["default"].cursor() as cursor:

        def ask() -> list[Any]:
            cursor.execute(_BARE, values)
            return list(cursor.fetchall())

        return timed(ask)[0]


def _in_window(organization: UUID) -> int:
    with org_atomic(organization):
        return ContentEmbedding.objects.filter(created_at__gte=now() - WINDOW).count()


def _both(seconds: list[float]) -> str:
    return spread(middle(seconds), percentile(seconds, 0.95))
