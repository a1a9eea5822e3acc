"""`manage.py demo`: the whole loop on a small agency, step by step, and then the pages."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test import Client
from rich.console import Console
from rich.markup import escape

from analytics.models import EngagementSnapshot
from analytics.services.metrics import collect_metrics
from config.embedded import EmbeddedError
from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic, scope
from config.supervisor import refuse_busy_port, serve
from publishing.demo.agency import Agency, DemoClient, load_agency, remove_agency
from publishing.demo.display import Steps, show_report, show_summary
from publishing.demo.report import reports_of_run
from publishing.demo.turn import (
    bring_material,
    leave_one_for_a_person,
    posts_of_run,
    take_turn,
)
from publishing.models import AutopilotRun, BrandAccountLink, Post
from publishing.services.drafts import channel_of


class Command(BaseCommand):
    help = "Run one whole cycle on the demo agency, show what was decided and why, then serve it."
    # The checks need a migrated database.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", "--no-serve", action="store_true", help="end after the cycle")
        parser.add_argument(
            "--material", help="path or address of your own text, Markdown, HTML, PDF or DOCX"
        )
        parser.add_argument(
            "--remove", "--clean", action="store_true", help="remove the demo agency and its data"
        )

    def handle(
        self,
        *args: Any,
        once: bool = False,
        material: str | None = None,
        remove: bool = False,
        **options: Any,
    ) -> None:
        console = Console(highlight=False)
        try:
            if not (once or remove):
                refuse_busy_port(settings.WARREN_WEB_ADDRESS)
            call_command("migrate", verbosity=0, interactive=False)
            if remove:
                self._remove(console)
                return
            self._cycle(console, material)
            if not once:
                serve(say=console.print)
        except (DomainError, EmbeddedError) as error:
            raise CommandError(str(error)) from error

    def _remove(self, console: Console) -> None:
        removed = remove_agency()
        console.print("The demo agency is gone." if removed else "There is no demo agency.")

    def _cycle(self, console: Console, given: str | None) -> None:
        steps = Steps(console)
        agency = load_agency(steps)
        with scope(agency.organization_id):
            material_id = self._given(agency, given, steps) if given else None
            runs = []
            for number, client in enumerate(agency.clients):
                console.rule(f"[bold]{escape(client.brand.name)}", align="left")
                own = material_id if number == 0 else None
                runs.append(self._turn(agency, client, own, steps))
            leave_one_for_a_person(client=agency.clients[-1], by=agency.owner, say=steps)
            for run in runs:
                for report in reports_of_run(run):
                    show_report(console, report)
            show_summary(console, agency, runs)
            self._verify(agency, steps)

    def _given(self, agency: Agency, given: str, steps: Steps) -> UUID:
        # A page on this machine is the person's own; the demo says so to the outbound door.
        settings.WARREN_ALLOW_LOOPBACK = True
        client = agency.clients[0]
        material = bring_material(given=given, brand=client.brand, by=agency.owner, say=steps)
        return material.pk

    def _turn(
        self, agency: Agency, client: DemoClient, material_id: UUID | None, steps: Steps
    ) -> AutopilotRun:
        run = take_turn(client=client, by=agency.owner, say=steps, material_id=material_id)
        with org_atomic():
            posts = posts_of_run(run)
        for post in posts:
            snapshot = collect_metrics(post_id=post.pk, age=EngagementSnapshot.Age.QUARTER_HOUR)
            if snapshot is not None:
                steps(
                    "measure",
                    f"{snapshot.impressions or 0} views and {snapshot.clicks or 0} clicks after "
                    f"{snapshot.age_seconds} s",
                )
        return run

    def _verify(self, agency: Agency, steps: Steps) -> None:
        """Every channel of the demo has a post out that its page shows, with its first numbers.

        Raises CommandError, and so ends with status 1, when one has not.
        """
        missing = []
        for client in agency.clients:
            with org_atomic():
                places = _places(client)
            for place in places:
                with org_atomic():
                    post = _latest_with_numbers(place)
                label = f"{client.brand.name}, {channel_of(place.platform).label}"
                if post is None:
                    missing.append(f"{label}: nothing is out, or its numbers are not in")
                elif problem := _not_shown(post):
                    missing.append(f"{label}: {problem}")
                else:
                    steps("verify", f"{label}: {post.external_url} shows the post")
        if missing:
            raise CommandError("Not everything is out. " + ". ".join(missing) + ".")


def _places(client: DemoClient) -> list[BrandAccountLink]:
    links = BrandAccountLink.objects.filter(
        brand=client.brand,
        platform__in=client.schedule.platforms,
        account__is_active=True,
        account__deleted_at=None,
    )
    return list(links.select_related("account"))


def _latest_with_numbers(place: BrandAccountLink) -> Post | None:
    posts = Post.objects.live().filter(account=place.account, snapshots__isnull=False)
    return posts.order_by("-published_at").first()


def _not_shown(post: Post) -> str:
    """Why the post's public page does not show it; empty when it does.

    Only pages of this installation are asked, by its own application in this process; what stands
    on another network was confirmed by that network.
    """
    if not post.external_url.startswith(settings.WARREN_BASE_URL):
        return ""
    parts = urlsplit(post.external_url)
    visitor = Client(raise_request_exception=False)
    page = visitor.get(parts.path, headers={"host": parts.netloc})
    if page.status_code != 200:
        return f"its page answers {page.status_code}"
    words = " ".join(post.content.split()[:6])
    shown = " ".join(html.unescape(page.content.decode()).split())
    return "" if words in shown else "its page does not show the text"
