"""Which stops stand, and which stood when something was due: asked by all that could let it leave.

Reading alone; what pulls the brake and lets go is `publishing.services.stops`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, connection
from django.db.models import CharField, F, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.functions import Coalesce, NullIf

from config.kernel.brands import over_all_brands
from config.kernel.clock import now, to_zone
from config.kernel.scoping import org_atomic, organization_in_scope
from organizations.models import Organization
from publishing.models import InstallationStop, Stop

INSTALLATION: Final = "installation"
STOPPED: Final = "stopped"
"""Code of whatever waits, or is refused, because of a stop."""

HOOK_SECONDS: Final = 1.0
"""How old what a process knows of stops may be when a request is about to leave. With it nothing
leaves later than 5 s after a stop (reliability D62), whatever a batch had read before."""
PAGE_SECONDS: Final = 5.0
REMEMBERED: Final = timedelta(days=7)
"""How far back a stop that is over still answers for what was due while it stood."""
_MOST_KEPT: Final = 5_000


@dataclass(frozen=True, slots=True)
class Standstill:
    """One stop, of whatever level, as it stands or stood."""

    id: UUID
    level: str
    brand_id: UUID | None
    account_id: UUID | None
    platform: str
    reason: str
    who: str
    since: datetime
    until: datetime | None
    name: str = ""
    """Of the brand or channel that stands still."""
    zone: str = "UTC"
    """Of the team, in which its sentence names the moment."""

    def covers(
        self,
        *,
        brand_id: UUID | None = None,
        account_id: UUID | None = None,
        platform: str = "",
    ) -> bool:
        """Whether it holds what leaves for this brand, by this account, to this network."""
        if self.level == Stop.Level.BRAND:
            return self.brand_id == brand_id
        if self.level == Stop.Level.ACCOUNT:
            return self.account_id == account_id
        return not self.platform or self.platform == platform

    def stood_at(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)

    def stood_since(self, moment: datetime) -> bool:
        """Whether it stands, or stood at any time after this moment."""
        return self.until is None or self.until > moment

    @property
    def stands(self) -> bool:
        return self.until is None

    @property
    def sentence(self) -> str:
        """Who, when and why, in words."""
        when = f"{to_zone(self.since, self.zone):%d %B %Y, %H:%M %Z}"
        return f"Stopped by {self.who or 'somebody'} on {when}: “{self.reason}”."


def standing(*, since: datetime | None = None) -> list[Standstill]:
    """The stops that stand for the organization in scope, the installation's first.

    With `since` also those that stood at any time after it. One query, of this moment: in the
    transaction that sends it is what counts. Over all brands, whoever asks.
    """
    over = Q(resumed_at=None)
    if since is not None:
        over |= Q(resumed_at__gt=since)
    with over_all_brands("a stop holds whoever may see it"):
        found = [Standstill(*row) for row in _team(over).union(_everybody(over), all=True)]
    return sorted(found, key=lambda each: (each.level != INSTALLATION, each.since))


def first_of(
    stops: Iterable[Standstill],
    *,
    brand_id: UUID | None = None,
    account_id: UUID | None = None,
    platform: str = "",
) -> Standstill | None:
    """The first stop that holds this, of those given."""
    where = {"brand_id": brand_id, "account_id": account_id, "platform": platform}
    return next((each for each in stops if each.covers(**where)), None)  # type: ignore[arg-type]


def known_to_stand(
    organization_id: UUID | None, *, seconds: float = HOOK_SECONDS
) -> tuple[Standstill, ...]:
    """As `standing`, but read at most once in so many seconds by this process.

    For what asks at every request or every page. None asks for the installation's stops alone.
    """
    moment = clock()
    kept = _kept.get(organization_id)
    if kept is not None and 0 <= moment - kept[0] < seconds:
        return kept[1]
    found = tuple(_read(organization_id))
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[organization_id] = (moment, found)
    return found


def forget() -> None:
    """Ask anew at the next question: this process itself stopped something, or let go."""
    _kept.clear()


def clock() -> float:
    return monotonic()


_kept: dict[UUID | None, tuple[float, tuple[Standstill, ...]]] = {}


def _read(organization_id: UUID | None) -> list[Standstill]:
    try:
        return _read_once(organization_id)
    except OperationalError:
        # A connection that went away is opened again, once; what then fails lets nothing leave.
        if connection.in_atomic_block:
            raise
        connection.close_if_unusable_or_obsolete()
        return _read_once(organization_id)


def _read_once(organization_id: UUID | None) -> list[Standstill]:
    if organization_id is None:
        return [Standstill(*row) for row in _everybody(Q(resumed_at=None))]
    with org_atomic(organization_id):
        return standing()


def _team(over: Q) -> QuerySet[Stop, tuple[Any, ...]]:
    return (
        Stop.objects.filter(over)
        .order_by()
        .values_list(
            *("pk", "level", "brand_id", "account_id", "platform", "reason"),
            # Whoever has given no name is known by their address.
            Coalesce(
                NullIf("stopped_by__name", Value("")),
                F("stopped_by__email"),
                Value(""),
                output_field=CharField(),
            ),
            *("created_at", "resumed_at"),
            Coalesce(F("brand__name"), F("account__name"), Value(""), output_field=CharField()),
            F("organization__timezone"),
        )
    )


def _everybody(over: Q) -> QuerySet[InstallationStop, tuple[Any, ...]]:
    return (
        InstallationStop.objects.filter(over)
        .order_by()
        .values_list(
            "pk",
            Value(INSTALLATION, CharField()),
            Value(None, UUIDField()),
            Value(None, UUIDField()),
            *("platform", "reason", "stopped_by", "created_at", "resumed_at"),
            Value("", CharField()),
            _zone(),
        )
    )


def _zone() -> Coalesce:
    """Of the team in scope; UTC where none is."""
    team = Organization.objects.filter(pk__in=[organization_in_scope()]).values("timezone")
    return Coalesce(Subquery(team), Value("UTC"), output_field=CharField())


def recently(moment: datetime | None = None) -> datetime:
    return (moment or now()) - REMEMBERED
