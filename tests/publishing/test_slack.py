"""What is Slack's own: no inside a 200, keys in metadata, files that show up later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import Accepted, ChannelError, Draft, Found, Media, Outcome, Published
from publishing.channels.slack import Slack
from publishing.channels.slack_words import escaped, plain
from tests.networks.base import Reply, Stage, query_of
from tests.networks.slack import SlackNetwork, stage
from tests.peers.sessions import picture

slack = Slack()
BACK = "https://warren.example/connect/slack/callback/"
FILM = Media("film", "video/mp4", alt="A mast is lifted")
MAST = Media("mast", "image/jpeg", alt="A mast")


@pytest.fixture
def harbour(settings: Settings) -> Iterator[Stage]:
    with stage(settings) as ready:
        ready.files.update(film=b"moving", mast=picture())
        yield ready


def network_of(harbour: Stage) -> SlackNetwork:
    assert isinstance(harbour.network, SlackNetwork)
    return harbour.network


def frozen(harbour: Stage, draft: Draft | None = None, key: str = "one") -> dict[str, object]:
    draft = draft or harbour.draft
    return slack.freeze(draft, harbour.account, occurrence_key=key, now=now())


@pytest.mark.parametrize(
    ("code", "outcome", "word"),
    [
        ("not_in_channel", Outcome.REFUSED, "/invite"),
        ("is_archived", Outcome.REFUSED, "archived"),
        ("token_revoked", Outcome.RECONNECT, "Connect the account again"),
        ("missing_scope", Outcome.RECONNECT, "allow it"),
        ("msg_too_long", Outcome.REFUSED, "Shorten"),
        ("internal_error", Outcome.AMBIGUOUS, "looks for it"),
        ("something_new", Outcome.REFUSED, "something new"),
    ],
)
def test_a_no_inside_a_yes_is_a_no(harbour: Stage, code: str, outcome: Outcome, word: str) -> None:
    harbour.vault.credentials.pop("refresh_token")
    network_of(harbour).refusal = lambda status: Reply(200, {"ok": False, "error": code})  # type: ignore[method-assign]
    network_of(harbour).faults.append("403")
    with pytest.raises(ChannelError) as caught:
        slack.publish(frozen(harbour), harbour.session())
    assert caught.value.outcome is outcome
    assert word in caught.value.message


def test_two_posts_with_the_same_words_are_told_apart_by_their_keys(harbour: Stage) -> None:
    first, second = frozen(harbour, key="one"), frozen(harbour, key="two")
    out = slack.publish(first, harbour.session())
    assert isinstance(out, Published)
    assert slack.find(second, harbour.session()) is None
    found = slack.find(first, harbour.session())
    assert isinstance(found, Found)
    assert found.remote_id == out.remote_id


def test_without_metadata_words_and_author_decide(harbour: Stage) -> None:
    network_of(harbour).shows_metadata = False
    payload = frozen(harbour, Draft("A & B < C", link="https://harbour.example/?a=1&b=2"))
    slack.publish(payload, harbour.session())
    assert isinstance(slack.find(payload, harbour.session()), Found)
    harbour.posts()[0].facts["user"] = "U0SOMEBODY"
    assert slack.find(payload, harbour.session()) is None


@pytest.mark.parametrize("told_at_once", [True, False])
def test_files_are_one_message_that_is_known_by_them(harbour: Stage, told_at_once: bool) -> None:
    network_of(harbour).tells_stamp = told_at_once
    payload, session = frozen(harbour, Draft("Both", media=(MAST, FILM))), harbour.session()
    out = slack.publish(payload, session)
    assert isinstance(out, Published if told_at_once else Accepted)
    found = slack.find(payload, harbour.session(handle=session.handle))
    (item,) = harbour.posts()
    assert isinstance(found, Found)
    assert found.remote_id == item.id
    assert [(each["kind"], each["alt"]) for each in item.media] == [
        ("image", "A mast"),
        ("video", "A mast is lifted"),
    ]


def test_files_whose_showing_got_no_answer_are_not_shown_twice(harbour: Stage) -> None:
    payload, session = frozen(harbour, Draft("Once", media=(MAST,))), harbour.session()
    network_of(harbour).faults.append("500_after")
    with pytest.raises(ChannelError) as caught:
        slack.publish(payload, session)
    assert caught.value.outcome is Outcome.AMBIGUOUS
    assert isinstance(slack.publish(payload, session), Accepted)
    assert isinstance(slack.find(payload, session), Found)
    assert len(harbour.posts()) == 1


def test_files_that_never_show_up_become_a_persons_business(harbour: Stage) -> None:
    payload, session = frozen(harbour, Draft("Once", media=(MAST,))), harbour.session()
    slack.publish(payload, session)
    network_of(harbour).items.clear()
    assert isinstance(slack.find(payload, session), Accepted)
    with time_machine.travel(now() + timedelta(minutes=16)):
        harbour.vault.credentials["expires_at"] = ""
        later = harbour.session(handle=session.handle)
        with pytest.raises(ChannelError) as caught:
            slack.find(payload, later)
    assert caught.value.outcome is Outcome.NOT_SENT


def test_a_public_channel_is_joined_before_the_first_post(harbour: Stage) -> None:
    harbour.account.settings["is_member"] = False  # type: ignore[index]
    slack.publish(frozen(harbour), harbour.session())
    assert network_of(harbour).joined


def test_the_channels_to_choose_from_are_those_that_the_bot_can_post_in(harbour: Stage) -> None:
    asked = slack.authorization(values={}, state="s", redirect_uri=BACK, app=harbour.app)
    assert harbour.answer is not None
    answer = harbour.answer(query_of(asked.url))
    offered = slack.accept(answer, asked.kept, redirect_uri=BACK, app=harbour.app)
    assert [each.handle for each in offered] == ["news", "other"]


def test_an_app_with_rotation_is_refused_with_the_reason(harbour: Stage) -> None:
    network_of(harbour).rotates_at_consent = True
    asked = slack.authorization(values={}, state="s", redirect_uri=BACK, app=harbour.app)
    assert harbour.answer is not None
    answer = harbour.answer(query_of(asked.url))
    with pytest.raises(ChannelError, match="rotation"):
        slack.accept(answer, asked.kept, redirect_uri=BACK, app=harbour.app)


@pytest.mark.parametrize("text", ["a & b", "<b>", "x &amp; y", "1 < 2 > 0"])
def test_what_is_escaped_reads_back_the_same(text: str) -> None:
    assert plain(escaped(text)) == text
