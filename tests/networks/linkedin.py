"""LinkedIn, as its REST API answers: ids in a header, little text, refused duplicates that name the
post, uploads in two steps. What it shows of a post is what it was sent, with hashtags as templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, unquote

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from publishing.channels.linkedin import LinkedIn
from publishing.channels.linkedin_shapes import written

from .base import RETRY_AFTER_SECONDS, Item, Reply, Request, Stage, route, some_pictures
from .consent import APP, ConsentNetwork
from .linkedin_talk import LinkedInTalk

PERSON = "urn:li:person:8675309"
CODES = {
    401: ("INVALID_ACCESS_TOKEN", "Invalid access token"),
    403: ("ACCESS_DENIED", "Not enough permissions to access: partnerApiPostsExternal.CREATE"),
    429: ("TOO_MANY_REQUESTS", "Resource level throttle limit for calls to this resource"),
}


class LinkedInNetwork(ConsentNetwork):
    scopes: tuple[str, ...] = (*LinkedIn.scopes, "r_member_social")
    scope_separator = ","
    rotates = False
    lifetime = 5_184_000
    author = PERSON

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.videos: dict[str, list[str]] = {}
        self.looks_left = 0
        """How often a video is still worked on when somebody looks."""
        self.video_fails = False
        self.refuses_duplicates = False
        self.may_read = True
        self.roles: list[tuple[str, str]] = []
        self.talk = LinkedInTalk(self)

    def admit(self, request: Request) -> Reply | None:
        if "video" in request.path and request.path.startswith("/dms-uploads/"):
            return None if not request.token else Reply(403)
        if request.path.startswith("/oauth/") or self.is_let_in(request):
            return self._versioned(request)
        return self.refusal(401)

    def _versioned(self, request: Request) -> Reply | None:
        if not request.path.startswith("/rest/"):
            return None
        if request.headers.get("x-restli-protocol-version") != "2.0.0":
            return Reply(400, {"status": 400, "message": "Invalid protocol version"})
        if not re.fullmatch(r"20\d{4}", request.headers.get("linkedin-version", "")):
            said = {"status": 426, "code": "NONEXISTENT_VERSION", "message": "Not active"}
            return Reply(426, said)
        return None

    def refusal(self, status: int) -> Reply:
        code, message = CODES.get(status, ("INTERNAL_SERVER_ERROR", "Internal Server Error"))
        headers = {self.retry_after_header: str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        body = {"status": status, "serviceErrorCode": 100, "code": code, "message": message}
        return Reply(status, body, headers)

    @route("POST", "/oauth/v2/accessToken", renews=True)
    def token(self, request: Request) -> Reply:
        return self.give_tokens(request)

    @route("POST", "/oauth/v2/introspectToken")
    def introspect(self, request: Request) -> Reply:
        if request.form.get("token") not in self.access - self.ended:
            return Reply(200, {"active": False, "status": "revoked"})
        scope = ",".join(self.granted(self.scopes))
        told = {"active": True, "status": "active", "scope": scope, "expires_at": 1_800_000_000}
        return Reply(200, told | {"client_id": APP.client_id, "auth_type": "3L"})

    @route("POST", "/oauth/v2/revoke")
    def revoke(self, request: Request) -> Reply:
        with self.lock:
            self.access.clear()
        return Reply(200)

    @route("GET", "/v2/userinfo")
    def who(self, request: Request) -> Reply:
        person = {"sub": PERSON.rpartition(":")[2], "name": "Ada Rowan", "locale": {}}
        return Reply(200, person | {"picture": "https://media.licdn.example/ada.jpg"})

    # Files

    @route("POST", "/rest/images")
    def place_for_picture(self, request: Request) -> Reply:
        urn = f"urn:li:image:C{self.next_id()}"
        at = f"{self.address}/dms-uploads/{quote(urn, safe='')}/0"
        told = {"uploadUrl": at, "image": urn, "uploadUrlExpiresAt": 1}
        return Reply(200, {"value": told})

    @route("POST", "/rest/videos")
    def place_for_video(self, request: Request) -> Reply:
        if request.query["action"] == "finalizeUpload":
            done = request.json["finalizeUploadRequest"]
            assert done["uploadedPartIds"] == self.videos[done["video"]]
            return Reply(200)
        size = request.json["initializeUploadRequest"]["fileSizeBytes"]
        urn = f"urn:li:video:C{self.next_id()}"
        half = max(1, size // 2)
        parts = [
            {
                "uploadUrl": f"{self.address}/dms-uploads/{quote(urn, safe='')}/{first}",
                "firstByte": first,
                "lastByte": min(first + half, size) - 1,
            }
            for first in range(0, size, half)
        ]
        self.videos[urn] = [f"part-{part['firstByte']}" for part in parts]
        told = {"video": urn, "uploadToken": "up", "uploadInstructions": parts}
        return Reply(200, {"value": told})

    @route("PUT", r"/dms-uploads/(?P<urn>[^/]+)/(?P<first>\d+)")
    def take_bytes(self, request: Request, urn: str, first: str) -> Reply:
        self.files[unquote(urn)] = self.files.get(unquote(urn), b"") + request.body
        return Reply(201, None, {"ETag": f'"part-{first}"'})

    @route("GET", r"/rest/videos/(?P<urn>.+)")
    def video(self, request: Request, urn: str) -> Reply:
        if not self.may_read:
            return self.refusal(403)
        self.looks_left -= 1
        status = "PROCESSING" if self.looks_left >= 0 else "AVAILABLE"
        return Reply(
            200, {"id": unquote(urn), "status": "PROCESSING_FAILED" if self.video_fails else status}
        )

    # Posts

    @route("POST", "/rest/posts", makes_post=True)
    def create(self, request: Request) -> Reply:
        told = request.json
        if (said := self._wrong_with(told)) is not None:
            return said
        item = self.keep(
            Item(
                f"urn:li:share:{self.next_id()}",
                written(told["commentary"]),
                media=self._media(told.get("content", {})),
                facts={"sent": told, "author": told["author"]},
            )
        )
        item.facts["link"] = told.get("content", {}).get("article", {}).get("source", "")
        return Reply(201, None, {"x-restli-id": item.id, "location": f"/posts/{quote(item.id)}"})

    def _wrong_with(self, told: Mapping[str, Any]) -> Reply | None:
        if told["author"] != self.author:
            return self.refusal(403)
        if re.search(r"(?<!\\)[()\[\]<>@*_~]", _without_templates(told["commentary"])):
            return Reply(400, {"status": 400, "message": "little text could not be read"})
        same = [
            each.id
            for each in self.items.values()
            if each.facts.get("sent", {}).get("commentary") == told["commentary"]
        ]
        return duplicate(same[0]) if same and self.refuses_duplicates else None

    def _media(self, content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        several = content.get("multiImage", {}).get("images", [])
        assert len(several) != 1, "multiImage takes two or more"
        media = several or [content["media"]] if several or "media" in content else []
        assert all(self.files.get(each["id"]) for each in media), "nothing was uploaded there"
        return [
            {"kind": each["id"].split(":")[2], "alt": each.get("altText", "")} for each in media
        ]

    @route("GET", "/rest/posts")
    def by_author(self, request: Request) -> Reply:
        if not self.may_read:
            return self.refusal(403)
        mine = [
            _shown(each)
            for each in sorted(self.items.values(), key=lambda each: each.at, reverse=True)
            if each.kind == "post" and each.facts["author"] == request.query["author"]
        ]
        start, count = int(request.query["start"]), int(request.query["count"])
        paging = {"start": start, "count": count, "links": []}
        return Reply(200, {"paging": paging, "elements": mine[start : start + count]})

    @route("GET", r"/rest/posts/(?P<urn>.+)")
    def read(self, request: Request, urn: str) -> Reply:
        if not self.may_read:
            return self.refusal(403)
        item = self.items.get(unquote(urn))
        return Reply(200, _shown(item)) if item else not_there()

    @route("DELETE", r"/rest/posts/(?P<urn>.+)")
    def take_down(self, request: Request, urn: str) -> Reply:
        return Reply(204) if self.items.pop(unquote(urn), None) else not_there()

    # Under a post

    @route("POST", r"/rest/socialActions/(?P<urn>.+)/comments", makes_post=True)
    def comment(self, request: Request, urn: str) -> Reply:
        told = request.json
        assert unquote(urn) in (told["object"], told.get("parentComment"))
        number = self.next_id()
        item = self.keep(
            Item(
                f"urn:li:comment:({unquote(urn)},{number})",
                told["message"]["text"],
                parent=unquote(urn),
                kind="comment",
                facts={"actor": told["actor"], "number": number},
            )
        )
        return Reply(201, _comment(item), {"x-restli-id": number})

    @route("GET", r"/rest/socialActions/(?P<urn>.+)/comments")
    def comments(self, request: Request, urn: str) -> Reply:
        found = [each for each in self.items.values() if each.parent == unquote(urn)]
        start, most = int(request.query.get("start", 0)), int(request.query.get("count", 10))
        if "sort" in request.query:
            found = sorted(found, key=lambda each: each.at, reverse=True)[start : start + most]
        under = [
            {
                **_comment(each),
                "commentsSummary": {"aggregatedTotalComments": self.talk.replies_to(each.id)},
            }
            for each in found
        ]
        return Reply(200, {"elements": under, "paging": {"start": start, "count": most}})

    @route("DELETE", r"/rest/socialActions/(?P<urn>.+)/comments/(?P<number>\d+)")
    def take_down_comment(self, request: Request, urn: str, number: str) -> Reply:
        gone = self.items.pop(f"urn:li:comment:({unquote(urn)},{number})", None)
        return Reply(204) if gone else not_there()

    @route("GET", r"/rest/socialActions/(?P<urn>[^/]+)")
    def social_actions(self, request: Request, urn: str) -> Reply:
        if unquote(urn) not in self.items:
            return not_there()
        told = {
            "likesSummary": {"totalLikes": 5, "aggregatedTotalLikes": 5},
            "commentsSummary": {"totalFirstLevelComments": 1, "aggregatedTotalComments": 2},
        }
        return Reply(200, told)


def duplicate(urn: str) -> Reply:
    """As two public threads recorded it."""
    where = "com.linkedin.content.common.exception.BadRequestResponseException"
    said = f"{where}: Content is a duplicate of {urn}"
    inputs = [{"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}]
    body = {
        "errorDetailType": "com.linkedin.common.error.BadRequest",
        "message": said,
        "errorDetails": {"inputErrors": inputs},
        "status": 422,
    }
    return Reply(422, body)


def not_there() -> Reply:
    return Reply(404, {"status": 404, "code": "NOT_FOUND", "message": "Could not find entity"})


def _shown(item: Item) -> dict[str, Any]:
    sent = item.facts["sent"]
    made = int(item.at.timestamp() * 1000)
    return {
        **{name: sent[name] for name in ("author", "commentary", "visibility", "lifecycleState")},
        **({"content": sent["content"]} if "content" in sent else {}),
        "id": item.id,
        "createdAt": made,
        "publishedAt": made,
    }


def _comment(item: Item) -> dict[str, Any]:
    return {
        "actor": item.facts["actor"],
        "message": {"attributes": [], "text": item.text},
        "created": {"actor": item.facts["actor"], "time": int(item.at.timestamp() * 1000)},
        "id": item.facts["number"],
        "commentUrn": item.id,
        "object": item.parent,
    }


def _without_templates(little: str) -> str:
    return re.sub(r"\{hashtag\|\\#\|(?:\\.|[^}])*\}", "", little)


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with LinkedInNetwork() as network:
        assert isinstance(network, LinkedInNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "linkedin.api": network.address,
            "linkedin.web": network.address,
        }
        yield Stage(
            account=AccountFacts(PERSON, settings={"reads_back": True}),
            vault=network.vault(),
            network=network,
            app=APP,
            files=some_pictures(4),
            answer=network.consent,
        )
