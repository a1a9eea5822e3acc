"""How the accounts of all organizations stand with their networks, for the doctor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from config.kernel.checks import Finding
from config.kernel.scoping import unscoped
from config.kernel.vault import MasterKeyMissing, SecretUnreadable
from organizations.models import Organization
from publishing.channels.registry import channels
from publishing.models import AccountStatus, SocialAccount

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
    if channel is None:
        says = f"{_counted(rows)} on a channel that is not installed: {_teams(rows)}."
        yield Finding(subject, False, says, "Install the channel, or disconnect the accounts.")
    elif not rows:
        yield Finding(subject, None, "no account yet", "Connect one on the page Channels.")
    elif not broken and not unreadable:
        yield Finding(subject, True, f"{_counted(rows)} connected")
    if channel is not None and broken:
        says = f"{len(broken)} of {_counted(rows)} must be connected again: {_teams(broken)}."
        yield Finding(subject, False, says, "Connect again on the team's page Channels.")
    if channel is not None and unreadable:
        says = f"Credentials of {_counted(unreadable)} cannot be read: {_teams(unreadable)}."
        mend = "Is it the right master key file? Else connect them again on the page Channels."
        yield Finding(subject, False, says, mend)


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
