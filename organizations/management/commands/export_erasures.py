"""Write the list of erasures, to be kept apart from the backups."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from organizations.privacy import replay


class Command(BaseCommand):
    help = """Write every erasure as a line of JSON: a keyed digest and two times, and no name.

Keep it apart from the database's backups, and run replay_erasures with it after a restore."""

    def handle(self, *args: Any, **options: Any) -> None:
        for line in replay.exported():
            self.stdout.write(line)
