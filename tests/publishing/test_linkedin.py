"""What is special to LinkedIn: escaped text, ids in headers, duplicates, rights that few apps have,
and pages with roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from publishing.channels.base import (
    Accepted,
    AccountFacts,
    ChannelError,
    Draft,
    Finding,
    Found,
    Media,
    Outcome,
    Published,
)
from publishing.channels.linkedin import LinkedIn
from publishing.channels.linkedin_errors import TABLE
from publishing.channels.linkedin_page import LinkedInPage
from publishing.channels.linkedin_posts import LinkedInChannel
from publishing.channels.linkedin_shapes import is_same, written
from publishing.channels.text import escape_linkedin
from tests.networks.base import Stage, query_of
from tests.networks.consent import APP
from tests.networks.linkedin import LinkedInNetwork, duplicate
from tests.networks.linkedin import stage as person_stage
from tests.networks.linkedin_page import PAGE
from tests.networks.linkedin_page import stage as page_stage

MOMENT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PERSON, ORGANIZATION = LinkedIn(), LinkedInPage()


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with person_stage(settings) as opened:
        yield opened


@pytest.fixture
def page(settings: Settings) -> Iterator[Stage]:
    with page_stage(settings) as opened:
        yield opened


def network(stage: Stage) -> LinkedInNetwork:
    assert isinstance(stage.network, LinkedInNetwork)
    return stage.network


def frozen(channel: LinkedInChannel, stage: Stage, **changes: Any) -> dict[str, Any]:
    draft = replace(stage.draft, **changes)
    return channel.freeze(draft, stage.account, occurrence_key="one", now=datetime.now(UTC))


def without_reading(stage: Stage) -> None:
    network(stage).may_read = False
    stage.vault.credentials["scope"] = "openid,profile,w_member_social"


@pytest.mark.parametrize(
    "text", ["a (b) [c] {d} <e> @f #Gee *h* _i_ ~j~ k|l \\m", "#Boats and #Müll_1", "plain", "\\("]
)
def test_escaped_text_reads_back_as_it_was_written(text: str) -> None:
    assert written(escape_linkedin(text)) == text


def test_links_that_linkedin_shortened_are_the_same_text() -> None:
    assert is_same("Look: https://lnkd.in/abc", "Look: https://harbour.example/a/long/one")
    assert not is_same("Look: https://lnkd.in/abc", "See: https://harbour.example/a/long/one")


def test_a_link_without_pictures_becomes_a_card(stage: Stage) -> None:
    payload = frozen(PERSON, stage, link="https://harbour.example/x", link_title="Our masts")
    assert payload["article"] == {"source": "https://harbour.example/x", "title": "Our masts"}
    assert PERSON.publish(payload, stage.session())
    assert stage.posts()[0].facts["link"] == "https://harbour.example/x"


def test_visibility_is_an_option(stage: Stage) -> None:
    assert frozen(PERSON, stage)["visibility"] == "PUBLIC"
    payload = frozen(PERSON, stage, options={"visibility": "CONNECTIONS"})
    assert payload["visibility"] == "CONNECTIONS"


# Duplicates


def test_a_duplicate_of_our_own_unclear_sending_is_adopted(stage: Stage) -> None:
    network(stage).refuses_duplicates = True
    network(stage).faults.append("reset_after")
    payload, session = frozen(PERSON, stage), stage.session()
    with pytest.raises(ChannelError):
        PERSON.publish(payload, session)
    again = PERSON.publish(payload, stage.session(handle=session.handle))
    assert isinstance(again, Published)
    assert again.remote_id == stage.posts()[0].id
    assert len(stage.posts()) == 1


def test_a_duplicate_of_an_older_post_is_refused_with_its_address(stage: Stage) -> None:
    network(stage).refuses_duplicates = True
    PERSON.publish(frozen(PERSON, stage), stage.session())
    older = stage.posts()[0]
    older.at -= timedelta(hours=3)
    with pytest.raises(ChannelError) as caught:
        PERSON.publish(frozen(PERSON, stage), stage.session())
    assert caught.value.outcome is Outcome.REFUSED
    assert older.id in caught.value.message


def test_a_duplicate_of_a_deleted_post_says_so(stage: Stage) -> None:
    network(stage)._wrong_with = lambda told: duplicate("urn:li:share:1")  # type: ignore[method-assign]
    with pytest.raises(ChannelError) as caught:
        PERSON.publish(frozen(PERSON, stage), stage.session())
    assert caught.value.outcome is Outcome.REFUSED
    assert "day or two" in caught.value.message


def test_an_unreadable_duplicate_after_an_unclear_sending_goes_to_a_person(stage: Stage) -> None:
    without_reading(stage)
    network(stage).refuses_duplicates = True
    network(stage).faults.append("500_after")
    payload, session = frozen(PERSON, stage), stage.session()
    for _ in range(2):
        with pytest.raises(ChannelError) as caught:
            PERSON.publish(payload, session)
        assert caught.value.outcome is Outcome.AMBIGUOUS
    assert len(stage.posts()) == 1


# Rights


def test_without_the_right_to_read_a_look_up_says_so_and_nothing_is_counted(stage: Stage) -> None:
    without_reading(stage)
    payload = frozen(PERSON, stage)
    out = PERSON.publish(payload, stage.session())
    with pytest.raises(ChannelError, match="cannot be looked up"):
        PERSON.find(payload, stage.session())
    assert isinstance(out, Published)
    assert PERSON.measure(out, stage.session()).likes is None  # type: ignore[union-attr]
    assert by_check(PERSON.probe(stage.session()))["read_back"].ok is None


def test_an_account_whose_app_may_not_comment_is_told_before(stage: Stage) -> None:
    poor = AccountFacts("urn:li:person:1", settings={"reads_back": False})
    problems = PERSON.problems(Draft("Words.", first_comment="More."), poor)
    assert problems == ("LinkedIn takes no first comment from Warren: take it out.",)
    assert not PERSON.problems(Draft("Words.", first_comment="More."), stage.account)


def test_an_operator_can_ask_for_more_scopes(settings: Settings) -> None:
    settings.WARREN_CHANNEL_OPTIONS = {"linkedin.extra_scopes": "r_member_social"}
    asked = PERSON.authorization(values={}, state="s", redirect_uri="https://w.example", app=APP)
    assert "w_member_social+r_member_social" in asked.url


def test_a_token_without_a_refresh_token_is_kept_until_it_ends(stage: Stage) -> None:
    now = datetime.now(UTC)
    stage.vault.credentials |= {
        "refresh_token": "",
        "issued_at": (now - timedelta(days=59)).isoformat(),
        "expires_at": (now + timedelta(days=1)).isoformat(),
    }
    assert PERSON.renew(stage.session()) == now + timedelta(days=1)
    assert isinstance(PERSON.publish(frozen(PERSON, stage), stage.session()), Published)
    stage.vault.credentials["expires_at"] = (now - timedelta(days=1)).isoformat()
    with pytest.raises(ChannelError) as caught:
        PERSON.renew(stage.session())
    assert caught.value.outcome is Outcome.RECONNECT


def test_a_disconnected_person_is_forgotten_there_and_a_page_is_not(
    stage: Stage, page: Stage
) -> None:
    """Pages of one person share one token, which another page may still need."""
    PERSON.revoke(stage.session())
    assert not network(stage).access
    ORGANIZATION.revoke(page.session())
    assert network(page).access


def test_a_daily_limit_ends_at_midnight() -> None:
    said = "Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls is reached"
    error = TABLE.error("LinkedIn", status=429, detail=said, headers={}, now=MOMENT)
    assert error.retry_after == timedelta(hours=14, minutes=30).total_seconds()


# Video


def test_a_video_that_is_worked_on_is_waited_for_and_then_posted_once(page: Stage) -> None:
    network(page).looks_left = 2
    page.files["film"] = b"film" * 5000
    payload = frozen(ORGANIZATION, page, media=(Media("film", "video/mp4", alt="A mast"),))
    session = page.session()
    waiting = ORGANIZATION.publish(payload, session)
    assert isinstance(waiting, Accepted) and not page.posts()
    assert isinstance(ORGANIZATION.find(payload, page.session(handle=session.handle)), Accepted)
    assert ORGANIZATION.find(payload, page.session(handle=session.handle)) is None
    out = ORGANIZATION.publish(payload, page.session(handle=session.handle))
    assert isinstance(out, Published)
    assert list(network(page).files.values()) == [page.files["film"]]


def test_a_video_that_linkedin_cannot_read_is_refused(page: Stage) -> None:
    network(page).video_fails = True
    page.files["film"] = b"film" * 5000
    payload = frozen(ORGANIZATION, page, media=(Media("film", "video/mp4"),))
    with pytest.raises(ChannelError) as caught:
        ORGANIZATION.publish(payload, page.session())
    assert caught.value.outcome is Outcome.REFUSED


def test_a_file_that_is_up_is_not_uploaded_again(page: Stage) -> None:
    media = (Media("p1", "image/jpeg"), Media("p2", "image/jpeg"))
    payload, session = frozen(ORGANIZATION, page, media=media), page.session()
    ORGANIZATION.prepare(payload, session)
    ORGANIZATION.publish(payload, page.session(handle=session.handle))
    assert len(page.network.calls("PUT", "dms-uploads")) == 2


# Pages


def test_every_page_with_a_role_that_posts_is_offered(page: Stage) -> None:
    network(page).roles.append(("urn:li:organization:9", "CONTENT_ADMINISTRATOR"))
    found = connected(page)
    assert [each.remote_id for each in found] == [PAGE, "urn:li:organization:9"]
    assert found[0].name == "The Harbour"
    assert found[0].profile_url.endswith("/company/the-harbour/")


def test_without_any_page_the_reason_is_told(page: Stage) -> None:
    network(page).roles = [(PAGE, "ANALYST")]
    with pytest.raises(ChannelError, match="you may post on no page"):
        connected(page)


def test_the_doctor_names_a_lost_role(page: Stage) -> None:
    assert all(each.ok for each in ORGANIZATION.probe(page.session()))
    network(page).roles = [(PAGE, "ANALYST")]
    role = by_check(ORGANIZATION.probe(page.session()))["role"]
    assert role.ok is False and "analyst" in role.says and role.mend


def test_a_page_post_is_found_and_counted(page: Stage) -> None:
    payload = frozen(ORGANIZATION, page)
    out = ORGANIZATION.publish(payload, page.session())
    assert isinstance(out, Published)
    assert ORGANIZATION.find(payload, page.session()) == Found(out.remote_id, out.url)
    measured = ORGANIZATION.measure(out, page.session())
    assert (measured.impressions, measured.clicks) == (120, 7)  # type: ignore[union-attr]


def connected(page: Stage) -> tuple[Any, ...]:
    to = "https://warren.example/back"
    asked = ORGANIZATION.authorization(values={}, state="s", redirect_uri=to, app=APP)
    answer = network(page).consent(query_of(asked.url))
    return ORGANIZATION.accept(answer, asked.kept, redirect_uri=to, app=APP)


def by_check(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {each.check: each for each in findings}
