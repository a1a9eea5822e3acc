"""`manage.py up`: everything that Warren is, on this machine, until Ctrl-C."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.embedded import EmbeddedError
from config.supervisor import serve


class Command(BaseCommand):
    help = "Start the services, migrate, and run web pages, worker and beat until interrupted."
    # The checks need a migrated database.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", help="host:port of the web pages")

    def handle(self, *args: Any, address: str | None = None, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write("Database   ready, migrated")
        try:
            serve(say=self._say, address=address)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
