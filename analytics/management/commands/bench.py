"""`manage.py bench`: pages, deliveries, look-ups and the loop, measured on a large installation."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from rich.console import Console

from analytics.bench import installation
from analytics.bench.part import Bench
from analytics.bench.report import Section, markdown, put_into, rich_table
from config.kernel.errors import DomainError

PARTS: Final = (
    "pages",
    "deliveries",
    "load",
    "faults",
    "lookups",
    "knowledge",
    "ticks",
    "cycle",
    "memory",
)
ALONE: Final = "planning"
"""Measured in a database of its own, with a million posts in it."""
SETTINGS: Final = "analytics.bench.settings"
DOCUMENT: Final = Path("docs/performance.md")
PAGE_SECONDS: Final = 20.0
WIDTH: Final = 130

Measure = Callable[[Bench], list[Section]]


class Command(BaseCommand):
    help = (
        "Measure Warren on 50 organizations with 4,000 posts each and a million vectors, in a "
        "database of its own that is kept for the next time. Nothing of yours is read or written, "
        "and nothing leaves this machine. Takes about 20 minutes the first time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("parts", nargs="*", help=f"Only these: {', '.join(PARTS)}, {ALONE}.")
        parser.add_argument("--quick", action="store_true", help="Small, to see that it runs.")
        parser.add_argument("--fresh", action="store_true", help="Make the database anew.")
        parser.add_argument("--drop", action="store_true", help="Remove the database and end.")
        parser.add_argument("--write", action="store_true", help=f"Put the tables into {DOCUMENT}.")

    def handle(self, *args: Any, **options: Any) -> None:
        if unknown := set(options["parts"]) - {*PARTS, ALONE}:
            raise CommandError(f"No part is called {', '.join(unknown)}. {', '.join(PARTS)} are.")
        self.is_planning = options["parts"] == [ALONE]
        if ALONE in options["parts"] and not self.is_planning:
            raise CommandError(f"“{ALONE}” has a database of its own: measure it by itself.")
        if not getattr(settings, "WARREN_BENCH", False):
            if not (options["parts"] or options["drop"]):
                _also_planning(options)
            _begin_again(quick=options["quick"], planning=self.is_planning)
        self.console = Console(file=options.get("stdout"), highlight=False)
        # The tables need their width, also where a terminal is narrow or there is none.
        self.console.width = max(self.console.width, WIDTH)
        try:
            if options["drop"]:
                installation.drop()
                self.console.print("The benchmark's database is gone.")
            else:
                self._measure(options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _measure(self, options: dict[str, Any]) -> None:
        bench = Bench(self.console, options["quick"], PAGE_SECONDS)
        size = installation.PLANNING if self.is_planning else installation.FULL
        size = installation.QUICK if bench.is_quick else size
        self._prepare(bench, size, fresh=options["fresh"])
        sections: list[Section] = []
        for name in options["parts"] or PARTS:
            bench.say(f"[bold]{name.capitalize()}[/bold]")
            found = _part(name)(bench)
            for section in found:
                self._show(section)
            sections += found
        self._conclude(sections, size, write=options["write"])

    def _prepare(self, bench: Bench, size: installation.Size, *, fresh: bool) -> None:
        if fresh or not installation.is_fit(size):
            installation.refuse_small_disk(size)
            bench.say(f"Making the database {installation.name()}.")
            installation.drop()
            installation.create()
            whole = (("Organizations", size.organizations), ("Vectors", size.embeddings))
            with bench.counting(*whole) as (step, vector_step):
                rows = installation.fill(size, step=step, vector_step=vector_step)
            bench.say(f"{rows:,} rows and {size.embeddings:,} vectors.")
        installation.collect_static()

    def _show(self, section: Section) -> None:
        self.console.print(rich_table(section))
        for note in section.notes:
            self.console.print(note)

    def _conclude(self, sections: list[Section], size: installation.Size, *, write: bool) -> None:
        seeded = (
            f"{size.organizations} organizations with {size.accounts} channels and {size.posts:,} "
            f"posts each, {size.embeddings:,} vectors"
        )
        if self.is_planning:
            seeded = f"{size.organizations} organizations, filled with posts of a year"
        text = markdown(sections, size=seeded)
        if write:
            part = ALONE if self.is_planning else "bench"
            put_into(Path(settings.BASE_DIR) / DOCUMENT, text, part=part)
            self.console.print(f"Written into {DOCUMENT}.")
        else:
            self.console.print(text, markup=False, soft_wrap=True)
        missed = [each for section in sections for each in section.missed]
        self.console.print(f"Beyond the goal: {'; '.join(missed) or 'nothing'}.", markup=False)


def _part(name: str) -> Measure:
    return cast(Measure, importlib.import_module(f"analytics.bench.{name}").measure)


def _also_planning(options: dict[str, Any]) -> None:
    """Without parts all are measured, and that one in a process of its own before the others."""
    flags = [f"--{name}" for name in ("quick", "fresh", "write") if options[name]]
    command = [sys.executable, sys.argv[0], "bench", ALONE, *flags]
    subprocess.run(command, check=True)  # noqa: S603


def _begin_again(*, quick: bool, planning: bool) -> None:
    """The same command in this process's place, with the benchmark's own settings."""
    for connection in connections.all(initialized_only=True):
        connection.close()
    settings.SERVICES.leave()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "WARREN_BENCH_QUICK": "yes" if quick else "no",
        "WARREN_BENCH_PLANNING": "yes" if planning else "no",
    }
    sys.stdout.flush()
    command = [sys.executable, *sys.argv]
    os.execve(sys.executable, command, environment)  # noqa: S606
