"""People who mention a Mastodon account, in public and in private."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from publishing.channels.base import Published

from .base import Item
from .talk import Person

if TYPE_CHECKING:
    from .mastodon import MastodonNetwork

ACCOUNT = "117440810532227399"
US = Person(ACCOUNT, "The Harbour", "harbour")


class MastodonTalk:
    page = 20
    has_markup = True
    tells_ours = True

    def __init__(self, network: MastodonNetwork) -> None:
        self.network = network
        self.person = Person("9", "Anna", "anna@other.example")
        self.root = ""
        self.mentions: list[tuple[str, str, datetime]] = []
        """(number of the notification, status, when)."""

    def posts(self) -> tuple[Published, ...]:
        return (Published(self._root(), ""),)

    def say(
        self, kind: str, text: str, *, at: datetime, person: Person | None = None, after: str = ""
    ) -> str:
        above = after or (self._root() if kind == "comment" else "")
        facts = {
            "by": person or self.person,
            "visibility": "direct" if kind == "message" else "public",
        }
        item = self.network.keep(
            Item(self.network.next_id(), text, above, facts={**facts, "spoiler": ""}, at=at)
        )
        self.mentions.append((self.network.next_id(), item.id, at))
        return item.id

    def say_as_us(self, text: str, *, after: str, at: datetime) -> str:
        above = self.network.items[after]
        facts = {"visibility": above.facts["visibility"], "spoiler": ""}
        return self.network.keep(Item(self.network.next_id(), text, after, facts=facts, at=at)).id

    def take_down(self, remote_id: str) -> None:
        self.network.items.pop(remote_id)

    def answers(self) -> Sequence[Item]:
        return [
            item for item in self.network.items.values() if not item.facts.get("by") and item.parent
        ]

    def notifications(self) -> list[dict[str, Any]]:
        """One whose status is gone stays in the list for a while, without it."""
        return [
            {
                "id": number,
                "type": "mention",
                "created_at": at.isoformat().replace("+00:00", "Z"),
                "account": self._shown(self._by(status)),
                "status": self._status(status),
            }
            for number, status, at in self.mentions
        ]

    def above(self, number: str) -> list[dict[str, Any]]:
        above, parent = [], self.network.items[number].parent
        while parent in self.network.items:
            item = self.network.items[parent]
            above.append(self.network.shown(item))
            parent = item.parent
        return above[::-1]

    def whose(self, number: str) -> str | None:
        return self._by(number).id if number in self.network.items else None

    def account(self, item: Item) -> dict[str, str]:
        return self._shown(item.facts.get("by") or US)

    def _root(self) -> str:
        if not self.root:
            at = datetime(2026, 1, 5, tzinfo=UTC)
            facts = {"visibility": "public", "spoiler": ""}
            post = Item(self.network.next_id(), "Our post", facts=facts, at=at)
            self.root = self.network.keep(post).id
        return self.root

    def _by(self, number: str) -> Person:
        item = self.network.items.get(number)
        return (item.facts.get("by") if item else None) or US

    def _status(self, number: str) -> dict[str, Any] | None:
        item = self.network.items.get(number)
        return self.network.shown(item) if item else None

    def _shown(self, person: Person) -> dict[str, str]:
        name = person.handle.partition("@")[0]
        return {
            "id": person.id,
            "username": name,
            "acct": person.handle,
            "display_name": person.name,
            "url": f"{self.network.address}/@{person.handle}",
        }
