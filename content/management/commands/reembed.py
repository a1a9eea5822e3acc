from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.kernel.embeddings import current_model
from config.kernel.errors import DomainError
from config.kernel.scoping import scope, unscoped
from content.services.reembedding import BATCH, reembed
from organizations.models import Organization


class Command(BaseCommand):
    help = (
        "Move all embeddings to the model that is configured now. It may be stopped at any time "
        "and goes on where it stopped; look-ups find a row again as soon as it has moved."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="Slug of the only organization to do.")
        parser.add_argument("--batch", type=int, default=BATCH, help="Texts embedded at a time.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch is a number from 1.")
        try:
            self.stdout.write(f"Moving to {current_model()}.")
            for organization in self._organizations(options["organization"]):
                self._move(organization, options["batch"])
        except DomainError as error:
            raise CommandError(f"{error.message} Start it again to go on.") from error

    def _organizations(self, slug: str | None) -> list[Organization]:
        with unscoped("reembed: every organization's vectors move to another model"):
            wanted = Organization.with_deleted.order_by("created_at")
            if slug:
                wanted = wanted.filter(slug=slug)
            found = list(wanted)
        if slug and not found:
            raise CommandError(f"There is no organization “{slug}”.")
        return found

    def _move(self, organization: Organization, batch: int) -> None:
        moved = gone = 0
        with scope(organization.id):
            for step in reembed(batch=batch):
                moved, gone = moved + step.moved, gone + step.gone
                self.stdout.write(f"{organization.slug}: {moved} moved, {step.left} to go")
        self.stdout.write(
            self.style.SUCCESS(f"{organization.slug}: done, {moved} moved, {gone} without a text")
        )
