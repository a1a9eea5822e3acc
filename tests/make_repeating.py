"""Builders of what goes out again, and of files of posts."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

from config.kernel.clock import now
from publishing.models import (
    Composition,
    EvergreenItem,
    PostImport,
    PostingQueue,
    Recurrence,
)
from publishing.services.recurrence_rules import Timing
from publishing.services.recurrences import start_recurrence


def timing(**fields: Any) -> Timing:
    """Mondays at nine in Berlin, from a Monday on."""
    return Timing(
        **{
            "rule": "FREQ=WEEKLY;BYDAY=MO",
            "starts_on": date(2027, 3, 1),
            "wall_time": time(9),
            "timezone": "Europe/Berlin",
            **fields,
        }
    )


def recurrence(composition: Composition, **fields: Any) -> Recurrence:
    """Set up now, every day from today on unless said otherwise."""
    values = {"rule": "FREQ=DAILY", "starts_on": now().date(), **fields}
    return start_recurrence(composition=composition, timing=timing(**values), by=None)


def evergreen_item(composition: Composition, queue: PostingQueue, **fields: Any) -> EvergreenItem:
    return EvergreenItem.objects.create(composition=composition, queue=queue, **fields)


def post_import(brand: Any, **fields: Any) -> PostImport:
    values = {"brand": brand, "name": "march.csv", "kind": PostImport.Kind.CSV, "rows": []}
    return PostImport.objects.create(**{**values, **fields})


def json_file(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps(rows).encode()
