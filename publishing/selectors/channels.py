"""Channels: the accounts of a team, whose brands use them, and what can be connected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from brands.models import BrandProfile
from organizations.models import ActorKind, AuditRecord
from publishing.channels.base import Authorizes, Channel, Connects, Listens
from publishing.channels.registry import channels
from publishing.models import (
    AccountStatus,
    BrandAccountLink,
    Delivery,
    DeliveryState,
    SocialAccount,
)
from publishing.services.networks import app_keys, app_name, callback_address

from .account_health import AccountHealth, account_health


@dataclass(frozen=True, slots=True)
class Scope:
    """One permission, as the network calls it and as people do."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """What a network's own page will ask, and what must be there before it can."""

    scopes: Sequence[Scope]
    needs_operator: bool
    """Whether the operator has to register an app there first."""
    callback: str
    app_name: str


@dataclass(frozen=True, slots=True)
class ChannelRow:
    account: SocialAccount
    label: str
    links: Sequence[BrandAccountLink]
    can_reconnect: bool

    @property
    def state(self) -> str:
        """As the table of state words knows it."""
        return str(self.account.status)

    @property
    def needs_person(self) -> bool:
        return self.account.status != AccountStatus.ACTIVE

    @property
    def faults(self) -> int:
        """What the doctor found wrong with an account that is connected all the same."""
        return sum(each["ok"] is False for each in self.account.report)

    @property
    def hears(self) -> str:
        """What of people's words is read there; empty where nothing is."""
        channel = channels.get(self.account.platform)
        kinds: tuple[str, ...] = channel.hears if isinstance(channel, Listens) else ()
        return ", ".join(f"{kind}s" for kind in kinds)

    @property
    def brands(self) -> str:
        return ", ".join(link.brand.name for link in self.links)


@dataclass(frozen=True, slots=True)
class Choice:
    """A brand that may use an account, and whether it does."""

    brand: BrandProfile
    link: BrandAccountLink | None


@dataclass(frozen=True, slots=True)
class LetIn:
    """Who connected an account last, as the audit log has it: a member, or a client by a link."""

    who: str
    at: datetime
    by_link: bool


@dataclass(frozen=True, slots=True)
class ChannelPage:
    row: ChannelRow
    let_in: LetIn | None
    channel: Channel | None
    health: AccountHealth
    choices: Sequence[Choice]
    published_count: int
    failed_count: int
    waiting_count: int


def channels_for_list() -> list[ChannelRow]:
    links: dict[UUID, list[BrandAccountLink]] = {}
    for link in BrandAccountLink.objects.select_related("brand").filter(brand__deleted_at=None):
        links.setdefault(link.account_id, []).append(link)
    return [_row(account, links.get(account.pk, ())) for account in SocialAccount.objects.all()]


@dataclass(frozen=True, slots=True)
class Network:
    """A network that can be connected, in a line."""

    channel: Channel
    line: str
    accounts: int
    is_ready: bool
    """Whether an account can be connected now, or the operator has a step to do first."""


@dataclass(frozen=True, slots=True)
class NetworkGroup:
    title: str
    note: str
    networks: Sequence[Network]


def networks_for_list(rows: Sequence[ChannelRow], *, query: str = "") -> list[NetworkGroup]:
    """What can be connected, in groups that say what it takes; those in use first in each."""
    used = Counter(row.account.platform for row in rows)
    wanted = query.casefold().split()
    found = [
        Network(
            channel=each,
            line=_line(each),
            accounts=used[each.slug],
            is_ready=not each.needs_app
            or isinstance(each, Connects)
            or app_keys(each.slug) is not None,
        )
        for each in connectable()
        if all(word in f"{each.label} {_line(each)}".casefold() for word in wanted)
    ]
    found.sort(key=lambda each: (not each.accounts, each.channel.label.casefold()))
    groups = (
        NetworkGroup(
            "In a minute",
            "Nothing has to be prepared: sign in over there, or type in what it needs.",
            [each for each in found if each.is_ready],
        ),
        NetworkGroup(
            "After a step of the operator",
            "These let in only apps that they know. Each page says how to register one.",
            [each for each in found if not each.is_ready],
        ),
    )
    return [group for group in groups if group.networks]


def _line(channel: Channel) -> str:
    """What a post there may be, in one line."""
    limits = channel.limits
    parts = [f"{limits.max_characters:,} characters"]
    if limits.images_max:
        parts.append(f"{limits.images_max} picture{'' if limits.images_max == 1 else 's'}")
    if limits.videos_max:
        parts.append("video")
    if limits.thread_max > 1:
        parts.append("threads")
    if limits.comment_max:
        parts.append("first comment")
    return ", ".join(parts)


def connectable() -> list[Channel]:
    """What this installation can connect, by name."""
    found = [each for each in channels.values() if isinstance(each, Connects | Authorizes)]
    return sorted(found, key=lambda channel: channel.label.casefold())


def consent_terms(channel: Channel) -> ConsentTerms:
    # More than posting needs, where an operator's app may ask for it.
    asked: Callable[[], tuple[str, ...]] = getattr(channel, "asked_scopes", lambda: channel.scopes)
    return ConsentTerms(
        scopes=[Scope(each, channel.scope_words.get(each, each)) for each in asked()],
        needs_operator=channel.needs_app and app_keys(channel.slug) is None,
        callback=callback_address(channel),
        app_name=app_name(channel),
    )


def channel_page(account: SocialAccount) -> ChannelPage:
    links = list(BrandAccountLink.objects.select_related("brand").filter(account=account))
    by_brand = {link.brand_id: link for link in links}
    brands = BrandProfile.objects.order_by("name")
    counted = (
        Delivery.objects.posts()
        .filter(account=account)
        .aggregate(
            published=Count("pk", filter=Q(state=DeliveryState.PUBLISHED)),
            failed=Count("pk", filter=Q(state__in=[DeliveryState.FAILED, DeliveryState.MISSED])),
            waiting=Count("pk", filter=Q(state=DeliveryState.SCHEDULED)),
        )
    )
    return ChannelPage(
        row=_row(account, links),
        let_in=_let_in(account),
        channel=channels.get(account.platform),
        health=account_health(account),
        choices=[Choice(brand, by_brand.get(brand.pk)) for brand in brands],
        published_count=counted["published"],
        failed_count=counted["failed"],
        waiting_count=counted["waiting"],
    )


def _let_in(account: SocialAccount) -> LetIn | None:
    acts = AuditRecord.objects.filter(
        target_type=account._meta.label_lower, target_id=account.pk, action="account.connected"
    )
    act = acts.select_related("actor").order_by("-created_at").first()
    if act is None:
        return None
    if act.actor_kind == ActorKind.CLIENT:
        return LetIn(act.data.get("client") or "a client", act.created_at, by_link=True)
    name = str(act.actor) if act.actor else "somebody who has left"
    return LetIn(name, act.created_at, by_link=False)


def _row(account: SocialAccount, links: Sequence[BrandAccountLink]) -> ChannelRow:
    channel = channels.get(account.platform)
    return ChannelRow(
        account,
        label=channel.label if channel else account.platform,
        links=links,
        can_reconnect=isinstance(channel, Connects | Authorizes),
    )
