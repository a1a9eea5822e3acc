"""Channels: the accounts of a team, whose brands use them, and what can be connected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from brands.models import BrandProfile
from publishing.channels.base import Authorizes, Channel, Connects
from publishing.channels.registry import channels
from publishing.models import (
    AccountStatus,
    BrandAccountLink,
    Delivery,
    DeliveryState,
    SocialAccount,
)
from publishing.services.networks import app_keys, app_name, callback_address


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
    def brands(self) -> str:
        return ", ".join(link.brand.name for link in self.links)


@dataclass(frozen=True, slots=True)
class Choice:
    """A brand that may use an account, and whether it does."""

    brand: BrandProfile
    link: BrandAccountLink | None


@dataclass(frozen=True, slots=True)
class ChannelPage:
    row: ChannelRow
    choices: Sequence[Choice]
    published_count: int
    failed_count: int
    waiting_count: int


def channels_for_list() -> list[ChannelRow]:
    links: dict[UUID, list[BrandAccountLink]] = {}
    for link in BrandAccountLink.objects.select_related("brand").filter(brand__deleted_at=None):
        links.setdefault(link.account_id, []).append(link)
    return [_row(account, links.get(account.pk, ())) for account in SocialAccount.objects.all()]


def connectable() -> list[Channel]:
    """What this installation can connect, by name."""
    found = [each for each in channels.values() if isinstance(each, Connects | Authorizes)]
    return sorted(found, key=lambda channel: channel.label.casefold())


def consent_terms(channel: Channel) -> ConsentTerms:
    return ConsentTerms(
        scopes=[Scope(each, channel.scope_words.get(each, each)) for each in channel.scopes],
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
        choices=[Choice(brand, by_brand.get(brand.pk)) for brand in brands],
        published_count=counted["published"],
        failed_count=counted["failed"],
        waiting_count=counted["waiting"],
    )


def _row(account: SocialAccount, links: Sequence[BrandAccountLink]) -> ChannelRow:
    channel = channels.get(account.platform)
    return ChannelRow(
        account,
        label=channel.label if channel else account.platform,
        links=links,
        can_reconnect=isinstance(channel, Connects | Authorizes),
    )
