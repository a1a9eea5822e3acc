"""Accounts on networks: let in, linked to brands, and let go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from copy import copy
from typing import Final, cast

import structlog

from billing.services.limits import require_room_for
from brands.models import BrandProfile
from config.kernel.brands import over_all_brands
from config.kernel.clock import now
from config.kernel.errors import Conflict, DomainError, Invalid
from config.kernel.scoping import org_atomic
from config.kernel.states import move
from config.kernel.vault import Secret, SecretUnreadable
from organizations.models import AuditCategory, User
from organizations.services.audit import record
from publishing.channels.base import (
    Channel,
    Connection,
    Connects,
    CredentialField,
    Hosts,
    Revokes,
)
from publishing.channels.registry import channels
from publishing.delivery.ledger import cancel_delivery, wake_deliveries
from publishing.delivery.session import AccountSession
from publishing.models import (
    AccountStatus,
    BrandAccountLink,
    PendingPost,
    PendingStatus,
    PortalLink,
    SocialAccount,
)

from .approvals import void_approval
from .kept_accounts import keep
from .portal import require_open

log = structlog.get_logger(__name__)

BY_CLIENT: Final = "client"
"""The way of an account that a client connected by a link, as the audit log keeps it."""


def connect_account(
    *,
    platform: str,
    values: Mapping[str, str],
    brand: BrandProfile | None,
    by: User | None,
    again: SocialAccount | None = None,
    link: PortalLink | None = None,
) -> SocialAccount:
    """Try what the person typed on the network, and keep the account it opens.

    The network is asked before any transaction. An account that is there already, disconnected or
    not, gets the new credentials in its own row, so that its posts stay with it. With a brand it is
    linked, as the default when the brand has none on this network. With `again` only that very
    account will do. `link` is a client's, by which somebody came instead of `by`.
    Raises Invalid or ChannelError whose `field` names the input to mend; a retry helps only when
    the network was away. Raises Gone for a link that ended while the network answered.
    """
    channel = _connecting(platform)
    refuse_blanks(channel, values)
    connection = cast(Connects, channel).connect(values)
    if again is not None:
        connection = the_very_one(channel, again, [connection])
    account = keep_connection(
        platform=platform, connection=connection, brand=brand, by=by, way="form", link=link
    )
    wake_accounts([account])
    return account


def the_very_one(
    channel: Channel, account: SocialAccount, offered: Sequence[Connection]
) -> Connection:
    """The connection of an account that is connected again. Raises Invalid when it is another's."""
    found = next((each for each in offered if each.remote_id == account.remote_id), None)
    if found is None:
        names = " and ".join(each.name for each in offered[:3])
        raise Invalid(
            f"{channel.label} opened {names}, and {account.name} is the account to connect again. "
            f"Sign out over there, sign in as {account.name}, and start again. To add the other "
            "account, connect it as a new channel.",
            code="other_account",
        )
    return found


def keep_connection(
    *,
    platform: str,
    connection: Connection,
    brand: BrandProfile | None,
    by: User | None,
    way: str,
    link: PortalLink | None = None,
) -> SocialAccount:
    """Keep an account that a network has just opened, however it did: `way` is form or consent, and
    the audit log has BY_CLIENT for both of them behind a client's `link`.

    Wake its deliveries after that transaction: they are locked before their account everywhere.
    Raises PaymentRequired when the plan has no place for one more; an account that is connected
    already has its place. Of a client, raises Gone when the link was taken back or ended since it
    was opened, and Conflict for the word that a known account lives on another server now.
    """
    channel = channels[platform]
    # Who sees some brands only may bring an account that another brand has already.
    whole = over_all_brands("an account belongs to the organization")
    with whole, _undisturbed(platform, connection.remote_id), org_atomic():
        if link is not None:
            require_open(link)
            _refuse_moved(channel, connection)
        _refuse_beyond_plan(channel, connection)
        account = keep(channel, connection)
        if isinstance(channel, Hosts):
            channel.host(account.pk, account.handle)
        if brand is not None:
            has_default = BrandAccountLink.objects.filter(
                brand=brand, platform=platform, is_default=True
            ).exists()
            _link(brand, account, is_default=not has_default)
        record(
            action="account.connected",
            target=account,
            by=by,
            category=AuditCategory.SECRET,
            data={
                "platform": platform,
                "handle": account.handle,
                "way": BY_CLIENT if link else way,
            },
        )
    return account


def wake_accounts(accounts: Sequence[SocialAccount]) -> None:
    """Let go on what waits for accounts that were just connected, of whatever brand."""
    with over_all_brands("deliveries wait for an account, of whatever brand"):
        for account in accounts:
            wake_deliveries(account=account)


@contextmanager
def _undisturbed(platform: str, remote_id: str) -> Iterator[None]:
    """While nobody renews the account's old access: what that brings must not end up on the new.

    Raises ChannelError (not sent) when a renewal takes very long; a retry helps then.
    """
    with org_atomic():
        known = SocialAccount.objects.filter(platform=platform, remote_id=remote_id).first()
    with AccountSession(known).account_lock() if known else nullcontext():
        yield


def disconnect_account(*, account: SocialAccount, by: User | None) -> None:
    """Forget an account's credentials at once and hide it; its posts and numbers stay.

    Approved posts that have not left yet become failed, with the reason; posts that are leaving
    this moment finish or fail by themselves. Afterwards the network is told that its access is no
    longer wanted, where it can be told and as well as that goes; call it outside of a transaction.
    """
    access = _access(account)
    with org_atomic():
        stopped = [_stop(post) for post in _approved_posts(account)]
        account.credentials = None
        account.token_expires_at = None
        account.is_active = False
        account.status = AccountStatus.REVOKED
        account.deleted_at = now()
        account.save(
            update_fields=[
                *("credentials", "token_expires_at", "is_active", "status"),
                *("deleted_at", "updated_at"),
            ]
        )
        BrandAccountLink.objects.filter(account=account).delete()
        record(
            action="account.disconnected",
            target=account,
            by=by,
            category=AuditCategory.SECRET,
            data={"platform": account.platform, "stopped_posts": sum(stopped)},
        )
    if access is not None:
        _revoke(access)


def _access(account: SocialAccount) -> SocialAccount | None:
    """A copy that still has the credentials, if the network wants to hear of their end."""
    if account.credentials is None or not isinstance(channels.get(account.platform), Revokes):
        return None
    kept = copy(account)
    try:
        kept.credentials = Secret(account.credentials.reveal())
    except SecretUnreadable:
        return None
    return kept


def _revoke(account: SocialAccount) -> None:
    try:
        cast(Revokes, channels[account.platform]).revoke(AccountSession(account))
    except DomainError as error:
        log.info("access_not_revoked", platform=account.platform, reason=error.message)


def link_account(
    *, brand: BrandProfile, account: SocialAccount, is_default: bool, by: User | None
) -> BrandAccountLink:
    """Let a brand use an account; linking again only changes whether it is the default.

    A brand has one default a network: making one takes the mark from the other.
    """
    with org_atomic():
        link = _link(brand, account, is_default=is_default)
        record(
            action="account.linked",
            target=account,
            by=by,
            data={"brand": str(brand.pk), "is_default": is_default},
        )
    return link


def unlink_account(*, brand: BrandProfile, account: SocialAccount, by: User | None) -> None:
    """Take an account from a brand. Posts that wait for it keep it until somebody decides."""
    with org_atomic():
        BrandAccountLink.objects.filter(brand=brand, account=account).delete()
        record(action="account.unlinked", target=account, by=by, data={"brand": str(brand.pk)})


def set_account_active(*, account: SocialAccount, is_active: bool, by: User | None) -> None:
    """Pause or resume one account: a paused one gets no new posts and sends none."""
    with org_atomic():
        if is_active:
            # Deliveries are locked before their account.
            wake_deliveries(account=account)
        SocialAccount.objects.filter(pk=account.pk).update(is_active=is_active, updated_at=now())
        account.is_active = is_active
        action = "account.resumed" if is_active else "account.paused"
        record(action=action, target=account, by=by)


def save_options(*, account: SocialAccount, values: Mapping[str, str], by: User | None) -> None:
    """What posts of this account say by default; an emptied one falls back to the channel's."""
    with org_atomic():
        # Locked and read anew: connecting again writes the same column.
        row = SocialAccount.objects.select_for_update().get(pk=account.pk)
        row.settings = {**row.settings, **values}
        row.save(update_fields=["settings", "updated_at"])
        account.settings = row.settings
        record(action="account.options_saved", target=account, by=by, data={"names": list(values)})


def account_of_brand(brand: BrandProfile, platform: str) -> SocialAccount | None:
    """Where a brand's posts for a network go: its default account if that can be used, else any
    other usable account of the brand there, else None."""
    links = (
        BrandAccountLink.objects.filter(
            brand=brand,
            platform=platform,
            account__deleted_at=None,
            account__is_active=True,
            account__status=AccountStatus.ACTIVE,
        )
        .select_related("account")
        .order_by("-is_default", "created_at")
    )
    link = links.first()
    return link.account if link else None


def count_accounts() -> int:
    """Accounts that the plan's limit counts: a page that we host costs nobody a place."""
    hosting = [slug for slug, each in channels.items() if isinstance(each, Hosts)]
    return SocialAccount.objects.exclude(platform__in=hosting).count()


def is_usable(account: SocialAccount) -> bool:
    return account.is_active and not account.is_deleted and account.status == AccountStatus.ACTIVE


def _connecting(platform: str) -> Channel:
    channel = channels.get(platform)
    if channel is None or not isinstance(channel, Connects):
        raise Invalid(
            f"“{platform}” is not a channel that can be connected here. Choose another one.",
            field="platform",
        )
    return channel


def refuse_blanks(
    channel: Channel,
    values: Mapping[str, str],
    fields: Sequence[CredentialField] | None = None,
) -> None:
    """Raise Invalid for the first of the fields (all of the channel's) that has to be filled in."""
    for each in channel.credential_fields if fields is None else fields:
        if each.required and not values.get(each.name, "").strip():
            raise Invalid(f"Fill in “{each.label}” to connect {channel.label}.", field=each.name)


def _refuse_beyond_plan(channel: Channel, connection: Connection) -> None:
    if isinstance(channel, Hosts):
        return
    known = SocialAccount.objects.filter(platform=channel.slug, remote_id=connection.remote_id)
    # An account that is alive has its place already.
    if not known.exists():
        require_room_for("accounts", count_accounts)


def _refuse_moved(channel: Channel, connection: Connection) -> None:
    """Whoever names a server may name their own, which says that it has anybody's account. So what
    is known by this id stays where it is, until somebody of the team leads it elsewhere."""
    known = SocialAccount.with_deleted.filter(platform=channel.slug, remote_id=connection.remote_id)
    if known.exclude(server=connection.server).exists():
        raise Conflict(
            f"This account of {channel.label} cannot be connected by a link. Ask whoever sent you "
            "the link to connect it with you.",
            code="other_server",
        )


def _link(brand: BrandProfile, account: SocialAccount, *, is_default: bool) -> BrandAccountLink:
    if account.is_deleted:
        raise Conflict(f"{account.name} was disconnected. Connect it again to link it.")
    if is_default:
        BrandAccountLink.objects.filter(
            brand=brand, platform=account.platform, is_default=True
        ).exclude(account=account).update(is_default=False, updated_at=now())
    link, _ = BrandAccountLink.objects.update_or_create(
        brand=brand,
        account=account,
        defaults={"platform": account.platform, "is_default": is_default},
    )
    return link


def _approved_posts(account: SocialAccount) -> list[PendingPost]:
    """Locked before their deliveries, in the order of their keys, as the ledger does it."""
    approved = PendingPost.objects.approved().filter(account=account)
    return list(approved.order_by("pk").select_for_update(no_key=True))


def _stop(post: PendingPost) -> bool:
    cancel_delivery(pending_post=post)
    reason = "The account was disconnected before this post left."
    void_approval(post=post, reason=reason)
    return move(post, PendingStatus.FAILED, failure_category="auth", failure_reason=reason)
