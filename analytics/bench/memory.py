"""What the processes hold before and after they have worked."""

from __future__ import annotations

import time
from typing import Final

from config.kernel.clock import now
from config.kernel.scoping import scope, unscoped
from config.kernel.tasks import hint
from content.models import ContentEmbedding
from publishing.models import AutopilotRun, RunStatus
from publishing.services.schedules import start_run
from publishing.tasks import do_run

from .cycle import brands_for
from .figures import at_most, mb
from .part import Bench
from .processes import Running, memory_of, web, worker
from .report import Section

MOST_WEB: Final = 120 * 2**20
TURNS: Final = 4
WAIT_SECONDS: Final = 120.0


def measure(bench: Bench) -> list[Section]:
    section = Section("Memory", ("Process", "resident", "its own share"))
    with web(workers=1) as server:
        for memory in server.memory_of_children():
            resident = at_most(memory.resident, MOST_WEB, mb)
            section.add("Web worker, before the first page", resident, mb(memory.own))
    began = now()
    try:
        with worker() as running:
            _add(section, running, "at rest")
            _write(bench)
            _add(section, running, "after it wrote posts")
    finally:
        with unscoped("bench: the loop's texts are forgotten"):
            ContentEmbedding.objects.filter(created_at__gte=began).delete()
    return [section]


def _add(section: Section, running: Running, when: str) -> None:
    parent = memory_of(running.process)
    section.add(f"Worker, the parent, {when}", mb(parent.resident), mb(parent.own))
    for number, memory in enumerate(running.memory_of_children(), 1):
        section.add(f"Worker process {number}, {when}", mb(memory.resident), mb(memory.own))


def _write(bench: Bench) -> None:
    """Have the worker turn the loop some times, with the offline writer and embeddings."""
    ids = []
    with bench.counted("Turns of the loop in the worker", TURNS) as step:
        for organization, brand in brands_for(TURNS):
            with scope(organization):
                run = start_run(brand=brand, by=None, platforms=["feed"])
            ids.append(run.pk)
            hint(do_run, str(organization), str(run.pk))
        deadline, ended = time.monotonic() + WAIT_SECONDS, 0
        while ended < len(ids) and time.monotonic() < deadline:
            time.sleep(0.2)
            with unscoped("bench: how many runs have ended"):
                runs = AutopilotRun.objects.filter(pk__in=ids)
                now_ended = runs.exclude(status__in=[RunStatus.QUEUED, RunStatus.RUNNING]).count()
            step(now_ended - ended)
            ended = now_ended
