"""How one account stands this moment: the doctor's report, its access, quotas, spacing, breaker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q

from config.kernel.clock import now
from config.kernel.pagination import Page, paginate
from publishing.channels.base import Channel, Finding, Quota, Renews
from publishing.channels.registry import channels
from publishing.delivery import gate
from publishing.delivery.quotas import COUNTED
from publishing.delivery.words import name_of, span
from publishing.models import AccountQuota, Delivery, NetworkQuota, SocialAccount
from publishing.services.upkeep import can_be_checked, findings_of

from .deliveries import Line, evidence_in_words, text_of

HISTORY_SIZE: Final = 8

_SOURCES: Final = {
    AccountQuota.Source.HEADERS: "as the network said with its last answer",
    AccountQuota.Source.ENDPOINT: "as the network said when it was asked",
    AccountQuota.Source.DECLARED: "as Warren counted",
}


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """How much of one allowance is used. `share` is 0 to 1."""

    words: str
    used: int
    limit: int
    resets_at: datetime | None
    source: str

    @property
    def share(self) -> float:
        return min(1.0, self.used / self.limit) if self.limit else 1.0

    @property
    def tone(self) -> str:
        return "bad" if self.share >= 1 else "warn" if self.share >= 0.8 else ""


@dataclass(frozen=True, slots=True)
class AccountHealth:
    findings: Sequence[Finding]
    can_check: bool
    renews_itself: bool
    missing_scopes: Sequence[str]
    quotas: Sequence[QuotaLine]
    spacing_words: str
    """The least distance between two posts; empty where there is none."""
    next_send_at: datetime | None
    """Not before this moment goes the next post out; None when at once."""
    resting_until: datetime | None
    """After many failures in a row nothing is sent before this moment."""
    is_network_down: bool
    """Whether it is the network that fails, for everybody, and not this account."""

    @property
    def faults(self) -> int:
        return sum(each.ok is False for each in self.findings)


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery of the history with every try. `part` is empty for a post itself."""

    delivery: Delivery
    part: str
    text: str
    trail: Sequence[Line]


def account_health(account: SocialAccount) -> AccountHealth:
    channel, moment = channels.get(account.platform), now()
    network = _network_rests(account, moment)
    return AccountHealth(
        findings=findings_of(account),
        can_check=can_be_checked(channel),
        renews_itself=isinstance(channel, Renews),
        missing_scopes=_missing(account, channel),
        quotas=list(_quotas(account, channel, moment)),
        spacing_words=span(channel.spacing_seconds) if channel and channel.spacing_seconds else "",
        next_send_at=_ahead(account.next_send_at, moment),
        resting_until=network or _ahead(account.opened_until, moment),
        is_network_down=network is not None,
    )


def account_history(account: SocialAccount, *, cursor: str | None) -> Page[Sent]:
    """Deliveries to an account, the newest first, with every attempt and its evidence."""
    rows = Delivery.objects.filter(account=account).defer("payload", "remote_handle")
    page = paginate(
        rows.select_related("pending_post__brand").prefetch_related("trail"),
        order=("-created_at",),
        cursor=cursor,
        size=HISTORY_SIZE,
    )
    items = tuple(
        Sent(
            row,
            part=name_of(row) if row.is_follower else "",
            text=text_of(row),
            trail=[Line(each, evidence_in_words(each.evidence)) for each in row.trail.all()],
        )
        for row in page.items
    )
    return Page(items, page.next_cursor, page.previous_cursor)


def _missing(account: SocialAccount, channel: Channel | None) -> list[str]:
    # An account of a network that does not tell has none stored, and nothing is missing there.
    if channel is None or not account.scopes:
        return []
    return [each for each in channel.scopes if each not in account.scopes]


def _quotas(
    account: SocialAccount, channel: Channel | None, moment: datetime
) -> Iterator[QuotaLine]:
    declared = {each.name: each for each in channel.quotas} if channel else {}
    told = {row.name: row for row in AccountQuota.objects.filter(account=account)}
    for name, row in sorted(told.items()):
        is_over = row.resets_at is not None and row.resets_at <= moment
        yield QuotaLine(
            words=_words(name, declared.get(name)),
            used=0 if is_over else row.used,
            limit=row.limit,
            resets_at=None if is_over else row.resets_at,
            source=_SOURCES[AccountQuota.Source(row.source)],
        )
    # Calls too are counted as posts, each at its cost, as the ledger does until the network tells.
    counted = [each for each in declared.values() if each.name not in told and each.per != "app"]
    used = _sent(account, counted, moment)
    for each in counted:
        yield QuotaLine(
            _words(each.name, each), used[each.name], each.limit, None, "as Warren counted"
        )
    if any(each.per == "app" for each in declared.values()):
        yield from _of_the_app(account.platform, declared, moment)


def _of_the_app(platform: str, declared: dict[str, Quota], moment: datetime) -> Iterator[QuotaLine]:
    for row in NetworkQuota.objects.filter(platform=platform, resets_at__gt=moment):
        yield QuotaLine(
            _words(row.name, declared.get(row.name)),
            row.used,
            row.limit,
            row.resets_at,
            "of all teams of this installation together",
        )


def _sent(account: SocialAccount, quotas: Sequence[Quota], moment: datetime) -> dict[str, int]:
    """What each allowance has lost to posts that were sent within its span."""
    if not quotas:
        return {}
    longest = max(each.seconds for each in quotas)
    rows = Delivery.objects.filter(
        account=account, state__in=COUNTED, sending_at__gt=moment - timedelta(seconds=longest)
    )
    counts = rows.aggregate(
        **{
            f"q{number}": Count(
                "pk", filter=Q(sending_at__gt=moment - timedelta(seconds=each.seconds))
            )
            for number, each in enumerate(quotas)
        }
    )
    return {each.name: counts[f"q{number}"] * each.cost for number, each in enumerate(quotas)}


def _words(name: str, quota: Quota | None) -> str:
    told = name.replace("_", " ").capitalize()
    if quota is None:
        return told
    what = "Posts" if quota.counts == "posts" and quota.cost == 1 else "Calls"
    if quota.cost != 1:
        what = "Units"
    return f"{what} in {span(quota.seconds)}"


def _network_rests(account: SocialAccount, moment: datetime) -> datetime | None:
    """Until when the network is left alone because it fails for everybody."""
    wrong = gate.networks({gate.network_of_account(account)})
    return next((_ahead(each.opened_until, moment) for each in wrong.values()), None)


def _ahead(told: datetime | None, moment: datetime) -> datetime | None:
    return told if told is not None and told > moment else None
