"""What a delivery log forgets, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from config.kernel.clock import now
from config.kernel.scoping import unscoped
from config.kernel.tasks import record_work
from organizations.models import WebhookDelivery, WebhookEndpoint, WebhookState

BODIES_FOR: Final = timedelta(days=30)
LOG_FOR: Final = timedelta(days=90)
MOST_A_RUN: Final = 5_000


def hide_bodies(moment: datetime | None = None) -> int:
    """Empty bodies and answers after 30 days, drop log rows after 90 and old secrets when over.

    A message that nobody could be told of for 30 days is not sent any more. Runs as the operator.
    """
    moment = moment or now()
    with unscoped("hide bodies of webhook messages"):
        rows = WebhookDelivery.objects.all()
        shown = Q(payload__isnull=False) | ~Q(last_answer="")
        old = rows.filter(shown, created_at__lt=moment - BODIES_FOR)
        ids = list(old.order_by("created_at").values_list("pk", flat=True)[:MOST_A_RUN])
        aged = rows.filter(pk__in=ids)
        aged.filter(state=WebhookState.WAITING).update(
            state=WebhookState.CANCELLED,
            due_at=None,
            last_error="Not sent: it had waited for 30 days.",
        )
        hidden = aged.update(payload=None, last_answer="")
        ended = rows.filter(created_at__lt=moment - LOG_FOR).order_by("created_at")
        rows.filter(pk__in=list(ended.values_list("pk", flat=True)[:MOST_A_RUN])).delete()
        WebhookEndpoint.objects.filter(previous_ends_at__lt=moment).update(
            previous_secret=None, previous_ends_at=None
        )
    record_work("webhook_log", hidden, at_once=True)
    return hidden
