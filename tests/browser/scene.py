"""A lived-in organization: a row in every state that a page shows, long words and large numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import (
    Material,
    MaterialStatus,
)
from organizations.models import Organization, User
from organizations.services.organizations import found_organization
from publishing.models import (
    AccountStatus,
    AutopilotRun,
    BrandAccountLink,
    Delivery,
    FeedEntry,
    PendingPost,
    RunStatus,
    Schedule,
    ScheduleStatus,
    SocialAccount,
)
from tests import make
from tests.world import World, brand_fields

from .scene_channels import channels
from .scene_clients import clients
from .scene_feeds import feeds
from .scene_inbox import inbox
from .scene_knowledge import knowledge
from .scene_learning import learning
from .scene_library import library
from .scene_notices import notices
from .scene_people import people, people_ids
from .scene_planning import planning
from .scene_posts import approvals, deliveries, learned, posts
from .scene_reviews import reviews
from .scene_skills import skills
from .scene_strategy import strategy
from .scene_voice import voices
from .scene_webhooks import webhooks
from .scene_wishes import wishes

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenmanufaktur & Sons of Harwich"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Scene:
    """The rows that addresses name; `bare` is the stranger's organization, which has none."""

    world: World
    bare: Organization
    material: Material
    pending: PendingPost
    delivery: Delivery
    run: AutopilotRun
    post_id: Any
    entry: FeedEntry
    more: dict[str, Any]

    def in_every_state(self, noun: str) -> list[Any]:
        """One row of the noun in each of its states."""
        model, field = {
            "material": (Material, "status"),
            "run": (AutopilotRun, "status"),
            "delivery": (Delivery, "state"),
            "pending": (PendingPost, "status"),
        }[noun]
        with org_atomic(self.world.id):
            rows: Any = model._default_manager.order_by(field, "pk").distinct(field)
            return list(rows.values_list("pk", flat=True))

    @property
    def operator(self) -> User:
        """Staff of the installation, a member of nothing."""
        user, _ = User.objects.get_or_create(
            email="operator@example.com", defaults={"is_staff": True, "is_superuser": True}
        )
        return user

    @property
    def ids(self) -> dict[str, Any]:
        """Keyword of an address -> what stands in it."""
        return {
            "brand": self.world.brand.pk,
            "section": "identity",
            "material": self.material.pk,
            "schedule": self.world.schedule.pk,
            "pending": self.pending.pk,
            "candidate": self.pending.candidate_id,
            "post": self.post_id,
            "account": self.world.account.pk,
            "platform": "feed",
            "delivery": self.delivery.pk,
            "run": self.run.pk,
            **people_ids(self.world),
            "handle": self.world.organization.slug,
            "key": self.entry.key,
            **self.more,
        }


def build_scene(world: World) -> Scene:
    """Fill the world's organization; call it outside of any transaction."""
    moment = now()
    bare = found_organization(name=f"{LONG} Group", owner=world.stranger, timezone="UTC")
    with org_atomic(world.id):
        _brands_and_channels(world)
        source = _materials(world)
        run = _runs(world, source, moment)
        pending = approvals(world, source, run, moment)
        delivery = deliveries(world, source, moment)
        entry, post_id = posts(world, source, moment)
        learned(world)
        people(world)
    more = {
        **wishes(world),
        **notices(world),
        **webhooks(world),
        **strategy(world),
        **channels(world),
        **learning(world),
        **skills(world),
        **feeds(world),
        **voices(world),
        **knowledge(world),
        **planning(world),
        **library(world),
        **inbox(world),
        **clients(world),
        **reviews(world, pending),
    }
    return Scene(world, bare, source, pending, delivery, run, post_id, entry, more)


def _brands_and_channels(world: World) -> None:
    long = BrandProfile.objects.create(
        **{**brand_fields(LONG), "name": LONG, "auto_approve": False}
    )
    BrandProfile.objects.create(
        **{**brand_fields("Kiln & Crumb"), "name": "Kiln & Crumb"},
        paused_at=now(),
        pause_reason="The bakery is closed in August.",
    )
    for number, status in enumerate(AccountStatus):
        account = SocialAccount.objects.create(
            platform="bluesky",
            remote_id=f"did:plc:scene{number}",
            name="Harbour & Pine" if number else LONG,
            handle=f"harbour{number}.bsky.social",
            status=status,
            last_error="" if status == AccountStatus.ACTIVE else "The app password was taken back.",
            last_used_at=now() - HOUR,
            credentials={},
        )
        if not number:
            BrandAccountLink.objects.create(
                brand=long, account=account, platform="bluesky", is_default=True
            )
    world.schedule.next_run_at = now() + 3 * HOUR
    world.schedule.last_run_at = now() - 21 * HOUR
    world.schedule.save(update_fields=["next_run_at", "last_run_at"])
    for state, error in (
        (ScheduleStatus.PAUSED, ""),
        (ScheduleStatus.EXHAUSTED, ""),
        (ScheduleStatus.ERROR, "The network refused the app password five times in a row."),
    ):
        Schedule.objects.create(
            brand=world.brand,
            name=f"Evenings, {state}" if error else f"Afternoons, {state}",
            platforms=["feed", "bluesky"],
            times=world.schedule.times,
            timezone="America/Argentina/ComodRivadavia",
            status=state,
            last_error=error,
            consecutive_errors=5 if error else 0,
        )


def _materials(world: World) -> Material:
    for number, status in enumerate(MaterialStatus):
        is_read = status not in {
            MaterialStatus.UPLOADED,
            MaterialStatus.PROCESSING,
            MaterialStatus.FAILED,
        }
        make.material(
            world.brand,
            name=f"{LONG}.pdf" if status == MaterialStatus.ANALYZED else f"Price list {number}",
            status=status,
            content_hash=f"{number:064d}",
            error="The file is locked with a password. Save it without one and upload it again."
            if status == MaterialStatus.FAILED
            else "",
            **({} if is_read else {"summary": "", "key_points": [], "keywords": []}),
        )
    return make.material(world.brand, usage_count=4, last_used_at=now() - DAY)


def _runs(world: World, source: Material, moment: datetime) -> AutopilotRun:
    outcomes = {
        RunStatus.QUEUED: "",
        RunStatus.RUNNING: "",
        RunStatus.SKIPPED: "Nothing to write from: every material was used in the last 7 days.",
        RunStatus.FAILED: "The model did not answer three times. Nothing was published.",
        RunStatus.DONE: "Wrote 1 post from “Wooden masts in twelve days”.",
    }
    for number, (status, outcome) in enumerate(outcomes.items()):
        run = AutopilotRun.objects.create(
            brand=world.brand,
            schedule=world.schedule,
            material=source,
            occurrence=f"2026-03-0{number + 1}T10:00",
            platforms=["feed"],
            scheduled_for=moment - (5 - number) * DAY,
            status=status,
            outcome=outcome,
            started_at=moment - (5 - number) * DAY,
            finished_at=moment - (5 - number) * DAY + timedelta(seconds=14),
        )
    return run
