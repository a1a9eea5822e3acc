"""Which pages are opened, and with whose rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model, QuerySet
from django.urls import NoReverseMatch, reverse

from brands.models import BrandProfile
from config.kernel.scoping import org_atomic, unscoped
from content.models import Material
from organizations.models import Membership, Organization, Role, User
from publishing.models import (
    AutopilotRun,
    Delivery,
    FeedEntry,
    PendingPost,
    Post,
    Schedule,
    SocialAccount,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page by name; `rows` fill the address. Names are tried in turn."""

    name: str
    url_names: tuple[str, ...]
    is_main: bool = True
    """Held to the goals of list pages and the dashboard."""
    is_public: bool = False
    """Opened by somebody who is not signed in."""


PLACES: Final = (
    Place("Bare page", ("bench-bare",), is_main=False, is_public=True),
    Place("Empty frame", ("bench-frame",), is_main=False),
    Place("Home", ("analytics:home",)),
    Place("Approvals", ("publishing:approval-list",)),
    Place("Approval", ("publishing:approval-show",)),
    Place("Posts", ("publishing:post-list",)),
    Place("Post", ("analytics:post-show", "publishing:post-show")),
    Place("Materials", ("content:material-list",)),
    Place("Material", ("content:material-show",)),
    Place("Schedules", ("publishing:schedule-list",)),
    Place("Schedule", ("publishing:schedule-show",)),
    Place("Run", ("publishing:run-show",)),
    Place("Brands", ("brands:brand-list",)),
    Place("Channels", ("publishing:channel-list",)),
    Place("Channel", ("publishing:channel-show",)),
    Place("Deliveries", ("publishing:delivery-list",)),
    Place("Delivery", ("publishing:delivery-show",)),
    Place("Writing", ("publishing:writing-create",)),
    Place("Usage", ("billing:usage",)),
    Place("Insights", ("analytics:insight-list",)),
    Place("Public page", ("feed:page",), is_public=True),
    Place("Public post", ("feed:entry-show",), is_public=True),
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who opens the pages: an owner of a seeded organization, and rows to look at."""

    organization: Organization
    user: User
    rows: Mapping[str, Any]

    def address_of(self, place: Place) -> str | None:
        """None when this installation has no such page."""
        for name in place.url_names:
            for keys in _KEYS:
                kwargs = {key: self.rows[key] for key in keys if key in self.rows}
                try:
                    return reverse(name, kwargs=kwargs)
                except NoReverseMatch:
                    continue
        return None


_KEYS: Final = (
    *((), ("org",)),
    *(("org", noun) for noun in ("pending", "post", "material", "schedule", "run", "account")),
    *(("org", "delivery"), ("handle",), ("handle", "key")),
)


def visitor() -> Visitor:
    """The owner of the first seeded organization, and its newest rows."""
    with unscoped("bench: an owner to open pages as"):
        organization = Organization.objects.order_by("slug").first()
        assert organization is not None
        membership = Membership.objects.select_related("user").get(
            organization=organization, role=Role.OWNER
        )
    with org_atomic(organization.id):
        rows = {noun: row.pk for noun, row in _rows().items() if row is not None}
        entry = FeedEntry.objects.select_related("account").order_by("-published_at").first()
    if entry is not None:
        rows |= {"handle": entry.account.handle, "key": entry.key}
    return Visitor(organization, membership.user, {"org": organization.slug, **rows})


def _rows() -> dict[str, Model | None]:
    newest: dict[str, QuerySet[Any]] = {
        "pending": PendingPost.objects.waiting(),
        "post": Post.objects.all(),
        "material": Material.objects.all(),
        "schedule": Schedule.objects.all(),
        "run": AutopilotRun.objects.all(),
        "account": SocialAccount.objects.all(),
        "delivery": Delivery.objects.all(),
        "brand": BrandProfile.objects.all(),
    }
    return {noun: rows.order_by("-created_at").first() for noun, rows in newest.items()}
