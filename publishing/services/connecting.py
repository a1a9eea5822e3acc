"""Accounts that are opened on the network's own page: out with a state, back with an answer, once.

start_connecting    the network, if it wants that, and a row that keeps what the answer needs
    the person says yes or no over there, a member or a client who came by a link
finish_connecting   the row is used up, the answer exchanged with no transaction open, and the
                    account kept; of several accounts a person chooses first
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.models import uuid7
from config.kernel.scoping import current_organization_id, org_atomic, unscoped
from organizations.models import User
from publishing.channels.base import (
    Authorizes,
    Channel,
    ChannelError,
    Connection,
    CredentialField,
    Payload,
)
from publishing.channels.registry import channels
from publishing.models import ConnectAttempt, PortalLink, SocialAccount

from .accounts import keep_connection, refuse_blanks, the_very_one, wake_accounts
from .networks import app_keys, callback_address

LIFE: Final = timedelta(minutes=15)
"""How long somebody may take over there, and again to choose among what was offered."""

_STATE: Final = signing.Signer(salt="publishing.connecting")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of an answer: accounts that are connected now, or a choice that waits."""

    attempt: ConnectAttempt
    accounts: tuple[SocialAccount, ...] = ()

    @property
    def is_choice(self) -> bool:
        return not self.accounts


def start_connecting(
    *,
    platform: str,
    values: Mapping[str, str],
    brand: BrandProfile | None,
    account: SocialAccount | None,
    by: User | None,
    link: PortalLink | None = None,
) -> ConnectAttempt:
    """Get ready to send a person to a network's own page; `address_of` says where that is.

    The network may be asked, before any transaction. With `account` only that very account will do.
    `by` a member, or else a client through a `link`; every step after this one asks for the same.
    Raises Invalid or ChannelError whose `field` names the input to mend.
    """
    channel = authorizing(platform)
    refuse_blanks(channel, values, asked_before(channel))
    attempt = ConnectAttempt(
        id=uuid7(),
        platform=platform,
        user=by,
        link=link,
        brand=brand,
        account=account,
        expires_at=now() + LIFE,
    )
    way = cast(Authorizes, channel).authorization(
        values=values,
        state=_state(current_organization_id(), attempt.pk),
        redirect_uri=callback_address(channel),
        app=app_keys(platform),
    )
    _refuse_strange(channel, way.url)
    attempt.kept = {"url": way.url, "channel": dict(way.kept)}
    with org_atomic():
        attempt.save(force_insert=True)
    return attempt


def address_of(attempt: ConnectAttempt) -> str:
    """Where the person goes to say yes or no."""
    if attempt.kept is None:
        raise _ended()
    return str(attempt.kept.reveal()["url"])


def open_attempt(
    attempt_id: UUID, *, by: User | None, link: PortalLink | None = None
) -> ConnectAttempt:
    """An attempt that this person started and has not come back from. Raises NotFound, Conflict."""
    attempt = _started_by(by, link).filter(pk=attempt_id).first()
    if attempt is None:
        raise NotFound("There is no such way to a network, or somebody else started it.")
    if attempt.used_at is not None or attempt.expires_at <= now():
        raise _ended()
    return attempt


def open_choice(
    attempt_id: UUID, *, by: User | None, link: PortalLink | None = None
) -> ConnectAttempt:
    """An attempt whose answer opened several accounts. Raises NotFound."""
    attempt = _started_by(by, link).filter(pk=attempt_id).first()
    if attempt is None:
        raise NotFound("There is no such choice, or it is somebody else's.")
    return attempt


def read_state(state: str) -> tuple[UUID, UUID] | None:
    """(organization, attempt) of a state that we made; None of any other."""
    try:
        organization, attempt = _STATE.unsign(state).split("-")
        return UUID(hex=organization), UUID(hex=attempt)
    except (signing.BadSignature, ValueError):
        return None


def finish_connecting(
    *,
    attempt_id: UUID,
    callback: str,
    answer: Mapping[str, str],
    by: User | None,
    link: PortalLink | None = None,
) -> Arrival:
    """Exchange an answer for accounts. Call it with no transaction open.

    One conditional update uses the attempt up, whatever the network says next, so that an answer
    that comes twice does nothing. Raises NotFound (not this person's), Conflict (used or ended),
    ChannelError (denied, scopes missing, the network is away), Invalid (another account than the
    one to connect again), Gone (the link ended while the network answered) or PaymentRequired.
    """
    attempt, kept = _use_up(attempt_id, callback, by, link)
    channel = authorizing(attempt.platform)
    offered = cast(Authorizes, channel).accept(
        answer,
        kept.get("channel", {}),
        redirect_uri=callback_address(channel),
        app=app_keys(attempt.platform),
    )
    if not offered:
        raise ChannelError(
            f"{channel.label} let Warren in, but there is no account to post with. Make one there, "
            "or ask for a role in it, then start again.",
            permanent=True,
            code="no_account",
        )
    if attempt.account is not None:
        offered = (the_very_one(channel, attempt.account, offered),)
    if len(offered) > 1:
        return _offer(attempt, offered)
    account = _keep(attempt, offered[0], by, link)
    wake_accounts([account])
    return Arrival(attempt, (account,))


def offered_accounts(attempt: ConnectAttempt) -> list[Connection]:
    """The accounts among which a person chooses. Raises Conflict once that is over."""
    if attempt.offered is None or attempt.expires_at <= now():
        raise _ended()
    return [_connection(each) for each in cast("list[Payload]", attempt.offered.reveal())]


def choose_accounts(
    *,
    attempt_id: UUID,
    remote_ids: Collection[str],
    by: User | None,
    link: PortalLink | None = None,
) -> Sequence[SocialAccount]:
    """Keep the chosen ones of the offered accounts, all or none, and forget the others.

    Raises Invalid when none is chosen, Conflict once the choice is over, Gone once the link is, and
    PaymentRequired when the plan has no place for all of them; then the choice may be made again.
    """
    with org_atomic():
        locked = ConnectAttempt.objects.select_for_update(of=("self",))
        attempt = locked.filter(pk=open_choice(attempt_id, by=by, link=link).pk).get()
        chosen = [each for each in offered_accounts(attempt) if each.remote_id in remote_ids]
        if not chosen:
            raise Invalid("Choose at least one account, or cancel.", field="accounts")
        accounts = [_keep(attempt, each, by, link) for each in chosen]
        ConnectAttempt.objects.filter(pk=attempt.pk).update(offered=None, updated_at=now())
    wake_accounts(accounts)
    return accounts


def forget_attempts() -> int:
    """Delete the attempts that ended, of all organizations, with whatever they still keep."""
    with unscoped("forget attempts to connect that have ended"):
        return ConnectAttempt.objects.filter(expires_at__lt=now() - LIFE).delete()[0]


def authorizing(platform: str) -> Channel:
    channel = channels.get(platform)
    if channel is None or not isinstance(channel, Authorizes):
        raise Invalid(
            f"“{platform}” is not a channel that is connected on a page of its own. Choose another "
            "one.",
            field="platform",
        )
    return channel


def asked_before(channel: Channel) -> tuple[CredentialField, ...]:
    """What a person types before the network's own page opens: its server, never a secret."""
    fields = channel.credential_fields
    return tuple(each for each in fields if each.with_consent and not each.secret)


def _state(organization_id: UUID, attempt_id: UUID) -> str:
    return _STATE.sign(f"{organization_id.hex}-{attempt_id.hex}")


def _started_by(by: User | None, link: PortalLink | None) -> QuerySet[ConnectAttempt]:
    """Attempts of exactly this member, or of exactly this link."""
    if (by is None) == (link is None):
        raise ValueError("Somebody connects as a member or by a link, and not as both.")
    return ConnectAttempt.objects.filter(user=by, link=link)


def _use_up(
    attempt_id: UUID, callback: str, by: User | None, link: PortalLink | None
) -> tuple[ConnectAttempt, dict[str, Any]]:
    moment = now()
    with org_atomic():
        rows = _started_by(by, link).select_related("account", "brand")
        attempt = rows.filter(pk=attempt_id).first()
        if attempt is None or callback not in _names(attempt.platform):
            raise NotFound("This answer belongs to somebody else's way to a network.")
        kept = attempt.kept.reveal() if attempt.kept else {}
        unused = ConnectAttempt.objects.filter(pk=attempt.pk, used_at=None, expires_at__gt=moment)
        if not unused.update(used_at=moment, kept=None, updated_at=moment):
            raise _ended()
    return attempt, kept


def _names(platform: str) -> set[str]:
    """What may stand in the address that a network sends people back to."""
    channel = channels.get(platform)
    return {channel.callback_name or channel.slug} if channel else set()


def _offer(attempt: ConnectAttempt, offered: Sequence[Connection]) -> Arrival:
    attempt.offered = [_as_json(each) for each in offered]
    attempt.expires_at = now() + LIFE
    with org_atomic():
        attempt.save(update_fields=["offered", "expires_at", "updated_at"])
    return Arrival(attempt)


def _keep(
    attempt: ConnectAttempt, connection: Connection, by: User | None, link: PortalLink | None
) -> SocialAccount:
    return keep_connection(
        platform=attempt.platform,
        connection=connection,
        brand=attempt.brand,
        by=by,
        way="consent",
        link=link,
    )


def _as_json(connection: Connection) -> Payload:
    ends = connection.expires_at
    return {
        **asdict(connection),
        "settings": dict(connection.settings),
        "expires_at": ends.isoformat() if ends else None,
    }


def _connection(kept: Payload) -> Connection:
    ends = kept["expires_at"]
    changes = {
        "scopes": tuple(kept["scopes"]),
        "expires_at": datetime.fromisoformat(ends) if ends else None,
    }
    return Connection(**{**kept, **changes})


def _refuse_strange(channel: Channel, url: str) -> None:
    """A server that somebody named may answer anything, also what a browser would run."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ChannelError(
            f"{channel.label} gave no address to go to. Check the server, and try again.",
            permanent=True,
            code="no_address",
        )


def _ended() -> Conflict:
    return Conflict(
        "This way to the network was used already, or took longer than 15 minutes. Nothing was "
        "changed by it now. Start again; that takes a minute.",
        code="attempt_ended",
    )
