"""Facebook's pages, as the Graph API answers: staged photos, videos in phases, comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from publishing.channels.facebook import READS_MESSAGES, READS_PEOPLE, Facebook

from .base import Item, Reply, Request, Stage, route, some_pictures
from .consent import APP
from .graph import VERSION, GraphNetwork, edge, graph_error, made_at, not_there, parts_of, since
from .graph_talk import GraphTalk, paged
from .talk import Person

PAGE = "102030"


class PagesNetwork(GraphNetwork):
    """Facebook Login and a person's pages; Instagram is reached through them too."""

    login_scopes: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[str] = ["CREATE_CONTENT", "MANAGE"]
        self.other_pages: list[dict[str, Any]] = []
        self.has_page = True

    def admit(self, request: Request) -> Reply | None:
        if request.path.endswith("/debug_token"):
            right = request.token == f"{APP.client_id}|{APP.client_secret}"
            return None if right else self.refusal(401)
        return super().admit(request)

    @route("POST", rf"{VERSION}/oauth/access_token", renews=True)
    def token(self, request: Request) -> Reply:
        form = request.form
        if form["grant_type"] == "fb_exchange_token":
            return self.longer_token(form["fb_exchange_token"])
        return self.brief_token(request)

    @route("GET", rf"{VERSION}/me/permissions")
    def permissions(self, request: Request) -> Reply:
        return edge(
            {
                "permission": each,
                "status": "declined" if each in self.withheld else "granted",
            }
            for each in self.scopes
        )

    @route("GET", rf"{VERSION}/debug_token")
    def debug(self, request: Request) -> Reply:
        token = request.query["input_token"]
        if token not in self.access or token in self.ended:
            said = {"code": 190, "message": "The session has been invalidated."}
            return Reply(200, {"data": {"is_valid": False, "error": said, "scopes": []}})
        told = {
            "app_id": APP.client_id,
            "type": "PAGE",
            "is_valid": True,
            "expires_at": 0,
            "data_access_expires_at": 1_800_000_000,
            "scopes": self.granted(self.scopes),
        }
        return Reply(200, {"data": told})

    @route("GET", rf"{VERSION}/me/accounts")
    def pages(self, request: Request) -> Reply:
        return edge([*([self.own_page()] if self.has_page else []), *self.other_pages])

    @route("GET", rf"{VERSION}/me/businesses")
    def businesses(self, request: Request) -> Reply:
        return edge([{"id": "55"}])

    @route("GET", rf"{VERSION}/55/owned_pages")
    def owned_pages(self, request: Request) -> Reply:
        return edge([self.own_page() | {"id": "908070", "name": "The Dock"}])

    @route("GET", rf"{VERSION}/55/client_pages")
    def client_pages(self, request: Request) -> Reply:
        return edge([])

    def own_page(self) -> dict[str, Any]:
        return {
            "id": PAGE,
            "name": "The Harbour",
            "username": "theharbour",
            "link": "https://www.facebook.com/theharbour",
            "access_token": self.token_for("page"),
            "tasks": self.tasks,
            "picture": {"data": {"url": "https://scontent.example/harbour.jpg"}},
        }

    @route("GET", rf"{VERSION}/{PAGE}")
    def page(self, request: Request) -> Reply:
        return Reply(200, {"access_token": self.token_for("page"), "id": PAGE})


class FacebookNetwork(PagesNetwork):
    scopes: tuple[str, ...] = Facebook.scopes

    def __init__(self) -> None:
        super().__init__()
        self.photos: dict[str, dict[str, Any]] = {}
        self.videos: dict[str, dict[str, Any]] = {}
        self.looks_left = 0
        """How often a finished video is still worked on when somebody looks."""
        self.video_fails = False
        self.silent_after_finish = False
        self.answers: list[Reply] = []
        """What the next requests that make a post are answered, after the post was taken."""
        self.talk = GraphTalk(self, Person(PAGE, "The Harbour", "theharbour"), prefix="102030_")

    @route("POST", rf"{VERSION}/{PAGE}/photos")
    def take_photo(self, request: Request) -> Reply:
        parts = parts_of(request)
        assert parts["published"] == "false"
        photo = self.next_id()
        self.photos[photo] = parts
        return Reply(200, {"id": photo}, self.usage())

    @route("POST", rf"{VERSION}/{PAGE}/feed", makes_post=True)
    def post(self, request: Request) -> Reply:
        told = parts_of(request)
        staged = [self.photos[each["media_fbid"]] for each in told.get("attached_media", ())]
        item = self.keep(
            Item(
                f"{PAGE}_{self.next_id()}",
                told.get("message", ""),
                media=[
                    {"kind": "image", "alt": each.get("alt_text_custom", "")} for each in staged
                ],
                facts={"link": told.get("link", ""), "from": PAGE},
            )
        )
        if self.answers:
            return self.answers.pop(0)
        return Reply(200, {"id": item.id}, self.usage())

    @route(
        "POST", rf"{VERSION}/{PAGE}/videos", makes_post=lambda request: b"finish" in request.body
    )
    def take_video(self, request: Request) -> Reply:
        parts = parts_of(request)
        if parts["upload_phase"] == "start":
            video = self.next_id()
            size = int(parts["file_size"])
            self.videos[video] = {"size": size, "bytes": b"", "post": ""}
            return Reply(
                200, {"video_id": video, "upload_session_id": video} | self._offsets(video)
            )
        video = parts["upload_session_id"]
        kept = self.videos[video]
        if parts["upload_phase"] == "transfer":
            assert int(parts["start_offset"]) == len(kept["bytes"])
            kept["bytes"] += parts["video_file_chunk"]
            return Reply(200, self._offsets(video))
        if kept["post"]:
            return Reply(400, graph_error(6000, "There was a problem with this upload.", 1363030))
        assert len(kept["bytes"]) == kept["size"]
        kept["post"] = f"{PAGE}_{self.next_id()}"
        media: list[Mapping[str, Any]] = [{"kind": "video", "alt": ""}]
        self.keep(Item(kept["post"], parts["description"], media=media, facts={"from": PAGE}))
        return Reply(200, {"success": True})

    def _offsets(self, video: str) -> dict[str, str]:
        kept = self.videos[video]
        first = len(kept["bytes"])
        return {"start_offset": str(first), "end_offset": str(min(kept["size"], first + 25_000))}

    @route("GET", rf"{VERSION}/{PAGE}/published_posts")
    def published_posts(self, request: Request) -> Reply:
        posts = [each for each in self.items.values() if each.kind == "post"]
        if "comments" not in request.query["fields"]:
            return edge(_shown(each) for each in since(posts, request))
        assert "comments.filter(stream).order(reverse_chronological)" in request.query["fields"]
        return edge(
            {**_shown(each), "comments": paged(self._said_under(each.id), {}, most=50)}
            for each in since(posts, request)
        )

    def _said_under(self, post: str) -> list[dict[str, Any]]:
        return [
            {
                "id": each.id,
                "message": each.text,
                "created_time": made_at(each),
                "from": {
                    "id": self.talk.author(each).id,
                    "name": self.talk.author(each).name,
                },
                **({"parent": {"id": each.parent}} if each.parent != post else {}),
            }
            for each in self.talk.under(post)
        ]

    @route("GET", rf"{VERSION}/{PAGE}/tagged")
    def tagged(self, request: Request) -> Reply:
        rows = [
            {
                "id": each.id,
                "message": each.text,
                "created_time": made_at(each),
                "from": {"id": each.facts["by"].id, "name": each.facts["by"].name},
            }
            for each in reversed(self.talk.taggings)
        ]
        return Reply(200, paged(rows, request.query))

    @route("GET", rf"{VERSION}/{PAGE}/conversations")
    def conversations(self, request: Request) -> Reply:
        assert request.query["platform"] == "messenger"
        return Reply(200, paged(self.talk.talks(), request.query))

    @route("POST", rf"{VERSION}/{PAGE}/messages", makes_post=True)
    def message(self, request: Request) -> Reply:
        assert request.json["messaging_type"] == "RESPONSE"
        return self.talk.take_message(request)

    @route("POST", rf"{VERSION}/(?P<post>\d+_\d+)/comments", makes_post=True)
    def comment(self, request: Request, post: str) -> Reply:
        text = parts_of(request)["message"]
        number = f"{post.partition('_')[2]}_{self.next_id()}"
        self.keep(Item(number, text, parent=post, kind="comment", facts={"from": PAGE}))
        return Reply(200, {"id": number})

    @route("GET", rf"{VERSION}/(?P<post>\d+_\d+)/comments")
    def comments(self, request: Request, post: str) -> Reply:
        if "order" in request.query:
            return Reply(200, paged(self._said_under(post), request.query))
        under = [each for each in self.items.values() if each.parent == post]
        return edge(
            {
                "id": each.id,
                "message": each.text,
                "created_time": made_at(each),
                "from": {"id": each.facts["from"], "name": "The Harbour"},
            }
            for each in since(under, request)
        )

    @route("GET", rf"{VERSION}/(?P<post>\d+_\d+)/insights")
    def insights(self, request: Request, post: str) -> Reply:
        numbers = {"post_media_view": 120, "post_total_media_view_unique": 90, "post_clicks": 7}
        return edge(
            {"name": name, "period": "lifetime", "values": [{"value": number}]}
            for name, number in numbers.items()
        )

    @route("GET", rf"{VERSION}/(?P<thing>\d+(_\d+)?)")
    def read(self, request: Request, thing: str, **_: str) -> Reply:
        if thing in self.videos:
            return Reply(200, self._video(thing))
        if thing == PAGE:
            return self.page(request)
        if thing not in self.items:
            return not_there(thing)
        told = {
            "id": thing,
            "comments": {"data": [], "summary": {"total_count": 2}},
            "reactions": {"data": [], "summary": {"total_count": 5}},
        }
        return Reply(200, told)

    def _video(self, video: str) -> dict[str, Any]:
        kept = self.videos[video]
        if not kept["post"]:
            return {"id": video, "published": False, "status": {"video_status": "upload_complete"}}
        if self.silent_after_finish:
            return {}
        self.looks_left -= 1
        status = "processing" if self.looks_left >= 0 else "ready"
        if self.video_fails:
            error = {"code": 1363026, "message": "The video is too short"}
            failed = {"video_status": "error", "processing_phase": {"error": error}}
            return {"id": video, "published": False, "status": failed}
        post = kept["post"] if status == "ready" else None
        told = {"id": video, "published": True, "status": {"video_status": status}}
        return told | ({"post_id": post} if post else {})

    @route("DELETE", rf"{VERSION}/(?P<post>\d+_\d+)")
    def take_down(self, request: Request, post: str) -> Reply:
        if self.items.pop(post, None) is None:
            return not_there(post)
        return Reply(200, {"success": True})


def _shown(item: Item) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": item.id, "message": item.text, "created_time": made_at(item)}
    kinds = [{"media_type": {"image": "photo"}.get(each["kind"], "video")} for each in item.media]
    if len(kinds) > 1:
        several = {"media_type": "album", "subattachments": {"data": kinds}}
        shown["attachments"] = {"data": [several]}
    elif kinds:
        shown["attachments"] = {"data": kinds}
    elif item.facts.get("link"):
        shown["attachments"] = {"data": [{"media_type": "link"}]}
    return shown


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with FacebookNetwork() as network:
        assert isinstance(network, FacebookNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "facebook.api": network.address,
        }
        yield Stage(
            account=AccountFacts(PAGE, "theharbour"),
            vault=network.vault(
                user_token=network.token_for("person"),
                scope=",".join((*network.scopes, READS_PEOPLE, READS_MESSAGES)),
            ),
            network=network,
            talk=network.talk,
            app=APP,
            files=some_pictures(4),
            answer=network.consent,
        )
