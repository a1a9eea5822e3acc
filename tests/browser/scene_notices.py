"""What people were told and what they asked: for the pages of notices and of questions."""

from __future__ import annotations

from typing import Any

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Notification, SupportTicket, TicketReply
from organizations.notices.unsubscribing import token_for
from tests.world import World


def notices(world: World) -> dict[str, Any]:
    """Read and unread ones, and a question with its answer. Keyword of an address -> its id."""
    with org_atomic(world.id):
        said = {"user": world.owner, "kind": "schedule_stopped"}
        Notification.objects.create(title="The schedule “Weekdays” is paused", **said)
        read = Notification.objects.create(
            title="A post for Harbour & Pine was not published on the hosted page",
            body="The picture was too large for it.",
            path="help/",
            read_at=now(),
            **said,
        )
        ticket = SupportTicket.objects.create(
            user=world.owner,
            subject="The schedule does not run",
            message="It says ten o'clock.\n\nNothing happens then.",
        )
        TicketReply.objects.create(ticket=ticket, is_from_staff=True, body="It is paused.")
    return {
        "notification": read.pk,
        "ticket": ticket.pk,
        "way": token_for(world.id, world.owner.pk, ["post_failed"]),
    }
