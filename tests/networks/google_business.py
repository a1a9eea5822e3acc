"""Google Business Profile, as its three APIs answer: accounts, places, and posts that are looked
over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from publishing.channels.google_business import GoogleBusiness

from .base import Item, Reply, Request, Stage, route, some_pictures
from .consent import APP
from .google import GoogleNetwork

ACCOUNT = "accounts/105623"
PLACE = "locations/77901"
POSTS = rf"/v4/{ACCOUNT}/{PLACE}/localPosts"
MAPS = "https://maps.google.example/?cid=77901"


class BusinessNetwork(GoogleNetwork):
    scopes = GoogleBusiness.scopes

    def __init__(self) -> None:
        super().__init__()
        self.state = "LIVE"
        self.can_post = True

    @route("GET", "/v1/accounts")
    def accounts(self, request: Request) -> Reply:
        return Reply(200, {"accounts": [{"name": ACCOUNT, "accountName": "The Harbour"}]})

    @route("GET", f"/v1/{ACCOUNT}/locations")
    def places(self, request: Request) -> Reply:
        assert request.query["readMask"]
        if not request.query.get("pageToken"):
            return Reply(200, {"locations": [self._place(PLACE)], "nextPageToken": "more"})
        return Reply(200, {"locations": [self._place("locations/77902")]})

    @route("GET", f"/v1/{PLACE}")
    def place(self, request: Request) -> Reply:
        return Reply(200, self._place(PLACE))

    def _place(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "title": "The Harbour",
            "storefrontAddress": {"addressLines": ["Quay 1"], "locality": "Bergen"},
            "metadata": {"mapsUri": MAPS, "canOperateLocalPost": self.can_post},
        }

    @route("POST", POSTS, makes_post=True)
    def create(self, request: Request) -> Reply:
        told = request.json
        item = Item(
            f"{ACCOUNT}/{PLACE}/localPosts/{self.next_id()}",
            told["summary"],
            media=[
                {"kind": "image", "alt": "", "address": each["sourceUrl"]}
                for each in told.get("media", ())
            ],
            facts={"link": told.get("callToAction", {}).get("url", ""), "state": self.state},
        )
        return Reply(200, _post(self.keep(item)))

    @route("GET", POSTS)
    def posts(self, request: Request) -> Reply:
        found = [_post(each) for each in self.items.values()]
        return Reply(200, {"localPosts": found} if found else {})

    @route("GET", rf"{POSTS}/(?P<number>\d+)")
    def post(self, request: Request, number: str) -> Reply:
        item = self.items.get(f"{ACCOUNT}/{PLACE}/localPosts/{number}")
        return self.refusal(404) if item is None else Reply(200, _post(item))

    @route("DELETE", rf"{POSTS}/(?P<number>\d+)")
    def take_down(self, request: Request, number: str) -> Reply:
        if self.items.pop(f"{ACCOUNT}/{PLACE}/localPosts/{number}", None) is None:
            return self.refusal(404)
        return Reply(200, {})


def _post(item: Item) -> dict[str, Any]:
    number = item.id.rpartition("/")[2]
    shown: dict[str, Any] = {
        "name": item.id,
        "languageCode": "en",
        "summary": item.text,
        "state": item.facts["state"],
        "topicType": "STANDARD",
        "createTime": item.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "searchUrl": f"https://local.google.example/place?lpsid={number}",
    }
    if item.facts["link"]:
        shown["callToAction"] = {"actionType": "LEARN_MORE", "url": item.facts["link"]}
    if item.media:
        shown["media"] = [{"mediaFormat": "PHOTO", "googleUrl": "https://lh3.example/1"}]
    return shown


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with BusinessNetwork() as network:
        assert isinstance(network, BusinessNetwork)
        hosts = ("tokens", "manage", "places", "api")
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            **{f"google_business.{host}": network.address for host in hosts},
        }
        yield Stage(
            account=AccountFacts(f"{ACCOUNT}/{PLACE}", "Quay 1", settings={"maps": MAPS}),
            vault=network.vault(),
            network=network,
            app=APP,
            files=some_pictures(1),
            answer=network.consent,
            exempt={"scopes": "Google sends nobody back who refused the only scope."},
        )
