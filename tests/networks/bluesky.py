"""Bluesky: the stand-in for its reference server (tests/peers) as a network of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import jwt
from pytest_django import Settings
from werkzeug import Request as WerkzeugRequest
from werkzeug import Response
from werkzeug.test import EnvironBuilder

from config.kernel.clock import now
from publishing.channels.base import AccountFacts
from publishing.channels.dpop import new_key
from tests.peers import fake_oauth
from tests.peers.fake_atproto import FakeNetwork
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Network, Reply, Request, Stage, route
from .bluesky_talk import BlueskyTalk

POSTS = "app.bsky.feed.post"
PASSED_ON = (
    *("DPoP-Nonce", "WWW-Authenticate", "ratelimit-limit", "ratelimit-remaining"),
    *("ratelimit-reset", "ratelimit-policy"),
)


class BlueskyNetwork(Network):
    def __init__(self) -> None:
        super().__init__()
        self._answers: Callable[[WerkzeugRequest], Response] | None = None
        self.fake = FakeNetwork(self)  # type: ignore[arg-type]
        self.person = self.fake.join()
        self.talk = BlueskyTalk(self.fake, self.person.did)
        self.fake.lists = dict(self.talk.lists)

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

    @route("POST", "/oauth/token", renews=True)
    def more_time(self, request: Request) -> Reply:
        return self.pass_on(request)

    def answer(self, request: Request) -> tuple[Reply, str]:
        """A proof without the server's nonce is sent back before anything else is looked at."""
        self.fake.grants.withheld = self.withheld
        if request.headers.get("dpop") and not self.whole_answer and not self._is_fresh(request):
            return self.pass_on(request), "ok"
        return super().answer(request)

    def _is_fresh(self, request: Request) -> bool:
        claims = jwt.decode(request.headers["dpop"], options={"verify_signature": False})
        return bool(claims.get("nonce") == self.fake.grants.nonce(request.path))

    @route("GET", r"/.*")
    @route("POST", r"/.*")
    def pass_on(self, request: Request) -> Reply:
        builder = EnvironBuilder(
            path=request.path,
            method=request.method,
            query_string=dict(request.query),
            headers=list(request.headers.items()),
            data=request.body,
        )
        assert self._answers is not None
        answer = self._answers(WerkzeugRequest(builder.get_environ()))
        told = {name: value for name, value in answer.headers.items() if name in PASSED_ON}
        return Reply(answer.status_code, answer.json, told)

    def refusal(self, status: int) -> Reply:
        code = {401: "AuthMissing", 403: "ScopeMissingError", 429: "RateLimitExceeded"}
        headers = {self.retry_after_header: str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        body = {"error": code.get(status, "InternalServerError"), "message": f"It says {status}"}
        return Reply(status, body, headers)


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
        kind="comment" if "reply" in record else "post",
        media=[
            *({"kind": "image", "alt": image["alt"]} for image in embed.get("images", [])),
            *([{"kind": "video", "alt": embed.get("alt", "")}] if "video" in embed else []),
        ],
        facts={"link": " ".join([*links, card])},
    )


def _granted(network: BlueskyNetwork) -> dict[str, Any]:
    """The credentials of an account that has just been connected at the server's own page."""
    key, person = new_key(), network.person
    told = fake_oauth.grant(network.fake, person, key)
    begun = now()
    return {
        "did": person.did,
        "handle": person.handle,
        "issuer": network.address,
        "token_endpoint": f"{network.address}/oauth/token",
        "client_id": "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2Fback",
        "client_key": "",
        "dpop_key": key,
        "access_token": told["access_token"],
        "refresh_token": told["refresh_token"],
        "scope": told["scope"],
        "issued_at": begun.isoformat(),
        "expires_at": (begun + timedelta(seconds=told["expires_in"])).isoformat(),
    }


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with BlueskyNetwork() as network:
        assert isinstance(network, BlueskyNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "bluesky.appview": network.address,
            "bluesky.directory": network.address,
            "bluesky.video": network.address,
        }
        person = network.person
        yield BlueskyStage(
            account=AccountFacts(person.did, person.handle, network.address),
            vault=Vault(_granted(network)),
            network=network,
            talk=network.talk,
            answer=lambda query: network.fake.consent(query, person),
            exempt={"pkce": "the request is pushed, so that the address shows only its number"},
            values={
                "handle": person.handle,
                "app_password": person.app_password,
                "server": network.address,
            },
        )
