"""The row of an account that a network has just opened: a new one, or its own from before."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from config.kernel.clock import now
from config.kernel.vault import SecretUnreadable
from publishing.channels.base import (
    Channel,
    Connection,
    Credentials,
    Probes,
    Renews,
    Succeeds,
)
from publishing.models import AccountStatus, SocialAccount

from .inbox_feeds import listen_to


def keep(channel: Channel, connection: Connection) -> SocialAccount:
    """The account's row with what the network has just told; in the caller's transaction."""
    platform = channel.slug
    account = _known(platform, connection.remote_id)
    if account is None:
        try:
            with transaction.atomic():
                account = SocialAccount(platform=platform, remote_id=connection.remote_id)
                _fill(account, channel, connection)
                account.save(force_insert=True)
                listen_to(account)
                return account
        except IntegrityError:
            # Somebody connected it in the same moment; theirs is the row to refresh.
            account = _known(platform, connection.remote_id)
            if account is None:
                raise
    _fill(account, channel, connection)
    account.save()
    listen_to(account)
    return account


def _known(platform: str, remote_id: str) -> SocialAccount | None:
    """The row of this account: the living one, else the one that was disconnected last."""
    rows = SocialAccount.with_deleted.filter(platform=platform, remote_id=remote_id)
    return (
        rows.select_for_update()
        .order_by(F("deleted_at").desc(nulls_first=True), "-created_at")
        .first()
    )


def _fill(account: SocialAccount, channel: Channel, connection: Connection) -> None:
    account.name = connection.name[:120]
    account.handle = connection.handle[:200]
    account.server = connection.server
    account.profile_url = connection.profile_url
    account.avatar_url = connection.avatar_url
    account.account_type = connection.account_type
    account.settings = {**account.settings, **connection.settings, **_chosen(account, channel)}
    account.scopes = list(connection.scopes)
    account.credentials = _merged(account, channel, connection.credentials)
    account.token_expires_at = connection.expires_at
    account.status = AccountStatus.ACTIVE
    account.is_active = True
    account.error_count = 0
    account.successes = 0
    account.opened_until = None
    account.last_error = ""
    account.last_refresh_at = now()
    account.deleted_at = None
    # Looked after by the next sweep; the fence stops whoever still works with the old access.
    account.due_at = now() if isinstance(channel, Probes | Renews) else None
    account.attempts = 0
    account.claimed_until = None
    account.fence += 1
    account.report = []
    account.checked_at = None


def _chosen(account: SocialAccount, channel: Channel) -> dict[str, Any]:
    """What a person chose as the default of posts; connecting again does not choose anew."""
    names = {each.name for each in channel.option_fields}
    return {name: value for name, value in account.settings.items() if name in names}


def _merged(account: SocialAccount, channel: Channel, fresh: Credentials) -> Credentials:
    """The new credentials; a token that came back empty never takes the place of one that is kept.

    Platforms give a refresh token with the first consent only.
    """
    emptied = [name for name, value in fresh.items() if value == "" and name.endswith("token")]
    if account.credentials is None or not (emptied or isinstance(channel, Succeeds)):
        return fresh
    try:
        before = account.credentials.reveal()
    except SecretUnreadable:
        # What cannot be read is why it is connected again.
        return fresh
    kept = {**fresh, **{name: before[name] for name in emptied if name in before}}
    return channel.succeeding(before, kept) if isinstance(channel, Succeeds) else kept
