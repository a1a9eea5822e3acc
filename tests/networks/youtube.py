"""YouTube, as its Data API v3 answers: resumable uploads, videos in work, comment threads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts, Draft, Media
from publishing.channels.youtube import YouTube

from .base import Item, Reply, Request, Stage, route
from .consent import APP
from .google import GoogleNetwork
from .youtube_talk import YouTubeTalk

CHANNEL = "UC_harbour0000000000000"
UPLOADS = "UU_harbour0000000000000"


@dataclass(slots=True)
class Upload:
    resource: dict[str, Any]
    total: int
    notify: bool
    received: bytearray = field(default_factory=bytearray)
    video: str = ""


class YouTubeNetwork(GoogleNetwork):
    scopes = YouTube.scopes

    def __init__(self) -> None:
        super().__init__()
        self.uploads: dict[str, Upload] = {}
        self.status: dict[str, dict[str, str]] = {}
        self.fails_with: dict[str, str] = {}
        self.makes_private = False
        self.talk = YouTubeTalk(self)
        self.keeps_back = 0
        """Bytes of the next piece that do not arrive."""

    @route("GET", "/youtube/v3/channels")
    def channels(self, request: Request) -> Reply:
        channel = {
            "kind": "youtube#channel",
            "id": CHANNEL,
            "snippet": {"title": "The Harbour", "customUrl": "@harbour", "thumbnails": {}},
            "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": UPLOADS}},
            "status": {"privacyStatus": "public", "longUploadsStatus": "eligible"},
        }
        return Reply(200, {"kind": "youtube#channelListResponse", "items": [channel]})

    # Uploads

    @route("POST", "/upload/youtube/v3/videos")
    def open_upload(self, request: Request) -> Reply:
        name = f"upload-{self.next_id()}"
        self.uploads[name] = Upload(
            request.json,
            int(request.headers["x-upload-content-length"]),
            request.query["notifySubscribers"] == "true",
        )
        return Reply(200, "", {"Location": f"{self.address}/resumable/{name}?upload_id=1"})

    @route(
        "PUT",
        "/resumable/(?P<name>[^/]+)",
        makes_post=lambda request: _is_last(request.headers["content-range"]),
    )
    def take(self, request: Request, name: str) -> Reply:
        upload = self.uploads.get(name)
        if upload is None:
            return self.failure(404, "notFound")
        piece = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", request.headers["content-range"])
        if piece is not None:
            start = int(piece[1])
            if start != len(upload.received) or len(request.body) != int(piece[2]) - start + 1:
                return self.failure(400, "badRequest", "The range does not fit.")
            upload.received += request.body[: len(request.body) - self.keeps_back]
            self.keeps_back = 0
        if len(upload.received) == upload.total:
            return Reply(200, self._made(upload))
        received = len(upload.received)
        return Reply(308, b"", {"Range": f"bytes=0-{received - 1}"} if received else {})

    def _made(self, upload: Upload) -> dict[str, Any]:
        if not upload.video:
            snippet = upload.resource["snippet"]
            item = self.keep(
                Item(
                    f"video{self.next_id()}",
                    snippet["description"],
                    media=[{"kind": "video", "alt": ""}],
                    facts={
                        "title": snippet["title"],
                        "tags": [f"#{tag}" for tag in snippet["tags"]],
                        "notify": upload.notify,
                        **upload.resource["status"],
                    },
                )
            )
            upload.video = item.id
            privacy = "private" if self.makes_private else item.facts["privacyStatus"]
            self.status[item.id] = {"uploadStatus": "uploaded", "privacyStatus": privacy}
        return {
            "kind": "youtube#video",
            "id": upload.video,
            "snippet": upload.resource["snippet"],
            "status": {"uploadStatus": "uploaded", **upload.resource["status"]},
        }

    @route("GET", "/youtube/v3/videos")
    def videos(self, request: Request) -> Reply:
        video = request.query["id"]
        if video not in self.items:
            return Reply(200, {"kind": "youtube#videoListResponse", "items": []})
        shown: dict[str, Any] = {"id": video, "status": dict(self.status[video])}
        if request.query["part"] == "statistics":
            shown = {"id": video, "statistics": {"viewCount": "12", "likeCount": "3"}}
        # Done by the next look.
        self.status[video] = self.fails_with or {"uploadStatus": "processed"}
        return Reply(200, {"kind": "youtube#videoListResponse", "items": [shown]})

    @route("DELETE", "/youtube/v3/videos")
    def take_down(self, request: Request) -> Reply:
        if self.items.pop(request.query["id"], None) is None:
            return self.failure(404, "videoNotFound")
        return Reply(204, b"")

    @route("GET", "/youtube/v3/playlistItems")
    def playlist(self, request: Request) -> Reply:
        assert request.query["playlistId"] == UPLOADS
        items = [
            {
                "snippet": {
                    "title": each.facts["title"],
                    "description": each.text,
                    "publishedAt": each.at.isoformat(timespec="seconds"),
                    "resourceId": {"videoId": each.id},
                }
            }
            for each in self.items.values()
            if each.kind == "post"
        ]
        return Reply(200, {"items": items})

    # Comments

    @route("POST", "/youtube/v3/commentThreads", makes_post=True)
    def comment(self, request: Request) -> Reply:
        snippet = request.json["snippet"]
        text = snippet["topLevelComment"]["snippet"]["textOriginal"]
        item = self.keep(Item(f"Ugz{self.next_id()}", text, snippet["videoId"], "comment"))
        return Reply(200, _thread(item))

    @route("GET", "/youtube/v3/commentThreads")
    def comments(self, request: Request) -> Reply:
        if request.query.get("allThreadsRelatedToChannelId") == CHANNEL:
            return Reply(200, self.talk.threads(request.query))
        video = request.query["videoId"]
        found = [_thread(each) for each in self.items.values() if each.parent == video]
        return Reply(200, {"items": found})

    @route("GET", "/youtube/v3/comments")
    def replies(self, request: Request) -> Reply:
        return Reply(200, {"items": self.talk.replies(request.query["parentId"])})

    @route("POST", "/youtube/v3/comments", makes_post=True)
    def reply(self, request: Request) -> Reply:
        snippet = request.json["snippet"]
        item = self.keep(
            Item(f"Ugz{self.next_id()}", snippet["textOriginal"], snippet["parentId"], "comment")
        )
        return Reply(200, self.talk.comment(item))


def _is_last(told: str) -> bool:
    piece = re.fullmatch(r"bytes \d+-(\d+)/(\d+)", told)
    return piece is not None and int(piece[1]) + 1 == int(piece[2])


def _thread(item: Item) -> dict[str, Any]:
    shown = {
        "textOriginal": item.text,
        "authorChannelId": {"value": CHANNEL},
        "publishedAt": item.at.isoformat(timespec="seconds"),
    }
    return {"id": item.id, "snippet": {"topLevelComment": {"id": item.id, "snippet": shown}}}


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with YouTubeNetwork() as network:
        assert isinstance(network, YouTubeNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "youtube.api": network.address,
            "youtube.tokens": network.address,
        }
        yield Stage(
            account=AccountFacts(
                CHANNEL, "harbour", settings={"uploads": UPLOADS, "long_uploads": "eligible"}
            ),
            vault=network.vault(),
            network=network,
            talk=network.talk,
            app=APP,
            draft=Draft(
                "Wooden masts, rebuilt in twelve days.",
                title="Masts in twelve days",
                hashtags=("Boats",),
                media=(Media("clip", "video/mp4", width=1080, height=1920, duration_seconds=12),),
            ),
            files={"clip": b"film" * 1000},
            answer=network.consent,
            exempt={"angle_brackets": "YouTube refuses < and > in titles and descriptions."},
        )
