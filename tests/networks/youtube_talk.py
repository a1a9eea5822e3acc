"""People who comment under a YouTube channel's videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from publishing.channels.base import Published

from .base import Item
from .talk import Person

if TYPE_CHECKING:
    from .youtube import YouTubeNetwork

US = Person("UC_harbour0000000000000", "harbour", "@harbour")


class YouTubeTalk:
    page = 100
    has_markup = False
    tells_ours = True

    def __init__(self, network: YouTubeNetwork) -> None:
        self.network = network
        self.person = Person("UC_anna", "anna", "@anna")
        self.video = ""

    def posts(self) -> tuple[Published, ...]:
        if not self.video:
            facts = {"title": "Our video"}
            at = datetime(2026, 1, 5, tzinfo=UTC)
            item = Item(f"video{self.network.next_id()}", "Our video", facts=facts, at=at)
            self.video = self.network.keep(item).id
        return (Published(self.video, ""),)

    def say(
        self, kind: str, text: str, *, at: datetime, person: Person | None = None, after: str = ""
    ) -> str:
        assert kind == "comment"
        above = self._thread(after) if after else self.posts()[0].remote_id
        return self._keep(text, above, at, person or self.person)

    def say_as_us(self, text: str, *, after: str, at: datetime) -> str:
        return self._keep(text, self._thread(after), at, US)

    def take_down(self, remote_id: str) -> None:
        self.network.items.pop(remote_id)

    def answers(self) -> Sequence[Item]:
        comments = (item for item in self.network.items.values() if item.kind == "comment")
        ours = (item for item in comments if item.facts.get("by", US) == US)
        return [item for item in ours if item.parent in self.network.items]

    # What the routes show

    def threads(self, query: Mapping[str, str]) -> dict[str, Any]:
        firsts = [each for each in self.network.items.values() if self._is_first(each)]
        firsts.sort(key=lambda each: each.at, reverse=True)
        start, most = int(query.get("pageToken") or 0), int(query["maxResults"])
        told: dict[str, Any] = {"items": [self._shown(e) for e in firsts[start : start + most]]}
        if start + most < len(firsts):
            told["nextPageToken"] = str(start + most)
        return told

    def replies(self, thread: str) -> list[dict[str, Any]]:
        """All of a thread, the newest first."""
        found = [each for each in self.network.items.values() if each.parent == thread]
        return [self.comment(each) for each in sorted(found, key=lambda e: e.at, reverse=True)]

    def comment(self, item: Item) -> dict[str, Any]:
        who = item.facts.get("by") or US
        told = {
            "textOriginal": item.text,
            "textDisplay": item.text,
            "authorDisplayName": who.handle if who.handle.startswith("@") else who.name,
            "authorChannelId": {"value": who.id},
            "publishedAt": item.at.isoformat(timespec="milliseconds"),
        }
        return {"id": item.id, "snippet": told}

    def _shown(self, item: Item) -> dict[str, Any]:
        """At most two replies come along, as if there were more of them."""
        replies = self.replies(item.id)
        snippet = {
            "videoId": item.parent,
            "topLevelComment": self.comment(item),
            "totalReplyCount": len(replies),
        }
        return {"id": item.id, "snippet": snippet, "replies": {"comments": replies[-2:]}}

    def _is_first(self, item: Item) -> bool:
        return item.kind == "comment" and item.parent.startswith("video")

    def _thread(self, comment: str) -> str:
        item = self.network.items[comment]
        return item.id if self._is_first(item) else item.parent

    def _keep(self, text: str, above: str, at: datetime, person: Person) -> str:
        item = Item(f"Ugz{self.network.next_id()}", text, above, "comment", facts={"by": person})
        item.at = at
        return self.network.keep(item).id
