"""TikTok, as its Content Posting API answers: errors inside 200, ids before bytes, odd names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts, Draft, Media
from publishing.channels.tiktok import TikTok

from .base import Item, Reply, Request, Stage, route
from .consent import APP, ConsentNetwork

OPEN_ID = "723f24d7-e717-40f8-a2b6-cb8464cd23b4"
LEVELS = ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]


@dataclass(slots=True)
class Publication:
    id: str
    info: dict[str, Any]
    size: int = 0
    piece: int = 0
    pieces: int = 0
    received: bytearray = field(default_factory=bytearray)
    status: str = "PROCESSING_UPLOAD"
    fail_reason: str = ""
    item: str = ""


class TikTokNetwork(ConsentNetwork):
    scopes = TikTok.scopes
    scope_separator = ","
    lifetime = 86_400
    client_id_name = "client_key"
    hexadecimal = True

    def __init__(self) -> None:
        super().__init__()
        self.publications: dict[str, Publication] = {}
        self.creator: dict[str, Any] = {
            "creator_username": "harbour",
            "creator_nickname": "The Harbour",
            "creator_avatar_url": "https://p16.tiktok.example/harbour.jpg",
            "privacy_level_options": LEVELS,
            "comment_disabled": False,
            "duet_disabled": False,
            "stitch_disabled": False,
            "max_video_post_duration_sec": 300,
        }
        self.fails_with = ""
        self.gives_ids = True
        self.refuses_init = ""

    def admit(self, request: Request) -> Reply | None:
        if request.path.startswith(("/v2/oauth/", "/upload/")) or self.is_let_in(request):
            return None
        return self.refusal(401)

    def refusal(self, status: int) -> Reply:
        codes = {401: "access_token_invalid", 429: "rate_limit_exceeded", 500: "internal_error"}
        error = {
            "code": codes.get(status, "invalid_params"),
            "message": "It says no.",
            "log_id": "1",
        }
        headers = super().refusal(status).headers
        return Reply(status, {"error": error}, headers)

    def refused_grant(self) -> Reply:
        told = "Refresh token is invalid or expired."
        return Reply(200, {"error": "invalid_grant", "error_description": told, "log_id": "1"})

    @route("POST", "/v2/oauth/token/", renews=True)
    def token(self, request: Request) -> Reply:
        reply = self.give_tokens(request)
        return Reply(reply.status, {**reply.body, "open_id": OPEN_ID, "refresh_expires_in": 1})

    @route("GET", "/v2/user/info/")
    def user(self, request: Request) -> Reply:
        user = {"open_id": OPEN_ID, "display_name": "The Harbour", "avatar_url": ""}
        return _fine({"user": user})

    @route("POST", "/v2/post/publish/creator_info/query/")
    def creator_info(self, request: Request) -> Reply:
        return _fine(self.creator)

    # Videos

    @route("POST", "/v2/post/publish/video/init/")
    def init_video(self, request: Request) -> Reply:
        if self.refuses_init:
            return Reply(200, {"error": {"code": self.refuses_init, "message": "No."}})
        told = request.json
        source = told["source_info"]
        publication = Publication(
            f"v_pub_file~v2-1.{self.next_id()}",
            told["post_info"],
            source["video_size"],
            source["chunk_size"],
            source["total_chunk_count"],
        )
        if publication.pieces != max(1, publication.size // publication.piece):
            return Reply(400, {"error": {"code": "invalid_params", "message": "Chunks."}})
        self.publications[publication.id] = publication
        address = f"{self.address}/upload/{publication.id}?upload_token=1"
        return _fine({"publish_id": publication.id, "upload_url": address})

    @route(
        "PUT",
        "/upload/(?P<name>.+)",
        makes_post=lambda request: _is_last(request.headers["content-range"]),
    )
    def take(self, request: Request, name: str) -> Reply:
        publication = self.publications.get(name)
        if publication is None:
            return Reply(404, b"")
        piece = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", request.headers["content-range"])
        if piece is None or int(piece[1]) != len(publication.received):
            return Reply(416, b"")
        publication.received += request.body
        if len(publication.received) < publication.size:
            return Reply(206, b"")
        self._publish(publication, [{"kind": "video", "alt": ""}])
        return Reply(201, b"")

    # Photos

    @route("POST", "/v2/post/publish/content/init/", makes_post=True)
    def init_photos(self, request: Request) -> Reply:
        told = request.json
        publication = Publication(f"p_pub_url~v2.{self.next_id()}", told["post_info"])
        self.publications[publication.id] = publication
        pictures = [
            {"kind": "image", "alt": "", "address": each}
            for each in told["source_info"]["photo_images"]
        ]
        self._publish(publication, pictures)
        publication.status = "PROCESSING_DOWNLOAD"
        return _fine({"publish_id": publication.id})

    def _publish(self, publication: Publication, media: list[Any]) -> None:
        if self.fails_with:
            publication.status, publication.fail_reason = "FAILED", self.fails_with
            return
        info = publication.info
        text = info["description"] if "description" in info else info["title"]
        item = Item(f"70{self.next_id()}", text, media=media, facts=dict(info))
        publication.item = self.keep(item).id

    @route("POST", "/v2/post/publish/status/fetch/")
    def status(self, request: Request) -> Reply:
        publication = self.publications[request.json["publish_id"]]
        told: dict[str, Any] = {
            "status": publication.status,
            "fail_reason": publication.fail_reason,
            "uploaded_bytes": len(publication.received),
        }
        if publication.status == "PUBLISH_COMPLETE" and self.gives_ids:
            told["publicaly_available_post_id"] = [int(publication.item)]
        if publication.item:
            # Done by the next look.
            publication.status = "PUBLISH_COMPLETE"
        return _fine(told)

    @route("POST", "/v2/video/query/")
    def query(self, request: Request) -> Reply:
        numbers = {"view_count": 12, "like_count": 3, "comment_count": 1, "share_count": 0}
        found = [
            {"id": each, **numbers}
            for each in request.json["filters"]["video_ids"]
            if each in self.items
        ]
        return _fine({"videos": found, "cursor": 0, "has_more": False})


def _fine(data: dict[str, Any]) -> Reply:
    return Reply(200, {"data": data, "error": {"code": "ok", "message": "", "log_id": "1"}})


def _is_last(told: str) -> bool:
    piece = re.fullmatch(r"bytes \d+-(\d+)/(\d+)", told)
    return piece is not None and int(piece[1]) + 1 == int(piece[2])


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with TikTokNetwork() as network:
        assert isinstance(network, TikTokNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "tiktok.api": network.address,
        }
        yield Stage(
            account=AccountFacts(OPEN_ID, "harbour", settings={"max_seconds": 300}),
            vault=network.vault(),
            network=network,
            app=APP,
            draft=Draft(
                "Wooden masts, rebuilt in twelve days.",
                hashtags=("Boats",),
                media=(Media("clip", "video/mp4", width=1080, height=1920, duration_seconds=12),),
            ),
            files={"clip": b"film" * 1000},
            answer=network.consent,
            exempt={"handle": "Of pictures it tells the id only in the answer that takes them."},
        )
