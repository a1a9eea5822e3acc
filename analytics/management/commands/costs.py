"""`manage.py costs`: what a published post costs in language models, recorded and estimated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.selectors.costs import CostLine, costs_since
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from content.services.cost_estimates import MATERIAL_CHARACTERS, Estimate, known_estimates
from organizations.models import Organization

SMALL_GOAL, FLAGSHIP_GOAL = 10_000, 50_000  # millionths of a dollar a published post


class Command(BaseCommand):
    help = (
        "Print what a published post cost in language models, by brand and model, from the calls "
        "that were recorded, and what it would cost with each known model."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", default="", help="slug of one team; else all")
        parser.add_argument("--days", type=int, default=30, help="how far to look back")
        parser.add_argument(
            "--material",
            type=int,
            default=MATERIAL_CHARACTERS,
            help="characters of the material that estimates are made for",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with unscoped("costs of published posts"):
            teams = list(Organization.objects.order_by("name"))
        if options["organization"]:
            teams = [team for team in teams if team.slug == options["organization"]]
            if not teams:
                raise CommandError(f"There is no team with the slug {options['organization']!r}.")
        since = now() - timedelta(days=options["days"])
        self.stdout.write(f"Recorded in the last {options['days']} days\n")
        lines = [(team, line) for team in teams for line in _lines(team, since)]
        if not lines:
            self.stdout.write("  No model was called: the offline writer costs nothing.")
        for team, line in lines:
            self.stdout.write(_recorded(team.name, line))
        self.stdout.write(
            f"\nEstimated for a post from {options['material']:,} characters of material: one "
            "analysis, three candidates, one second attempt, one adaptation\n"
        )
        for each in known_estimates(options["material"]):
            self.stdout.write(_estimated(each))


def _lines(team: Organization, since: Any) -> list[CostLine]:
    with org_atomic(team.pk):
        return costs_since(since)


def _recorded(team: str, line: CostLine) -> str:
    each = line.micros_per_post
    per_post = "nothing published" if each is None else f"{_dollars(each)} a post"
    return (
        f"  {team[:20]:20} {line.brand[:20]:20} {line.model[:34]:34} {line.calls:5} calls "
        f"{line.input_tokens:9,} in {line.output_tokens:8,} out {_dollars(line.cost_micros)} "
        f"{line.posts:4} posts {per_post}"
    )


def _estimated(each: Estimate) -> str:
    is_small = each.writing == each.other
    goal = SMALL_GOAL if is_small else FLAGSHIP_GOAL
    verdict = "within" if each.cost_micros <= goal else "ABOVE"
    kind = "small" if is_small else "flagship"
    return (
        f"  {each.writing:34} {kind:8} {each.input_tokens:7,} in ({each.cached_tokens:6,} cached) "
        f"{each.output_tokens:6,} out {_dollars(each.cost_micros)} a post, {verdict} "
        f"{_dollars(goal)}"
    )


def _dollars(micros: int) -> str:
    return f"${micros / 1_000_000:.4f}"
