"""What stands still, who stopped it, what waits behind it, and what could not be called back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Count, F, IntegerField, Q, QuerySet, Value, Window

from brands.models import BrandProfile
from config.kernel.brands import brands_in_sight
from config.kernel.scoping import organization_in_scope
from organizations.models import User
from publishing.channels.base import Hosts
from publishing.channels.registry import channels, platform_label
from publishing.models import Delivery, DeliveryState, InstallationStop, SocialAccount, Stop
from publishing.services.standing import PAGE_SECONDS, Standstill, known_to_stand
from publishing.services.stops import name_of, waiting_behind

SHOWN: Final = 10
HISTORY: Final = 20
MOST: Final = 100
LATELY: Final = timedelta(minutes=10)
ON_THE_WAY: Final = (DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Held:
    """A post whose time has come while something stands: letting go misses it, and it asks."""

    text: str
    brand: str
    account: str
    planned_for: datetime


@dataclass(frozen=True, slots=True)
class StopRow:
    """One stop with what it does; those `held` first first, 10 at most of `held_count`."""

    stop: Stop | InstallationStop
    name: str
    who: str
    is_ours: bool
    released_by: str = ""
    held: Sequence[Held] = ()
    held_count: int = 0

    @property
    def more(self) -> int:
        return self.held_count - len(self.held)


@dataclass(frozen=True, slots=True)
class StopsPage:
    living: Sequence[StopRow]
    over: Sequence[StopRow]
    leaving: Sequence[Delivery]
    """Was on its way when somebody stopped, so it could not be called back."""


def stops_page() -> StopsPage:
    """Everything on the page of stops, for the organization and the brands in sight."""
    # Those that stand come first, whatever their number.
    rows = list(_visible(Stop.objects.order_by(F("resumed_at").desc(nulls_first=True)))[:MOST])
    everywhere = list(_of_everybody())
    every: list[Stop | InstallationStop] = [*everywhere, *rows]
    living = [each for each in every if each.resumed_at is None]
    past = [each for each in every if each.resumed_at is not None]
    over = sorted(past, key=lambda each: each.resumed_at or each.created_at, reverse=True)[:HISTORY]
    held = _held_by(living)
    return StopsPage(
        living=[_row(each, *held[number]) for number, each in enumerate(living)],
        over=[_row(each) for each in over],
        leaving=_leaving(living),
    )


def stops_in_sight() -> list[Standstill]:
    """What stands, for the banner of every page: read at most every five seconds by a process.

    A restricted member is not told of a brand or channel that they cannot see.
    """
    organization_id = organization_in_scope()
    found = list(known_to_stand(organization_id, seconds=PAGE_SECONDS)) if organization_id else []
    brands = brands_in_sight()
    if brands is None or not any(each.brand_id or each.account_id for each in found):
        return found
    accounts = set(SocialAccount.objects.values_list("pk", flat=True))
    return [
        each
        for each in found
        if (each.brand_id is None or each.brand_id in brands)
        and (each.account_id is None or each.account_id in accounts)
    ]


def stop_words(each: Standstill) -> str:
    """What stands still, without a look at the database."""
    if each.level == Stop.Level.BRAND:
        return each.name or "A brand"
    if each.level == Stop.Level.ACCOUNT:
        return each.name or "A channel"
    if each.platform:
        return f"All of {platform_label(each.platform)}"
    return "Everything here" if each.level == "installation" else "The whole team"


def choices_to_stop() -> dict[str, list[tuple[str, str]]]:
    """Brands, channels and networks that may be stopped, by their ids and names."""
    brands = BrandProfile.objects.order_by().values_list("pk", "name", Value("", CharField()))
    accounts = SocialAccount.objects.order_by().values_list("pk", "name", "platform")
    rows = sorted(brands.union(accounts, all=True), key=lambda row: (row[2], row[1], row[0]))
    networks = sorted({platform for _, _, platform in rows if platform in channels})
    named = [slug for slug in networks if not isinstance(channels[slug], Hosts)] or networks
    return {
        "brand": [(str(pk), name) for pk, name, platform in rows if not platform],
        "account": [
            (str(pk), f"{name} on {platform_label(platform)}")
            for pk, name, platform in rows
            if platform
        ],
        "platform": [(slug, platform_label(slug)) for slug in named],
    }


def _of_everybody() -> QuerySet[InstallationStop]:
    """The installation's stops: those that stand, then those that ended last."""
    return InstallationStop.objects.order_by(F("resumed_at").desc(nulls_first=True))[:HISTORY]


def _visible(stops: QuerySet[Stop]) -> QuerySet[Stop]:
    related = stops.select_related("brand", "account", "stopped_by", "resumed_by")
    if brands_in_sight() is None:
        return related
    seen = SocialAccount.objects.values("pk")
    return related.filter(Q(account=None) | Q(account__in=seen))


def _held_by(stops: Sequence[Stop | InstallationStop]) -> list[tuple[list[Held], int]]:
    """What waits behind each of them and how much that is: one query, whatever their number."""
    held: list[list[Held]] = [[] for _ in stops]
    counts = [0] * len(stops)
    if stops:
        first, *others = [_first_held(stop, number) for number, stop in enumerate(stops)]
        # In the order of their slices: a union of all promises none.
        for number, count, *row in sorted(first.union(*others, all=True), key=lambda row: row[5]):
            held[number].append(Held(*row))
            counts[number] = count
    return list(zip(held, counts, strict=True))


def _first_held(stop: Stop | InstallationStop, number: int) -> QuerySet[Delivery, tuple[Any, ...]]:
    words = ("pending_post__content", "pending_post__brand__name", "account__name")
    rows = Delivery.objects.filter(waiting_behind(stop)).order_by("pending_post__scheduled_for")
    return rows.values_list(
        Value(number, IntegerField()),
        Window(Count("pk")),
        *words,
        "pending_post__scheduled_for",
    )[:SHOWN]


def _row(stop: Stop | InstallationStop, held: Sequence[Held] = (), held_count: int = 0) -> StopRow:
    return StopRow(
        stop=stop,
        name=name_of(stop),
        who=_who(stop),
        is_ours=isinstance(stop, Stop),
        held=held,
        held_count=held_count,
        released_by=_released_by(stop),
    )


def _who(stop: Stop | InstallationStop) -> str:
    if isinstance(stop, InstallationStop):
        return f"{stop.stopped_by}, who runs this installation"
    return _name(stop.stopped_by)


def _released_by(stop: Stop | InstallationStop) -> str:
    if stop.resumed_at is None:
        return ""
    if isinstance(stop, InstallationStop):
        return stop.resumed_by or "whoever runs this installation"
    return _name(stop.resumed_by)


def _name(user: User | None) -> str:
    return (user.name or user.email) if user else "somebody who has left"


def _leaving(living: Sequence[Stop | InstallationStop]) -> list[Delivery]:
    """Sent within the minutes before one of these stops, and not known to have ended since."""
    if not living:
        return []
    lately = Q(state=DeliveryState.SENDING)
    lately |= Q(sending_at__gte=min(each.created_at for each in living) - LATELY)
    return list(
        Delivery.objects.filter(lately, state__in=ON_THE_WAY)
        .select_related("pending_post__brand", "account")
        .order_by("-sending_at")[:SHOWN]
    )


def stop_named_by(pk: UUID) -> Stop | None:
    return _visible(Stop.objects.filter(pk=pk)).first()
