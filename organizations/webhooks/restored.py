"""After a restore: what the backup holds as waiting was probably sent since."""

from __future__ import annotations

from datetime import datetime

from config.kernel.clock import now
from config.kernel.scoping import unscoped
from organizations.models import WebhookDelivery, WebhookState


def hold_messages(made_at: datetime) -> int:
    """Fail every waiting message with a sentence; the log's “Send again” sends it all the same.

    Sent again by itself, a copy of an installation would talk to its customers' systems. Returns
    how many were held. Runs as the operator.
    """
    with unscoped("hold webhook messages after a restore"):
        waiting = WebhookDelivery.objects.filter(state=WebhookState.WAITING)
        return waiting.update(
            state=WebhookState.FAILED,
            due_at=None,
            claimed_until=None,
            last_error=f"Not sent: Warren was restored from a backup of {made_at:%d %B %Y, %H:%M} "
            "UTC, and this may have been sent since.",
            updated_at=now(),
        )
