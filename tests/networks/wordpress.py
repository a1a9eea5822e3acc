"""WordPress: what version 6.1.9 answered (test_wordpress_peer.py asks a real one)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Network, Reply, Request, Stage, query_of, route
from .form import parts_of
from .prose import images_of_html, words_of_html

API = "/wp-json/wp/v2"
LOGIN = ("author", "abcd efgh ijkl mnop")
CODES = {
    401: "rest_not_logged_in",
    403: "rest_cannot_publish",
    404: "rest_post_invalid_id",
    429: "too_many_requests",
}
CAPABILITIES = ("edit_posts", "publish_posts", "upload_files")


class WordPressNetwork(Network):
    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, Any]] = {}
        """Posts of every status; `items` are those that readers see."""
        self.files: dict[str, dict[str, str]] = {}
        self.tags: dict[str, int] = {}

    def refusal(self, status: int) -> Reply:
        headers = {self.retry_after_header: str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        return _error(status, CODES.get(status, "internal_server_error"), headers=headers)

    def admit(self, request: Request) -> Reply | None:
        if request.path == "/wp-json/" or self._knows(request):
            return None
        return self.refusal(401)

    def _knows(self, request: Request) -> bool:
        return request.token == base64.b64encode(":".join(LOGIN).encode()).decode()

    @route("GET", "/wp-json/")
    def index(self, request: Request) -> Reply:
        page = f"{self.address}/wp-admin/authorize-application.php"
        offered = {"application-passwords": {"endpoints": {"authorization": page}}}
        return Reply(
            200,
            {
                "name": "Harbour &amp; Pine",
                "url": self.address,
                "home": self.address,
                "namespaces": ["oembed/1.0", "wp/v2"],
                "authentication": offered,
                "site_icon_url": "",
            },
        )

    @route("GET", f"{API}/users/me")
    def me(self, request: Request) -> Reply:
        able = {name: True for name in CAPABILITIES if name not in self.withheld}
        return Reply(200, {"id": 3, "name": "Ada", "slug": "author", "capabilities": able})

    @route("POST", f"{API}/tags")
    def add_tag(self, request: Request) -> Reply:
        name = request.json["name"]
        if name in self.tags:
            return _error(400, "term_exists", {"term_id": self.tags[name]})
        self.tags[name] = int(self.next_id())
        return Reply(201, {"id": self.tags[name], "name": name, "slug": name.lower()})

    @route("GET", f"{API}/categories")
    def categories(self, request: Request) -> Reply:
        return Reply(200, [{"id": 2, "name": "Boats &amp; more", "slug": "boats"}])

    @route("POST", f"{API}/media")
    def add_file(self, request: Request) -> Reply:
        parts = parts_of(request)
        number = self.next_id()
        kind = parts["file"]["type"].partition("/")[0]
        address = f"{self.address}/wp-content/uploads/{parts['file']['name']}"
        self.files[number] = {"alt": parts["alt_text"]["text"], "kind": kind, "url": address}
        return Reply(201, {"id": int(number), "source_url": address, "media_type": kind})

    @route("GET", f"{API}/posts")
    def posts_by_slug(self, request: Request) -> Reply:
        found = [
            self._shown(each)
            for each in self.rows.values()
            if each["slug"] == request.query["slug"] and each["status"] != "trash"
        ]
        return Reply(200, found)

    @route("POST", f"{API}/posts")
    def add_post(self, request: Request) -> Reply:
        number = self.next_id()
        row = {"id": number, **request.json}
        taken = {each["slug"] for each in self.rows.values()}
        if row["slug"] in taken:
            row["slug"] += "-2"
        self.rows[number] = row
        self._settle(row)
        return Reply(201, self._shown(row))

    @route("GET", rf"{API}/posts/(?P<number>\d+)")
    def post(self, request: Request, number: str) -> Reply:
        if number not in self.rows:
            return self.refusal(404)
        return Reply(200, self._shown(self.rows[number]))

    @route("POST", rf"{API}/posts/(?P<number>\d+)", makes_post=True)
    def change_post(self, request: Request, number: str) -> Reply:
        if number not in self.rows:
            return self.refusal(404)
        self.rows[number].update(request.json)
        self._settle(self.rows[number])
        return Reply(200, self._shown(self.rows[number]))

    @route("DELETE", rf"{API}/posts/(?P<number>\d+)")
    def trash_post(self, request: Request, number: str) -> Reply:
        if number not in self.rows:
            return self.refusal(404)
        if self.rows[number]["status"] == "trash":
            return _error(410, "rest_already_trashed")
        self.rows[number]["status"] = "trash"
        self._settle(self.rows[number])
        return Reply(200, self._shown(self.rows[number]))

    @route("GET", f"{API}/comments")
    def comments(self, request: Request) -> Reply:
        under = request.query.get("post", "-")
        found = [
            self._comment(each)
            for each in self.items.values()
            if each.kind == "comment" and each.parent == under
        ]
        return Reply(200, found[::-1], {"X-WP-Total": str(len(found))})

    @route("POST", f"{API}/comments", makes_post=True)
    def add_comment(self, request: Request) -> Reply:
        under, words = str(request.json["post"]), words_of_html(request.json["content"])
        for each in self.items.values():
            if each.kind == "comment" and (each.parent, each.text) == (under, words):
                return _error(409, "comment_duplicate")
        item = Item(self.next_id(), words, parent=under, kind="comment")
        item.facts["html"] = request.json["content"]
        return Reply(201, self._comment(self.keep(item)))

    def _comment(self, item: Item) -> dict[str, Any]:
        made = item.at.replace(tzinfo=None).isoformat(timespec="seconds")
        return {
            "id": int(item.id),
            "post": int(item.parent),
            "author": 3,
            "date_gmt": made,
            "content": {"rendered": f"<p>{item.facts['html']}</p>\n"},
            "link": f"{self.address}/?p={item.parent}#comment-{item.id}",
            "status": "approved",
        }

    def _shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": int(row["id"]),
            "status": row["status"],
            "slug": row["slug"],
            "link": f"{self.address}/{row['slug']}/",
            "title": {"raw": row["title"], "rendered": row["title"]},
            "content": {"raw": row["content"], "rendered": row["content"]},
        }

    def _settle(self, row: Mapping[str, Any]) -> None:
        """Readers see what is published."""
        if row["status"] != "publish":
            self.items.pop(row["id"], None)
        elif row["id"] not in self.items:
            self.keep(self._item(row))

    def _item(self, row: Mapping[str, Any]) -> Item:
        by_address = {file["url"]: file for file in self.files.values()}
        heads = [self.files[str(row["featured_media"])]] if row.get("featured_media") else []
        shown = [by_address[address] for address, _ in images_of_html(row["content"])]
        films = re.findall(r'<video[^>]* src="([^"]+)"', row["content"])
        media: list[Mapping[str, Any]] = [*heads, *shown]
        media += [by_address[address] for address in films]
        named = {number: name for name, number in self.tags.items()}
        return Item(
            row["id"],
            words_of_html(row["content"]),
            key=row["slug"],
            media=media,
            facts={
                "title": words_of_html(row["title"]),
                "tags": [named[number] for number in row["tags"]],
                "categories": row.get("categories", []),
                "excerpt": row.get("excerpt", ""),
            },
        )

    def answer_of(self, query: Mapping[str, str]) -> Mapping[str, str]:
        """What a person who approves is sent back with, added to our own `success_url`."""
        made = {"site_url": self.address, "user_login": LOGIN[0], "password": LOGIN[1]}
        return {**query_of(query["success_url"]), **made}


def _error(
    status: int,
    code: str,
    data: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    body = {
        "code": code,
        "message": f"Sorry, it says {code}.",
        "data": {"status": status, **(data or {})},
    }
    return Reply(status, body, headers or {})


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with WordPressNetwork() as network:
        assert isinstance(network, WordPressNetwork)
        user, password = LOGIN
        yield Stage(
            account=AccountFacts(
                f"{network.address}/3",
                "harbour.example",
                network.address,
                {"rest": f"{network.address}/wp-json", "user_id": 3},
            ),
            vault=Vault({"user": user, "password": password}),
            network=network,
            values={"site": network.address, "user": user, "password": password},
            answer=network.answer_of,
        )
