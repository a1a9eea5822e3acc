"""LinkedIn's pages: the person's network with an organization's posts, roles and statistics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from publishing.channels.linkedin_page import LinkedInPage

from .base import Reply, Request, Stage, route, some_pictures
from .consent import APP
from .linkedin import LinkedInNetwork

PAGE = "urn:li:organization:5590506"


class LinkedInPageNetwork(LinkedInNetwork):
    scopes = LinkedInPage.scopes
    author = PAGE

    def __init__(self) -> None:
        super().__init__()
        self.roles = [(PAGE, "ADMINISTRATOR"), ("urn:li:organization:77", "ANALYST")]

    @route("GET", "/rest/organizationAcls")
    def access_control(self, request: Request) -> Reply:
        assert request.query["q"] == "roleAssignee"
        elements = [
            {"organization": urn, "role": role, "state": "APPROVED"} for urn, role in self.roles
        ]
        return Reply(200, {"elements": elements, "paging": {"start": 0, "count": 100}})

    @route("GET", "/rest/organizations")
    def organizations(self, request: Request) -> Reply:
        ids = request.query["ids"].removeprefix("List(").removesuffix(")").split(",")
        results = {
            each: {"id": int(each), "localizedName": "The Harbour", "vanityName": "the-harbour"}
            for each in ids
        }
        return Reply(200, {"results": results, "statuses": {}, "errors": {}})

    @route("GET", "/rest/organizationalEntityShareStatistics")
    def statistics(self, request: Request) -> Reply:
        wanted = request.query["shares"].removeprefix("List(").removesuffix(")")
        if wanted not in self.items:
            return Reply(200, {"elements": []})
        counts = {
            "uniqueImpressionsCount": 90,
            "clickCount": 7,
            "engagement": 0.1,
            "shareCount": 1,
            "likeCount": 5,
            "impressionCount": 120,
            "commentCount": 2,
        }
        element = {"organizationalEntity": PAGE, "share": wanted, "totalShareStatistics": counts}
        return Reply(200, {"elements": [element]})


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with LinkedInPageNetwork() as network:
        assert isinstance(network, LinkedInPageNetwork)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "linkedin_page.api": network.address,
            "linkedin_page.web": network.address,
        }
        yield Stage(
            account=AccountFacts(PAGE, "the-harbour"),
            vault=network.vault(),
            network=network,
            talk=network.talk,
            app=APP,
            files=some_pictures(4),
            answer=network.consent,
        )
