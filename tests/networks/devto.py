"""DEV: as Forem's API documentation and its open source describe it (read 2026-11)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Network, Reply, Request, Stage, route
from .prose import words_of_markdown

KEY = "4Jk5kN2Wq8GtY7uPzXs3vB6m"
WORDS = {401: "unauthorized", 403: "Your account is suspended", 404: "not found"}


class DevToNetwork(Network):
    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, Any]] = {}

    def refusal(self, status: int, words: str = "") -> Reply:
        headers = {self.retry_after_header: str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        words = words or WORDS.get(status, "Rate limit reached, try again in 7 seconds")
        return Reply(status, {"error": words, "status": status}, headers)

    def admit(self, request: Request) -> Reply | None:
        return None if request.headers.get("api-key") == KEY else self.refusal(401)

    @route("GET", "/api/users/me")
    def me(self, request: Request) -> Reply:
        person = {"type_of": "user", "id": 7, "username": "ada", "name": "Ada Masts"}
        return Reply(200, {**person, "profile_image": "https://media.example/ada.png"})

    @route("POST", "/api/articles", makes_post=True)
    def add(self, request: Request) -> Reply:
        article = request.json["article"]
        if wrong := self._wrong(article):
            return self.refusal(422, wrong)
        number = self.next_id()
        words = article["title"].lower().replace(" ", "-")
        row = {"id": int(number), "slug": f"{words}-{number}", **article}
        self.rows[number] = row
        item = Item(number, words_of_markdown(_shown(article["body_markdown"])))
        item.facts = {"title": article["title"], "tags": article["tags"], "row": row}
        self.keep(item)
        return Reply(201, self._told(row))

    def _wrong(self, article: dict[str, Any]) -> str:
        if len(article["tags"]) > 4 or not all(tag.isalnum() for tag in article["tags"]):
            return "Tag list exceed the maximum of 4 tags"
        for row in self.rows.values():
            if (row["title"], row["body_markdown"]) == (article["title"], article["body_markdown"]):
                return "Body markdown has already been taken"
            if (
                article.get("canonical_url")
                and row.get("canonical_url") == article["canonical_url"]
            ):
                return "Canonical url has already been taken"
        return ""

    @route("PUT", r"/api/articles/(?P<number>\d+)")
    def change(self, request: Request, number: str) -> Reply:
        if number not in self.rows:
            return self.refusal(404)
        self.rows[number].update(request.json["article"])
        if not self.rows[number]["published"]:
            self.items.pop(number, None)
        return Reply(200, self._told(self.rows[number]))

    @route("GET", "/api/articles/me/all")
    def own(self, request: Request) -> Reply:
        size, page = int(request.query["per_page"]), int(request.query["page"])
        rows = list(self.rows.values())[::-1][size * (page - 1) : size * page]
        counts = {"page_views_count": 12, "public_reactions_count": 3, "comments_count": 0}
        return Reply(200, [{**self._told(row), **counts} for row in rows])

    @route("GET", r"/api/articles/(?P<number>\d+)")
    def one(self, request: Request, number: str) -> Reply:
        row = self.rows.get(number)
        return Reply(200, self._told(row)) if row and row["published"] else self.refusal(404)

    def _told(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "url": f"{self.address}/ada/{row['slug']}", "tag_list": row["tags"]}


def _shown(markdown: str) -> str:
    """Without link references, which no reader sees."""
    lines = markdown.split("\n")
    return "\n".join(line for line in lines if not line.startswith("[//]: # ("))


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with DevToNetwork() as network:
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "devto.api": f"{network.address}/api",
        }
        yield Stage(
            account=AccountFacts("7", "ada"),
            vault=Vault({"api_key": KEY}),
            network=network,
            values={"api_key": KEY},
        )
