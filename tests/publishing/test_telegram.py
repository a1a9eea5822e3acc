"""What is special to Telegram: captions, counting, albums, moved groups, rights and addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from publishing.channels.base import ChannelError, Draft, Media, Outcome
from publishing.channels.telegram import Telegram
from tests.networks.base import Stage
from tests.networks.telegram import CHAT, TelegramNetwork, stage
from tests.peers.sessions import picture

from .contract import freeze

CHANNEL = Telegram()
SAIL = "\N{SAILBOAT}\ufe0f"
BOAT = "\N{CANOE}"


@pytest.fixture
def staged(settings: Settings) -> Iterator[Stage]:
    with stage(settings) as found:
        found.files["p"] = picture(600, 400)
        yield found


def network(staged: Stage) -> TelegramNetwork:
    assert isinstance(staged.network, TelegramNetwork)
    return staged.network


def photos(count: int) -> tuple[Media, ...]:
    return (Media("p", "image/jpeg", width=600, height=400),) * count


def send(staged: Stage, draft: Draft | None = None) -> Any:
    return CHANNEL.publish(freeze(CHANNEL, staged, draft or Draft("Masts.")), staged.session())


def failure(staged: Stage) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        send(staged)
    return caught.value


@pytest.mark.parametrize(
    ("text", "count", "fits"),
    [
        ("x" * 4096, 0, True),
        ("x" * 4097, 0, False),
        ("x" * 1024, 1, True),
        ("x" * 1025, 1, False),
        (BOAT * 2048, 0, True),
        (BOAT * 2048 + "x", 0, False),
        (BOAT * 512, 2, True),
        (SAIL * 513, 1, False),
    ],
)
def test_a_caption_is_shorter_than_a_text_and_an_emoji_counts_its_utf16_units(
    staged: Stage, text: str, count: int, fits: bool
) -> None:
    draft = Draft(text, media=photos(count))
    if fits:
        send(staged, draft)
        assert staged.posts()[0].text == text
        return
    with pytest.raises(ChannelError) as caught:
        freeze(CHANNEL, staged, draft)
    assert caught.value.outcome is Outcome.REFUSED


def test_markup_is_text_and_no_parse_mode_is_sent(staged: Stage) -> None:
    send(staged, Draft("<b>*Masts*</b> & _spars_ [1](x)"))
    (item,) = staged.posts()
    assert item.text == "<b>*Masts*</b> & _spars_ [1](x)"
    assert "parse_mode" not in item.facts


def test_a_group_with_a_new_number_gets_the_message_there_and_keeps_the_number(
    staged: Stage,
) -> None:
    network(staged).moved_from = -42
    staged.vault.credentials["chat_id"] = "-42"
    out = send(staged)
    assert len(staged.posts()) == 1
    assert staged.vault.credentials["chat_id"] == str(CHAT)
    assert out.url == "https://t.me/harbour/1001"


def test_a_chat_without_a_name_has_an_address_by_its_number(staged: Stage) -> None:
    del network(staged).chat["username"]
    staged.account = replace(staged.account, handle="")
    assert send(staged).url == "https://t.me/c/1234567890/1001"


def test_an_album_is_one_post_and_is_taken_down_whole(staged: Stage) -> None:
    out = send(staged, Draft("Masts.", media=photos(3)))
    assert out.remote_id == "1001,1002,1003"
    assert out.url == "https://t.me/harbour/1001"
    CHANNEL.delete(out, staged.session())
    deleted = [request.json["message_id"] for request in staged.network.calls("POST", "delete")]
    assert deleted == [1001, 1002, 1003]


def test_a_bot_that_lost_its_right_asks_to_connect_again(staged: Stage) -> None:
    network(staged).member["can_post_messages"] = False
    assert failure(staged).outcome is Outcome.RECONNECT
    finding = CHANNEL.probe(staged.session())[1]
    assert finding.ok is False
    assert "can_post_messages" in finding.mend
    with pytest.raises(ChannelError) as caught:
        CHANNEL.connect(staged.values)
    assert caught.value.field == "chat"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"bot_token": "123:abc"}, "bot_token"),
        ({"chat": "@nobody"}, "chat"),
        ({"chat": "77"}, "chat"),
    ],
)
def test_what_is_wrong_in_the_form_is_told_at_its_field(
    staged: Stage, values: dict[str, str], field: str
) -> None:
    with pytest.raises(ChannelError) as caught:
        CHANNEL.connect({**staged.values, **values})
    assert caught.value.field == field


@pytest.mark.parametrize("typed", ["harbour", "@harbour", "t.me/harbour", str(CHAT)])
def test_a_chat_may_be_typed_in_many_ways(staged: Stage, typed: str) -> None:
    assert CHANNEL.connect({**staged.values, "chat": typed}).remote_id == str(CHAT)


def test_a_message_that_answers_one_that_is_gone_is_refused(staged: Stage) -> None:
    out = send(staged)
    CHANNEL.delete(out, staged.session())
    with pytest.raises(ChannelError) as caught:
        payload = freeze(CHANNEL, staged, key="two")
        CHANNEL.publish(payload, staged.session(parent=out, root=out))
    assert caught.value.outcome is Outcome.REFUSED
    assert "gone" in caught.value.message


def test_described_pictures_are_posted_with_a_word_on_what_is_left_out(staged: Stage) -> None:
    out = send(staged, Draft("Masts.", media=(replace(photos(1)[0], alt="A mast"),)))
    assert any("descriptions" in note for note in out.notes)
