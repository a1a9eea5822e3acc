"""Doors for clients: one address opens one thing of one brand, until a moment, without an account.

make_link    a row, and an address that is shown once: of its secret only a digest is kept
open_link    whose it is stands in the address, so that the organization can be entered before
             anything is read; everything after that runs inside the brand
require_open a link that opened before a network was talked to is asked for once more after it
mailed_address  another address of the same door, for letters that come later

The token is the organization's id, the link's id and 256 secret bits, url-safe. Whoever has it may
do what the link is for, so it is kept out of logs (config/logs.py), referrers and search engines.

The secret of a later letter is kept nowhere: it is a MAC of the link and its digest, under a key of
the installation. Who has the tables alone cannot make it, nor who has the key alone; and as the
digest changes with a new address, both secrets of the former one are void at once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac

from brands.models import BrandProfile
from config.kernel.brands import brand_limit
from config.kernel.clock import now
from config.kernel.errors import Conflict, Gone, Invalid, NotFound
from config.kernel.models import uuid7
from config.kernel.scoping import current_organization_id, org_atomic, scope
from organizations.models import ActorKind, AuditCategory, Organization, User
from organizations.services.actors import Actor, acting
from organizations.services.audit import record
from publishing.models import PortalLink

from .portal_mailing import check_mailed, plan_letter

Purpose = PortalLink.Purpose

SECRET_BYTES: Final = 32
LIFE_DAYS: Final = {
    Purpose.REVIEW: 14,
    Purpose.CONNECT: 7,
    Purpose.CALENDAR: 90,
    Purpose.REPORT: 90,
    Purpose.ICS: 365,
}
MOST_DAYS: Final = 365
# Between two visits that are counted as two.
VISIT: Final = timedelta(minutes=1)

# The same words for what never was, was cut short, is another's or opens something else.
UNKNOWN: Final = (
    "There is nothing at this address. It may have been cut short on its way: open it from the "
    "letter again, or ask whoever sent it for a new one."
)
# Before the reason why a link ended under somebody's hands.
NOTHING_DONE: Final = "Nothing was done. "


def make_link(
    *,
    brand: BrandProfile,
    purpose: str,
    by: User | None,
    client_name: str = "",
    client_email: str = "",
    message: str = "",
    post_ids: Collection[UUID] = (),
    platforms: Collection[str] = (),
    days: int | None = None,
    mailed: str = PortalLink.Mailed.NEVER,
    is_for_team: bool = False,
) -> tuple[PortalLink, str]:
    """Make a door for a client, and return it with its whole address, which is shown this once.

    `days` until it ends default to 14 for a review, 7 for connecting, 90 for calendar and report
    and 365 for a subscription. `post_ids` narrow a review to these posts and `platforms` connecting
    to these networks; empty ones mean all. `mailed` has a report come by itself, again and again.
    `is_for_team` has a subscription show words that have not come to the client.
    Raises Invalid (`field` days, purpose, mailed or client_email).
    """
    if purpose not in Purpose.values:
        raise Invalid("Choose what the link is for.", field="purpose")
    days = LIFE_DAYS[Purpose(purpose)] if days is None else days
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A link lasts from 1 to {MOST_DAYS} days.", field="days")
    secret = secrets.token_bytes(SECRET_BYTES)
    with org_atomic():
        link = PortalLink(
            id=uuid7(),
            brand=brand,
            purpose=purpose,
            token_digest=_digest(secret),
            client_name=client_name.strip(),
            client_email=client_email.strip(),
            message=message.strip(),
            post_ids=list(post_ids),
            platforms=list(platforms),
            created_by=by,
            expires_at=now() + timedelta(days=days),
            mailed=mailed,
            is_for_team=is_for_team,
        )
        check_mailed(link)
        link.save(force_insert=True)
        _write_down("portal_link.made", link, by)
    return link, address_of(link, secret)


def renew_link(*, link: PortalLink, by: User | None) -> str:
    """Another address for the same door, for its purpose's usual time; the former one is void.

    Raises Conflict for one that was taken back.
    """
    secret = secrets.token_bytes(SECRET_BYTES)
    with org_atomic():
        rows = PortalLink.objects.select_for_update(no_key=True, of=("self",))
        row = rows.select_related("brand").get(pk=link.pk)
        if row.revoked_at is not None:
            raise Conflict("This link was taken back. Make a new one.")
        row.token_digest, row.sent_at = _digest(secret), None
        row.expires_at = now() + timedelta(days=LIFE_DAYS[Purpose(row.purpose)])
        if row.due_at is None:
            plan_letter(row)
        row.save()
        _write_down("portal_link.renewed", row, by)
    return address_of(row, secret)


def revoke_link(*, link: PortalLink, by: User | None) -> None:
    """Take a link back; its address opens nothing from now on. Once more does nothing."""
    with org_atomic():
        open_now = PortalLink.objects.filter(pk=link.pk, revoked_at=None)
        if open_now.update(revoked_at=now(), updated_at=now()):
            _write_down("portal_link.revoked", link, by)


def open_link(token: str) -> tuple[UUID, PortalLink]:
    """(organization, link) of an address that somebody came by, with the brand and its team read.

    Counts the visit. Raises NotFound, with the same words, for whatever is no link of ours, and
    Gone, only to somebody who has the right secret, once it ended or was taken back.
    """
    organization_id, link_id, secret = read_token(token)
    with org_atomic(organization_id):
        return organization_id, _opened(link_id, secret)


def require_open(link: PortalLink) -> None:
    """Ask again for a link that was opened before a network answered. In the caller's transaction,
    which whoever takes the link back now waits for.

    Raises Gone when it ended, was taken back or was given another address since.
    """
    locked = PortalLink.objects.select_for_update(no_key=True, of=("self",))
    rows = locked.select_related("brand", "organization")
    row = rows.filter(pk=link.pk, token_digest=link.token_digest).first()
    if row is None:
        raise Gone(
            f"{NOTHING_DONE}This link was replaced by a new one. Ask whoever sent it for that one.",
            code="replaced",
        )
    _refuse_closed(row, NOTHING_DONE)


@contextmanager
def inside(token: str) -> Iterator[tuple[UUID, PortalLink]]:
    """As `open_link`, and everything enclosed in that very transaction, as `entered` does it."""
    organization_id, link_id, secret = read_token(token)
    with org_atomic(organization_id):
        link = _opened(link_id, secret)
        with _as_client(link, ""):
            yield organization_id, link


def keep_name(*, link: PortalLink, name: str) -> None:
    """Remember how somebody who came by a link without a name is called."""
    if link.client_name:
        return
    with org_atomic():
        PortalLink.objects.filter(pk=link.pk, client_name="").update(client_name=name[:120])


@contextmanager
def entered(
    organization_id: UUID, link: PortalLink, *, client_name: str = "", atomic: bool = True
) -> Iterator[None]:
    """Inside the link's organization and brand, as its client: the audit log says by which link.

    One transaction, unless `atomic` is False because a network is talked to.
    """
    enter = org_atomic if atomic else scope
    with enter(organization_id), _as_client(link, client_name):
        yield


def mailed_address(link: PortalLink) -> str:
    """An address that opens the link as its first one does, and as long: for a later letter."""
    return address_of(link, _mailed_secrets(link)[0])


def address_of(link: PortalLink, secret: bytes) -> str:
    token = token_of(current_organization_id(), link.pk, secret)
    return f"{settings.WARREN_BASE_URL}/c/{token}/{_PLACES.get(Purpose(link.purpose), '')}"


def token_of(organization_id: UUID, link_id: UUID, secret: bytes) -> str:
    packed = organization_id.bytes + link_id.bytes + secret
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def is_open(link: PortalLink) -> bool:
    return link.revoked_at is None and link.expires_at > now()


# A subscription names its file, because calendar programs go by the ending.
_PLACES: Final = {Purpose.ICS: "calendar.ics"}
_TOKEN_BYTES: Final = 16 + 16 + SECRET_BYTES
_MAILED: Final = "publishing.portal.mailed"


def read_token(token: str) -> tuple[UUID, UUID, bytes]:
    """(organization, link, secret) as they are spelled. Raises NotFound for no token."""
    try:
        packed = base64.b64decode(f"{token}==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    # One spelling of each token: the last character has two bits that say nothing.
    if len(packed) != _TOKEN_BYTES or _spelled(packed) != token:
        raise NotFound(UNKNOWN, code="link_unknown")
    return UUID(bytes=packed[:16]), UUID(bytes=packed[16:32]), packed[32:]


def _spelled(packed: bytes) -> str:
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _digest(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()


def _mailed_secrets(link: PortalLink) -> list[bytes]:
    """The one that letters carry now, and those of keys that were in use before."""
    said = f"{link.pk.hex}:{link.token_digest}"
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [salted_hmac(_MAILED, said, key, algorithm="sha256").digest() for key in keys]


def _opened(link_id: UUID, secret: bytes) -> PortalLink:
    rows = PortalLink.objects.select_related("brand", "organization")
    link = rows.filter(pk=link_id).first()
    # Compared also where there is no row, so that time tells nothing about which ids exist.
    known = link or PortalLink(id=link_id, token_digest=_digest(b""))
    digests = [known.token_digest, *map(_digest, _mailed_secrets(known))]
    fits = [hmac.compare_digest(each, _digest(secret)) for each in digests]
    if link is None or not any(fits):
        raise NotFound(UNKNOWN, code="link_unknown")
    _refuse_closed(link)
    _note_visit(link)
    return link


@contextmanager
def _as_client(link: PortalLink, client_name: str) -> Iterator[None]:
    name = (client_name or link.client_name)[:120]
    client = Actor(ActorKind.CLIENT, link_id=link.pk, client_name=name)
    with brand_limit(frozenset({link.brand_id})), acting(client):
        yield


def _refuse_closed(link: PortalLink, before: str = "") -> None:
    if link.revoked_at is not None:
        raise Gone(
            f"{before}This link was taken back. Ask whoever sent it for a new one.", code="revoked"
        )
    if link.expires_at <= now():
        raise Gone(
            f"{before}This link worked for a limited time, and that is over. Ask whoever sent it "
            "for a new one.",
            code="expired",
        )
    if link.brand.is_deleted or link.organization.status != Organization.Status.ACTIVE:
        raise Gone(f"{before}What this link opened is closed. Ask whoever sent it.", code="closed")


def _note_visit(link: PortalLink) -> None:
    moment = now()
    later = Q(last_used_at=None) | Q(last_used_at__lt=moment - VISIT)
    PortalLink.objects.filter(later, pk=link.pk).update(
        first_used_at=Coalesce("first_used_at", moment),
        last_used_at=moment,
        use_count=F("use_count") + 1,
    )


def _write_down(action: str, link: PortalLink, by: User | None) -> None:
    record(
        action=action,
        target=link,
        by=by,
        category=AuditCategory.SECURITY,
        data={
            "brand": str(link.brand_id),
            "purpose": str(link.purpose),
            "ends": link.expires_at.isoformat(),
            "mailed": str(link.mailed),
        },
    )
