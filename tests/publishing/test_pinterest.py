"""What is special about Pinterest: boards, carousels of one size, videos with covers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from pytest_django import Settings

from publishing.channels.base import (
    Accepted,
    AccountFacts,
    ChannelError,
    Draft,
    Found,
    Media,
    Outcome,
    Payload,
    Published,
)
from publishing.channels.pin_media import of_size
from publishing.channels.pinterest import Pinterest
from tests.networks.base import Item, Stage
from tests.networks.pinterest import BOARD, OTHER_BOARD, PinterestNetwork
from tests.networks.pinterest import stage as pinterest_stage
from tests.peers.sessions import picture

CHANNEL = Pinterest()
VIDEO = Draft("A film", media=(Media("clip", "video/mp4", alt="Waves"),))


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with pinterest_stage(settings) as found:
        found.files["clip"] = b"film"
        yield found


@pytest.fixture
def network(stage: Stage) -> PinterestNetwork:
    assert isinstance(stage.network, PinterestNetwork)
    return stage.network


def frozen(stage: Stage, draft: Draft | None = None) -> Payload:
    moment = datetime.now(UTC)
    return CHANNEL.freeze(draft or stage.draft, stage.account, occurrence_key="one", now=moment)


def test_the_boards_of_the_account_are_to_choose_from(stage: Stage) -> None:
    (field,) = CHANNEL.option_fields_for(stage.account)
    assert field.choices == ((BOARD, "Masts"), (OTHER_BOARD, "Sails"))
    draft = replace(stage.draft, options={"board": OTHER_BOARD})
    CHANNEL.publish(frozen(stage, draft), stage.session())
    assert stage.posts()[0].facts["board"] == OTHER_BOARD


def test_without_a_board_there_is_no_pin(stage: Stage) -> None:
    problems = CHANNEL.problems(stage.draft, AccountFacts("1"))
    assert problems == ("A pin stands on a board: choose one, or make one on Pinterest first.",)


def test_pictures_of_a_carousel_are_made_one_size_and_that_is_told(stage: Stage) -> None:
    stage.files |= {"p1": picture(400, 600), "p2": picture(600, 400, kind="PNG")}
    media = (Media("p1", "image/jpeg", alt="One"), Media("p2", "image/png", alt="Two"))
    out = CHANNEL.publish(frozen(stage, replace(stage.draft, media=media)), stage.session())
    assert isinstance(out, Published)
    assert out.notes == ("Picture 2 was fitted to the size of the first one.",)
    (item,) = stage.posts()
    assert [each["size"] for each in item.media] == [(400, 600)] * 2


def test_a_fitted_picture_is_whole_on_white_ground() -> None:
    with Image.open(io.BytesIO(of_size(picture(200, 100), (100, 100)))) as fitted:
        assert fitted.size == (100, 100)
        assert fitted.getpixel((50, 5)) == (255, 255, 255)
        assert fitted.getpixel((2, 50)) != (255, 255, 255)


def test_a_video_is_waited_for_and_sent_with_its_cover(
    stage: Stage, network: PinterestNetwork
) -> None:
    network.looks = 2
    payload, session = frozen(stage, VIDEO), stage.session()
    waiting = CHANNEL.publish(payload, session)
    assert isinstance(waiting, Accepted)
    assert isinstance(CHANNEL.find(payload, session), Accepted)
    assert CHANNEL.find(payload, session) is None
    assert isinstance(CHANNEL.publish(payload, session), Published)
    (sent,) = network.calls("POST", "/v5/pins")
    assert sent.json["media_source"]["cover_image_key_frame_time"] == 1
    assert len(network.calls("POST", "/store")) == 1


def test_a_video_that_cannot_be_used_is_refused(stage: Stage, network: PinterestNetwork) -> None:
    network.looks = -1
    with pytest.raises(ChannelError, match="could not use the video") as caught:
        CHANNEL.publish(frozen(stage, VIDEO), stage.session())
    assert caught.value.outcome is Outcome.REFUSED


def test_only_title_words_link_and_time_together_make_a_pin_ours(
    stage: Stage, network: PinterestNetwork
) -> None:
    draft = replace(stage.draft, title="Masts", link="https://harbour.example/masts/")
    payload = frozen(stage, draft)
    facts = {"board": BOARD, "title": "Masts", "link": "http://harbour.example/masts"}
    text = payload["text"]
    for number, (words, changes, hours) in enumerate(
        [
            (text, {"title": "Sails"}, 0),
            (text, {"link": "https://harbour.example/sails"}, 0),
            (text, {"board": OTHER_BOARD}, 0),
            (f"{text}!", {}, 0),
            (text, {}, 3),
        ]
    ):
        at = datetime.now(UTC) - timedelta(hours=hours)
        network.keep(Item(str(number), words, facts={**facts, **changes}, at=at))
    assert CHANNEL.find(payload, stage.session()) is None
    network.keep(Item("99", text, facts=facts))
    found = CHANNEL.find(payload, stage.session())
    assert found == Found("99", "https://www.pinterest.com/pin/99/")


def test_where_the_link_goes_is_told(stage: Stage) -> None:
    draft = replace(stage.draft, link="https://harbour.example/masts")
    assert CHANNEL.remarks(draft) == (
        "The link has a place of its own on Pinterest: https://harbour.example/masts.",
    )


def test_an_app_on_trial_is_told_to_its_operator() -> None:
    error = CHANNEL.retry_table.error("Pinterest", status=403, code="29", detail="Trial.")
    assert error.outcome is Outcome.REFUSED
    assert "standard access" in error.message


def test_the_first_of_several_limits_is_noted(stage: Stage) -> None:
    session = stage.session()
    CHANNEL.publish(frozen(stage), session)
    assert {(each.name, each.limit, each.used) for each in session.readings} == {
        ("calls", 1000, 10)
    }
