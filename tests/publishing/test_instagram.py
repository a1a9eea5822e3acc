"""What is special to Instagram, by either login: containers that are worked on, fail, run out or
are out already, the daily quota that is read before, and the accounts behind pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from publishing.channels.base import (
    Accepted,
    ChannelError,
    Draft,
    Finding,
    Found,
    Media,
    Outcome,
    Published,
)
from publishing.channels.instagram import Instagram
from publishing.channels.instagram_login import InstagramLogin
from tests.networks.base import Item, Stage, query_of
from tests.networks.consent import APP
from tests.networks.facebook import PAGE
from tests.networks.instagram import ACCOUNT, InstagramNetwork
from tests.networks.instagram import stage as instagram_stage
from tests.networks.instagram_login import InstagramLoginNetwork
from tests.networks.instagram_login import stage as login_stage

CHANNEL, BY_LOGIN = Instagram(), InstagramLogin()


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with instagram_stage(settings) as opened:
        yield opened


def network(stage: Stage) -> InstagramNetwork:
    assert isinstance(stage.network, InstagramNetwork)
    return stage.network


def frozen(stage: Stage, **changes: Any) -> dict[str, Any]:
    draft = replace(stage.draft, **changes)
    return CHANNEL.freeze(draft, stage.account, occurrence_key="one", now=datetime.now(UTC))


def unclear(stage: Stage, fault: str = "reset_after") -> tuple[dict[str, Any], dict[str, Any]]:
    """A payload whose sending got no answer, and its handle."""
    network(stage).faults.append(fault)
    payload, session = frozen(stage), stage.session()
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(payload, session)
    assert caught.value.outcome is Outcome.AMBIGUOUS
    return payload, session.handle


def film(stage: Stage) -> tuple[Media, ...]:
    stage.files["film"] = b"film" * 100
    return (Media("film", "video/mp4"),)


# Working on it


def test_a_reel_is_waited_for_and_published_once(stage: Stage) -> None:
    network(stage).looks = 2
    payload, session = frozen(stage, media=film(stage)), stage.session()
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    assert isinstance(CHANNEL.find(payload, stage.session(handle=session.handle)), Accepted)
    assert CHANNEL.find(payload, stage.session(handle=session.handle)) is None
    assert not stage.posts()
    out = CHANNEL.publish(payload, stage.session(handle=session.handle))
    assert isinstance(out, Published) and out.url.startswith("https://www.instagram.com/p/")
    assert len(network(stage).containers) == 1
    form = next(iter(network(stage).containers.values())).form
    assert form["media_type"] == "REELS" and "alt_text" not in form


def test_videos_among_several_files_are_done_before_they_stand_together(stage: Stage) -> None:
    network(stage).looks = 1
    media = (*film(stage), Media("p1", "image/jpeg", alt="A mast"))
    payload, session = frozen(stage, media=media), stage.session()
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    assert len(session.handle["children"]) == 2 and "container" not in session.handle
    for each in network(stage).containers.values():
        each.state = "FINISHED"
    network(stage).looks = 0
    assert CHANNEL.find(payload, stage.session(handle=session.handle)) is None
    again = stage.session(handle=session.handle)
    assert isinstance(CHANNEL.publish(payload, again), Published)
    assert [each["kind"] for each in stage.posts()[0].media] == ["video", "image"]
    assert len(network(stage).fetched) == 2


def test_a_file_that_meta_cannot_use_is_told_by_its_code(stage: Stage) -> None:
    payload, session = frozen(stage), stage.session()
    CHANNEL.prepare(payload, session)
    for each in network(stage).containers.values():
        each.state = "ERROR"
        each.words = "Error: Media upload has failed with error code 2207009"
    with pytest.raises(ChannelError, match="4:5") as caught:
        CHANNEL.publish(payload, session)
    assert caught.value.outcome is Outcome.REFUSED
    assert "container" not in session.handle


# Run out, or out already


def test_a_container_that_ran_out_unpublished_is_made_again(stage: Stage) -> None:
    payload, session = frozen(stage), stage.session()
    CHANNEL.prepare(payload, session)
    network(stage).age(25)
    assert CHANNEL.find(payload, stage.session(handle=session.handle)) is None
    CHANNEL.publish(payload, session)
    assert len(stage.posts()) == 1 and len(network(stage).containers) == 2


def test_after_an_unclear_sending_a_container_that_ran_out_is_made_again_only_if_nothing_is_there(
    stage: Stage,
) -> None:
    payload, handle = unclear(stage, "reset")
    network(stage).age(25)
    assert CHANNEL.find(payload, stage.session(handle=handle)) is None
    CHANNEL.publish(payload, stage.session(handle=handle))
    assert len(stage.posts()) == 1


def test_a_post_that_is_there_is_taken_although_its_container_is_said_to_have_run_out(
    stage: Stage,
) -> None:
    payload, handle = unclear(stage)
    network(stage).containers[handle["container"]].state = "EXPIRED"
    assert isinstance(CHANNEL.find(payload, stage.session(handle=handle)), Found)
    out = CHANNEL.publish(payload, stage.session(handle=handle))
    assert isinstance(out, Published) and out.remote_id == stage.posts()[0].id
    assert len(stage.posts()) == 1


def test_a_published_container_whose_post_is_not_shown_yet_is_waited_for(stage: Stage) -> None:
    payload, handle = unclear(stage)
    network(stage).hides_posts = True
    assert isinstance(CHANNEL.find(payload, stage.session(handle=handle)), Accepted)
    assert isinstance(CHANNEL.publish(payload, stage.session(handle=handle)), Accepted)
    network(stage).hides_posts = False
    assert isinstance(CHANNEL.find(payload, stage.session(handle=handle)), Found)


def test_what_is_never_shown_goes_to_a_person_after_hours(stage: Stage) -> None:
    payload, handle = unclear(stage)
    network(stage).hides_posts = True
    session = stage.session(handle=handle)
    assert isinstance(CHANNEL.find(payload, session), Accepted)
    later = time_machine.travel(datetime.now(UTC) + timedelta(hours=7))
    with later, pytest.raises(ChannelError, match="more than 6 hours") as caught:
        CHANNEL.find(payload, stage.session(handle=session.handle))
    assert caught.value.outcome is Outcome.AMBIGUOUS


def test_the_newest_post_is_not_taken_for_this_one(stage: Stage) -> None:
    payload, handle = unclear(stage)
    ours = stage.posts()[0]
    network(stage).keep(Item(network(stage).next_id(), "Something else, later."))
    found = CHANNEL.find(payload, stage.session(handle=handle))
    assert isinstance(found, Found) and found.remote_id == ours.id


def test_a_failed_container_whose_post_is_there_is_no_failure(stage: Stage) -> None:
    payload, handle = unclear(stage)
    network(stage).containers[handle["container"]].state = "ERROR"
    assert isinstance(CHANNEL.find(payload, stage.session(handle=handle)), Found)
    assert isinstance(CHANNEL.publish(payload, stage.session(handle=handle)), Published)
    assert len(stage.posts()) == 1


def test_files_that_ran_out_before_they_stood_together_are_prepared_again(stage: Stage) -> None:
    network(stage).looks = 1
    media = (*film(stage), Media("p1", "image/jpeg"))
    payload, session = frozen(stage, media=media), stage.session()
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    network(stage).age(25)
    network(stage).looks = 0
    with pytest.raises(ChannelError, match="prepares it again") as caught:
        CHANNEL.publish(payload, session)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert isinstance(CHANNEL.publish(payload, session), Published)
    assert len(stage.posts()) == 1


def test_a_container_that_meta_forgot_after_an_unclear_sending_tells_nothing(stage: Stage) -> None:
    payload, handle = unclear(stage, "reset")
    network(stage).containers.clear()
    with pytest.raises(ChannelError, match="no longer knows"):
        CHANNEL.find(payload, stage.session(handle=handle))


def test_a_container_published_between_two_looks_is_one_post(stage: Stage) -> None:
    """Meta was still at it when it was asked: the second sending is refused, not doubled."""
    payload, handle = unclear(stage)
    container = network(stage).containers[handle["container"]]
    told = network(stage).container_state

    def behind(number: str) -> Any:
        container.state = "FINISHED"
        reply = told(number)
        container.state = "PUBLISHED"
        network(stage).container_state = told  # type: ignore[method-assign]
        return reply

    network(stage).container_state = behind  # type: ignore[method-assign]
    out = CHANNEL.publish(payload, stage.session(handle=handle))
    assert isinstance(out, Published) and len(stage.posts()) == 1


# Quota


def test_the_quota_is_read_before_sending_and_waited_for(stage: Stage) -> None:
    session = stage.session()
    CHANNEL.prepare(frozen(stage), session)
    posts = next(each for each in session.readings if each.name == "posts")
    assert (posts.used, posts.limit, posts.source) == (2, 50, "endpoint")
    network(stage).quota_used = 50
    with pytest.raises(ChannelError) as caught:
        CHANNEL.prepare(frozen(stage), stage.session())
    assert caught.value.outcome is Outcome.RATE_LIMITED
    assert by_check(CHANNEL.probe(stage.session()))["quota"].ok is False


# Comments


def test_a_comment_has_one_link_and_three_hundred_characters() -> None:
    media = (Media("p1", "image/jpeg"),)
    two = "https://a.example/x and https://b.example/y"
    assert any(
        "one link" in each for each in CHANNEL.problems(Draft("W", media=media, first_comment=two))
    )
    long = Draft("W", media=media, first_comment="x" * 301)
    assert any("300" in each for each in CHANNEL.problems(long))


def test_more_files_than_ten_are_refused() -> None:
    media = (Media("v", "video/mp4"),) * 5 + (Media("p", "image/jpeg"),) * 6
    (problem,) = CHANNEL.problems(Draft("Words.", media=media))
    assert "10" in problem and "11" in problem


# Accounts


def test_the_account_behind_a_page_is_offered_with_its_page(stage: Stage) -> None:
    (found,) = connected(stage)
    assert (found.remote_id, found.handle) == (ACCOUNT, "theharbour")
    assert found.settings == {"page": PAGE}
    assert found.credentials["user_token"]


def test_a_page_without_an_account_is_named(stage: Stage) -> None:
    network(stage).is_linked = False
    with pytest.raises(ChannelError, match="linked to The Harbour"):
        connected(stage)


def test_without_a_page_the_other_login_is_named(stage: Stage) -> None:
    network(stage).has_page = False
    with pytest.raises(ChannelError, match="its own login"):
        connected(stage)


def connected(stage: Stage) -> tuple[Any, ...]:
    to = "https://warren.example/back"
    asked = CHANNEL.authorization(values={}, state="s", redirect_uri=to, app=APP)
    answer = network(stage).consent(query_of(asked.url))
    return CHANNEL.accept(answer, asked.kept, redirect_uri=to, app=APP)


def test_a_private_account_is_told_by_the_doctor(settings: Settings) -> None:
    with login_stage(settings) as opened:
        assert isinstance(opened.network, InstagramLoginNetwork)
        opened.network.account_type = "PERSONAL"
        role = by_check(BY_LOGIN.probe(opened.session()))["role"]
    assert role.ok is False and "personal" in role.says


def test_access_by_own_login_is_renewed_before_it_ends(settings: Settings) -> None:
    with login_stage(settings) as opened:
        now = datetime.now(UTC)
        opened.vault.credentials |= {
            "issued_at": (now - timedelta(days=50)).isoformat(),
            "expires_at": (now + timedelta(days=10)).isoformat(),
        }
        payload = BY_LOGIN.freeze(opened.draft, opened.account, occurrence_key="one", now=now)
        assert isinstance(BY_LOGIN.publish(payload, opened.session()), Published)
        assert opened.network.renewals == 1


def by_check(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {each.check: each for each in findings}
