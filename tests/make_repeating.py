"""Builders of what goes out again, and of files of posts."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

from config.kernel.clock import now
from organizations.models import SavedView
from publishing.models import (
    Composition,
    EvergreenItem,
    PostImport,
    PostingQueue,
    Recurrence,
)
from publishing.services.recurrence_rules import Timing
from publishing.services.recurrences import start_recurrence
from tests.world import World


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


def repeating_rows(world: World, draft: Composition) -> dict[str, Any]:
    """A row for each noun that addresses name, in the organization in scope."""
    queue = PostingQueue.objects.create(brand=world.brand, name="Pool", timezone="UTC")
    view = SavedView.objects.create(user=world.owner, place="posts", name="Mine", query="q=mast")
    return {
        "recurrence": recurrence(draft).pk,
        "evergreen": evergreen_item(draft, queue).pk,
        "post_import": post_import(world.brand, mapping={"all_columns": []}).pk,
        "saved_view": view.pk,
    }
