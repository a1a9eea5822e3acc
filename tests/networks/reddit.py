"""Reddit, as its API answers: errors in a list inside a 200, floats in headers, things by kind."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from publishing.channels.reddit import Reddit

from .base import RETRY_AFTER_SECONDS, Item, Reply, Request, Stage, route
from .consent import APP, ConsentNetwork
from .multipart import parts_of

NAME, USER = "harbour_boats", "t2_abc123"
STORED_IN = "rte_images"
ERRORS = {
    "flair": ["SUBMIT_VALIDATION_FLAIR_REQUIRED", "Your post must contain post flair.", "flair"],
    "noexist": ["SUBREDDIT_NOEXIST", "that community doesn't exist", "sr"],
    "break": [
        "RATELIMIT",
        "Looks like you've been doing that a lot. Take a break for 9 minutes before trying again.",
        "ratelimit",
    ],
}


class RedditNetwork(ConsentNetwork):
    scopes = Reddit.scopes
    basic = True
    rotates = False

    def __init__(self) -> None:
        super().__init__()
        self.stored: dict[str, bytes] = {}
        self.errors: list[str] = []
        self.looks_left = 1
        """How often the account's list is read before a picture or a video stands in it."""
        self.names_by = "id"
        """What a gallery's answer names its post by: name, id or url."""
        self.banned = False

    def admit(self, request: Request) -> Reply | None:
        is_open = request.path in ("/access_token", "/storage")
        if request.path != "/storage":
            assert request.headers["user-agent"].startswith("web:warren:v1 (")
        return None if is_open or self.is_let_in(request) else self.refusal(401)

    def refusal(self, status: int) -> Reply:
        words = {401: "Unauthorized", 403: "Forbidden", 429: "Too Many Requests"}
        left = {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "996"}
        headers = {**left, "x-ratelimit-reset": str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        return Reply(status, {"message": words.get(status, "It failed"), "error": status}, headers)

    def refused_grant(self) -> Reply:
        return Reply(400, {"message": "Bad Request", "error": 400})

    @route("POST", "/access_token", renews=True)
    def token(self, request: Request) -> Reply:
        pair = base64.b64encode(f"{APP.client_id}:{APP.client_secret}".encode()).decode()
        if request.token != pair:
            return Reply(401, {"message": "Unauthorized", "error": 401})
        return self.give_tokens(request)

    @route("GET", "/api/v1/me")
    def me(self, request: Request) -> Reply:
        told = {"id": USER[3:], "name": NAME, "icon_img": "https://i.redd.example/a.png?width=9"}
        return Reply(200, {**told, "is_suspended": False}, _limited())

    @route("GET", r"/r/(?P<name>\w+)/about")
    def about(self, request: Request, name: str) -> Reply:
        if name == "nowhere":
            return Reply(404, {"message": "Not Found", "error": 404})
        told = {"display_name": name, "subreddit_type": "public", "user_is_banned": self.banned}
        return Reply(200, {"kind": "t5", "data": told})

    # Pictures and videos

    @route("POST", "/api/media/asset.json")
    def lease(self, request: Request) -> Reply:
        asset = self.next_id()
        assert request.form["mimetype"].partition("/")[0] in ("image", "video"), request.form
        fields = [
            {"name": "key", "value": f"{STORED_IN}/{asset}"},
            {"name": "policy", "value": "signed"},
        ]
        args = {"action": f"{self.address}/storage", "fields": fields}
        told = {"asset_id": asset, "processing_state": "incomplete", "websocket_url": "wss://x"}
        return Reply(200, {"args": args, "asset": told})

    @route("POST", "/storage")
    def store(self, request: Request) -> Reply:
        parts = parts_of(request)
        assert parts["policy"] == b"signed", parts
        assert "authorization" not in request.headers
        self.stored[parts["key"].decode()] = parts["file"]
        return Reply(201, "<PostResponse/>")

    # Posts

    @route("POST", "/api/submit", makes_post=True)
    def submit(self, request: Request) -> Reply:
        form = request.form
        if self.errors:
            return _form([ERRORS[self.errors.pop(0)]], {})
        if len(form["title"]) > 300:
            return _form([["TOO_LONG", "this is too long (max: 300)", "title"]], {})
        media: list[dict[str, Any]] = []
        if form["kind"] in ("image", "video"):
            data = self._taken(form["url"])
            media = [{"kind": form["kind"], "alt": "", "bytes": data}]
        if form["kind"] == "video":
            media[0]["poster"] = self._taken(form["video_poster_url"])
        facts: dict[str, Any] = {
            "title": form["title"],
            "sr": form["sr"],
            "link": form.get("url", ""),
            **form,
        }
        item = self._kept(form["text"], media, facts)
        if media:
            facts["looks"] = self.looks_left
            return _form([], {"websocket_url": "wss://x", "user_submitted_page": "/user/x"})
        return _form([], {"url": f"{self.address}/x", "id": item.id[3:], "name": item.id})

    @route("POST", r"/api/submit_gallery_post\.json", makes_post=True)
    def submit_gallery(self, request: Request) -> Reply:
        told = request.json
        if self.errors:
            return _form([ERRORS[self.errors.pop(0)]], {})
        assert 2 <= len(told["items"]) <= 20
        assert all(len(each["caption"]) <= 180 for each in told["items"])
        media = [
            {
                "kind": "image",
                "alt": each["caption"],
                "bytes": self.stored.pop(f"{STORED_IN}/{each['media_id']}"),
            }
            for each in told["items"]
        ]
        facts = {"link": "", "kind": "gallery", **told}
        item = self._kept(told["text"], media, {**facts, "looks": self.looks_left})
        whole = f"https://www.reddit.com/r/boats/comments/{item.id[3:]}/masts/"
        named = {"name": item.id, "id": item.id, "url": whole}
        return _form([], {"url": whole, self.names_by: named[self.names_by]})

    def _kept(self, text: str, media: Sequence[Mapping[str, Any]], facts: dict[str, Any]) -> Item:
        shown = text.replace("\\#", "#")
        return self.keep(Item(f"t3_{self.next_id()}", shown, media=list(media), facts=facts))

    def _taken(self, address: str) -> bytes:
        return self.stored.pop(address.partition("/storage/")[2])

    @route("POST", "/api/comment", makes_post=True)
    def comment(self, request: Request) -> Reply:
        form = request.form
        item = self.keep(Item(f"t1_{self.next_id()}", form["text"], form["thing_id"], "comment"))
        return _form([], {"things": [{"kind": "t1", "data": _comment(item)}]})

    @route("GET", r"/user/\w+/submitted")
    def submitted(self, request: Request) -> Reply:
        shown = []
        for item in self.items.values():
            item.facts["looks"] = item.facts.get("looks", 0) - 1
            if item.kind == "post" and item.facts["looks"] < 0:
                shown.append({"kind": "t3", "data": _post(item)})
        return Reply(200, {"kind": "Listing", "data": {"children": shown[::-1]}}, _limited())

    @route("GET", r"/user/\w+/comments")
    def comments(self, request: Request) -> Reply:
        shown = [
            {"kind": "t1", "data": _comment(item)}
            for item in self.items.values()
            if item.kind == "comment"
        ]
        return Reply(200, {"kind": "Listing", "data": {"children": shown[::-1]}}, _limited())

    @route("GET", "/api/info")
    def info(self, request: Request) -> Reply:
        item = self.items.get(request.query["id"])
        gone = {"name": request.query["id"], "author": "[deleted]"}
        children = [{"kind": "t3", "data": _post(item) if item else gone}]
        return Reply(200, {"kind": "Listing", "data": {"children": children}})

    @route("POST", "/api/del")
    def remove(self, request: Request) -> Reply:
        self.items.pop(request.form["id"], None)
        return Reply(200, {})


def _post(item: Item) -> dict[str, Any]:
    told = {
        "name": item.id,
        "author": item.facts.get("author", NAME),
        "title": item.facts["title"],
        "subreddit": item.facts["sr"].capitalize(),
        "selftext": item.facts["text"],
        "url": item.facts["link"],
        "created_utc": item.at.timestamp(),
        "ups": 4,
        "upvote_ratio": 0.97,
        "num_comments": 1,
        "num_crossposts": 0,
        "is_video": item.facts["kind"] == "video",
    }
    if item.facts["kind"] != "gallery":
        return told
    items = [{"media_id": str(number), "id": number} for number, _ in enumerate(item.media)]
    return {**told, "is_gallery": True, "gallery_data": {"items": items}}


def _comment(item: Item) -> dict[str, Any]:
    return {
        "name": item.id,
        "id": item.id[3:],
        "body": item.text,
        "parent_id": item.parent,
        "created_utc": item.at.timestamp(),
    }


def _form(errors: list[list[str]], data: dict[str, Any]) -> Reply:
    return Reply(
        200, {"json": {"errors": errors, **({} if errors else {"data": data})}}, _limited()
    )


def _limited() -> dict[str, str]:
    used = {"x-ratelimit-used": "12", "x-ratelimit-remaining": "984.0"}
    return {**used, "x-ratelimit-reset": "311"}


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with RedditNetwork() as network:
        assert isinstance(network, RedditNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "reddit.api": network.address,
            "reddit.tokens": network.address,
        }
        yield Stage(
            account=AccountFacts(USER, NAME, settings={"subreddit": "r/boats"}),
            vault=network.vault(),
            network=network,
            app=APP,
            answer=network.consent,
        )
