"""Instagram by its own login: a code for an hour, exchanged for sixty days, renewed by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from publishing.channels.instagram_login import InstagramLogin

from .base import Reply, Request, Stage, route
from .graph import VERSION
from .instagram import ACCOUNT, MediaNetwork, media_stage


class InstagramLoginNetwork(MediaNetwork):
    scopes: tuple[str, ...] = InstagramLogin.scopes
    open_paths = ("/oauth/access_token", "/access_token", "/refresh_access_token", "/our-files")
    account_type = "BUSINESS"

    @route("POST", "/oauth/access_token", renews=True)
    def code(self, request: Request) -> Reply:
        reply = self.brief_token(request)
        if reply.status != 200:
            return reply
        told = {"user_id": ACCOUNT, "permissions": ",".join(self.granted(self.scopes))}
        return Reply(200, {"data": [{**reply.body, **told}]})

    @route("GET", "/access_token")
    def longer(self, request: Request) -> Reply:
        assert request.query["grant_type"] == "ig_exchange_token"
        return self.longer_token(request.query["access_token"])

    @route("GET", "/refresh_access_token", renews=True)
    def refreshed(self, request: Request) -> Reply:
        assert request.query["grant_type"] == "ig_refresh_token"
        return self.longer_token(request.query["access_token"])

    @route("GET", rf"{VERSION}/me")
    def me(self, request: Request) -> Reply:
        told = {"user_id": ACCOUNT, "username": self.handle, "name": "The Harbour", "id": "99"}
        return Reply(200, told | {"account_type": self.account_type})


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with InstagramLoginNetwork() as network:
        assert isinstance(network, InstagramLoginNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "instagram_login.api": network.address,
            "instagram_login.token": network.address,
        }
        yield media_stage(
            network,
            account=AccountFacts(ACCOUNT, network.handle),
            vault=network.vault(scope=",".join((*network.scopes, InstagramLogin.reads_messages))),
            talk=network.talk,
            answer=network.consent,
        )
