"""The demo in the terminal: steps as they happen, and what was decided as a table."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.conf import settings
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from publishing.models import AutopilotRun

from .agency import Agency
from .report import Report, reports_of_run

STEPS = {
    "agency": "Agency",
    "brand": "Brand",
    "channel": "Channel",
    "materials": "Materials",
    "credits": "Credits",
    "read": "Read",
    "understand": "Understand",
    "place": "Compare",
    "ready": "Ready",
    "material": "Choose",
    "duplicates": "Said before?",
    "angle": "Angle",
    "write": "Write",
    "repair": "Repair",
    "rank": "Rank",
    "approval": "Approve",
    "deliver": "Publish",
    "measure": "Measure",
    "verify": "Look",
    "person": "For you",
    "done": "Done",
}


class Steps:
    """Prints each step as it happens, with the seconds since the start."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.started = time.monotonic()

    def __call__(self, step: str, message: str) -> None:
        seconds = time.monotonic() - self.started
        name = STEPS.get(step, step.title())
        line = escape(" ".join(message.split()))
        self.console.print(
            f"[dim]{seconds:6.1f} s[/]  [bold cyan]{name:<12}[/]  {line}", soft_wrap=True
        )


def show_report(console: Console, report: Report) -> None:
    table = Table(title=report.title, title_justify="left", title_style="bold", expand=True)
    table.add_column("", style="cyan", no_wrap=True)
    table.add_column("Decided", ratio=2)
    table.add_column("Why", ratio=3)
    for line in report.lines:
        table.add_row(line.name, escape(line.decided), escape(line.why))
    console.print()
    console.print(table)
    console.print(Panel(escape(report.text), title="The post", title_align="left"))


def show_summary(console: Console, agency: Agency, runs: Sequence[AutopilotRun]) -> None:
    """Where each post is, what came of runs without one, and how to look around."""
    console.print()
    for client, run in zip(agency.clients, runs, strict=True):
        out = [report for report in reports_of_run(run) if report.address]
        name = escape(client.brand.name)
        for report in out:
            console.print(f"[bold]{name}[/]  is out at {report.address}", soft_wrap=True)
        if not out:
            console.print(f"[bold]{name}[/]  {escape(run.outcome)}", soft_wrap=True)
    console.print()
    console.print(f"Look around: {settings.WARREN_BASE_URL}/o/{agency.slug}/", soft_wrap=True)
    console.print(f"Log in as {agency.owner.email} with the password {agency.password}")
    console.print()
