"""Which events other systems can hear of. Each app adds its own in its `hooks.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from config.kernel.hooks import Registry
from organizations.models import AuditRecord

Facts = Callable[[Sequence[AuditRecord]], Mapping[UUID, Mapping[str, Any]]]
"""Records of one event -> what else is told of each, by the record's id. Asked only when somebody
listens, inside the transaction of the act. Never a secret."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One kind of event: its name on the wire, its words for people, and the acts it is told by."""

    name: str
    words: str
    actions: tuple[str, ...]
    facts: Facts | None = None


TEST_EVENT = "webhook.test"

webhook_events: Registry[WebhookEvent] = Registry("webhook events", WebhookEvent)


def add_event(name: str, words: str, *actions: str, facts: Facts | None = None) -> None:
    webhook_events.register(name, WebhookEvent(name, words, actions, facts))


def events_of(action: str) -> list[WebhookEvent]:
    return [event for event in webhook_events.values() if action in event.actions]
