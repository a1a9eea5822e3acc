"""Medium: as its API documentation describes it (read 2026-11)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Network, Reply, Request, Stage, route
from .prose import images_of_html, words_of_html

TOKEN = "181d415f34379af07b2c11d144dfbe35d"
PERSON = "5303d74c64f66366f00cb9b2a94f3251bf5"
PUBLICATION = "b969ac62a2b"
CODES = {400: 2002, 401: 6003, 403: 6027, 404: 6026}


class MediumNetwork(Network):
    def refusal(self, status: int) -> Reply:
        headers = {self.retry_after_header: str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        error = {"message": "Token was invalid.", "code": CODES.get(status, -1)}
        return Reply(status, {"errors": [error]}, headers)

    def admit(self, request: Request) -> Reply | None:
        return None if request.token == TOKEN else self.refusal(401)

    @route("GET", "/v1/me")
    def me(self, request: Request) -> Reply:
        person = {"id": PERSON, "username": "ada", "name": "Ada Masts"}
        return Reply(200, {"data": {**person, "url": "https://medium.com/@ada", "imageUrl": ""}})

    @route("GET", f"/v1/users/{PERSON}/publications")
    def publications(self, request: Request) -> Reply:
        one = {"id": PUBLICATION, "name": "Harbour", "url": "https://medium.com/harbour"}
        return Reply(200, {"data": [{**one, "description": "", "imageUrl": ""}]})

    @route("POST", rf"/v1/(users/{PERSON}|publications/{PUBLICATION})/posts", makes_post=True)
    def add(self, request: Request) -> Reply:
        told = request.json
        if not told["title"] or told["contentFormat"] not in ("html", "markdown"):
            return self.refusal(400)
        body = re.sub(r"<h1>.*?</h1>", "", told["content"])
        media: list[Any] = [{"kind": "image", "alt": alt} for _, alt in images_of_html(body)]
        item = Item(f"{int(self.next_id()):x}", words_of_html(body), media=media)
        item.facts = {name: told.get(name) for name in ("title", "tags", "canonicalUrl")}
        item.facts["place"] = request.path.split("/")[2]
        self.keep(item)
        post = {
            "id": item.id,
            "title": told["title"],
            "authorId": PERSON,
            "tags": told["tags"],
            "url": f"https://medium.com/@ada/{item.id}",
            "publishStatus": told["publishStatus"],
        }
        return Reply(201, {"data": post})


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with MediumNetwork() as network:
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "medium.api": network.address,
        }
        yield Stage(
            account=AccountFacts(PERSON, "ada", settings={"kind": "users"}),
            vault=Vault({"token": TOKEN}),
            network=network,
            values={"token": TOKEN},
        )
