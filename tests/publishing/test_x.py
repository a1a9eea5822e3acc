"""What is special about X: short links read back, duplicates, money, files in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from publishing.channels import chunks
from publishing.channels.base import (
    Accepted,
    ChannelError,
    Draft,
    Found,
    Kind,
    Media,
    Outcome,
    Payload,
    Published,
)
from publishing.channels.errors import retry_after
from publishing.channels.x import LINK_COST, X
from publishing.channels.x_answers import read_problem
from publishing.selectors.preview import preview
from tests.networks.base import Item, Reply, Stage
from tests.networks.x import USER, XNetwork
from tests.networks.x import stage as x_stage

CHANNEL = X()
TEXT = "Masts & spars < rebuilt, see https://harbour.example/masts/ #Boats"


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with x_stage(settings) as found:
        yield found


@pytest.fixture
def network(stage: Stage) -> XNetwork:
    assert isinstance(stage.network, XNetwork)
    return stage.network


def frozen(stage: Stage, draft: Draft | None = None) -> Payload:
    moment = datetime.now(UTC)
    return CHANNEL.freeze(draft or Draft(TEXT), stage.account, occurrence_key="one", now=moment)


def a_clip(**changes: Any) -> Draft:
    return Draft("A film", media=(Media("clip", "video/mp4", alt="Waves", **changes),))


def test_short_links_and_escaped_signs_are_read_back(stage: Stage, network: XNetwork) -> None:
    payload = frozen(stage)
    network.faults.append("500_after")
    session = stage.session()
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(payload, session)
    assert caught.value.outcome is Outcome.AMBIGUOUS
    (item,) = stage.posts()
    found = CHANNEL.find(payload, stage.session(handle=session.handle))
    assert found == Found(item.id, f"https://x.com/harbour/status/{item.id}")


def test_an_older_post_and_an_answer_with_the_same_words_are_not_it(
    stage: Stage, network: XNetwork
) -> None:
    old = datetime.now(UTC) - timedelta(hours=3)
    network.keep(Item("1", TEXT, facts={"author": USER}, at=old))
    network.keep(Item("2", TEXT, parent="7", facts={"author": USER}))
    network.keep(Item("3", f"{TEXT} more", facts={"author": USER}))
    assert CHANNEL.find(frozen(stage), stage.session()) is None


def test_a_duplicate_is_looked_up_and_believed_the_second_time(
    stage: Stage, network: XNetwork
) -> None:
    network.refuses_duplicates = True
    old = datetime.now(UTC) - timedelta(hours=3)
    network.keep(Item("1", TEXT, facts={"author": USER}, at=old))
    payload, session = frozen(stage), stage.session()
    for outcome in (Outcome.AMBIGUOUS, Outcome.REFUSED):
        with pytest.raises(ChannelError) as caught:
            CHANNEL.publish(payload, session)
        assert caught.value.outcome is outcome
        assert CHANNEL.find(payload, session) is None
    assert len(stage.posts()) == 1


def test_a_duplicate_of_our_own_post_is_that_post(stage: Stage, network: XNetwork) -> None:
    network.refuses_duplicates = True
    network.faults.append("reset_after")
    payload, session = frozen(stage), stage.session()
    with pytest.raises(ChannelError):
        CHANNEL.publish(payload, session)
    published = CHANNEL.publish(payload, session)
    assert isinstance(published, Published)
    assert [each.id for each in stage.posts()] == [published.remote_id]


def test_a_film_is_waited_for_as_long_as_x_says(stage: Stage, network: XNetwork) -> None:
    network.looks = 3
    payload, session = frozen(stage, a_clip()), stage.session()
    assert CHANNEL.publish(payload, session) == Accepted(3.0, "X is still working on the file.")
    assert isinstance(CHANNEL.find(payload, session), Accepted)
    assert CHANNEL.find(payload, session) is None
    assert isinstance(CHANNEL.publish(payload, session), Published)
    (item,) = stage.posts()
    assert item.media == [{"kind": "video", "alt": "Waves"}]
    assert len(network.uploads) == 1


def test_a_film_that_x_cannot_use_is_refused_with_its_words(
    stage: Stage, network: XNetwork
) -> None:
    network.processing_fails = True
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(frozen(stage, a_clip()), stage.session())
    assert caught.value.outcome is Outcome.REFUSED
    assert "Unsupported video format" in caught.value.message


def test_files_go_in_pieces_and_once(stage: Stage, network: XNetwork) -> None:
    stage.files["clip"] = b"x" * 9_000_001
    payload, session = frozen(stage, a_clip()), stage.session()
    CHANNEL.prepare(payload, session)
    CHANNEL.prepare(payload, session)
    (upload,) = network.uploads.values()
    assert [len(upload.pieces[index]) for index in range(3)] == [4_000_000, 4_000_000, 1_000_001]


def test_a_large_file_goes_on_where_the_last_worker_was(
    stage: Stage, network: XNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "PIECE_BYTES", 100)
    monkeypatch.setattr(chunks, "PIECES_BETWEEN_SAVES", 2)
    stage.files["clip"] = bytes(range(250)) * 2
    payload, session = frozen(stage, a_clip()), stage.session()
    asked = iter(range(3))
    monkeypatch.setattr(
        network, "admit", lambda request: None if next(asked, None) is not None else Reply(503)
    )
    with pytest.raises(ChannelError):
        CHANNEL.prepare(payload, session)
    monkeypatch.undo()
    monkeypatch.setattr(chunks, "PIECE_BYTES", 100)
    later = stage.session(handle=session.handle)
    CHANNEL.prepare(payload, later)
    (upload,) = network.uploads.values()
    assert b"".join(upload.pieces[n] for n in sorted(upload.pieces)) == stage.files["clip"]
    assert len(network.calls("POST", "/append")) == 2 + 1 + 3
    assert "open" not in later.handle


def test_subscribers_write_longer_posts(stage: Stage) -> None:
    stage.account.settings["verified_type"] = "blue"  # type: ignore[index]
    frozen(stage, Draft("x" * 25_000))
    stage.account.settings["verified_type"] = "none"  # type: ignore[index]
    with pytest.raises(ChannelError, match="takes 280 characters"):
        frozen(stage, Draft("x" * 281))


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft("Buy $HARB and $MAST"), "one cashtag"),
        (Draft("x", media=(Media("p1", "image/gif"), Media("p2", "image/jpeg"))), "GIF alone"),
    ],
)
def test_what_x_refuses_is_said_before(draft: Draft, words: str) -> None:
    assert any(words in problem for problem in CHANNEL.problems(draft))


def test_the_price_is_told_before_and_after_and_the_link_kept(stage: Stage) -> None:
    draft = Draft(TEXT, thread=("More.",), first_comment="https://harbour.example/sails")
    (before,) = preview(
        platform="x",
        content=draft.text,
        thread=draft.thread,
        first_comment=draft.first_comment,
    ).remarks
    assert "about 0.415 US dollars for these 3 posts" in before
    published = CHANNEL.publish(frozen(stage), stage.session())
    assert isinstance(published, Published)
    assert f"about {LINK_COST} US dollars for this post" in published.notes[0]
    assert "https://harbour.example/masts/" in stage.posts()[0].text


def test_the_limits_that_x_tells_are_noted(stage: Stage) -> None:
    session = stage.session()
    CHANNEL.publish(frozen(stage), session)
    (reading,) = session.readings
    assert (reading.name, reading.limit, reading.used) == ("posts", 100, 3)


def test_the_pause_ends_when_x_says() -> None:
    moment = datetime(2026, 11, 20, 12, 0, 0, 500_000, tzinfo=UTC)
    reset = str(int(moment.timestamp()) + 90)
    assert retry_after({"x-rate-limit-reset": reset}, moment) == 89.5


def test_only_what_x_calls_gone_is_gone(stage: Stage, network: XNetwork) -> None:
    out = CHANNEL.publish(frozen(stage), stage.session())
    assert isinstance(out, Published)
    network.whole_answer = "odd"
    with pytest.raises(ChannelError):
        CHANNEL.measure(out, stage.session())


def test_marks_go_with_the_post_and_not_with_its_answers(stage: Stage) -> None:
    options = {"reply_settings": "following", "made_with_ai": "yes"}
    draft = Draft("Hello", options=options, thread=("And more",))
    first = CHANNEL.publish(frozen(stage, draft), stage.session())
    assert isinstance(first, Published)
    later = frozen(stage, draft.follower(Kind.REPLY, "And more"))
    CHANNEL.publish(later, stage.under(first, first))
    post, answer = stage.posts()
    assert post.facts == {"author": USER, "reply_settings": "following", "made_with_ai": True}
    assert (answer.facts, answer.parent) == ({"author": USER}, post.id)


@pytest.mark.parametrize(
    ("status", "body", "outcome", "words"),
    [
        (402, {"title": "Payment Required", "detail": "CreditsDepleted"}, "refused", "credit"),
        (
            429,
            {
                "title": "UsageCapExceeded",
                "type": "https://api.twitter.com/2/problems/usage-capped",
            },
            "rate_limited",
            "used up",
        ),
        (
            403,
            {"errors": [{"code": 187, "message": "Status is a duplicate."}]},
            "ambiguous",
            "text",
        ),
        (503, {"title": "Service Unavailable"}, "ambiguous", "did not say"),
    ],
)
def test_answers_become_sentences(
    status: int, body: dict[str, Any], outcome: str, words: str
) -> None:
    code, detail = read_problem(status, body)
    error = CHANNEL.retry_table.error("X", status=status, code=code, detail=detail)
    assert error.outcome == outcome
    assert words in error.message
