"""`manage.py backup`: one whole backup, now."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.backup import BackupError
from organizations.services.backups import back_up


class Command(BaseCommand):
    help = "Write rows, files and (apart) keys into a folder, whole or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, help="default: WARREN_BACKUP_ROOT")

    def handle(self, *args: Any, **options: Any) -> None:
        root = options["to"] or settings.WARREN_BACKUP_ROOT
        if root is None:
            raise CommandError("Say where to: --to FOLDER, or set WARREN_BACKUP_ROOT.")
        try:
            folder = back_up(Path(root))
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{folder} is whole. Its keys lie in {folder.parent / 'keys'}: keep them")
        self.stdout.write("on another disk, or whoever finds the one has the other.")
