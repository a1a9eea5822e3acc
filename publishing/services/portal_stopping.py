"""The way out of a client's report letters, without an account and for good.

Its address stands in each letter and does this one thing: it is no link's address and opens
nothing. Like that of a later letter it is kept nowhere, but is a MAC under a key of the
installation, here of the link and whom it writes to. So it works however old the letter is and
whatever became of the link, and a letter to one address does not stop those to another.

A wish is its person's: it holds for every report of the brand to this address, also by links that
are made later, until the team says that the person wants them again.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, NotFound
from config.kernel.scoping import current_organization_id, org_atomic
from organizations.models import User
from organizations.services.audit import record
from publishing.models import PortalLink

from .portal import UNKNOWN, entered, read_token, token_of
from .portal_mailing import plan_letter, reports_to

_SALT: Final = "publishing.portal.letters"


def stopping_address(link: PortalLink) -> str:
    """Where whoever gets this link's letters asks for no more of them."""
    token = token_of(current_organization_id(), link.pk, _secrets(link)[0])
    return f"{settings.WARREN_BASE_URL}/c/{token}/letters/"


def letters_of(token: str) -> PortalLink:
    """The link whose letters an address is of, with its brand and team; changes nothing.

    Raises NotFound, with the same words, for whatever is no such address.
    """
    organization_id, link_id, secret = read_token(token)
    with org_atomic(organization_id):
        rows = PortalLink.objects.select_related("brand", "organization")
        link = rows.filter(pk=link_id).first()
        known = link or PortalLink(id=link_id)
        fits = [hmac.compare_digest(each, secret) for each in _secrets(known)]
        if link is None or not link.client_email or not any(fits):
            raise NotFound(UNKNOWN, code="link_unknown")
        return link


def stop_letters(token: str) -> PortalLink:
    """Mail no more reports of the brand to whom this address was written. Once more does nothing.

    Also where the link itself has ended. Raises NotFound as `letters_of`.
    """
    link = letters_of(token)
    with entered(link.organization_id, link):
        for row in _locked(link.brand, link.client_email).filter(letters_stopped_at=None):
            _set(row, now())
            record(action="portal_link.letters_stopped", target=row)
    return link


def resume_letters(*, link: PortalLink, by: User) -> PortalLink:
    """Mail the reports again, because their reader has asked for it. Raises Conflict when nobody
    stopped them."""
    with org_atomic():
        rows = list(_locked(link.brand, link.client_email).exclude(letters_stopped_at=None))
        if not link.client_email or not rows:
            raise Conflict("Nobody has stopped these letters. Reload the page.")
        for row in rows:
            _set(row, None)
            record(action="portal_link.letters_resumed", target=row, by=by)
    return next((row for row in rows if row.pk == link.pk), link)


def _locked(brand: BrandProfile, address: str) -> QuerySet[PortalLink]:
    rows = reports_to(brand, address).select_for_update(no_key=True, of=("self",))
    return rows.select_related("brand").order_by("pk")


def _set(row: PortalLink, stopped_at: datetime | None) -> None:
    """A worker that holds the row is late from here on; the letter that it has begun may leave."""
    row.letters_stopped_at = stopped_at
    row.claimed_until, row.fence, row.attempts = None, row.fence + 1, 0
    plan_letter(row)
    row.save()


def _secrets(link: PortalLink) -> list[bytes]:
    """The one that letters carry now, and those of keys that were in use before."""
    said = f"{link.pk.hex}:{link.client_email.lower()}"
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [salted_hmac(_SALT, said, key, algorithm="sha256").digest() for key in keys]
