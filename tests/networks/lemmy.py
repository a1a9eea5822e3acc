"""Lemmy, as version 0.19 answers: views of views, one word for each refusal, its pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Network, Reply, Request, Stage, route
from .multipart import parts_of

TOKEN, PERSON, COMMUNITY = "session-token-of-the-harbour", 42, 7
OPEN = ("/api/v3/user/login", "/api/v3/site")


class LemmyNetwork(Network):
    def __init__(self) -> None:
        super().__init__()
        self.pictures: dict[str, bytes] = {}
        self.code = ""
        """Of the second factor, where the account has one."""
        self.mods_only = False

    def admit(self, request: Request) -> Reply | None:
        if request.path in OPEN or request.token == TOKEN:
            return None
        return self.refusal(401)

    def refusal(self, status: int) -> Reply:
        words = {
            401: (401, "not_logged_in"),
            403: (400, "banned_from_community"),
            429: (429, "rate_limit_error"),
        }
        shown, word = words.get(status, (status, "unknown"))
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        return Reply(shown, {"error": word}, headers)

    @route("POST", "/api/v3/user/login")
    def login(self, request: Request) -> Reply:
        told = request.json
        if (told["username_or_email"], told["password"]) != ("harbour", "own-password"):
            return Reply(401, {"error": "incorrect_login"})
        if self.code and "totp_2fa_token" not in told:
            return Reply(400, {"error": "missing_totp_token"})
        if self.code and told["totp_2fa_token"] != self.code:
            return Reply(400, {"error": "incorrect_totp_token"})
        done = {"registration_created": False, "verify_email_sent": False}
        return Reply(200, {"jwt": TOKEN, **done})

    @route("POST", "/api/v3/user/logout")
    def logout(self, request: Request) -> Reply:
        self.ended.add(request.token)
        return Reply(200, {"success": True})

    @route("GET", "/api/v3/site")
    def site(self, request: Request) -> Reply:
        told: dict[str, Any] = {"site_view": {"site": {"name": "Harbour"}}, "version": "0.19.9"}
        if request.token == TOKEN:
            actor = {"id": PERSON, "name": "harbour", "actor_id": f"{self.address}/u/harbour"}
            told["my_user"] = {"local_user_view": {"person": {**actor, "banned": False}}}
        return Reply(200, told)

    @route("GET", "/api/v3/community")
    def community(self, request: Request) -> Reply:
        if request.query["name"] != "boats@lemmy.example":
            return Reply(404, {"error": "couldnt_find_community"})
        found = {"id": COMMUNITY, "name": "boats", "posting_restricted_to_mods": self.mods_only}
        return Reply(200, {"community_view": {"community": found}})

    @route("POST", "/pictrs/image")
    def upload(self, request: Request) -> Reply:
        assert request.headers["cookie"] == f"jwt={TOKEN}"
        name = f"{self.next_id()}.jpeg"
        self.pictures[name] = parts_of(request)["images[]"]
        return Reply(201, {"msg": "ok", "files": [{"file": name, "delete_token": "x"}]})

    @route("POST", "/api/v3/post", makes_post=True)
    def create(self, request: Request) -> Reply:
        told = request.json
        if not 3 <= len(told["name"]) <= 200:
            return Reply(400, {"error": "invalid_post_title"})
        file = told.get("url", "").partition("/pictrs/image/")[2]
        media: list[Mapping[str, Any]] = []
        if file:
            alt = told.get("alt_text", "")
            media = [{"kind": "image", "alt": alt, "bytes": self.pictures[file]}]
        facts = {"title": told["name"], "url": told.get("url"), "community": told["community_id"]}
        item = self.keep(Item(self.next_id(), told.get("body", ""), media=media, facts=facts))
        return Reply(200, {"post_view": _post(item)})

    @route("POST", "/api/v3/comment", makes_post=True)
    def comment(self, request: Request) -> Reply:
        told = request.json
        if str(told["post_id"]) not in self.items:
            return Reply(404, {"error": "couldnt_find_post"})
        item = self.keep(Item(self.next_id(), told["content"], str(told["post_id"]), "comment"))
        return Reply(200, {"comment_view": _comment(item)})

    @route("GET", "/api/v3/user")
    def person(self, request: Request) -> Reply:
        assert request.query["person_id"] == str(PERSON)
        newest = sorted(self.items.values(), key=lambda item: item.at, reverse=True)
        at, size = int(request.query["page"]) - 1, int(request.query["limit"])
        posts = [_post(item) for item in newest if item.kind == "post"]
        comments = [_comment(item) for item in newest if item.kind == "comment"]
        page = slice(at * size, (at + 1) * size)
        return Reply(200, {"posts": posts[page], "comments": comments[page]})

    @route("GET", "/api/v3/post")
    def show_post(self, request: Request) -> Reply:
        item = self.items.get(request.query["id"])
        if item is None:
            return Reply(404, {"error": "couldnt_find_post"})
        return Reply(200, {"post_view": _post(item)})

    @route("POST", "/api/v3/post/delete")
    def remove(self, request: Request) -> Reply:
        item = self.items.pop(str(request.json["post_id"]), None)
        if item is None:
            return Reply(404, {"error": "couldnt_find_post"})
        return Reply(200, {"post_view": _post(item)})


def _post(item: Item) -> dict[str, Any]:
    post = {
        "id": int(item.id),
        "name": item.facts["title"],
        "url": item.facts["url"],
        "body": item.text,
        "community_id": item.facts["community"],
        "published": item.at.isoformat().replace("+00:00", "Z"),
        "deleted": False,
        "removed": False,
    }
    counts = {"upvotes": 5, "downvotes": 1, "comments": 2, "score": 4}
    return {"post": post, "counts": counts}


def _comment(item: Item) -> dict[str, Any]:
    comment = {
        "id": int(item.id),
        "content": item.text,
        "post_id": int(item.parent),
        "published": item.at.isoformat(),
    }
    return {"comment": comment, "counts": {"upvotes": 1, "downvotes": 0, "child_count": 0}}


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with LemmyNetwork() as network:
        facts = {"person_id": PERSON, "community": "!boats@lemmy.example"}
        yield Stage(
            account=AccountFacts(
                f"{network.address}/u/harbour", "harbour@127.0.0.1", network.address, facts
            ),
            vault=Vault({"token": TOKEN}),
            network=network,
            values={
                "server": network.address,
                "username": "@harbour",
                "password": "own-password",
            },
        )
