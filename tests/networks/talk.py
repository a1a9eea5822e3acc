"""What the contract of the inbox needs of a stand-in: people who speak there, and what we answered.

A stage of a channel that listens carries one as `talk`. Ids are those of `Heard.remote_id`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from publishing.channels.base import Published

from .base import Item


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody over there, as the network shows them."""

    id: str
    name: str
    handle: str


class Talk(Protocol):
    page: int
    """How many things one page of the network's list holds."""
    has_markup: bool
    """Whether the network gives texts as HTML."""
    tells_ours: bool
    """Whether what we say on the network's own pages can be heard."""

    @property
    def person(self) -> Person:
        """Who speaks unless somebody else is named."""

    def say(
        self, kind: str, text: str, *, at: datetime, person: Person | None = None, after: str = ""
    ) -> str:
        """Somebody says this to the account: under its post, to its name, or in private. `after` is
        what it answers, where it goes on in a conversation."""

    def say_as_us(self, text: str, *, after: str, at: datetime) -> str:
        """The account itself answers on the network's own pages."""

    def posts(self) -> tuple[Published, ...]:
        """The account's own posts, as `listen` is told of them."""

    def take_down(self, remote_id: str) -> None:
        """What was said is no longer there."""

    def answers(self) -> Sequence[Item]:
        """What stands there of ours as an answer; `parent` is what it answers."""
