"""Pull the installation's brake: `manage.py stop "A wrong price" [--platform bluesky]`."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.kernel.errors import DomainError
from publishing.services.stops import name_of, stop_everywhere


class Command(BaseCommand):
    help = "Let nothing leave any more, for every team: all of it, or one network."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reason")
        parser.add_argument("--platform", default="", help="Only this network.")
        parser.add_argument("--by", default="", help="Who stops it; by default who is signed in.")

    def handle(self, *args: Any, **options: Any) -> None:
        by = options["by"] or getpass.getuser()
        try:
            row = stop_everywhere(by=by, reason=options["reason"], platform=options["platform"])
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{name_of(row)} stands still. `manage.py resume` lets go.")
