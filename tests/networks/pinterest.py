"""Pinterest, as its API v5 answers: boards, pins with their media inside, videos in work."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from PIL import Image
from pytest_django import Settings

from publishing.channels.base import AccountFacts, Draft, Media
from publishing.channels.pinterest import Pinterest

from .base import Item, Reply, Request, Stage, route, some_pictures
from .consent import APP, ConsentNetwork

BOARD, OTHER_BOARD = "549755885175", "549755885176"


class PinterestNetwork(ConsentNetwork):
    scopes = Pinterest.scopes
    scope_separator = ","
    lifetime = 2_592_000
    basic = True
    rotates = False

    def __init__(self) -> None:
        super().__init__()
        self.videos: dict[str, int] = {}
        """Looks that are left until a video is ready; -1 for one that never will."""
        self.looks = 0

    def admit(self, request: Request) -> Reply | None:
        if request.path in ("/v5/oauth/token", "/store") or self.is_let_in(request):
            return None
        return self.refusal(401)

    def refusal(self, status: int) -> Reply:
        codes = {401: 2, 403: 7, 404: 50, 429: 8}
        body = {"code": codes.get(status, 1), "message": f"It says {status}"}
        return Reply(status, body, super().refusal(status).headers)

    @route("POST", "/v5/oauth/token", renews=True)
    def token(self, request: Request) -> Reply:
        return self.give_tokens(request)

    @route("GET", "/v5/user_account")
    def user(self, request: Request) -> Reply:
        user = {"account_type": "BUSINESS", "username": "harbour", "business_name": "The Harbour"}
        return Reply(200, {**user, "id": "2783136121146311751", "profile_image": ""})

    @route("GET", "/v5/boards")
    def boards(self, request: Request) -> Reply:
        boards = [{"id": BOARD, "name": "Masts"}, {"id": OTHER_BOARD, "name": "Sails"}]
        return Reply(200, {"items": boards, "bookmark": None})

    # Media

    @route("POST", "/v5/media")
    def register(self, request: Request) -> Reply:
        media = self.next_id()
        self.videos[media] = self.looks
        told = {"media_id": media, "media_type": "video", "upload_url": f"{self.address}/store"}
        return Reply(201, {**told, "upload_parameters": {"key": f"uploads/{media}", "policy": "p"}})

    @route("POST", "/store")
    def store(self, request: Request) -> Reply:
        assert "authorization" not in request.headers
        assert b'name="policy"' in request.body
        return Reply(204, b"")

    @route("GET", r"/v5/media/(?P<media>\d+)")
    def media(self, request: Request, media: str) -> Reply:
        left = self.videos[media]
        status = {0: "succeeded", -1: "failed"}.get(left, "processing")
        self.videos[media] = max(left - 1, min(left, 0))
        return Reply(200, {"media_id": media, "media_type": "video", "status": status})

    # Pins

    @route("POST", "/v5/pins", makes_post=True)
    def create(self, request: Request) -> Reply:
        told = request.json
        media = _shown(told["media_source"], told.get("alt_text", ""))
        if len({each.get("size") for each in media}) > 1:
            return Reply(400, {"code": 1, "message": "Images must have the same dimensions."})
        facts = {"board": told["board_id"], "link": told.get("link", "")}
        item = Item(
            self.next_id(),
            told.get("description", ""),
            media=media,
            facts={**facts, "title": told.get("title", "")},
        )
        return Reply(201, _pin(self.keep(item)), LIMITS)

    @route("GET", r"/v5/boards/(?P<board>\d+)/pins")
    def pins(self, request: Request, board: str) -> Reply:
        found = [each for each in self.items.values() if each.facts["board"] == board]
        found.sort(key=lambda item: item.at, reverse=True)
        return Reply(200, {"items": [_pin(each) for each in found], "bookmark": None}, LIMITS)

    @route("DELETE", r"/v5/pins/(?P<pin>\d+)")
    def take_down(self, request: Request, pin: str) -> Reply:
        if self.items.pop(pin, None) is None:
            return self.refusal(404)
        return Reply(204, b"")

    @route("GET", r"/v5/pins/(?P<pin>\d+)/analytics")
    def analytics(self, request: Request, pin: str) -> Reply:
        if pin not in self.items:
            return self.refusal(404)
        assert request.query["start_date"] < request.query["end_date"]
        told = {
            "summary_metrics": {"IMPRESSION": 120, "SAVE": 3, "OUTBOUND_CLICK": 4, "PIN_CLICK": 9},
            "lifetime_metrics": {"TOTAL_COMMENTS": 1, "TOTAL_REACTIONS": 2},
            "daily_metrics": [],
        }
        return Reply(200, {"all": told})


LIMITS = {
    "x-ratelimit-limit": '1000, 1000;w=60;name="org_write"',
    "x-ratelimit-remaining": "990",
    "x-ratelimit-reset": "30",
}


def _shown(source: dict[str, Any], alt: str) -> list[Mapping[str, Any]]:
    if source["source_type"] == "video_id":
        return [{"kind": "video", "alt": alt}]
    if source["source_type"] == "image_base64":
        return [{"kind": "image", "alt": alt, "size": _size(source)}]
    return [
        {"kind": "image", "alt": each.get("description", ""), "size": _size(each)}
        for each in source["items"]
    ]


def _size(item: dict[str, Any]) -> tuple[int, int]:
    return Image.open(io.BytesIO(base64.b64decode(item["data"]))).size


def _pin(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "created_at": item.at.replace(tzinfo=None).isoformat(timespec="seconds"),
        "title": item.facts["title"] or None,
        "description": item.text,
        "link": item.facts["link"] or None,
        "board_id": item.facts["board"],
    }


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with PinterestNetwork() as network:
        assert isinstance(network, PinterestNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "pinterest.api": network.address,
        }
        boards = [[BOARD, "Masts"], [OTHER_BOARD, "Sails"]]
        yield Stage(
            account=AccountFacts(
                "2783136121146311751", "harbour", settings={"boards": boards, "board": BOARD}
            ),
            vault=network.vault(),
            network=network,
            app=APP,
            draft=Draft(
                "Wooden masts, rebuilt in twelve days.",
                hashtags=("Boats",),
                media=(Media("p1", "image/jpeg", alt="A mast"),),
            ),
            files=some_pictures(5),
            answer=network.consent,
        )
