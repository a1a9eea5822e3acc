"""Replace the keys that secrets are stored under, while everything keeps running."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from config.kernel import vault
from config.kernel.clock import now
from config.kernel.errors import DomainError
from config.kernel.fields import Reencrypted, encrypted_fields, reencrypt, versions_in_use
from config.kernel.master_keys import PROVIDERS, MasterKey, keeper
from config.kernel.scoping import unscoped
from organizations.models import INSTALLATION, DataKey, InstallationKey

HELP = """Replace the keys that secrets are stored under, while everything keeps running.

rotate_keys new-line           print a fresh master key
rotate_keys master             wrap all data keys with the first line of the master key file.
                               Put the new key on the first line and leave the old one below;
                               run this; then remove the old line (keep it with the backups
                               that still need it).
                               From another keeper (WARREN_MASTER_KEY_PROVIDER was changed):
                               rotate_keys master --from file|aws|google|vault
                               After a key was replaced inside its service: --anew
rotate_keys data               give each organization a new data key and seal its values anew
rotate_keys data --resume      finish a run that was interrupted
rotate_keys prune --days 90    erase data keys replaced that long ago that nothing needs any more
"""


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["new-line", "master", "data", "prune"])
        parser.add_argument("--organization", type=UUID, help="only this one, by its id")
        parser.add_argument("--resume", action="store_true")
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--old-file", type=Path, help="where the former master key is")
        parser.add_argument("--from", dest="former", choices=[*PROVIDERS], help="former keeper")
        parser.add_argument("--anew", action="store_true", help="also what is wrapped already")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "new-line":
            self.stdout.write(vault.new_master_key())
            return
        try:
            with unscoped(f"rotate_keys {options['what']}"):
                getattr(self, f"_{options['what']}")(options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _master(self, options: dict[str, Any]) -> None:
        old, new = _keepers(options)
        changed = vault.rewrap(old, new, anew=options["anew"], progress=self._progress)
        self.stdout.write(f"{changed} data keys wrapped with {_in_words(new)}.")

    def _data(self, options: dict[str, Any]) -> None:
        total, organizations = Reencrypted(), _organizations(options)
        for number, organization_id in enumerate(organizations, 1):
            if not options["resume"]:
                vault.new_data_key(organization_id)
            total += _seal_anew(organization_id)
            self._progress(number, len(organizations))
        self.stdout.write(f"{total.changed} values sealed anew.")
        if total.unreadable:
            raise CommandError(
                f"{total.unreadable} values could not be read and were left as they are. "
                "Their accounts or model routes have to be connected again."
            )

    def _progress(self, done: int, total: int) -> None:
        """A line for every hundredth and the last, on the other stream, so that output stays."""
        if done == total or done % max(1, total // 100) == 0:
            self.stderr.write(f"{done} of {total}")

    def _prune(self, options: dict[str, Any]) -> None:
        before, erased = now() - timedelta(days=options["days"]), 0
        for organization_id in _organizations(options):
            rows: QuerySet[Any] = InstallationKey.objects.all()
            if organization_id != INSTALLATION:
                rows = DataKey.objects.filter(organization_id=organization_id)
            replaced = rows.filter(retired_at__lt=before)
            erased += replaced.exclude(version__in=versions_in_use(organization_id)).delete()[0]
        self.stdout.write(f"{erased} data keys erased that nothing needed any more.")


def _keepers(options: dict[str, Any]) -> tuple[MasterKey, MasterKey]:
    """Whose wrapping is replaced, and by whom."""
    name, file = settings.WARREN_MASTER_KEY_PROVIDER, Path(settings.WARREN_MASTER_KEY_FILE)
    new = vault.FileMasterKey(file, only_first=True) if name == "file" else keeper(name)
    if options["old_file"]:
        return vault.FileMasterKey(options["old_file"]), new
    if options["former"]:
        return keeper(options["former"]), new
    return vault.master_key(), new


def _in_words(keeper: MasterKey) -> str:
    return f"the first line of {keeper.place()}" if keeper.name == "file" else keeper.place()


def _organizations(options: dict[str, Any]) -> list[UUID]:
    if options["organization"]:
        return [options["organization"]]
    return sorted({key.organization_id for key in vault.key_store.require().all()})


def _seal_anew(organization_id: UUID) -> Reencrypted:
    current = vault.key_store.require().current(organization_id)
    if current is None:
        return Reencrypted()
    total = Reencrypted()
    for model, name in encrypted_fields():
        total += reencrypt(model, name, organization_id=organization_id, version=current.version)
    return total
