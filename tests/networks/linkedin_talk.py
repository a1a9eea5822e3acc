"""People who comment under a LinkedIn page's posts; the API tells no names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publishing.channels.base import Published
from publishing.channels.linkedin_inbox import NAMELESS

from .base import Item
from .talk import Person

if TYPE_CHECKING:
    from .linkedin import LinkedInNetwork


class LinkedInTalk:
    page = 50
    has_markup = False
    tells_ours = True

    def __init__(self, network: LinkedInNetwork) -> None:
        self.network = network
        self.person = Person("urn:li:person:anna", NAMELESS, "")
        self.post = ""

    def posts(self) -> tuple[Published, ...]:
        if not self.post:
            at = datetime(2026, 1, 5, tzinfo=UTC)
            facts = {"author": self.network.author}
            post = Item(f"urn:li:share:{self.network.next_id()}", "Our post", facts=facts, at=at)
            self.post = self.network.keep(post).id
        return (Published(self.post, "https://www.linkedin.com/feed/update/1"),)

    def say(
        self, kind: str, text: str, *, at: datetime, person: Person | None = None, after: str = ""
    ) -> str:
        assert kind == "comment"
        above = self._first(after) if after else self.posts()[0].remote_id
        return self._keep(text, above, at, (person or self.person).id)

    def say_as_us(self, text: str, *, after: str, at: datetime) -> str:
        return self._keep(text, self._first(after), at, self.network.author)

    def take_down(self, remote_id: str) -> None:
        self.network.items.pop(remote_id)

    def answers(self) -> Sequence[Item]:
        return [
            item
            for item in self.network.items.values()
            if item.kind == "comment" and item.facts["actor"] == self.network.author
        ]

    def replies_to(self, comment: str) -> int:
        return sum(each.parent == comment for each in self.network.items.values())

    def _first(self, comment: str) -> str:
        """Replies stand under the first comment, whichever they answer."""
        above = self.network.items[comment].parent
        return above if above.startswith("urn:li:comment") else comment

    def _keep(self, text: str, above: str, at: datetime, actor: str) -> str:
        number = self.network.next_id()
        facts = {"actor": actor, "number": number}
        urn = f"urn:li:comment:({above},{number})"
        return self.network.keep(Item(urn, text, above, "comment", facts=facts, at=at)).id
