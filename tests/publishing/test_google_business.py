"""What is special about Google Business Profile: places, the look over, and being admitted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from publishing.channels.base import (
    Accepted,
    ChannelError,
    Draft,
    Found,
    Media,
    Outcome,
    Payload,
    Published,
)
from publishing.channels.google_business import GoogleBusiness, read_place_error
from tests.networks.base import Item, Reply, Stage, query_of
from tests.networks.google_business import ACCOUNT, MAPS, PLACE, BusinessNetwork
from tests.networks.google_business import stage as business_stage

CHANNEL = GoogleBusiness()
TEXT = "New masts are in."


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with business_stage(settings) as found:
        yield found


@pytest.fixture
def network(stage: Stage) -> BusinessNetwork:
    assert isinstance(stage.network, BusinessNetwork)
    return stage.network


def frozen(stage: Stage, draft: Draft | None = None) -> Payload:
    moment = datetime.now(UTC)
    draft = draft or Draft(TEXT, link="https://harbour.example/masts")
    return CHANNEL.freeze(draft, stage.account, occurrence_key="one", now=moment)


def test_each_place_is_an_account_to_choose(stage: Stage) -> None:
    callback = "https://warren.example/back/"
    asked = CHANNEL.authorization(values={}, state="s", redirect_uri=callback, app=stage.app)
    assert stage.answer is not None
    answer = stage.answer(query_of(asked.url))
    found = CHANNEL.accept(answer, asked.kept, redirect_uri=callback, app=stage.app)
    assert [each.remote_id for each in found] == [
        f"{ACCOUNT}/{PLACE}",
        f"{ACCOUNT}/locations/77902",
    ]
    assert found[0].handle == "Quay 1, Bergen"
    assert query_of(asked.url)["access_type"] == "offline"


def test_a_post_that_is_looked_over_is_waited_for(stage: Stage, network: BusinessNetwork) -> None:
    network.state = "PROCESSING"
    payload, session = frozen(stage), stage.session()
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    assert isinstance(CHANNEL.find(payload, session), Accepted)
    (item,) = stage.posts()
    item.facts["state"] = "LIVE"
    number = item.id.rpartition("/")[2]
    address = f"https://local.google.example/place?lpsid={number}"
    assert CHANNEL.find(payload, session) == Found(item.id, address)


def test_a_post_that_is_rejected_has_failed(stage: Stage, network: BusinessNetwork) -> None:
    network.state = "REJECTED"
    payload, session = frozen(stage), stage.session()
    for call in (CHANNEL.publish, CHANNEL.find):
        with pytest.raises(ChannelError, match="rejected the post") as caught:
            call(payload, session)
        assert caught.value.outcome is Outcome.REFUSED
        assert caught.value.extra["http_status"] is None


def test_a_rejected_post_that_was_read_back_is_known_by_name_first(
    stage: Stage, network: BusinessNetwork
) -> None:
    network.state = "REJECTED"
    network.faults.append("500_after")
    payload, session = frozen(stage), stage.session()
    with pytest.raises(ChannelError):
        CHANNEL.publish(payload, session)
    assert isinstance(CHANNEL.find(payload, session), Accepted)
    with pytest.raises(ChannelError, match="rejected the post"):
        CHANNEL.find(payload, session)


def test_words_link_picture_and_time_together_make_a_post_ours(
    stage: Stage, network: BusinessNetwork
) -> None:
    payload = frozen(stage)
    facts = {"link": "https://harbour.example/masts", "state": "LIVE"}
    old = datetime.now(UTC) - timedelta(hours=3)
    for item in (
        Item("1", TEXT, facts={**facts, "link": "https://harbour.example/sails"}),
        Item("2", TEXT, facts=facts, media=[{"kind": "image", "alt": ""}]),
        Item("3", f"{TEXT} Come.", facts=facts),
        Item("4", TEXT, facts=facts, at=old),
    ):
        network.keep(item)
    assert CHANNEL.find(payload, stage.session()) is None
    network.keep(Item("5", TEXT, facts=facts))
    found = CHANNEL.find(payload, stage.session())
    assert isinstance(found, Found)
    assert found.remote_id == "5"


def test_the_picture_is_fetched_and_the_link_is_a_button(
    stage: Stage, network: BusinessNetwork
) -> None:
    draft = Draft(
        TEXT,
        link="https://harbour.example/masts",
        media=(Media("p1", "image/jpeg"),),
        options={"action": "BOOK"},
    )
    out = CHANNEL.publish(frozen(stage, draft), stage.session())
    assert isinstance(out, Published)
    (sent,) = network.calls("POST", "localPosts")
    assert sent.json["callToAction"] == {"actionType": "BOOK", "url": draft.link}
    assert sent.json["media"][0]["sourceUrl"].endswith("/our-files/p1")
    assert sent.json["summary"] == TEXT


def test_a_project_that_google_has_not_admitted_is_told_to_its_operator() -> None:
    details = [{"reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit_value": "0"}}]
    body = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": details}}
    code, detail = read_place_error(429, body)
    error = CHANNEL.retry_table.error(CHANNEL.label, status=429, code=code, detail=detail)
    assert error.outcome is Outcome.REFUSED
    assert "applies for access" in error.message


def test_the_doctor_sees_a_place_that_takes_no_posts(
    stage: Stage, network: BusinessNetwork
) -> None:
    network.can_post = False
    (wrong,) = [each for each in CHANNEL.probe(stage.session()) if each.ok is False]
    assert wrong.check == "role"


def test_the_doctor_says_what_is_not_turned_on(
    stage: Stage, network: BusinessNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = {"code": 403, "message": "Off.", "details": [{"reason": "SERVICE_DISABLED"}]}
    monkeypatch.setattr(network, "admit", lambda request: Reply(403, {"error": error}))
    (wrong,) = [each for each in CHANNEL.probe(stage.session()) if each.ok is False]
    assert "not turned on" in wrong.says


def test_a_place_without_posts_of_its_own_opens_on_the_map(stage: Stage) -> None:
    state = CHANNEL._state({"name": "n", "state": "LIVE"}, stage.session())
    assert state == Found("n", MAPS)
