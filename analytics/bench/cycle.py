"""A whole turn of the loop without a model: from the choice of a material to the hosted page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, scope, unscoped
from content.models import ContentEmbedding
from organizations.models import Organization
from publishing.autopilot.cycle import run_cycle
from publishing.delivery.ledger import deliver
from publishing.models import Delivery, RunStatus
from publishing.services.schedules import start_run

from .figures import middle, percentile, spread, timed
from .part import Bench
from .report import Cell, Section
from .waves import put_off_deliveries

TURNS: Final = 20


def measure(bench: Bench) -> list[Section]:
    turns = bench.few(TURNS, quick=2)
    began = now()
    brands = brands_for(turns + 1)
    written: list[float] = []
    sent: list[float] = []
    done = 0
    put_off_deliveries()
    try:
        with bench.counted("Turns of the loop", turns) as step:
            # The first one opens the model's file and is not counted.
            _turn(*brands[0])
            for organization, brand in brands[1:]:
                seconds, out, is_done = _turn(organization, brand)
                written.append(seconds)
                sent += out
                done += is_done
                step(1)
    finally:
        _forget(began)
    return [_section(turns, done, written, sent)]


def _section(turns: int, done: int, written: Sequence[float], sent: Sequence[float]) -> Section:
    section = Section("The loop without a model", ("What", "turns", "median / 95th percentile"))
    section.add(
        "Material, angle, three texts, guards, duplicates, ranking, approval",
        Cell(f"{done} of {turns}", done == turns),
        spread(middle(written), percentile(written, 0.95)),
    )
    if sent:
        section.add(
            "Delivery to the hosted page, after it",
            str(len(sent)),
            spread(middle(sent), percentile(sent, 0.95)),
        )
    section.notes.append("One after another in one process; the offline writer and embeddings.")
    return section


def brands_for(count: int) -> list[tuple[UUID, BrandProfile]]:
    """Brands of different organizations, so that no turn meets the texts of another."""
    with unscoped("bench: organizations that the loop turns for"):
        organizations = list(Organization.objects.order_by("-pk").values_list("pk", flat=True))
    found = []
    for number in range(count):
        organization = organizations[number % len(organizations)]
        with org_atomic(organization):
            brands = BrandProfile.objects.filter(auto_approve=True).order_by("pk")
            if brand := brands.first():
                found.append((organization, brand))
    return found


def _turn(organization: UUID, brand: BrandProfile) -> tuple[float, list[float], bool]:
    with scope(organization):
        run = start_run(brand=brand, by=None, platforms=["feed"])
        seconds, ended = timed(partial(run_cycle, run_id=run.pk))
        with org_atomic():
            rows = Delivery.objects.filter(pending_post__run=run)
            ids = list(rows.values_list("pk", flat=True))
        sent = [timed(partial(deliver, delivery_ids=[pk]))[0] for pk in ids]
    return seconds, sent, ended is not None and ended.status == RunStatus.DONE


def _forget(began: datetime) -> None:
    """Texts of this run must not count as said in the next one."""
    with unscoped("bench: the loop's texts are forgotten"):
        ContentEmbedding.objects.filter(created_at__gte=began).delete()
