"""`manage.py doctor`: what is missing or wrong, and how to mend it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table
from rich.text import Text

from config.doctor import findings
from config.kernel.checks import Finding

STATES = {True: ("well", "green"), False: ("wrong", "bold red"), None: ("note", "yellow")}


class Command(BaseCommand):
    help = "Say in plain words what is missing or wrong. Exit status 1 when something is."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(findings())
        stream: Any = self.stdout
        console = Console(file=stream._out)
        console.print(_table(found))
        wrong = sum(finding.is_well is False for finding in found)
        if wrong:
            self.stdout.write(f"{wrong} of {len(found)} need mending.")
            sys.exit(1)
        self.stdout.write("Nothing is wrong.")


def _table(found: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Subject", "State", "What is", "How to mend it"):
        table.add_column(heading, overflow="fold")
    for finding in found:
        word, style = STATES[finding.is_well]
        mend = finding.mend if finding.is_well is not True else ""
        table.add_row(Text(finding.subject), Text(word, style), Text(finding.says), Text(mend))
    return table
