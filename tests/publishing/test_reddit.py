"""What is Reddit's own: subreddits, kinds of post, pauses in words, floats in headers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import Accepted, ChannelError, Draft, Found, Media, Outcome, Published
from publishing.channels.reddit import Reddit
from publishing.channels.reddit_lookups import bare_subreddit
from tests.networks.base import Stage
from tests.networks.reddit import RedditNetwork, stage
from tests.peers.sessions import picture

reddit = Reddit()
WORDS = Draft("Twelve days.", title="Masts", hashtags=("Boats",), link="https://harbour.example/m")


@pytest.fixture
def harbour(settings: Settings) -> Iterator[Stage]:
    with stage(settings) as ready:
        ready.files["mast"] = picture()
        yield ready


def network_of(harbour: Stage) -> RedditNetwork:
    assert isinstance(harbour.network, RedditNetwork)
    return harbour.network


def frozen(harbour: Stage, draft: Draft = WORDS, **options: str) -> dict[str, Any]:
    draft = replace(draft, options=options)
    return reddit.freeze(draft, harbour.account, occurrence_key="one", now=now())


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("boats", "boats"),
        (" r/boats/ ", "boats"),
        ("https://www.reddit.com/r/boats/", "boats"),
        ("u/harbour", "u_harbour"),
        ("", ""),
    ],
)
def test_a_subreddit_is_read_as_people_paste_it(typed: str, name: str) -> None:
    assert bare_subreddit(typed) == name


def test_without_a_subreddit_posts_go_to_the_accounts_own_profile(harbour: Stage) -> None:
    own = replace(harbour.account, settings={})
    payload = reddit.freeze(WORDS, own, occurrence_key="one", now=now())
    assert payload["subreddit"] == f"u_{own.handle}"


def test_a_hashtag_line_is_no_heading(harbour: Stage) -> None:
    assert "\\#Boats" in frozen(harbour)["text"]


def test_a_link_post_has_the_link_as_its_address_and_the_words_below(harbour: Stage) -> None:
    payload, session = frozen(harbour, kind="link"), harbour.session()
    assert isinstance(reddit.publish(payload, session), Published)
    (item,) = harbour.posts()
    assert (item.facts["kind"], item.facts["link"]) == ("link", "https://harbour.example/m")
    assert "harbour.example" not in item.text
    assert isinstance(reddit.find(payload, session), Found)


def test_a_link_post_without_a_link_and_a_picture_as_a_link_are_refused(harbour: Stage) -> None:
    for draft in (replace(WORDS, link=None), replace(WORDS, media=(Media("mast", "image/jpeg"),))):
        with pytest.raises(ChannelError) as caught:
            frozen(harbour, draft, kind="link")
        assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    ("error", "outcome", "told"),
    [
        ("flair", Outcome.REFUSED, "flair"),
        ("noexist", Outcome.REFUSED, "no such subreddit"),
        ("break", Outcome.RATE_LIMITED, "pause"),
    ],
)
def test_errors_inside_a_success_are_errors(
    harbour: Stage, error: str, outcome: Outcome, told: str
) -> None:
    network_of(harbour).errors.append(error)
    with pytest.raises(ChannelError) as caught:
        reddit.publish(frozen(harbour), harbour.session())
    assert caught.value.outcome is outcome
    assert told in caught.value.message
    assert caught.value.retry_after == (540 if outcome is Outcome.RATE_LIMITED else None)


def test_what_is_left_of_the_quota_is_read_from_floats(harbour: Stage) -> None:
    session = harbour.session()
    reddit.publish(frozen(harbour), session)
    reading = session.readings[-1]
    assert (reading.name, reading.limit, reading.used) == ("calls", 996, 12)


def test_a_picture_is_waited_for_but_not_for_ever(harbour: Stage) -> None:
    network_of(harbour).looks_left = 2
    draft = replace(WORDS, media=(Media("mast", "image/jpeg"),))
    payload, session = frozen(harbour, draft), harbour.session()
    assert isinstance(reddit.publish(payload, session), Accepted)
    looks = [reddit.find(payload, session) for _ in range(3)]
    assert [type(look) for look in looks] == [Accepted, Accepted, Found]
    network_of(harbour).items.clear()
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert reddit.find(payload, session) is None


def test_the_same_words_in_another_subreddit_are_another_post(harbour: Stage) -> None:
    session = harbour.session()
    reddit.publish(frozen(harbour, subreddit="sailing"), session)
    assert reddit.find(frozen(harbour), session) is None


def test_the_doctor_looks_at_the_subreddit(harbour: Stage) -> None:
    network_of(harbour).banned = True
    wrong = [each for each in reddit.probe(harbour.session()) if each.ok is False]
    assert [each.check for each in wrong] == ["subreddit"]
    nowhere = replace(harbour.account, settings={"subreddit": "nowhere"})
    wrong = [each for each in reddit.probe(harbour.session(account=nowhere)) if each.ok is False]
    assert [each.check for each in wrong] == ["subreddit"]
