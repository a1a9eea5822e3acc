"""Write the table of personal data into docs/privacy.md from the registry."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organizations.privacy import document


class Command(BaseCommand):
    help = "Write the table of personal data into docs/privacy.md; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            if not document.is_current():
                raise CommandError("docs/privacy.md is older than the registry: run privacy_table.")
            return
        document.write()
