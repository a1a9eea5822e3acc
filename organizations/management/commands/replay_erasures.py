"""After a restore, erase again whoever was erased since the backup was made."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.kernel.errors import DomainError
from organizations.privacy import replay


class Command(BaseCommand):
    help = """After a restore, erase again whoever was erased since the backup was made.

Takes the file that export_erasures wrote. Run it before the web and the workers start."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8") as file:
                done = replay.replay(replay.parsed(file))
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        except DomainError as error:
            raise CommandError(error.message) from error
        people = f"{done.people} {'person' if done.people == 1 else 'people'}"
        teams = f"{done.organizations} organization{'' if done.organizations == 1 else 's'}"
        self.stdout.write(f"Erased again: {people} and {teams}.")
