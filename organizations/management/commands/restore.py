"""`manage.py restore`: a backup into an empty database, and nothing sent twice afterwards."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import backup
from config.grants import prepare_database
from config.kernel.catalogue import refuse_gaps
from organizations.services.regions import media_folders


class Command(BaseCommand):
    help = (
        "Restore a backup into the empty database of the settings. What was due between the backup "
        "and now is held for a person. Stop web, worker and beat first."
    )
    # The checks of some apps ask tables that are not there yet.
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own attribute

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keys", type=Path, help="the dump of the data keys; needed to send")
        parser.add_argument("--erasures", type=Path, help="from export_erasures: erased again")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = self._restore(options["folder"], options["keys"])
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0, interactive=False)
        refuse_gaps()
        for name, act in backup.after_restore.items():
            self.stdout.write(f"{name}: {act(manifest.moment)}")
        if options["erasures"]:
            call_command("replay_erasures", str(options["erasures"]), stdout=self.stdout)
        self.stdout.write(f"Restored as of {manifest.made_at}. Start Warren again.")

    def _restore(self, folder: Path, keys: Path | None) -> backup.Manifest:
        backup.read(folder)
        prepare_database()
        manifest = backup.restore(folder, keys, media_folders())
        for difference in backup.differences(manifest):
            self.stderr.write(difference)
        if keys is None:
            self.stdout.write("Without --keys no stored credential opens: reconnect the channels.")
        return manifest
