"""People who answer and name a bot in its Discord channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publishing.channels.base import Published

from .base import Item
from .talk import Person

if TYPE_CHECKING:
    from .discord import DiscordNetwork


class DiscordTalk:
    page = 100
    has_markup = False
    tells_ours = True

    def __init__(self, network: DiscordNetwork) -> None:
        self.network = network
        self.person = Person("5012345678901234567", "Anna", "anna")
        self.root = ""

    def posts(self) -> tuple[Published, ...]:
        if not self.root:
            at = datetime(2026, 1, 5, tzinfo=UTC)
            self.root = self.network.keep(Item(self.network.snowflake(at), "Our post", at=at)).id
        return (Published(self.root, ""),)

    def say(
        self, kind: str, text: str, *, at: datetime, person: Person | None = None, after: str = ""
    ) -> str:
        who = person or self.person
        # Whoever goes on answers the bot again, or the bot is not told.
        above = self.posts()[0].remote_id if kind == "comment" else ""
        facts = {"author": who.id, "name": who.name, "handle": who.handle}
        item = Item(self.network.snowflake(at), text, above, facts=facts, at=at)
        item.facts["names_us"] = kind == "mention"
        return self.network.keep(item).id

    def say_as_us(self, text: str, *, after: str, at: datetime) -> str:
        return self.network.keep(Item(self.network.snowflake(at), text, after, at=at)).id

    def take_down(self, remote_id: str) -> None:
        self.network.items.pop(remote_id)

    def answers(self) -> Sequence[Item]:
        ours = (item for item in self.network.items.values() if "author" not in item.facts)
        return [item for item in ours if item.parent]
