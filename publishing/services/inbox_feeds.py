"""Accounts that are listened to, read again and again: each by one worker at a time.

A feed is claimed in a short transaction, the network is asked with none open, and what was heard is
kept together with the new cursor under the claim's fence, so that nothing is lost or kept twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F

from config.kernel.clock import now
from config.kernel.errors import DomainError
from config.kernel.models import claim
from config.kernel.scoping import org_atomic, unscoped
from config.kernel.tasks import record_work
from publishing.channels.base import Channel, ChannelError, Listens, Outcome, Published
from publishing.channels.errors import transport_error
from publishing.channels.registry import channels
from publishing.delivery import gate
from publishing.delivery.breaker import Phase
from publishing.delivery.failure import needs_reconnect
from publishing.delivery.health import keep_readings, reading_row
from publishing.delivery.session import AccountSession
from publishing.models import AccountQuota, AccountStatus, InboxFeed, Post, SocialAccount

from .inbox_keeping import keep_heard

LEASE_SECONDS: Final = 180.0
READINGS_AT_ONCE: Final = 3
"""Of one account; what is left is due again at once."""
POSTS_TOLD: Final = 25
FEEDS_MADE: Final = 500
FIRST_WAIT: Final = timedelta(minutes=2)
LONGEST_WAIT: Final = timedelta(hours=6)
QUIET: Final = ((timedelta(hours=2), 0.0), (timedelta(days=1), 300.0))
"""(since somebody spoke last, fewest seconds between two readings); later QUIETEST_SECONDS."""
QUIETEST_SECONDS: Final = 900.0
WORK: Final = "inbox_reading"


def listening_platforms() -> list[str]:
    return [slug for slug, channel in channels.items() if isinstance(channel, Listens)]


def listen_to(account: SocialAccount) -> None:
    """Have an account read that has just been connected, if its network lets us; in the caller's
    transaction. How far it was read before stays known."""
    if not isinstance(channels.get(account.platform), Listens):
        return
    fresh = {"due_at": now(), "is_active": True, "error_count": 0, "last_error": ""}
    InboxFeed.objects.update_or_create(
        account=account, defaults={**fresh, "claimed_until": None, "attempts": 0}
    )


def add_missing_feeds() -> int:
    """Feeds for accounts that were connected before their network could be heard, and a time for
    those that were switched off meanwhile. As the operator, over all organizations."""
    with unscoped("accounts that nobody listens to yet"):
        accounts = SocialAccount.objects.filter(
            platform__in=listening_platforms(), is_active=True, status=AccountStatus.ACTIVE
        ).exclude(inbox_feed__due_at__isnull=False)
        missing = list(accounts.values_list("organization_id", "pk")[:FEEDS_MADE])
    for organization_id, account_id in missing:
        with org_atomic(organization_id):
            if account := SocialAccount.objects.filter(pk=account_id).first():
                listen_to(account)
    return len(missing)


def read_feed(*, feed_id: UUID) -> bool:
    """Read one account of the organization in scope, if it is due and nobody's. Safe to run twice.

    Asks the network, so call it with no transaction open. A failure puts it off, for longer each
    time; only an ended access is told to people, as a channel that has to be connected again.
    """
    rows = claim(InboxFeed.objects.filter(pk=feed_id, is_active=True), lease_seconds=LEASE_SECONDS)
    for feed in rows:
        _read(feed)
        record_work(WORK)
    return bool(rows)


def _read(feed: InboxFeed) -> None:
    with org_atomic():
        account = SocialAccount.objects.filter(pk=feed.account_id).first()
        until = _held_until(account) if account else None
        posts = _latest_posts(account) if account else ()
    channel = channels.get(account.platform) if account else None
    usable = account and account.is_active and account.status == AccountStatus.ACTIVE
    if account is None or channel is None or not isinstance(channel, Listens) or not usable:
        # Connecting it again makes it due.
        _give_back(feed, due_at=None)
        return
    if until is not None:
        _give_back(feed, due_at=until)
        return
    try:
        is_all = _ask(feed, account, channel, posts)
    except ChannelError as error:
        _put_off(feed, account, error)
    except DomainError as error:
        _put_off(feed, account, transport_error(account.platform, error))
    else:
        _give_back(
            feed,
            due_at=_next(feed, channel) if is_all else now(),
            read_at=now(),
            error_count=0,
            last_error="",
        )


def _ask(
    feed: InboxFeed, account: SocialAccount, channel: Listens, posts: tuple[Published, ...]
) -> bool:
    """Read and keep, a few times over; whether nothing is left. Each step stands by itself."""
    session = AccountSession(account)
    try:
        for _ in range(READINGS_AT_ONCE):
            hearing = channel.listen(session, cursor=dict(feed.cursor), posts=posts)
            is_first = feed.read_at is None
            with org_atomic():
                ours = InboxFeed.objects.filter(pk=feed.pk, fence=feed.fence)
                if not ours.update(cursor=hearing.cursor, updated_at=now()):
                    return True
                keep_heard(account=account, heard=hearing.heard, is_first=is_first)
            feed.cursor = hearing.cursor
            if hearing.is_all:
                return True
    finally:
        if session.readings:
            with org_atomic():
                rows = [reading_row(account.pk, each) for each in session.readings.values()]
                keep_readings(rows)
    return False


def _held_until(account: SocialAccount) -> datetime | None:
    """Until when the network is left alone: it is failing, or said that its quota is used up."""
    moment = now()
    breakers = gate.networks({gate.network_of_account(account)})
    for breaker in breakers.values():
        if breaker.phase(moment) is not Phase.CLOSED:
            return max(breaker.opened_until or moment, moment + FIRST_WAIT)
    used_up = AccountQuota.objects.filter(
        account=account, name="calls", used__gte=F("limit"), resets_at__gt=moment
    )
    return used_up.order_by("-resets_at").values_list("resets_at", flat=True).first()


def _latest_posts(account: SocialAccount) -> tuple[Published, ...]:
    rows = Post.objects.live().filter(account=account).exclude(external_id="")
    latest = rows.order_by("-published_at").values_list("external_id", "external_url")
    return tuple(Published(*each) for each in latest[:POSTS_TOLD])


def _next(feed: InboxFeed, channel: Listens) -> datetime:
    """Often while people talk, seldom when it is quiet."""
    from publishing.models import Conversation

    with org_atomic():
        talk = Conversation.objects.filter(account_id=feed.account_id)
        last = talk.order_by("-last_message_at").values_list("last_message_at", flat=True).first()
    return now() + timedelta(seconds=seconds_until_next(channel.listens_every, last, now()))


def seconds_until_next(every: float, last: datetime | None, moment: datetime) -> float:
    """Until the next reading, where somebody spoke `last`."""
    for span, fewest in QUIET:
        if last is not None and moment - last <= span:
            return max(every, fewest)
    return max(every, QUIETEST_SECONDS)


def _put_off(feed: InboxFeed, account: SocialAccount, error: ChannelError) -> None:
    failures = min(feed.error_count + 1, 100)
    wait = min(FIRST_WAIT * 2 ** min(failures - 1, 10), LONGEST_WAIT)
    if error.outcome is Outcome.REFUSED:
        wait = LONGEST_WAIT
    if error.retry_after is not None:
        wait = max(wait, timedelta(seconds=error.retry_after))
    is_over = error.outcome is Outcome.RECONNECT
    with org_atomic():
        kept = _give_back(
            feed,
            due_at=None if is_over else now() + wait,
            error_count=failures,
            last_error=error.message,
        )
        if kept and is_over:
            needs_reconnect(account, error.message, now())


def _give_back(feed: InboxFeed, **fields: object) -> bool:
    with org_atomic():
        ours = InboxFeed.objects.filter(pk=feed.pk, fence=feed.fence)
        return bool(ours.update(claimed_until=None, updated_at=now(), **fields))


def can_listen(channel: Channel | None) -> bool:
    return isinstance(channel, Listens)
