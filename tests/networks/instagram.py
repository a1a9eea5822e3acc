"""Instagram behind Facebook's login, and what both logins lead to: media, comments, insights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts, Draft, Media
from publishing.channels.instagram import Instagram

from .base import Item, Network, Reply, Request, Stage, route, some_pictures
from .consent import APP
from .containers import ContainerNetwork
from .facebook import PAGE, PagesNetwork
from .graph import VERSION, edge, made_at, not_there, parts_of

ACCOUNT = "17841400008460056"
DRAFT = Draft(
    "Wooden masts, rebuilt in twelve days.",
    hashtags=("Boats",),
    media=(Media("p1", "image/jpeg", alt="A mast"),),
)


class MediaNetwork(ContainerNetwork):
    @route("POST", rf"{VERSION}/{ACCOUNT}/media")
    def container(self, request: Request) -> Reply:
        form = parts_of(request)
        assert form.get("media_type", "IMAGE") in ("IMAGE", "REELS", "CAROUSEL", "VIDEO")
        assert ("is_carousel_item" in form) or form.get("media_type") != "VIDEO", "use REELS"
        return self.make_container(request)

    @route("POST", rf"{VERSION}/{ACCOUNT}/media_publish", makes_post=True)
    def publish(self, request: Request) -> Reply:
        return self.publish_container(request)

    @route("GET", rf"{VERSION}/{ACCOUNT}/media")
    def media(self, request: Request) -> Reply:
        return self.listed(request, ("post",))

    @route("GET", rf"{VERSION}/{ACCOUNT}/content_publishing_limit")
    def publishing_limit(self, request: Request) -> Reply:
        return self.quota_told()

    @route("POST", rf"{VERSION}/(?P<post>\d+)/comments", makes_post=True)
    def comment(self, request: Request, post: str) -> Reply:
        text = parts_of(request)["message"]
        item = self.keep(Item(self.next_id(), text, parent=post, kind="comment"))
        return Reply(200, {"id": item.id})

    @route("GET", rf"{VERSION}/(?P<post>\d+)/comments")
    def comments(self, request: Request, post: str) -> Reply:
        under = [each for each in self.items.values() if each.parent == post]
        return edge(
            {
                "id": each.id,
                "text": each.text,
                "timestamp": made_at(each),
                "username": self.handle,
            }
            for each in reversed(under)
        )

    @route("GET", rf"{VERSION}/(?P<post>\d+)/insights")
    def insights(self, request: Request, post: str) -> Reply:
        if post not in self.items:
            return not_there(post)
        told = {"reach": 90, "views": 120, "likes": 5, "comments": 2, "saved": 1, "shares": 1}
        return self.numbers(post, told | {"total_interactions": 9})

    @route("GET", rf"{VERSION}/(?P<thing>\d+)")
    def thing(self, request: Request, thing: str) -> Reply:
        return self.one(thing)


class InstagramNetwork(MediaNetwork, PagesNetwork):
    scopes: tuple[str, ...] = Instagram.scopes

    def __init__(self) -> None:
        super().__init__()
        self.is_linked = True

    def own_page(self) -> dict[str, Any]:
        linked = {"id": ACCOUNT, "username": self.handle, "name": "The Harbour"}
        return super().own_page() | (
            {"instagram_business_account": linked} if self.is_linked else {}
        )

    @route("GET", rf"{VERSION}/(?P<thing>\d+)")
    def thing(self, request: Request, thing: str) -> Reply:
        return self.page(request) if thing == PAGE else self.one(thing)


def media_stage(network: Network, **more: Any) -> Stage:
    return Stage(
        network=network,
        app=APP,
        draft=DRAFT,
        files=some_pictures(4),
        **more,
    )


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with InstagramNetwork() as network:
        assert isinstance(network, InstagramNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "instagram.api": network.address,
        }
        yield media_stage(
            network,
            account=AccountFacts(ACCOUNT, network.handle, settings={"page": PAGE}),
            vault=network.vault(user_token=network.token_for("person")),
            answer=network.consent,
        )
