"""The cast of the tests: one organization with an owner, an editor and a viewer, and a stranger.

Built once a run and committed; every test rolls back what it changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID

from billing.models import Plan, Subscription
from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Membership, Organization, Role, User
from organizations.services.organizations import found_organization
from publishing.models import BrandAccountLink, FeedHandle, Schedule, SocialAccount
from tests.make_policy import signed_policy

PASSWORD = "a long enough passphrase"  # noqa: S105


@dataclass(frozen=True)
class World:
    organization: Organization
    owner: User
    admin: User
    editor: User
    viewer: User
    stranger: User
    foreign: Organization
    brand: BrandProfile
    account: SocialAccount
    schedule: Schedule
    foreign_brand: BrandProfile
    foreign_account: SocialAccount

    @property
    def id(self) -> UUID:
        return self.organization.id

    @property
    def path(self) -> str:
        return f"/o/{self.organization.slug}"


@dataclass(frozen=True)
class Team:
    """One organization with its brand, its hosted feed and a schedule."""

    organization: Organization
    owner: User
    brand: BrandProfile
    account: SocialAccount
    schedule: Schedule


def build_world() -> World:
    mine = build_team("Harbour & Pine", "owner@example.com")
    other = build_team("Foreign Office", "stranger@example.com")
    people = {}
    with org_atomic(mine.organization.id):
        for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER):
            user = person(f"{role}@example.com")
            Membership.objects.create(user=user, role=role, joined_at=now())
            people[role] = user
    return World(
        organization=mine.organization,
        owner=mine.owner,
        admin=people[Role.ADMIN],
        editor=people[Role.MEMBER],
        viewer=people[Role.VIEWER],
        stranger=other.owner,
        foreign=other.organization,
        brand=mine.brand,
        account=mine.account,
        schedule=mine.schedule,
        foreign_brand=other.brand,
        foreign_account=other.account,
    )


def build_team(name: str, email: str) -> Team:
    owner = person(email)
    organization = found_organization(name=name, owner=owner, timezone="Europe/Berlin")
    with org_atomic(organization.id):
        Subscription.objects.update(
            # Without limits, so that only the tests of limits meet them.
            plan=Plan.objects.get(slug="enterprise"),
            credits_total=10_000,
            status=Subscription.Status.ACTIVE,
        )
        brand = BrandProfile.objects.create(**brand_fields(name))
        account = feed_account(brand, organization)
        signed_policy(brand, owner)
        schedule = Schedule.objects.create(
            brand=brand,
            name="Weekdays at ten",
            platforms=["feed"],
            times=[time(10)],
            timezone="Europe/Berlin",
            next_run_at=None,
        )
    return Team(organization, owner, brand, account, schedule)


def person(email: str) -> User:
    user, created = User.objects.get_or_create(
        email=email,
        # The tests look at everything; what the simple mode leaves out has its own.
        defaults={"name": email.split("@")[0].title(), "interface_mode": "advanced"},
    )
    if created:
        user.set_password(PASSWORD)
        user.save()
    return user


def brand_fields(name: str) -> dict[str, Any]:
    return {
        "name": f"{name} brand",
        "website_url": "https://harbour.example",
        "timezone": "Europe/Berlin",
        "tone": ["friendly", "confident"],
        "personality": "A calm neighbour who knows the trade.",
        "target_audience": "People who fit out small boats",
        "content_pillars": [
            {"name": "Craft", "percentage": 60},
            {"name": "Offers", "percentage": 40},
        ],
        "language_rules": {
            "words_to_use": ["seaworthy"],
            "words_to_avoid": ["cheap"],
            "required_words": [],
            "emoji_usage": "none",
            "hashtag_style": "minimal",
            "cta_style": "soft",
        },
    }


def feed_account(brand: BrandProfile, organization: Organization) -> SocialAccount:
    account = SocialAccount.objects.create(
        platform="feed",
        remote_id=organization.slug,
        name=brand.name,
        handle=organization.slug,
        credentials={},
    )
    FeedHandle.objects.create(
        handle=organization.slug, organization=organization, account_id=account.id
    )
    BrandAccountLink.objects.create(brand=brand, account=account, platform="feed", is_default=True)
    return account


def demolish(organization: Organization) -> None:
    """Remove a committed organization and everything in it, as the operator."""
    from django.apps import apps
    from django.db import connections

    from config.kernel.models import OrgOwned

    tables = [
        model._meta.db_table for model in apps.get_models() if issubclass(model, OrgOwned)
    ] + [FeedHandle._meta.db_table]
    with connections["owner"].cursor() as cursor:
        # The owner is bound by row security too: it enters the organization like everybody.
        cursor.execute("BEGIN")
        cursor.execute("SELECT set_config('app.org', %s, true)", [str(organization.id)])
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            cursor.execute(
                f"DELETE FROM {table} WHERE organization_id = %s",  # noqa: S608
                [organization.id],
            )
        cursor.execute("DELETE FROM organizations_organization WHERE id = %s", [organization.id])
        cursor.execute("COMMIT")
