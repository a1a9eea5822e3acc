"""Bluesky: the stand-in for its reference server (tests/peers) as a network of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings
from werkzeug import Request as WerkzeugRequest
from werkzeug import Response
from werkzeug.test import EnvironBuilder

from publishing.channels.base import AccountFacts
from tests.peers.fake_atproto import FakeNetwork
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Network, Reply, Request, Stage, route

POSTS = "app.bsky.feed.post"


class BlueskyNetwork(Network):
    def __init__(self) -> None:
        super().__init__()
        self._answers: Callable[[WerkzeugRequest], Response] | None = None
        self.fake = FakeNetwork(self)  # type: ignore[arg-type]
        self.person = self.fake.join()

    # What FakeNetwork asks of a server

    def expect_request(self, _: Any) -> BlueskyNetwork:
        return self

    def respond_with_handler(self, handler: Callable[[WerkzeugRequest], Response]) -> None:
        self._answers = handler

    def url_for(self, path: str) -> str:
        return f"{self.address}{path}"

    # Routes, in the order of their names

    @route("POST", r"/xrpc/com\.atproto\.repo\.putRecord", makes_post=True)
    def keep_record(self, request: Request) -> Reply:
        return self.pass_on(request)

    @route("POST", r"/xrpc/com\.atproto\.server\.refreshSession", renews=True)
    def more_time(self, request: Request) -> Reply:
        return self.pass_on(request)

    @route("GET", r"/.*")
    @route("POST", r"/.*")
    def pass_on(self, request: Request) -> Reply:
        builder = EnvironBuilder(
            path=request.path,
            method=request.method,
            query_string=dict(request.query),
            headers=dict(request.headers),
            data=request.body,
        )
        assert self._answers is not None
        answer = self._answers(WerkzeugRequest(builder.get_environ()))
        return Reply(answer.status_code, answer.json, {})

    def refusal(self, status: int) -> Reply:
        code = {401: "AuthMissing", 403: "AccountNotFound", 429: "RateLimitExceeded"}
        headers = {self.retry_after_header: str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        body = {"error": code.get(status, "InternalServerError"), "message": f"It says {status}"}
        return Reply(status, body, headers)

    def refused_grant(self) -> Reply:
        return Reply(400, {"error": "ExpiredToken", "message": "Token has been revoked"})


class BlueskyStage(Stage):
    def posts(self) -> list[Item]:
        network: BlueskyNetwork = self.network  # type: ignore[assignment]
        account = network.fake.accounts[network.person.did]
        return [
            _item(f"at://{network.person.did}/{POSTS}/{rkey}", record)
            for (collection, rkey), record in account.records.items()
            if collection == POSTS
        ]


def _item(address: str, record: dict[str, Any]) -> Item:
    embed = record.get("embed", {})
    links = [
        feature["uri"]
        for facet in record.get("facets", [])
        for feature in facet["features"]
        if "uri" in feature
    ]
    card = embed.get("external", {}).get("uri", "")
    return Item(
        address,
        record["text"],
        parent=record.get("reply", {}).get("parent", {}).get("uri", ""),
        key=address.rpartition("/")[2],
        media=[{"kind": "image", "alt": image["alt"]} for image in embed.get("images", [])],
        facts={"link": " ".join([*links, card])},
    )


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with BlueskyNetwork() as network:
        assert isinstance(network, BlueskyNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "bluesky.appview": network.address,
        }
        person = network.person
        yield BlueskyStage(
            account=AccountFacts(person.did, person.handle, network.address),
            vault=Vault(dict(person.tokens)),
            network=network,
            values={
                "handle": person.handle,
                "app_password": person.app_password,
                "server": network.address,
            },
        )
