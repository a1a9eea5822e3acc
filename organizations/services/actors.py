"""Through whom the current code acts, when it is more than a person in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from organizations.models import ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    """An API key, an operator on a support visit, or a client who came by a link: the audit log
    names them by themselves."""

    kind: ActorKind
    api_key_id: UUID | None = None
    visit_id: UUID | None = None
    link_id: UUID | None = None
    client_name: str = ""


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current_actor() -> Actor | None:
    return _actor.get()


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Let every audit record that is written inside name this actor."""
    token = _actor.set(actor)
    try:
        yield actor
    finally:
        _actor.reset(token)
