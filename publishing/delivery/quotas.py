"""Keep to what networks allow: the distance between posts, and how many a minute, an hour, a day.

Decided in the transaction that commits `sending`, with the accounts locked, so that workers that
send for one account at the same moment count each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from publishing.channels.base import Channel, Quota
from publishing.models import (
    AccountQuota,
    Delivery,
    DeliveryState,
    NetworkQuota,
    Part,
    SocialAccount,
)

from . import gate, health, words
from .breaker import Phase
from .checks import Obstacle, Then
from .parcel import Parcel
from .spacing import Departure, Window, departures

COUNTED = (
    DeliveryState.SENDING,
    DeliveryState.ACCEPTED,
    DeliveryState.PUBLISHED,
    DeliveryState.UNKNOWN,
)
"""What may have made a post; a refusal or a failed connection has not."""

MOST_COUNTED = 2_000
ASKED_ANEW_AFTER_SECONDS = 2.0
"""Between a claim and the sending, until breakers are read once more."""

# The table's name comes from our own code, values go as parameters.
_LAST_SENDINGS = f"""
SELECT v.account, s.sending_at
FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[]) AS v(account, most, since),
LATERAL (
    SELECT d.sending_at FROM {Delivery._meta.db_table} d
    WHERE d.account_id = v.account AND d.sending_at > v.since
    AND d.state = ANY(%s) AND NOT d.id = ANY(%s)
    ORDER BY d.sending_at DESC LIMIT v.most
) s
"""  # noqa: S608


def holds(parcels: Sequence[Parcel], moment: datetime) -> dict[UUID, Obstacle]:
    """Why and until when some of these must wait, in the caller's transaction.

    The accounts of paced channels are locked here, in the order of their keys, after the posts and
    the deliveries. No try is counted for what waits.
    """
    found = _of_breakers(parcels, moment)
    found |= _of_readings([each for each in parcels if each.id not in found], moment)
    found |= _of_accounts([each for each in parcels if each.id not in found], moment)
    return found | _of_the_app([each for each in parcels if each.id not in found], moment)


def _of_breakers(parcels: Sequence[Parcel], moment: datetime) -> dict[UUID, Obstacle]:
    """A network may have begun to fail since these were taken into hand."""
    fresh = moment - timedelta(seconds=ASKED_ANEW_AFTER_SECONDS)
    if not health.opened_lately() and all(each.claimed_at >= fresh for each in parcels):
        return {}
    keys = {each.id: gate.network_of(each.delivery) for each in parcels if not each.tries}
    wrong = gate.networks(set(keys.values()))
    found = {}
    for parcel in parcels:
        breaker = wrong.get(keys.get(parcel.id) or "")
        if breaker is not None and breaker.phase(moment) is not Phase.CLOSED:
            sentence = words.NETWORK_RESTS.format(label=parcel.label)
            until = max(breaker.opened_until or moment, moment + timedelta(seconds=1))
            found[parcel.id] = Obstacle(Then.HOLD, words.NETWORK_DOWN, sentence, until)
    return found


# -- What one account may do ----------------------------------------------------------------------


def _of_readings(parcels: Sequence[Parcel], moment: datetime) -> dict[UUID, Obstacle]:
    """What the network itself has said to be used up."""
    ids = {each.delivery.account_id for each in parcels if _is_of_a_network(each)}
    if not ids:
        return {}
    used_up = AccountQuota.objects.filter(
        Q(used__gte=F("limit")), account_id__in=ids, resets_at__gt=moment
    )
    rows = {row.account_id: row for row in used_up.order_by("resets_at")}
    found = {}
    for parcel in parcels:
        row = rows.get(parcel.delivery.account_id)
        if row is not None:
            sentence = words.QUOTA_TOLD.format(label=parcel.label, limit=row.limit, name=row.name)
            found[parcel.id] = Obstacle(Then.HOLD, words.QUOTA, sentence, row.resets_at)
    return found


def _of_accounts(parcels: Sequence[Parcel], moment: datetime) -> dict[UUID, Obstacle]:
    by_account: dict[UUID, list[Parcel]] = {}
    for parcel in parcels:
        if is_paced(parcel.channel):
            by_account.setdefault(parcel.delivery.account_id, []).append(parcel)
    if not by_account:
        return {}
    not_before = dict(
        SocialAccount.with_deleted.filter(pk__in=by_account)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", "next_send_at")
    )
    sent = _sent(by_account, parcels, moment)
    found: dict[UUID, Obstacle] = {}
    for account_id, queue in by_account.items():
        channel = queue[0].channel
        assert channel is not None
        plan = departures(
            len(queue),
            moment=moment,
            sent=sent.get(account_id, ()),
            windows=windows_of(channel),
            spacing_seconds=channel.spacing_seconds,
            not_before=not_before.get(account_id),
        )
        for parcel, departure in zip(queue, plan, strict=True):
            if departure.at > moment:
                found[parcel.id] = _wait(parcel, channel, departure)
    _space(by_account, found, moment)
    return found


def is_paced(channel: Channel | None) -> bool:
    return channel is not None and bool(channel.spacing_seconds or windows_of(channel))


def windows_of(channel: Channel) -> list[Window]:
    """What is declared for one account. Calls are counted as sendings too, each at its cost: more
    is not known before the network tells."""
    return [
        Window(quota.limit // quota.cost, quota.seconds)
        for quota in channel.quotas
        if quota.per == "account"
    ]


def _sent(
    by_account: dict[UUID, list[Parcel]], parcels: Sequence[Parcel], moment: datetime
) -> dict[UUID, list[datetime]]:
    """The last sendings of each account, as many as its windows look at, without our own."""
    asked = []
    for account_id, queue in by_account.items():
        assert queue[0].channel is not None
        if windows := windows_of(queue[0].channel):
            most = min(max(window.limit for window in windows), MOST_COUNTED)
            longest = max(window.seconds for window in windows)
            asked.append((account_id, most, moment - timedelta(seconds=longest)))
    if not asked:
        return {}
    values = [list(column) for column in zip(*asked, strict=True)]
    states, ours = [str(state) for state in COUNTED], [each.id for each in parcels]
    found: dict[UUID, list[datetime]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST_SENDINGS, [*values, states, ours])
        for account_id, sending_at in cursor.fetchall():
            found.setdefault(account_id, []).append(sending_at)
    return found


def _space(
    by_account: dict[UUID, list[Parcel]], held: dict[UUID, Obstacle], moment: datetime
) -> None:
    """Note from when on the next of each account may leave that has one leaving now."""
    leaving: dict[float, list[UUID]] = {}
    for account_id, queue in by_account.items():
        seconds = queue[0].channel.spacing_seconds if queue[0].channel else 0.0
        if seconds and any(parcel.id not in held for parcel in queue):
            leaving.setdefault(seconds, []).append(account_id)
    for seconds, ids in leaving.items():
        next_at = moment + timedelta(seconds=seconds)
        SocialAccount.with_deleted.filter(pk__in=ids).update(next_send_at=next_at)


def _wait(parcel: Parcel, channel: Channel, departure: Departure) -> Obstacle:
    if departure.window is None:
        code = words.SPACED
        sentence = words.KEEPS_DISTANCE.format(
            label=parcel.label, span=words.span(channel.spacing_seconds)
        )
    else:
        code = words.QUOTA
        sentence = words.QUOTA_USED_UP.format(
            label=parcel.label,
            limit=departure.window.limit,
            span=words.span(departure.window.seconds),
        )
    return Obstacle(Then.HOLD, code, sentence, departure.at)


def _is_of_a_network(parcel: Parcel) -> bool:
    return gate.network_of(parcel.delivery) is not None


# -- What the installation's app may do -----------------------------------------------------------


def _of_the_app(parcels: Sequence[Parcel], moment: datetime) -> dict[UUID, Obstacle]:
    """Last of all, because all organizations count in one row: it is held for the shortest time."""
    found: dict[UUID, Obstacle] = {}
    queues: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        queues.setdefault(parcel.delivery.platform, []).append(parcel)
    for platform, queue in sorted(queues.items()):
        channel = queue[0].channel
        for quota in channel.quotas if channel else ():
            if quota.per != "app":
                continue
            queue = [parcel for parcel in queue if parcel.id not in found]
            for priced, alike in _by_price(quota, queue):
                granted, until = take_of_app(platform, priced, len(alike), moment)
                for parcel in alike[granted:]:
                    sentence = words.APP_QUOTA.format(
                        label=parcel.label, span=words.span(quota.seconds)
                    )
                    found[parcel.id] = Obstacle(Then.HOLD, words.QUOTA, sentence, until)
    return found


def _by_price(quota: Quota, queue: Sequence[Parcel]) -> list[tuple[Quota, list[Parcel]]]:
    """A comment may count less than a post."""
    if quota.comment_cost is None:
        return [(quota, list(queue))]
    comments = [each for each in queue if each.delivery.part == Part.COMMENT]
    others = [each for each in queue if each.delivery.part != Part.COMMENT]
    return [(quota, others), (replace(quota, cost=quota.comment_cost), comments)]


def take_of_app(platform: str, quota: Quota, wanted: int, moment: datetime) -> tuple[int, datetime]:
    """Count up to `wanted` sendings against a quota of the whole installation.

    Returns how many it still has, and when it has its whole limit again. Each try is one
    conditional update: never more than the limit is counted, however many workers count.
    """
    ends = moment + timedelta(seconds=quota.seconds)
    rows = NetworkQuota.objects.filter(platform=platform, name=quota.name)
    while wanted > 0:
        cost = wanted * quota.cost
        room = rows.filter(resets_at__gt=moment, used__lte=quota.limit - cost)
        if room.update(used=F("used") + cost, limit=quota.limit, updated_at=moment):
            return wanted, ends
        over = rows.filter(resets_at__lte=moment)
        if cost <= quota.limit and over.update(
            used=cost, limit=quota.limit, resets_at=ends, updated_at=moment
        ):
            return wanted, ends
        wanted = _fewer(rows.first(), platform, quota, wanted, moment)
    row = rows.first()
    return 0, row.resets_at if row else ends


def _fewer(
    row: NetworkQuota | None, platform: str, quota: Quota, wanted: int, moment: datetime
) -> int:
    """How many to ask for next, after `wanted` were too many or there was no row yet."""
    if row is None:
        fresh = NetworkQuota(
            platform=platform, name=quota.name, limit=quota.limit, resets_at=moment
        )
        NetworkQuota.objects.bulk_create([fresh], ignore_conflicts=True)
        return min(wanted, quota.limit // quota.cost)
    used = 0 if row.resets_at <= moment else row.used
    return min(wanted - 1, max(quota.limit - used, 0) // quota.cost)
