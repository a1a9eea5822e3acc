"""What a seeded organization stands on: people, brands, channels, materials, schedules."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import cycle, islice
from random import Random

from billing.models import CreditAction, CreditTransaction, Subscription
from billing.models import Plan as SoldPlan
from brands.models import BrandProfile
from content.models import Angle, AngleStatistic, Material, MaterialStatus
from organizations.models import Membership, Organization, Role, User
from publishing.channels.base import AccountFacts, Draft, Hosts
from publishing.channels.feed import page_url
from publishing.channels.registry import channels
from publishing.models import (
    BrandAccountLink,
    FeedHandle,
    MaterialStrategy,
    Schedule,
    SocialAccount,
)

from .plan import DOMAIN, MARK, Keys, Plan, random_of
from .sheets import ALIAS, Sheet, array, at, document
from .trades import TRADES, Trade
from .writer import Writer

# Where words alone are a post. What we host ourselves comes first: every team has it, however few
# accounts it gets.
PLATFORMS = tuple(
    slug
    for _, slug in sorted((not isinstance(channels[slug], Hosts), slug) for slug in channels)
    if not channels[slug].problems(Draft("Words."), AccountFacts("1"))
)
ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "UTC")
CREDITS = 1_000_000
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    platform: str
    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class Brand:
    id: str
    name: str
    trade: Trade
    accounts: tuple[Account, ...]
    materials: tuple[tuple[str, str], ...]
    schedules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """One organization, as the rows of its history point at it."""

    id: str
    number: int
    plan: Plan
    keys: Keys
    brands: tuple[Brand, ...]


def lay(plan: Plan, number: int, *, password_hash: str) -> tuple[Ground, list[Sheet]]:
    """The ground of one organization and the sheets to be written for it."""
    keys, random = Keys(plan, number), random_of(plan, number, "ground")
    born = plan.until - YEAR
    organization = next(keys)
    slug = f"seeded-{plan.random_seed}-{number}"
    trade = TRADES[number % len(TRADES)]
    sheets = [
        *_people(keys, organization, slug, trade, number, plan, password_hash),
        _subscription(keys, organization, plan),
    ]
    shares = [0] * plan.brands
    for brand in range(plan.accounts):
        shares[brand % plan.brands] += 1
    layer = _Layer(keys, organization, slug, random, plan, born)
    brands = tuple(layer.brand(number + index, share) for index, share in enumerate(shares))
    return Ground(organization, number, plan, keys, brands), [*sheets, *layer.sheets]


def _people(
    keys: Keys, organization: str, slug: str, trade: Trade, number: int, plan: Plan, password: str
) -> list[Sheet]:
    born = at(plan.until - YEAR)
    teams = Sheet(Organization, "name", "slug", "timezone", "settings")
    name = f"{trade.names[number // len(TRADES) % len(trade.names)]} Agency {number + 1}"
    settings = document({MARK: plan.random_seed})
    teams.add(organization, None, born, name, slug, ZONES[number % len(ZONES)], settings)
    people = Sheet(User, "email", "name", "password")
    members = Sheet(Membership, "user_id", "role", "joined_at")
    roles = (("Robin", Role.OWNER), ("Kim", Role.MEMBER), ("Sasha", Role.VIEWER))
    for first_name, role in roles:
        user = next(keys)
        people.add(user, None, born, f"{role}@{slug}.{DOMAIN}", f"{first_name} Seeded", password)
        members.add(next(keys), organization, born, user, role, born)
    return [teams, people, members]


def _subscription(keys: Keys, organization: str, plan: Plan) -> Sheet:
    sheet = Sheet(
        Subscription,
        *("plan_id", "status", "credits_total", "credits_used"),
        *("period_started_at", "period_ends_at"),
    )
    sold = SoldPlan.objects.using(ALIAS).order_by("-credits_per_period").first()
    if sold is None:
        raise LookupError("No plan is there; the migrations of billing make them.")
    start = plan.until.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    used = min(2 * plan.posts, CREDITS // 2)
    end = at(start + timedelta(days=31))
    sheet.add(
        *(next(keys), organization, at(start)),
        *(str(sold.pk), Subscription.Status.ACTIVE, CREDITS, used, at(start), end),
    )
    return sheet


class _Layer:
    """Lays brand after brand onto the sheets that they share."""

    def __init__(
        self,
        keys: Keys,
        organization: str,
        slug: str,
        random: Random,
        plan: Plan,
        born: datetime,
    ) -> None:
        self.keys, self.organization, self.slug = keys, organization, slug
        self.random, self.plan, self.born = random, plan, born
        self._platforms = cycle(PLATFORMS)
        self.brands = Sheet(
            BrandProfile,
            *("name", "website_url", "business_type", "timezone", "tone", "personality"),
            *("target_audience", "content_pillars", "auto_approve"),
        )
        self.accounts = Sheet(
            SocialAccount,
            *("platform", "remote_id", "name", "handle", "server", "profile_url", "last_used_at"),
        )
        self.links = Sheet(BrandAccountLink, "brand_id", "account_id", "platform", "is_default")
        self.pages = Sheet(FeedHandle, "handle", "account_id")
        self.materials = Sheet(
            Material,
            *("brand_id", "kind", "name", "original_content", "extracted_text", "content_hash"),
            *("status", "summary", "key_points", "keywords", "suggested_angles", "sentiment"),
            *("content_pillar", "language", "analyzed_by", "usage_count", "last_used_at"),
        )
        self.schedules = Sheet(
            Schedule,
            *("brand_id", "name", "platforms", "times", "timezone", "material_strategy"),
            *("next_run_at", "last_run_at", "last_generated_at"),
        )
        self.statistics = Sheet(
            AngleStatistic,
            *("brand_id", "platform", "angle", "wins", "losses", "posts_count"),
            *("mean_interactions", "mean_engagement_rate"),
        )
        self.grants = Sheet(CreditTransaction, "amount", "action", "description", "key")
        self._grant()

    @property
    def sheets(self) -> list[Sheet]:
        return [
            *(self.brands, self.accounts, self.links, self.pages, self.materials),
            *(self.schedules, self.statistics, self.grants),
        ]

    def brand(self, number: int, accounts: int) -> Brand:
        trade = TRADES[number % len(TRADES)]
        id, zone = next(self.keys), self.random.choice(ZONES)
        name = f"{trade.names[number // len(TRADES) % len(trade.names)]} {len(self.brands) + 1}"
        self.brands.add(
            *(id, self.organization, at(self.born)),
            *(name, f"https://{trade.key}.{DOMAIN}", trade.key, zone),
            *(array(["friendly", "exact"]), "A neighbour who knows the trade and says so plainly."),
            *(f"People who care about {trade.products[0]}.", _pillars(trade)),
            # One brand in three leaves the last word to a person.
            number % 3 != 0,
        )
        brand = Brand(
            id,
            name,
            trade,
            self._accounts(id, name, accounts),
            tuple(self._material(id, trade) for _ in range(self._share())),
            tuple(self._schedule(id, zone, which) for which in ("Weekday mornings", "Evenings")),
        )
        self._learn(brand)
        return brand

    def _share(self) -> int:
        return max(4, self.plan.materials // self.plan.brands)

    def _accounts(self, brand: str, brand_name: str, count: int) -> tuple[Account, ...]:
        accounts: list[Account] = []
        for platform in islice(self._platforms, count):
            account = self._account(brand_name, platform)
            is_default = platform not in {each.platform for each in accounts}
            self.links.add(
                *(next(self.keys), self.organization, at(self.born)),
                *(brand, account.id, platform, is_default),
            )
            accounts.append(account)
        return tuple(accounts)

    def _account(self, brand_name: str, platform: str) -> Account:
        id, handle = next(self.keys), f"{self.slug}-{len(self.accounts) + 1}"
        server, url = "", page_url(handle)
        if platform == "feed":
            self.pages.add(next(self.keys), self.organization, at(self.born), handle, id)
        else:
            server = f"https://pds.{DOMAIN}"
            url = f"{server}/profile/{handle}"
        name = f"{brand_name} on {platform}"
        used = at(self.plan.until - timedelta(hours=self.random.randint(1, 30)))
        self.accounts.add(
            *(id, self.organization, at(self.born)),
            *(platform, handle, name, handle, server, url, used),
        )
        return Account(id, platform, handle, name)

    def _material(self, brand: str, trade: Trade) -> tuple[str, str]:
        id = next(self.keys)
        name, text, points = Writer(trade, self.random).material()
        born = self.plan.until - timedelta(days=self.random.uniform(0, 365))
        uses = self.random.randint(0, 30)
        # Used long enough ago that the autopilot may take each of them again.
        last = at(self.plan.until - timedelta(days=self.random.uniform(8, 90))) if uses else None
        self.materials.add(
            *(id, self.organization, at(born)),
            *(brand, Material.Kind.TEXT, name, text, text),
            hashlib.sha256(f"{id}{text}".encode()).hexdigest(),
            *(MaterialStatus.USED if uses else MaterialStatus.READY, points[0]),
            *(array(points), array(trade.hashtags[:3]), array(self.random.sample(Angle.values, 3))),
            *("informative", self.random.choice(trade.pillars), "en", "offline", uses, last),
        )
        return id, name

    def _schedule(self, brand: str, zone: str, name: str) -> str:
        id = next(self.keys)
        wall = time(self.random.randint(6, 20), self.random.choice((0, 15, 30, 45)))
        last = at(self.plan.until - timedelta(hours=self.random.uniform(1, 30)))
        soon = at(self.plan.until + timedelta(hours=self.random.uniform(6, 30)))
        self.schedules.add(
            *(id, self.organization, at(self.born)),
            *(brand, name, array(PLATFORMS), array([wall]), zone),
            *(self.random.choice(MaterialStrategy.values), soon, last, last),
        )
        return id

    def _learn(self, brand: Brand) -> None:
        for platform in sorted({account.platform for account in brand.accounts}):
            for angle in Angle.values:
                posts = self.random.randint(20, 200)
                wins = round(posts * self.random.uniform(0.2, 0.7), 3)
                rate = round(self.random.uniform(0.5, 6), 3)
                self.statistics.add(
                    *(next(self.keys), self.organization, at(self.plan.until)),
                    *(brand.id, platform, angle, wins, round(posts - wins, 3), posts),
                    *(round(rate * 12, 3), rate),
                )

    def _grant(self) -> None:
        self.grants.add(
            *(next(self.keys), self.organization, at(self.born)),
            *(CREDITS, CreditAction.GRANT, "Credits of the seeded plan", f"seed:{self.slug}"),
        )


def _pillars(trade: Trade) -> str:
    share = 100 // len(trade.pillars)
    return document([{"name": pillar, "percentage": share} for pillar in trade.pillars])
