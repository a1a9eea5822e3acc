"""Let go of the installation's brake: `manage.py resume [--platform bluesky]`."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.kernel.errors import DomainError
from publishing.models import InstallationStop
from publishing.services.stops import name_of, release_everywhere


class Command(BaseCommand):
    help = "Let go of the installation's stop. What was due meanwhile is missed and asks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--platform", default="", help="Only this network's stop.")
        parser.add_argument("--by", default="", help="Who lets go; by default who is signed in.")

    def handle(self, *args: Any, **options: Any) -> None:
        stops = InstallationStop.objects.filter(resumed_at=None, platform=options["platform"])
        row = stops.first()
        if row is None:
            raise CommandError("Nothing of that kind is stopped.")
        try:
            missed = release_everywhere(stop=row, by=options["by"] or getpass.getuser())
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{name_of(row)} goes on. {missed} posts were missed and ask a person.")
