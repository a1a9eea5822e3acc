"""X, as its API v2 answers: problem documents, short links in what it shows, chunked media."""

from __future__ import annotations

import html
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from publishing.channels.text import LINK
from publishing.channels.x import X

from .base import RETRY_AFTER_SECONDS, Item, Reply, Request, Stage, route, some_pictures
from .consent import APP, ConsentNetwork

USER = "2244994945"
PROBLEMS = "https://api.twitter.com/2/problems"


@dataclass(slots=True)
class Upload:
    id: str
    kind: str
    total: int
    pieces: dict[int, bytes] = field(default_factory=dict)
    alt: str = ""
    done: bool = False
    looks_left: int = 0


class XNetwork(ConsentNetwork):
    scopes = X.scopes
    basic = True

    def __init__(self) -> None:
        super().__init__()
        self.uploads: dict[str, Upload] = {}
        self.verified_type = "none"
        self.looks = 0
        """How often a video is still worked on when somebody looks."""
        self.processing_fails = False
        self.refuses_duplicates = False

    def admit(self, request: Request) -> Reply | None:
        if request.path == "/2/oauth2/token" or self.is_let_in(request):
            return None
        return self.refusal(401)

    def refusal(self, status: int) -> Reply:
        titles = {401: "Unauthorized", 403: "Forbidden", 429: "Too Many Requests"}
        title = titles.get(status, "It failed")
        body = {"title": title, "type": "about:blank", "status": status, "detail": title}
        reset = {
            "x-rate-limit-limit": "100",
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(int(time.time()) + RETRY_AFTER_SECONDS),
            "Retry-After": str(RETRY_AFTER_SECONDS),
        }
        return Reply(status, body, reset if status == 429 else {})

    def refused_grant(self) -> Reply:
        told = "Value passed for the token was invalid."
        return Reply(400, {"error": "invalid_grant", "error_description": told})

    @route("POST", "/2/oauth2/token", renews=True)
    def token(self, request: Request) -> Reply:
        return self.give_tokens(request)

    @route("GET", "/2/users/me")
    def me(self, request: Request) -> Reply:
        user = {
            "id": USER,
            "name": "The Harbour",
            "username": "harbour",
            "verified_type": self.verified_type,
            "profile_image_url": "https://pbs.twimg.example/harbour.jpg",
        }
        return Reply(200, {"data": user}, {"x-access-level": "read-write"})

    # Media

    @route("POST", "/2/media/upload/initialize")
    def open_upload(self, request: Request) -> Reply:
        told = request.json
        upload = Upload(self.next_id(), told["media_category"], told["total_bytes"])
        self.uploads[upload.id] = upload
        return Reply(200, {"data": {"id": upload.id, "expires_after_secs": 86_400}})

    @route("POST", r"/2/media/upload/(?P<media>\d+)/append")
    def append(self, request: Request, media: str) -> Reply:
        parts = _multipart(request)
        self.uploads[media].pieces[int(parts["segment_index"])] = parts["media"]
        return Reply(200, {"data": {"expires_at": 1}})

    @route("POST", r"/2/media/upload/(?P<media>\d+)/finalize")
    def finalize(self, request: Request, media: str) -> Reply:
        upload = self.uploads[media]
        if sum(map(len, upload.pieces.values())) != upload.total:
            return Reply(400, {"title": "Invalid Request", "detail": "Pieces are missing."})
        upload.done = True
        data: dict[str, Any] = {"id": upload.id, "expires_after_secs": 86_400}
        if upload.kind != "tweet_image":
            upload.looks_left = self.looks
            data["processing_info"] = self._processing(upload)
        return Reply(200, {"data": data})

    @route("GET", "/2/media/upload")
    def status(self, request: Request) -> Reply:
        upload = self.uploads[request.query["media_id"]]
        upload.looks_left = max(0, upload.looks_left - 1)
        told = {"id": upload.id, "processing_info": self._processing(upload)}
        return Reply(200, {"data": told})

    def _processing(self, upload: Upload) -> dict[str, Any]:
        if upload.looks_left:
            return {"state": "pending", "check_after_secs": 3}
        if self.processing_fails:
            error = {"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"}
            return {"state": "failed", "error": error}
        return {"state": "succeeded", "progress_percent": 100}

    @route("POST", "/2/media/metadata")
    def describe(self, request: Request) -> Reply:
        told = request.json
        self.uploads[told["id"]].alt = told["metadata"]["alt_text"]["text"]
        return Reply(200, {"data": {"id": told["id"]}})

    # Posts

    @route("POST", "/2/tweets", makes_post=True)
    def create(self, request: Request) -> Reply:
        told = request.json
        text = told.get("text", "")
        if self.refuses_duplicates and any(each.text == text for each in self.items.values()):
            detail = "You are not allowed to create a Tweet with duplicate content."
            body = {"detail": detail, "type": "about:blank", "title": "Forbidden", "status": 403}
            return Reply(403, body)
        uploads = [self.uploads[each] for each in told.get("media", {}).get("media_ids", ())]
        parent = told.get("reply", {}).get("in_reply_to_tweet_id", "")
        item = self.keep(
            Item(
                self.next_id(),
                text,
                parent,
                kind="comment" if parent else "post",
                media=[
                    {"kind": each.kind.removeprefix("tweet_"), "alt": each.alt} for each in uploads
                ],
                facts={"author": USER, **{key: told[key] for key in told if key not in KNOWN}},
            )
        )
        headers = {
            "x-rate-limit-limit": "100",
            "x-rate-limit-remaining": "97",
            "x-rate-limit-reset": str(int(time.time()) + 900),
        }
        return Reply(201, {"data": {"id": item.id, "text": _short(text)[0]}}, headers)

    @route("GET", rf"/2/users/{USER}/tweets")
    def timeline(self, request: Request) -> Reply:
        since = datetime.fromisoformat(request.query["start_time"])
        mine = [
            each
            for each in reversed(self.items.values())
            if each.facts.get("author") == USER and each.at >= since
        ]
        if not mine:
            return Reply(200, {"meta": {"result_count": 0}})
        return Reply(200, {"data": [_shown(each) for each in mine], "meta": {}})

    @route("GET", r"/2/tweets/(?P<post>\d+)")
    def read(self, request: Request, post: str) -> Reply:
        if post not in self.items:
            return Reply(200, {"errors": [_not_found(post)]})
        numbers = {
            "like_count": 3,
            "reply_count": 2,
            "retweet_count": 1,
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": 120,
        }
        shown = {"id": post, "text": self.items[post].text, "public_metrics": numbers}
        return Reply(200, {"data": shown})

    @route("DELETE", r"/2/tweets/(?P<post>\d+)")
    def take_down(self, request: Request, post: str) -> Reply:
        if self.items.pop(post, None) is None:
            return Reply(404, {**_not_found(post), "status": 404})
        return Reply(200, {"data": {"deleted": True}})


KNOWN = ("text", "media", "reply")


def _short(text: str) -> tuple[str, list[dict[str, str]]]:
    """The text as X gives it back: short links in it, and escaped."""
    urls: list[dict[str, str]] = []

    def shorten(match: Any) -> str:
        short = f"https://t.co/{len(urls):010d}"
        urls.append({"url": short, "expanded_url": match.group(0)})
        return short

    return html.escape(LINK.sub(shorten, text), quote=False), urls


def _shown(item: Item) -> dict[str, Any]:
    text, urls = _short(item.text)
    for number, _ in enumerate(item.media):
        own = f"https://t.co/media{number:05d}"
        urls.append({"url": own, "expanded_url": "https://x.com/photo/1", "media_key": "3_1"})
        text = f"{text} {own}".strip()
    made = item.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    shown: dict[str, Any] = {
        "id": item.id,
        "text": text,
        "created_at": made,
        "entities": {"urls": urls},
    }
    if item.parent:
        shown["referenced_tweets"] = [{"type": "replied_to", "id": item.parent}]
    return shown


def _not_found(post: str) -> dict[str, str]:
    return {
        "title": "Not Found Error",
        "type": f"{PROBLEMS}/resource-not-found",
        "detail": f"Could not find tweet with id: [{post}].",
    }


def _multipart(request: Request) -> dict[str, Any]:
    boundary = request.headers["content-type"].partition("boundary=")[2].strip('"').encode()
    found: dict[str, Any] = {}
    for part in request.body.split(b"--" + boundary)[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        body = body.removesuffix(b"\r\n")
        found[name] = body if b"filename=" in head else body.decode()
    return found


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with XNetwork() as network:
        assert isinstance(network, XNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "x.api": network.address,
        }
        yield Stage(
            account=AccountFacts(USER, "harbour", settings={"verified_type": "none"}),
            vault=network.vault(),
            network=network,
            app=APP,
            files={**some_pictures(4), "clip": b"video" * 1000},
            answer=network.consent,
        )
