"""Hashnode: as its own reference of the GraphQL API describes it (read 2026-11)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Network, Reply, Request, Stage, route
from .prose import images_of_markdown, words_of_markdown

TOKEN = "5b0c1f9e-0d52-4a3e-9d55-4f0b6a1c7e21"
PUBLICATION = "65f1c0ffee65f1c0ffee65f1"
HOST = "harbour.hashnode.dev"
CODES = {401: "UNAUTHENTICATED", 403: "FORBIDDEN"}


class HashnodeNetwork(Network):
    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[str, dict[str, Any]] = {}
        self.is_pro = True

    def refusal(self, status: int) -> Reply:
        """Most refusals come inside a 200."""
        if status in CODES:
            return _error(CODES[status], "You do not have permission to do that.")
        headers = {self.retry_after_header: str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        return Reply(status, _error("INTERNAL_SERVER_ERROR", "Something went wrong.").body, headers)

    def admit(self, request: Request) -> Reply | None:
        if request.method == "PUT" or request.token == TOKEN:
            return None
        return self.refusal(401)

    @route("PUT", r"/bucket/(?P<key>.*)")
    def store(self, request: Request, key: str) -> Reply:
        assert "authorization" not in request.headers, "the bucket is somebody else's"
        return Reply(200)

    @route("POST", "/", makes_post=lambda request: "publishDraft(" in request.json["query"])
    def graphql(self, request: Request) -> Reply:
        asked = re.search(r"[{]\s*(\w+)", request.json["query"])
        assert asked is not None
        variables = request.json["variables"]
        gated = asked[1] not in ("me", "createImageUploadURL", "confirmImageUpload")
        if gated and not self.is_pro:
            return _error(
                "FORBIDDEN",
                "Publication does not have an active Pro plan. Upgrade in your dashboard.",
            )
        made: Reply = getattr(self, f"_{asked[1]}")(variables.get("input", variables))
        return made

    def _me(self, _: Mapping[str, Any]) -> Reply:
        return _data("me", {"id": "u1", "username": "ada", "name": "Ada"})

    def _publication(self, asked: Mapping[str, Any]) -> Reply:
        if asked.get("host", HOST) != HOST or asked.get("id", PUBLICATION) != PUBLICATION:
            return _data("publication", None)
        told: dict[str, Any] = {"id": PUBLICATION, "title": "Harbour", "url": f"https://{HOST}"}
        if "slug" in asked:
            found = [each for each in self.items.values() if each.key == asked["slug"]]
            told["post"] = self._told(found[0]) if found else None
        return _data("publication", told)

    def _createDraft(self, asked: Mapping[str, Any]) -> Reply:  # noqa: N802
        number = self.next_id()
        self.drafts[number] = dict(asked)
        return _data("createDraft", {"draft": {"id": number}})

    def _publishDraft(self, asked: Mapping[str, Any]) -> Reply:  # noqa: N802
        draft = self.drafts.pop(asked["draftId"], None)
        if draft is None:
            return _error("NOT_FOUND", "Draft not found")
        body = draft["contentMarkdown"]
        item = Item(self.next_id(), words_of_markdown(body), key=draft["slug"])
        item.media = [{"kind": "image", "alt": alt} for _, alt in images_of_markdown(body)]
        item.facts = {"title": draft["title"], "tags": [tag["name"] for tag in draft["tags"]]}
        return _data("publishDraft", {"post": self._told(self.keep(item))})

    def _removePost(self, asked: Mapping[str, Any]) -> Reply:  # noqa: N802
        if self.items.pop(asked["id"], None) is None:
            return _error("NOT_FOUND", "Post not found")
        return _data("removePost", {"post": {"id": asked["id"]}})

    def _createImageUploadURL(self, asked: Mapping[str, Any]) -> Reply:  # noqa: N802
        key = f"res/{self.next_id()}.{asked['contentType'].partition('/')[2]}"
        place = {"url": f"{self.address}/bucket/{key}", "key": key}
        place["cdnUrl"] = f"https://cdn.hashnode.example/{key}"
        return _data("createImageUploadURL", {"presignedPut": place})

    def _confirmImageUpload(self, asked: Mapping[str, Any]) -> Reply:  # noqa: N802
        told = {"ok": True, "cdnUrl": f"https://cdn.hashnode.example/{asked['key']}"}
        return _data("confirmImageUpload", told)

    def _told(self, item: Item) -> dict[str, Any]:
        return {
            "id": item.id,
            "slug": item.key,
            "url": f"https://{HOST}/{item.key}",
            "views": 5,
            "reactionCount": 2,
            "responseCount": 0,
        }


def _data(name: str, value: Any) -> Reply:
    return Reply(200, {"data": {name: value}})


def _error(code: str, message: str) -> Reply:
    error = {"message": message, "extensions": {"code": code}}
    return Reply(200, {"errors": [error], "data": None})


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with HashnodeNetwork() as network:
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "hashnode.api": network.address,
        }
        yield Stage(
            account=AccountFacts(PUBLICATION, HOST),
            vault=Vault({"token": TOKEN}),
            network=network,
            values={"token": TOKEN, "host": HOST},
        )
