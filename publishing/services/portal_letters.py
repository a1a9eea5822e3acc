"""The letter that brings a client their link: in the agency's name, answered to the agency."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Final
from uuid import UUID

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from config.kernel.clock import in_words, now
from config.kernel.errors import Invalid
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.throttle import throttle
from organizations.models import User
from organizations.services.audit import record
from organizations.services.letters import letter
from organizations.services.suppression import require_not_suppressed
from organizations.services.white_label import dressed, look_of_team, worn
from publishing.models import PortalLink

log = structlog.get_logger(__name__)

MAIL_SECONDS: Final = 8
AN_HOUR: Final = 3600
MOST_OF_A_TEAM: Final = 60
MOST_TO_AN_ADDRESS: Final = 10

ASKS: Final = {
    PortalLink.Purpose.REVIEW: "Posts wait for your answer",
    PortalLink.Purpose.CONNECT: "Connect your accounts",
    PortalLink.Purpose.CALENDAR: "Your calendar of posts",
    PortalLink.Purpose.REPORT: "How your posts do",
    PortalLink.Purpose.ICS: "Your posts in your own calendar",
}


def send_link(*, link: PortalLink, address: str, by: User) -> None:
    """Mail a client the address of their link, after the commit.

    If no mail server takes it, `sent_at` stays empty; whoever made the link can pass it on, or make
    it anew. Raises Invalid without an address, TooMany (60 an hour by one team, 10 to one address).
    """
    if not link.client_email:
        raise Invalid("Enter the client's address first.", field="client_email")
    organization_id = current_organization_id()
    require_not_suppressed(link.client_email)
    throttle("client-letter", str(organization_id), limit=MOST_OF_A_TEAM, per_seconds=AN_HOUR)
    whom = link.client_email.lower()
    throttle("client-letter-to", whom, limit=MOST_TO_AN_ADDRESS, per_seconds=AN_HOUR)
    message = letter_of(link, address, by)
    record(action="portal_link.sent", target=link, by=by, data={"purpose": str(link.purpose)})
    transaction.on_commit(lambda: _send(link, message, organization_id))


def letter_of(link: PortalLink, address: str, by: User) -> EmailMultiAlternatives:
    look = look_of_team()
    context = {
        **worn(look),
        "brand": link.brand.name,
        "client": link.client_name,
        "asks": ASKS[PortalLink.Purpose(link.purpose)],
        "purpose": link.purpose,
        "message": link.message,
        "sender": str(by),
        "url": address,
        "ends": in_words(link.expires_at, link.brand.timezone),
    }
    return dressed(letter("portal_link", to=link.client_email, context=context), look)


def _send(link: PortalLink, message: EmailMultiAlternatives, organization_id: UUID) -> None:
    message.connection = get_connection(timeout=MAIL_SECONDS)
    try:
        message.send()
    except (SMTPException, OSError) as error:
        log.warning("client_letter_not_sent", link=str(link.pk), error=type(error).__name__)
        return
    with org_atomic(organization_id):
        # Only for the address that was sent: somebody may have made it anew meanwhile.
        same = PortalLink.objects.filter(pk=link.pk, token_digest=link.token_digest)
        same.update(sent_at=now())
