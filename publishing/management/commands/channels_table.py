"""Write the table of networks into docs/channels.md from what the channels declare."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from publishing.channels import document


class Command(BaseCommand):
    help = "Write the table of networks into docs/channels.md; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            if not document.is_current():
                raise CommandError("docs/channels.md is older than the code: run channels_table.")
            return
        document.write()
