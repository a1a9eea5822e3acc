"""After a restore: what the backup holds as waiting for mail was probably mailed since."""

from __future__ import annotations

from datetime import datetime

from config.kernel.scoping import unscoped
from organizations.models import NoticeState, Notification, OutgoingNotice


def hold_mail(made_at: datetime) -> int:
    """Leave every notice that waits for mail in Warren alone, whenever the backup was made.

    Mailed by itself, a copy of an installation would write to people a second time. Returns how
    many were held. Runs as the operator.
    """
    with unscoped("hold notices by mail after a restore"):
        waiting = Notification.objects.filter(mailed_at=None, due_at__isnull=False)
        held = waiting.update(due_at=None, claimed_until=None)
        outgoing = OutgoingNotice.objects.filter(state=NoticeState.QUEUED, due_at__isnull=False)
        return held + outgoing.update(due_at=None, claimed_until=None)
