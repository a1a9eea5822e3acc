"""One row of each noun that addresses name, in the world's organization."""

from __future__ import annotations

from typing import Any

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.services.files import store_file
from organizations.models import ModelRoute
from publishing.models import AutopilotRun
from tests import make
from tests.world import World


def one_of_each(world: World) -> dict[str, Any]:
    """Keyword of an address -> the id that stands in it."""
    with org_atomic(world.id):
        source = make.material(world.brand)
        pending = make.pending_post(world.brand, world.account, source=source)
        out = make.post(world.brand, world.account, pending_post=pending)
        delivery = make.delivery(pending)
        route = ModelRoute.objects.create(provider="compatible", model="small", base_url="")
        picture = store_file(b"\x89PNG", ending="png")
        run = AutopilotRun.objects.create(
            brand=world.brand,
            schedule=world.schedule,
            occurrence="2026-06-01 10:00",
            platforms=[world.account.platform],
            scheduled_for=now(),
        )
    return {
        "brand": world.brand.pk,
        "section": "identity",
        "material": source.pk,
        "schedule": world.schedule.pk,
        "pending": pending.pk,
        "candidate": pending.candidate_id,
        "post": out.pk,
        "account": world.account.pk,
        "platform": "feed",
        "delivery": delivery.pk,
        "run": run.pk,
        "route": route.pk,
        "name": picture.rpartition("/")[2],
    }
