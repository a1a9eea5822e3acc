"""People who comment on an account's posts on Meta's networks, tag it, and write to it.

Comments by people stand in `network.items` like our own, with `by` in their facts; `top` names the
post at the root.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from publishing.channels.base import Published

from .base import Item, Network, Reply, Request
from .talk import Person

ANNA = Person("99001", "Anna", "anna.h")


class GraphTalk:
    page = 50
    has_markup = False
    tells_ours = True

    def __init__(self, network: Network, us: Person, *, prefix: str = "") -> None:
        self.network = network
        self.us = us
        self.prefix = prefix
        self.person = ANNA
        self.post = ""
        self.taggings: list[Item] = []
        self.messages: list[Item] = []

    def posts(self) -> tuple[Published, ...]:
        if not self.post:
            at = datetime(2026, 1, 5, tzinfo=UTC)
            self.post = self.network.keep(Item(self._number(), "Our post", at=at)).id
            self.network.items[self.post].facts["from"] = self.us.id
        return (Published(self.post, ""),)

    def say(
        self, kind: str, text: str, *, at: datetime, person: Person | None = None, after: str = ""
    ) -> str:
        facts = {"by": person or self.person}
        item = Item(self._number(), text, kind=kind, facts=facts, at=at)
        if kind == "mention":
            self.taggings.append(item)
            return item.id
        if kind == "message":
            self.messages.append(item)
            return item.id
        item.parent = after or self.posts()[0].remote_id
        return self.network.keep(item).id

    def say_as_us(self, text: str, *, after: str, at: datetime) -> str:
        facts = {"by": self.us, "from": self.us.id}
        item = Item(self._number(), text, parent=after, kind="comment", facts=facts, at=at)
        return self.network.keep(item).id

    def take_down(self, remote_id: str) -> None:
        self.network.items.pop(remote_id)

    def answers(self) -> Sequence[Item]:
        ours = (each for each in self.network.items.values() if each.kind == "comment")
        said = [each for each in ours if each.facts.get("by", self.us) == self.us]
        return [*said, *(each for each in self.messages if "by" not in each.facts)]

    # What the routes show

    def under(self, post: str) -> list[Item]:
        """Comments of a post and the replies to them, newest first."""
        found = [each for each in self.network.items.values() if self._root(each) == post]
        return sorted((each for each in found if each.id != post), key=_at, reverse=True)

    def author(self, item: Item) -> Person:
        return item.facts.get("by") or self.us

    def take_message(self, request: Request) -> Reply:
        told = request.json
        made = Item(self._number(), told["message"]["text"], parent=self._last(told["recipient"]))
        self.messages.append(made)
        return Reply(200, {"recipient_id": told["recipient"]["id"], "message_id": made.id})

    def talks(self) -> list[dict[str, Any]]:
        """One conversation for each person, the one spoken in last first."""
        people = {each.facts["by"].id: each.facts["by"] for each in self.messages if each.facts}
        return [
            {
                "id": f"t_{person.id}",
                "participants": {"data": [_shown(person), _shown(self.us)]},
                "messages": {"data": [self._message(each) for each in self._between(person)]},
            }
            for person in people.values()
        ]

    def _between(self, person: Person) -> list[Item]:
        return [
            each
            for each in reversed(self.messages)
            if each.facts.get("by") == person or each.facts.get("to") == person.id
        ]

    def _message(self, item: Item) -> dict[str, Any]:
        return {
            "id": item.id,
            "message": item.text,
            "created_time": f"{item.at:%Y-%m-%dT%H:%M:%S}+0000",
            "from": _shown(self.author(item)),
        }

    def _last(self, recipient: Mapping[str, str]) -> str:
        theirs = [e for e in self.messages if e.facts and e.facts["by"].id == recipient["id"]]
        return theirs[-1].id

    def _root(self, item: Item) -> str:
        while item.parent in self.network.items:
            item = self.network.items[item.parent]
        return item.id

    def _number(self) -> str:
        return f"{self.prefix}{self.network.next_id()}"


def _at(item: Item) -> datetime:
    return item.at


def _shown(person: Person) -> dict[str, str]:
    return {"id": person.id, "name": person.name, "username": person.handle}


def paged(rows: list[dict[str, Any]], query: Mapping[str, str], most: int = 0) -> dict[str, Any]:
    """An edge from a place on; `after` is how many came before."""
    limit = most or int(query.get("limit", "25"))
    first = int(query.get("after") or 0)
    told: dict[str, Any] = {"data": rows[first : first + limit]}
    if first + limit < len(rows):
        told["paging"] = {"cursors": {"after": str(first + limit)}, "next": "https://next.example"}
    return told
