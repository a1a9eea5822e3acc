"""What the rest of Warren calls of the delivery ledger."""

from __future__ import annotations

from .followers import send_part_again
from .schedule import cancel_delivery, schedule_delivery, wake_deliveries
from .session import AccountSession
from .sweep import deliver, reap, sweep_due
from .unknown import settle_unknown

__all__ = [
    "AccountSession",
    "cancel_delivery",
    "deliver",
    "reap",
    "schedule_delivery",
    "send_part_again",
    "settle_unknown",
    "sweep_due",
    "wake_deliveries",
]
