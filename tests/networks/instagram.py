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
from .graph_talk import GraphTalk, paged
from .talk import Person

ACCOUNT = "17841400008460056"
DRAFT = Draft(
    "Wooden masts, rebuilt in twelve days.",
    hashtags=("Boats",),
    media=(Media("p1", "image/jpeg", alt="A mast"),),
)


class MediaNetwork(ContainerNetwork):
    mailbox: str = ACCOUNT

    def __init__(self) -> None:
        super().__init__()
        self.talk = GraphTalk(self, Person(ACCOUNT, "The Harbour", self.handle))

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
        if "comments" not in request.query.get("fields", ""):
            return self.listed(request, ("post",))
        posts = [each for each in self.items.values() if each.kind == "post"]
        return edge(
            {"id": each.id, "comments": paged(self._said_under(each.id), {}, most=50)}
            for each in posts
        )

    def _said_under(self, post: str) -> list[dict[str, Any]]:
        """Comments newest first, each with its replies inside."""
        said = self.talk.under(post)
        return [
            {
                **self._comment(each),
                "replies": {"data": [self._comment(e) for e in said if e.parent == each.id]},
            }
            for each in said
            if each.parent == post
        ]

    def _comment(self, item: Item) -> dict[str, Any]:
        author = self.talk.author(item)
        return {
            "id": item.id,
            "text": item.text,
            "timestamp": made_at(item),
            "username": author.handle,
            "from": {"id": author.id, "username": author.handle, "name": author.name},
        }

    @route("GET", rf"{VERSION}/{ACCOUNT}/tags")
    def tags(self, request: Request) -> Reply:
        rows = [
            {**self._comment(each), "caption": each.text} for each in reversed(self.talk.taggings)
        ]
        return Reply(200, paged(rows, request.query))

    @route("GET", rf"{VERSION}/(?P<whose>\d+)/conversations")
    def conversations(self, request: Request, whose: str) -> Reply:
        assert (whose, request.query["platform"]) == (self.mailbox, "instagram")
        return Reply(200, paged(self.talk.talks(), request.query))

    @route("POST", rf"{VERSION}/(?P<whose>\d+)/messages", makes_post=True)
    def message(self, request: Request, whose: str) -> Reply:
        assert whose == self.mailbox
        return self.talk.take_message(request)

    @route("POST", rf"{VERSION}/(?P<above>\d+)/replies", makes_post=True)
    def reply(self, request: Request, above: str) -> Reply:
        text = parts_of(request)["message"]
        item = self.keep(Item(self.next_id(), text, parent=above, kind="comment"))
        return Reply(200, {"id": item.id})

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
        if "parent_id" in request.query["fields"]:
            return Reply(200, paged(self._said_under(post), request.query))
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
    mailbox = PAGE

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
            vault=network.vault(
                user_token=network.token_for("person"),
                scope=",".join((*network.scopes, Instagram.reads_messages)),
            ),
            talk=network.talk,
            answer=network.consent,
        )
