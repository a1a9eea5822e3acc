"""What a published post cost in language models: from the calls that were recorded."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from billing.models import ModelSpend
from content.models import Generation, Material
from publishing.models import Post

NO_BRAND = "(no brand)"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class CostLine:
    """One brand's calls of one model. `posts` are those that the brand published in the time."""

    brand: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_micros: int
    posts: int

    @property
    def micros_per_post(self) -> int | None:
        return round(self.cost_micros / self.posts) if self.posts else None


def costs_since(moment: datetime) -> list[CostLine]:
    """Lines by brand and model, dearest first, of the organization in scope.

    A call belongs to the brand whose material was analysed or whose text was written; one of no
    brand (a material of all brands, a trial) stands by itself. Cost is what each call was charged
    by the list price of its day, cached tokens and failed tries included.
    """
    spends = ModelSpend.objects.filter(created_at__gte=moment, state=ModelSpend.State.SETTLED)
    rows = list(
        spends.values_list(
            "step_key", "provider", "model", "input_tokens", "output_tokens", "cost_micros"
        )
    )
    brands = _brands_of({_id_in(row[0]) for row in rows} - {None})
    posts = _posts_since(moment)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for key, provider, model, into, out, cost in rows:
        brand = brands.get(_id_in(key), NO_BRAND)
        line = sums[brand, f"{provider}:{model}"]
        for place, more in enumerate((1, into, out, cost or 0)):
            line[place] += more
    lines = [
        CostLine(brand, model, calls, into, out, cost, posts.get(brand, 0))
        for (brand, model), (calls, into, out, cost) in sums.items()
    ]
    return sorted(lines, key=lambda line: (-line.cost_micros, line.brand, line.model))


def _id_in(step_key: str) -> UUID | None:
    found = _ID.search(step_key)
    return UUID(found.group()) if found else None


def _brands_of(ids: set[UUID | None]) -> Mapping[UUID | None, str]:
    """The brands behind the generations and materials that steps are named after."""
    wanted = [each for each in ids if each is not None]
    generations = Generation.objects.filter(pk__in=wanted).values_list("pk", "brand__name")
    materials = Material.with_deleted.filter(pk__in=wanted, brand__isnull=False)
    return {**dict(generations), **dict(materials.values_list("pk", "brand__name"))}


def _posts_since(moment: datetime) -> dict[str, int]:
    posts = Post.with_deleted.filter(published_at__gte=moment).order_by()
    return dict(posts.values_list("brand__name").annotate(number=Count("pk")))
