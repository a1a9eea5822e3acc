"""What may be taken into hand at all: a network or an account that fails is left alone meanwhile.

Breakers stand in the database, so that all workers and a worker that starts know of them. They are
read with each claim and written only when something is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from publishing.channels.base import Hosts
from publishing.channels.registry import channels, platform_label
from publishing.models import Delivery, DeliveryState, NetworkState, SocialAccount

from . import pace, words
from .breaker import Breaker, Phase

MARGIN_SECONDS = 10.0
"""Beyond the deadline of one request, until another may try a network that is half open."""

Wait = tuple[datetime, str]
"""Until when, and the sentence that says so."""


def network_of(delivery: Delivery) -> str | None:
    """The key of its network's breaker, as `network_of_account` says it."""
    return network_of_account(delivery.account)


def network_of_account(account: SocialAccount) -> str | None:
    """The key of a network's breaker: the network, or one server of it. None for our own page.

    Where every account has an address of its own, each is a network of one.
    """
    channel = channels.get(account.platform)
    if channel is None or isinstance(channel, Hosts):
        return None
    server = account.server.rstrip("/") if channel.is_one_network else str(account.pk)
    return (f"{account.platform}:{server}" if server else account.platform)[:200]


def networks(keys: Collection[str | None]) -> dict[str, Breaker]:
    """Those of these networks with which something is wrong."""
    wanted = {key for key in keys if key is not None}
    if not wanted:
        return {}
    wrong = NetworkState.objects.filter(
        Q(failures__gt=0) | Q(opened_until__isnull=False), key__in=wanted
    )
    return {row.key: breaker_of(row) for row in wrong}


def breaker_of(row: NetworkState) -> Breaker:
    return Breaker(row.failures, row.successes, row.opened_until)


def breaker_of_account(account: SocialAccount) -> Breaker:
    return Breaker(account.error_count, account.successes, account.opened_until)


class Gate:
    """Asked once for each claim, in its transaction. `tries` are those that try for others."""

    def __init__(self, rows: Sequence[Delivery], moment: datetime) -> None:
        self.moment = moment
        self.rows = rows
        self.breakers = networks({network_of(row) for row in rows})
        self.tries: set[Delivery] = set()
        self._waits: dict[str | UUID, datetime] = {}

    def admit(self) -> list[Delivery]:
        """Those that may be taken up; the rest waits, and no try of it is counted."""
        admitted: list[Delivery] = []
        held: dict[Wait, list[Delivery]] = {}
        for row in self.rows:
            wait = self._account_is_open(row) or self._network(row) or self._account(row)
            if wait is None:
                admitted.append(row)
            else:
                held.setdefault(wait, []).append(row)
        for wait, rows in held.items():
            _put_off(rows, wait, self.moment)
        return admitted

    def is_watched(self, row: Delivery) -> bool:
        """Whether a success of it is worth writing down."""
        is_clean = breaker_of_account(row.account).is_clean
        return not is_clean or network_of(row) in self.breakers

    def _account_is_open(self, row: Delivery) -> Wait | None:
        until = row.account.opened_until
        if network_of(row) is None or until is None or until <= self.moment:
            return None
        return until, words.ACCOUNT_RESTS

    def _network(self, row: Delivery) -> Wait | None:
        key = network_of(row)
        if key is None or key not in self.breakers:
            return None
        until = self._until(key, self.breakers[key], row)
        sentence = words.NETWORK_RESTS.format(label=platform_label(row.platform))
        return (until, sentence) if until else None

    def _account(self, row: Delivery) -> Wait | None:
        if network_of(row) is None:
            return None
        until = self._until(row.account_id, breaker_of_account(row.account), row)
        return (until, words.ACCOUNT_RESTS) if until else None

    def _until(self, key: str | UUID, breaker: Breaker, row: Delivery) -> datetime | None:
        phase = breaker.phase(self.moment)
        if phase is Phase.CLOSED:
            return None
        if phase is Phase.OPEN:
            return breaker.opened_until
        if key in self._waits:
            return self._waits[key]
        until = self.moment + timedelta(seconds=pace.call_seconds() + MARGIN_SECONDS)
        self._waits[key] = until
        if not self._is_first(key, breaker, until):
            return until
        self.tries.add(row)
        return None

    def _is_first(self, key: str | UUID, breaker: Breaker, until: datetime) -> bool:
        """Of all workers that would try now, one changes the moment that all of them have read."""
        seen = breaker.opened_until
        if isinstance(key, str):
            states = NetworkState.objects.filter(key=key, opened_until=seen)
            return bool(states.update(opened_until=until, updated_at=self.moment))
        accounts = SocialAccount.with_deleted.filter(pk=key, opened_until=seen)
        return bool(accounts.update(opened_until=until, updated_at=self.moment))


def _put_off(rows: Sequence[Delivery], wait: Wait, moment: datetime) -> None:
    until, sentence = wait
    same = {"due_at": until, "updated_at": moment}
    unsent = (DeliveryState.SCHEDULED, DeliveryState.CLAIMED)
    waiting = [row.pk for row in rows if row.state in unsent]
    looked_for = [row.pk for row in rows if row.state not in unsent]
    if waiting:
        Delivery.objects.filter(pk__in=waiting).update(
            error_code=words.NETWORK_DOWN, error_message=sentence, **same
        )
    if looked_for:
        Delivery.objects.filter(pk__in=looked_for).update(**same)
