"""What is special to Facebook's pages: codes in answers of one status, posts that stand although
the answer said no, videos that are worked on, and the pages of a person and of their businesses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from publishing.channels.base import (
    Accepted,
    ChannelError,
    Finding,
    Found,
    Media,
    Outcome,
    Published,
)
from publishing.channels.facebook import Facebook
from publishing.channels.meta_errors import usage
from tests.networks.base import Reply, Stage, query_of
from tests.networks.consent import APP
from tests.networks.facebook import PAGE, FacebookNetwork
from tests.networks.facebook import stage as facebook_stage
from tests.networks.graph import graph_error

CHANNEL = Facebook()
MOMENT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with facebook_stage(settings) as opened:
        yield opened


def network(stage: Stage) -> FacebookNetwork:
    assert isinstance(stage.network, FacebookNetwork)
    return stage.network


def frozen(stage: Stage, **changes: Any) -> dict[str, Any]:
    draft = replace(stage.draft, **changes)
    return CHANNEL.freeze(draft, stage.account, occurrence_key="one", now=datetime.now(UTC))


# Errors


@pytest.mark.parametrize(
    ("code", "subcode", "outcome"),
    [
        (1, 0, Outcome.AMBIGUOUS),
        (2, 0, Outcome.AMBIGUOUS),
        (20, 1772107, Outcome.AMBIGUOUS),
        (4, 0, Outcome.RATE_LIMITED),
        (32, 0, Outcome.RATE_LIMITED),
        (613, 0, Outcome.RATE_LIMITED),
        (1, 1390008, Outcome.RATE_LIMITED),
        (190, 463, Outcome.RECONNECT),
        (10, 0, Outcome.RECONNECT),
        (230, 0, Outcome.RECONNECT),
        (368, 1404078, Outcome.RECONNECT),
        (368, 1346003, Outcome.REFUSED),
        (368, 0, Outcome.REFUSED),
        (506, 0, Outcome.REFUSED),
        (100, 1609008, Outcome.REFUSED),
        (324, 1366046, Outcome.REFUSED),
        (1363047, 0, Outcome.NOT_SENT),
        (100, 0, Outcome.REFUSED),
    ],
)
def test_codes_tell_what_is_known_of_the_post(code: int, subcode: int, outcome: Outcome) -> None:
    table = CHANNEL.retry_table
    name, detail = table.read(400, graph_error(code, "(#1) As Meta words it", subcode))
    error = table.error("Facebook", status=400, code=name, detail=detail, now=MOMENT)
    assert error.outcome is outcome
    assert error.message.endswith(".")


def test_the_header_says_how_long_to_wait() -> None:
    told = {PAGE: [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}]}
    headers = {"x-business-use-case-usage": json.dumps(told)}
    table = CHANNEL.retry_table
    assert table.error("F", status=400, code="32", headers=headers, now=MOMENT).retry_after == 1140
    assert table.error("F", status=400, code="32", headers={}, now=MOMENT).retry_after == 900
    assert usage(headers) == 100
    assert usage({"x-app-usage": "not json"}) is None


def test_a_400_whose_post_stands_is_looked_for_and_adopted(stage: Stage) -> None:
    said = graph_error(20, "Please reduce the amount of data", 1772107)
    network(stage).answers.append(Reply(400, said))
    payload, session = frozen(stage), stage.session()
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(payload, session)
    assert caught.value.outcome is Outcome.AMBIGUOUS
    found = CHANNEL.find(payload, stage.session(handle=session.handle))
    assert isinstance(found, Found) and found.remote_id == stage.posts()[0].id


def test_a_duplicate_after_an_unclear_attempt_is_our_own(stage: Stage) -> None:
    network(stage).faults.append("reset_after")
    payload, session = frozen(stage), stage.session()
    with pytest.raises(ChannelError):
        CHANNEL.publish(payload, session)
    refuse_next(stage, graph_error(506, "Duplicate status message"))
    again = CHANNEL.publish(payload, stage.session(handle=session.handle))
    assert isinstance(again, Published) and again.remote_id == stage.posts()[0].id


def test_a_duplicate_of_somebody_elses_post_is_refused(stage: Stage) -> None:
    refuse_next(stage, graph_error(506, "Duplicate status message"))
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(frozen(stage), stage.session())
    assert caught.value.outcome is Outcome.REFUSED
    assert not stage.posts()


def refuse_next(stage: Stage, said: dict[str, Any]) -> None:
    stands = network(stage)
    stands.faults.append("400")
    stands.refusal = lambda status: Reply(400, said)  # type: ignore[method-assign]


def test_a_post_with_another_number_of_pictures_is_not_ours(stage: Stage) -> None:
    CHANNEL.publish(frozen(stage), stage.session())
    other = frozen(stage, media=(Media("p1", "image/jpeg"),))
    assert CHANNEL.find(other, stage.session()) is None


# Media


def test_pictures_wait_unpublished_and_are_not_uploaded_twice(stage: Stage) -> None:
    media = (Media("p1", "image/jpeg", alt="A mast"), Media("p2", "image/jpeg"))
    payload, session = frozen(stage, media=media), stage.session()
    CHANNEL.prepare(payload, session)
    assert not stage.posts() and len(session.handle["photos"]) == 2
    CHANNEL.publish(payload, stage.session(handle=session.handle))
    assert len(stage.network.calls("POST", "photos")) == 2
    assert session.readings[0].used == 28


def test_a_video_is_finished_once_and_waited_for(stage: Stage) -> None:
    network(stage).looks_left = 2
    payload, session = filmed(stage), stage.session()
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    looks = [CHANNEL.find(payload, stage.session(handle=session.handle)) for _ in range(2)]
    assert isinstance(looks[0], Accepted) and isinstance(looks[1], Found)
    assert looks[1].remote_id == stage.posts()[0].id
    (video,) = network(stage).videos.values()
    assert video["bytes"] == stage.files["film"]


def test_a_video_whose_finish_got_no_answer_is_not_finished_again(stage: Stage) -> None:
    network(stage).faults.append("500_after")
    payload, session = filmed(stage), stage.session()
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(payload, session)
    assert caught.value.outcome is Outcome.AMBIGUOUS
    again = CHANNEL.publish(payload, stage.session(handle=session.handle))
    assert isinstance(again, Published) and len(stage.posts()) == 1


def test_a_video_that_was_not_finished_is_certainly_not_out(stage: Stage) -> None:
    payload, session = filmed(stage), stage.session()
    CHANNEL.prepare(payload, session)
    assert CHANNEL.find(payload, stage.session(handle=session.handle)) is None


def test_a_video_that_cannot_be_used_is_refused(stage: Stage) -> None:
    network(stage).video_fails = True
    with pytest.raises(ChannelError, match="too short") as caught:
        CHANNEL.publish(filmed(stage), stage.session())
    assert caught.value.outcome is Outcome.REFUSED


def filmed(stage: Stage) -> dict[str, Any]:
    stage.files["film"] = b"film" * 15_000
    return frozen(stage, media=(Media("film", "video/mp4"),))


# Pages


def test_every_page_on_which_the_person_may_post_is_offered(stage: Stage) -> None:
    network(stage).other_pages = [
        {"id": "7", "name": "Read only", "access_token": "x-7", "tasks": ["ANALYZE"]},
        {"id": "8", "name": "The Shed", "access_token": "x-8", "tasks": ["CREATE_CONTENT"]},
    ]
    found = connected(stage)
    assert [each.name for each in found] == ["The Harbour", "The Shed"]
    assert found[1].credentials["access_token"] == "x-8"
    assert found[1].credentials["user_token"].startswith("person-token")
    assert found[1].profile_url == "https://www.facebook.com/8"


def test_pages_of_a_business_are_listed_where_the_app_may(stage: Stage, settings: Settings) -> None:
    settings.WARREN_CHANNEL_OPTIONS = {
        **settings.WARREN_CHANNEL_OPTIONS,
        "facebook.extra_scopes": "business_management",
    }
    network(stage).scopes = (*Facebook.scopes, "business_management")
    assert [each.name for each in connected(stage)] == ["The Harbour", "The Dock"]


def test_a_login_configuration_stands_in_place_of_scopes(settings: Settings) -> None:
    settings.WARREN_CHANNEL_OPTIONS = {"facebook.login_configuration": "4711"}
    asked = CHANNEL.authorization(values={}, state="s", redirect_uri="https://w.example", app=APP)
    query = query_of(asked.url)
    assert (query["config_id"], query["state"]) == ("4711", "s")
    assert "scope" not in query


@pytest.mark.parametrize(
    ("has_page", "words"), [(False, "showed no page"), (True, "may not create content")]
)
def test_without_a_page_the_reason_is_told(stage: Stage, has_page: bool, words: str) -> None:
    network(stage).has_page, network(stage).tasks = has_page, ["ANALYZE"]
    with pytest.raises(ChannelError, match=words):
        connected(stage)


def test_the_doctor_tells_of_a_lost_role_and_of_ended_access(stage: Stage) -> None:
    network(stage).tasks = ["ANALYZE"]
    role = by_check(CHANNEL.probe(stage.session()))["role"]
    assert role.ok is False and role.mend
    stage.network.ended.add(stage.vault.credentials["access_token"])
    token = by_check(CHANNEL.probe(stage.session()))["token"]
    assert token.ok is False and "invalidated" in token.says


def test_a_page_goes_on_while_the_access_of_its_person_has_ended(stage: Stage) -> None:
    stage.network.ended.add(stage.vault.credentials["user_token"])
    findings = by_check(CHANNEL.probe(stage.session()))
    assert findings["token"].ok and findings["role"].ok is None and findings["role"].mend
    assert isinstance(CHANNEL.publish(frozen(stage), stage.session()), Published)


def test_a_right_that_is_missing_waits_for_a_person_and_renews_nothing(stage: Stage) -> None:
    stage.network.faults.append("403")
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(frozen(stage), stage.session())
    assert caught.value.outcome is Outcome.RECONNECT
    assert stage.network.renewals == 0


def test_renewal_keeps_the_page_and_its_person(stage: Stage) -> None:
    before = dict(stage.vault.credentials)
    ends = CHANNEL.renew(stage.session())
    after = stage.vault.credentials
    assert ends is not None and ends > datetime.now(UTC) + timedelta(days=59)
    assert after["access_token"].startswith("page-token")
    assert after["access_token"] != before["access_token"]
    assert after["user_token"] != before["user_token"]


def connected(stage: Stage) -> tuple[Any, ...]:
    to = "https://warren.example/back"
    asked = CHANNEL.authorization(values={}, state="s", redirect_uri=to, app=APP)
    answer = network(stage).consent(query_of(asked.url))
    return CHANNEL.accept(answer, asked.kept, redirect_uri=to, app=APP)


def by_check(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {each.check: each for each in findings}


def test_a_finished_video_is_out_although_its_state_is_not_told(stage: Stage) -> None:
    payload, session = filmed(stage), stage.session()
    CHANNEL.prepare(payload, session)
    network(stage).silent_after_finish = True
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    network(stage).silent_after_finish = False
    assert isinstance(CHANNEL.find(payload, stage.session(handle=session.handle)), Found)
    assert len(stage.posts()) == 1
