"""How the accounts of all organizations stand with their networks, for the doctor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from config.kernel.checks import Finding
from config.kernel.scoping import unscoped
from config.kernel.vault import MasterKeyMissing, SecretUnreadable
from organizations.models import Organization
from publishing.channels.base import Channel, Connects
from publishing.channels.registry import channels
from publishing.models import AccountStatus, SocialAccount
from publishing.services.networks import app_keys

MOST_NAMED = 5


def account_findings() -> Iterator[Finding]:
    """One line a channel. Names organizations by their slug, and never what is stored of them."""
    with unscoped("doctor looks for accounts that must be connected again"):
        rows = list(
            SocialAccount.objects.filter(
                is_active=True,
                organization__deleted_at=None,
                organization__status=Organization.Status.ACTIVE,
            ).select_related("organization")
        )
        unreadable = {row.pk for row in rows if not _is_readable(row)}
    for slug in sorted({*channels, *(row.platform for row in rows)}):
        of_one = [row for row in rows if row.platform == slug]
        yield from _channel(slug, of_one, [row for row in of_one if row.pk in unreadable])


def _channel(
    slug: str, rows: Sequence[SocialAccount], unreadable: Sequence[SocialAccount]
) -> Iterator[Finding]:
    channel = channels.get(slug)
    subject = f"Channel {channel.label if channel else slug}"
    broken = [row for row in rows if row.status != AccountStatus.ACTIVE and row not in unreadable]
    faulty = [row for row in rows if row not in broken and row not in unreadable and _lacks(row)]
    lacks_app = channel is not None and _lacks_app(channel)
    if channel is None:
        says = f"{_counted(rows)} on a channel that is not installed: {_teams(rows)}."
        yield Finding(subject, False, says, "Install the channel, or disconnect the accounts.")
    elif not rows:
        yield Finding(subject, None, "no account yet", "Connect one on the page Channels.")
    elif not broken and not unreadable and not faulty and not lacks_app:
        yield Finding(subject, True, f"{_counted(rows)} connected")
    if rows and lacks_app:
        says = f"{_counted(rows)} connected, and this installation's app there is not entered."
        yield Finding(subject, False, says, "Enter its id and secret in the admin, App settings.")
    if channel is not None and faulty:
        says = f"Something is missing at {len(faulty)} of {_counted(rows)}: {_teams(faulty)}."
        yield Finding(subject, False, says, "The account's page says what, under its doctor.")
    if channel is not None and broken:
        says = f"{len(broken)} of {_counted(rows)} must be connected again: {_teams(broken)}."
        yield Finding(subject, False, says, "Connect again on the team's page Channels.")
    if channel is not None and unreadable:
        says = f"Credentials of {_counted(unreadable)} cannot be read: {_teams(unreadable)}."
        mend = "Is it the right master key file? Else connect them again on the page Channels."
        yield Finding(subject, False, says, mend)


def _lacks(row: SocialAccount) -> bool:
    """Whether the account's own doctor found something wrong at its last look."""
    return any(each["ok"] is False for each in row.report)


def _lacks_app(channel: Channel) -> bool:
    """Where accounts can be connected without one too, an app is nobody's need."""
    return (
        channel.needs_app and not isinstance(channel, Connects) and app_keys(channel.slug) is None
    )


def _is_readable(row: SocialAccount) -> bool:
    try:
        if row.credentials is not None:
            row.credentials.reveal()
    except (SecretUnreadable, MasterKeyMissing):
        return False
    return True


def _counted(rows: Sequence[SocialAccount]) -> str:
    return f"{len(rows)} account{'' if len(rows) == 1 else 's'}"


def _teams(rows: Iterable[SocialAccount]) -> str:
    slugs = sorted({row.organization.slug for row in rows})
    named = ", ".join(slugs[:MOST_NAMED])
    more = len(slugs) - MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
