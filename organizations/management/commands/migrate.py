"""`manage.py migrate`, as the role that owns the tables."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate

from config.grants import prepare_database


class Command(Migrate):
    """Migrates on the alias `owner`, and lets the other roles use what it makes.

    The rights are given before, as default privileges, and not after: a migration that takes one
    away again (an append-only table) is then not overruled by the next run.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> Any:
        if options["database"] == "owner":
            prepare_database()
        return super().handle(*args, **options)
