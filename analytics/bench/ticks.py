"""One tick with ten thousand schedules that are due in the same minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from django.db import connections, transaction

from analytics.seeding.sheets import Sheet, array, at
from brands.models import BrandProfile
from config.kernel.clock import now, to_zone
from config.kernel.models import uuid7
from config.kernel.scoping import unscoped
from publishing.autopilot.scheduler import tick
from publishing.models import AutopilotRun, Schedule, ScheduleStatus

from .figures import middle, timed
from .part import Bench
from .report import Cell, Section

NAME: Final = "Benchmark"
ZONES: Final = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC")
TIMES: Final = 3


def measure(bench: Bench) -> list[Section]:
    count = bench.few(10_000, quick=200)
    seconds, queued = [], 0
    _put_off_the_others()
    with bench.counted("Ticks", TIMES) as step:
        for turn in range(TIMES):
            try:
                moment = _plan(count, Random(turn))
                lasted, done = timed(partial(tick, moment))
            finally:
                _clear()
            seconds.append(lasted)
            queued = done.queued
            step(1)
    section = Section("The schedule tick", ("What", "runs queued", "median", "slowest"))
    section.add(
        f"{count:,} schedules due in one minute",
        Cell(f"{queued:,}", queued == count),
        f"{middle(seconds):.2f} s",
        f"{max(seconds):.2f} s",
    )
    section.notes.append(f"{TIMES} ticks; one comes every minute. Four zones, many weekdays.")
    return [section]


def _plan(count: int, random: Random) -> datetime:
    """Schedules whose next run is this minute's; gives a moment some seconds after it."""
    minute = now().replace(second=0, microsecond=0)
    sheet = Sheet(
        Schedule,
        "brand_id",
        "name",
        "platforms",
        "times",
        "days_of_week",
        "timezone",
        "next_run_at",
    )
    with unscoped("bench: schedules of all organizations"):
        brands = list(BrandProfile.objects.order_by("pk").values_list("pk", "organization_id"))
    for number in range(count):
        brand, organization = brands[number % len(brands)]
        zone = ZONES[number % len(ZONES)]
        local = to_zone(minute, zone)
        # 0 is Sunday, as the model counts.
        days = {local.isoweekday() % 7, *random.sample(range(7), random.randint(0, 6))}
        sheet.add(
            *(str(uuid7()), str(organization), at(minute)),
            *(str(brand), NAME, array(["feed"]), array([local.time()]), array(sorted(days))),
            *(zone, at(minute)),
        )
    with transaction.atomic(using="operator"):
        sheet.write()
    return minute + timedelta(seconds=20)


def _clear() -> None:
    with unscoped("bench: the tick's rows go"), transaction.atomic(using="operator"):
        with connections["operator"].cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {AutopilotRun._meta.db_table} r "  # noqa: S608
                f"USING {Schedule._meta.db_table} s WHERE r.schedule_id = s.id AND s.name = %s",
                [NAME],
            )
        Schedule.objects.filter(name=NAME).delete()


def _put_off_the_others() -> None:
    far = now() + timedelta(days=3650)
    with unscoped("bench: seeded schedules wait"):
        Schedule.objects.filter(status=ScheduleStatus.ACTIVE).update(next_run_at=far)
