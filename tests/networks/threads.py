"""Threads: containers of words, pictures and videos, answers, and a token that tells its scopes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from publishing.channels.threads import Threads

from .base import Reply, Request, Stage, route, some_pictures
from .consent import APP
from .containers import ContainerNetwork
from .graph import not_there, parts_of

USER = "17841412345678901"


class ThreadsNetwork(ContainerNetwork):
    scopes: tuple[str, ...] = Threads.scopes
    open_paths = ("/oauth/access_token", "/access_token", "/refresh_access_token", "/our-files")
    text_name = "text"
    state_name = "status"
    words_name = "error_message"

    def __init__(self) -> None:
        super().__init__()
        self.quota_total = 250

    @route("POST", "/oauth/access_token", renews=True)
    def code(self, request: Request) -> Reply:
        return self.brief_token(request)

    @route("GET", "/access_token")
    def longer(self, request: Request) -> Reply:
        assert request.query["grant_type"] == "th_exchange_token"
        return self.longer_token(request.query["access_token"])

    @route("GET", "/refresh_access_token", renews=True)
    def refreshed(self, request: Request) -> Reply:
        assert request.query["grant_type"] == "th_refresh_token"
        return self.longer_token(request.query["access_token"])

    @route("GET", r"/v1\.0/debug_token")
    def debug(self, request: Request) -> Reply:
        token = request.query["input_token"]
        told = {
            "type": "USER",
            "is_valid": token in self.access and token not in self.ended,
            "expires_at": 1_800_000_000,
            "scopes": self.granted(self.scopes),
        }
        return Reply(200, {"data": told})

    @route("GET", r"/v1\.0/me")
    def me(self, request: Request) -> Reply:
        return Reply(200, {"id": USER, "username": self.handle, "name": "The Harbour"})

    @route("POST", rf"/v1\.0/{USER}/threads")
    def container(self, request: Request) -> Reply:
        form = parts_of(request)
        assert form.get("media_type") in ("TEXT", "IMAGE", "VIDEO", "CAROUSEL")
        assert "link_attachment" not in form or form["media_type"] == "TEXT"
        return self.make_container(request)

    @route("POST", rf"/v1\.0/{USER}/threads_publish", makes_post=True)
    def publish(self, request: Request) -> Reply:
        return self.publish_container(request)

    @route("GET", rf"/v1\.0/{USER}/threads")
    def posts(self, request: Request) -> Reply:
        return self.listed(request, ("post",))

    @route("GET", rf"/v1\.0/{USER}/replies")
    def replies(self, request: Request) -> Reply:
        return self.listed(request, ("comment",))

    @route("GET", rf"/v1\.0/{USER}/threads_publishing_limit")
    def publishing_limit(self, request: Request) -> Reply:
        return self.quota_told()

    @route("GET", r"/v1\.0/(?P<post>\d+)/insights")
    def insights(self, request: Request, post: str) -> Reply:
        told = {"views": 120, "likes": 5, "replies": 2, "reposts": 1, "quotes": 0, "shares": 1}
        return self.numbers(post, told)

    @route("GET", r"/v1\.0/(?P<thing>\d+)")
    def thing(self, request: Request, thing: str) -> Reply:
        return self.one(thing)

    @route("DELETE", r"/v1\.0/(?P<post>\d+)")
    def take_down(self, request: Request, post: str) -> Reply:
        if self.items.pop(post, None) is None:
            return not_there(post)
        return Reply(200, {"success": True, "deleted_id": post})

    def permalink(self, number: str) -> str:
        return f"https://www.threads.net/@{self.handle}/post/{number}"


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with ThreadsNetwork() as network:
        assert isinstance(network, ThreadsNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "threads.api": network.address,
        }
        yield Stage(
            account=AccountFacts(USER, network.handle),
            vault=network.vault(),
            network=network,
            app=APP,
            files=some_pictures(4),
            answer=network.consent,
        )
