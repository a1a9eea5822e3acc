"""`manage.py seed`: a large installation with a year of history, for trying out and measuring."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from analytics.seeding import seeding
from analytics.seeding.plan import DOMAIN, MOST_ORGANIZATIONS, Plan
from config.kernel.clock import now
from config.kernel.errors import DomainError
from config.kernel.scoping import unscoped
from organizations.models import Organization


class Command(BaseCommand):
    help = (
        "Put organizations with a year of history into the database: brands, channels, materials, "
        "schedules, posts, deliveries, decisions, metrics, credits. The same arguments give the "
        "same rows. --remove takes them out again and touches nothing else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        sizes = parser.add_argument_group("sizes")
        sizes.add_argument("--orgs", type=int, default=3, help="Organizations.")
        sizes.add_argument("--accounts", type=int, default=8, help="Channels of each of them.")
        sizes.add_argument("--posts", type=int, default=400, help="Published posts of each.")
        sizes.add_argument("--leads", type=int, default=0, help="Leads of each; none exist yet.")
        sizes.add_argument(
            "--embeddings", type=int, default=0, help="Vectors, over all organizations and 60 days."
        )
        parser.add_argument("--random-seed", type=int, default=1)
        parser.add_argument("--remove", action="store_true", help="Take out what was seeded.")
        parser.add_argument(
            "--yes", action="store_true", help="Also in production, beside real data."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.console = Console(file=options.get("stdout"), highlight=False)
        with unscoped("seed: rows for many organizations are written at once"):
            try:
                if options["remove"]:
                    self._remove()
                else:
                    self._refuse_production(options["yes"])
                    self._seed(_plan(options), options["leads"])
            except DomainError as error:
                raise CommandError(error.message) from error

    def _seed(self, plan: Plan, leads: int) -> None:
        if leads:
            self.console.print("There is nothing to seed for --leads until Warren keeps leads.")
        # Never one that stands in the code: this may be a server that others reach.
        password = secrets.token_urlsafe(12)
        with self._progress() as progress:
            organizations = progress.add_task("Organizations", total=plan.organizations)
            vectors = progress.add_task(
                "Vectors", total=plan.embeddings, visible=plan.embeddings > 0
            )
            done = seeding.seed(
                plan,
                password=password,
                step=lambda count: progress.advance(organizations, count),
                vector_step=lambda count: progress.advance(vectors, count),
            )
        self.console.print(
            f"{done.organizations} organizations, {done.rows:,} rows, {done.embeddings:,} vectors."
        )
        self.console.print(f"Log in as {done.email} with the password {password}")

    def _remove(self) -> None:
        count = seeding.seeded_count()
        with self._progress() as progress:
            task = progress.add_task("Organizations", total=count)
            seeding.remove(step=lambda done: progress.advance(task, done))
        self.console.print(f"{count} seeded organizations were removed.")

    def _progress(self) -> Progress:
        columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(*columns, console=self.console, transient=True)

    def _refuse_production(self, yes: bool) -> None:
        is_production = str(settings.SETTINGS_MODULE).endswith(".production")
        if is_production and not yes and Organization.with_deleted.exists():
            raise CommandError(
                "These are production settings and the database is not empty. Invented "
                f"organizations (their people are all at {DOMAIN}) would stand beside the real "
                "ones. If that is what you want, say --yes."
            )


def _plan(options: dict[str, Any]) -> Plan:
    least = {"orgs": 1, "accounts": 1, "posts": 1, "leads": 0, "embeddings": 0, "random_seed": 0}
    for name, number in least.items():
        if options[name] < number:
            raise CommandError(f"--{name.replace('_', '-')} is a number from {number}.")
    if options["orgs"] >= MOST_ORGANIZATIONS:
        raise CommandError(f"--orgs is a number below {MOST_ORGANIZATIONS}.")
    return Plan(
        organizations=options["orgs"],
        accounts=options["accounts"],
        posts=options["posts"],
        random_seed=options["random_seed"],
        until=now(),
        embeddings=options["embeddings"],
    )
