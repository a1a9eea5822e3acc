"""What is Discord's own: permissions layer by layer, a nonce, files beside the words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import ChannelError, Draft, Media
from publishing.channels.discord import Discord
from tests.networks.base import Stage
from tests.networks.discord import BOT, GUILD, DiscordNetwork, stage
from tests.peers.sessions import picture

discord = Discord()


@pytest.fixture
def harbour(settings: Settings) -> Iterator[Stage]:
    with stage(settings) as ready:
        yield ready


def network_of(harbour: Stage) -> DiscordNetwork:
    assert isinstance(harbour.network, DiscordNetwork)
    return harbour.network


@pytest.mark.parametrize(
    ("permissions", "overwrites", "missing"),
    [
        ((1 << 10) | (1 << 11) | (1 << 16), [], ["Attach Files"]),
        (1 << 3, [{"id": GUILD, "type": 0, "allow": "0", "deny": str(1 << 11)}], []),
        (
            (1 << 10) | (1 << 11) | (1 << 15) | (1 << 16),
            [{"id": GUILD, "type": 0, "allow": "0", "deny": str(1 << 11)}],
            ["Send Messages"],
        ),
        (
            (1 << 10) | (1 << 15) | (1 << 16),
            [
                {"id": GUILD, "type": 0, "allow": "0", "deny": str(1 << 11)},
                {"id": BOT, "type": 1, "allow": str(1 << 11), "deny": "0"},
            ],
            [],
        ),
    ],
)
def test_permissions_count_as_the_platform_counts_them(
    harbour: Stage, permissions: int, overwrites: list[dict[str, object]], missing: list[str]
) -> None:
    network_of(harbour).permissions = permissions
    network_of(harbour).overwrites = overwrites
    wrong = [each for each in discord.probe(harbour.session()) if each.ok is False]
    assert len(wrong) == len(missing)
    assert all(name in each.says for name, each in zip(missing, wrong, strict=True))


def test_the_same_message_within_minutes_is_one_message(harbour: Stage) -> None:
    payload = discord.freeze(harbour.draft, harbour.account, occurrence_key="one", now=now())
    first, second = (discord.publish(payload, harbour.session()) for _ in range(2))
    assert first == second
    assert len(harbour.posts()) == 1


def test_somebody_elses_same_words_are_not_taken_for_ours(harbour: Stage) -> None:
    payload = discord.freeze(harbour.draft, harbour.account, occurrence_key="one", now=now())
    discord.publish(payload, harbour.session())
    harbour.posts()[0].facts["author"] = "5012345678901234567"
    assert discord.find(payload, harbour.session()) is None


def test_a_boosted_server_takes_larger_files(harbour: Stage) -> None:
    boosted = replace(harbour.account, settings={**harbour.account.settings, "max_bytes": 50 << 20})
    limits = discord.limits_for(boosted)
    assert limits.image_max_bytes == 50 << 20
    assert limits.video is not None
    assert limits.video.max_bytes == 50 << 20


def test_pictures_and_a_video_go_out_in_one_message(harbour: Stage) -> None:
    harbour.files.update(p=picture(), film=b"moving")
    media = (Media("p", "image/jpeg", alt="A mast"), Media("film", "video/mp4", alt="It moves"))
    draft = Draft("Both", media=media)
    payload = discord.freeze(draft, harbour.account, occurrence_key="one", now=now())
    discord.publish(payload, harbour.session())
    (item,) = harbour.posts()
    assert [(each["kind"], each["alt"]) for each in item.media] == [
        ("image", "A mast"),
        ("video", "It moves"),
    ]
    assert item.media[1]["bytes"] == b"moving"


def test_a_channel_that_takes_no_messages_is_not_connected(harbour: Stage) -> None:
    network_of(harbour).channel_type = 15
    with pytest.raises(ChannelError) as caught:
        discord.connect(harbour.values)
    assert caught.value.field == "channel"
