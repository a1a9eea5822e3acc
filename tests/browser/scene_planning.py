"""The plan of the scene: a week of posts in every state, queues with slots, holidays and events."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from config.kernel.clock import now, resolve, to_zone
from config.kernel.scoping import org_atomic
from publishing.models import CalendarSettings, PendingStatus, PortalLink
from publishing.services.imports import check_file
from publishing.services.moving import move_with_undo
from publishing.services.portal import make_link
from tests import make_compositions, make_planning, make_repeating
from tests.world import World

from .scene_posts import TEXTS

ZONE = "Europe/Berlin"
STATES = (
    PendingStatus.PENDING,
    PendingStatus.APPROVED,
    PendingStatus.AUTO_APPROVED,
    PendingStatus.DRAFT,
    PendingStatus.FAILED,
)
# A row that can be made, one of a day that is none, and one for an account of nobody's.
FILE = """Text,Date,Time,Accounts
Masts in twelve days: planed by hand and seven coats of varnish.,2099-03-02,09:30,feed
Offers end today.,2099-02-31,10:00,feed
Bring yours on Saturday.,2099-03-03,10:00,@nobody
"""


def planning(world: World) -> dict[str, Any]:
    """Keyword of an address -> the id that stands in it."""
    today = to_zone(now(), ZONE).date()
    with org_atomic(world.id):
        queue = make_planning.queue(
            world.brand,
            name="Weekday mornings",
            times=[time(9), time(13)],
            days=[1, 2, 3, 4, 5],
            is_default=True,
        )
        make_planning.queue(world.brand, name="Offers", times=[time(18, 30)], days=[5])
        for number in range(24):
            day = today + timedelta(days=1 + number % 12)
            moment = resolve(day, time(9 + 2 * (number % 5), 15 * (number % 2)), ZONE)
            make_planning.planned_post(
                world.brand,
                world.account,
                moment,
                content=TEXTS[number % len(TEXTS)],
                status=STATES[number % len(STATES)],
                queue=queue if number % 4 == 0 else None,
            )
        CalendarSettings.objects.create(brand=world.brand, countries=["DE-BY", "US", "GB"])
        event = make_planning.event(
            world.brand, today + timedelta(days=2), ends_on=today + timedelta(days=4)
        )
        post = make_planning.planned_post(
            world.brand, world.account, resolve(today + timedelta(days=3), time(20), ZONE)
        )
        moved = move_with_undo(
            post=post, wall=f"{today + timedelta(days=3)} 21:00", zone=ZONE, by=world.owner
        )
        slot = queue.slots.order_by("pk").first()
        link, _ = make_link(brand=world.brand, purpose=PortalLink.Purpose.ICS, by=world.owner)
        queued = make_planning.planned_post(
            world.brand,
            world.account,
            resolve(today + timedelta(days=5), time(9), ZONE),
            queue=queue,
        )
    with org_atomic(world.id):
        draft = make_compositions.composition(world.brand, world.account)
        repeating = make_repeating.repeating_rows(world, draft)
        file = check_file(brand=world.brand, name="march.csv", data=FILE.encode(), by=world.editor)
    return {
        "composition": draft.pk,
        **repeating,
        "post_import": file.pk,
        "queued": queued.pk,
        "subscription": link.pk,
        "queue": queue.pk,
        "slot": slot.pk if slot else None,
        "event": event.pk,
        "move": moved.undo,
    }
