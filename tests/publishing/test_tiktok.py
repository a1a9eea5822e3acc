"""What is special about TikTok: ids before bytes, what an account may do today, photos, audits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from publishing.channels import tiktok_uploads
from publishing.channels.base import (
    Accepted,
    ChannelError,
    Draft,
    Found,
    Measurement,
    Media,
    Outcome,
    Payload,
    Published,
)
from publishing.channels.tiktok import TikTok
from publishing.channels.tiktok_uploads import pieces_of
from tests.networks.base import Stage, query_of
from tests.networks.tiktok import TikTokNetwork
from tests.networks.tiktok import stage as tiktok_stage

CHANNEL = TikTok()
MEGABYTE = 1024 * 1024
PHOTOS = (Media("p1", "image/jpeg"), Media("p2", "image/jpeg"))


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with tiktok_stage(settings) as found:
        yield found


@pytest.fixture
def network(stage: Stage) -> TikTokNetwork:
    assert isinstance(stage.network, TikTokNetwork)
    return stage.network


def frozen(stage: Stage, draft: Draft | None = None) -> Payload:
    moment = datetime.now(UTC)
    return CHANNEL.freeze(draft or stage.draft, stage.account, occurrence_key="one", now=moment)


def with_options(stage: Stage, **options: str) -> Draft:
    return Draft("A film", media=stage.draft.media, options=options)


@pytest.mark.parametrize(
    ("size", "pieces"),
    [
        (1, (1, 1)),
        (5 * MEGABYTE, (5 * MEGABYTE, 1)),
        (10 * MEGABYTE - 1, (10 * MEGABYTE - 1, 1)),
        (10 * MEGABYTE, (5 * MEGABYTE, 2)),
        (16 * MEGABYTE, (5 * MEGABYTE, 3)),
        (4_000_000_000, (5 * MEGABYTE, 762)),
    ],
)
def test_pieces_are_as_many_as_tiktok_counts(size: int, pieces: tuple[int, int]) -> None:
    assert pieces_of(size) == pieces
    assert pieces[1] == size // pieces[0]


def test_an_upload_goes_on_where_it_stopped_and_is_never_begun_again(
    stage: Stage, network: TikTokNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiktok_uploads, "PIECE_BYTES", 1500)
    payload, session = frozen(stage), stage.session()
    CHANNEL.prepare(payload, session)
    (publication,) = network.publications.values()
    assert len(publication.received) == 1500
    network.faults.append("reset")
    with pytest.raises(ChannelError):
        CHANNEL.publish(payload, session)
    assert CHANNEL.find(payload, session) is None
    CHANNEL.publish(payload, stage.session(handle=session.handle))
    assert len(network.publications) == 1
    assert bytes(publication.received) == stage.files["clip"]
    assert len(stage.posts()) == 1


def test_an_upload_that_tiktok_ended_is_begun_again(stage: Stage, network: TikTokNetwork) -> None:
    payload, session = frozen(stage), stage.session()
    network.faults.append("403")
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(payload, session)
    assert caught.value.outcome is Outcome.NOT_SENT
    CHANNEL.publish(payload, session)
    assert len(network.publications) == 2
    assert len(stage.posts()) == 1


def test_a_token_that_dies_between_is_renewed_without_a_second_post(
    stage: Stage, network: TikTokNetwork
) -> None:
    payload, session = frozen(stage), stage.session()
    CHANNEL.prepare(payload, session)
    network.ended.add(session.credentials["access_token"])
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    assert (len(network.publications), network.renewals) == (1, 1)


def test_a_post_that_failed_over_there_says_why(stage: Stage, network: TikTokNetwork) -> None:
    network.fails_with = "duration_check_failed"
    with pytest.raises(ChannelError, match="too long or too short") as caught:
        CHANNEL.publish(frozen(stage), stage.session())
    assert caught.value.outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("creator", "options", "words"),
    [
        ({"privacy_level_options": ["SELF_ONLY"]}, {}, "Only the account itself"),
        ({"max_video_post_duration_sec": 10}, {}, "videos of 10 seconds"),
        ({"comment_disabled": True}, {}, "turned comments off"),
        ({"stitch_disabled": True}, {"allow_stitch": "yes"}, "turned stitches off"),
    ],
)
def test_what_an_account_may_not_today_is_said_before_anything_is_sent(
    stage: Stage, network: TikTokNetwork, creator: Any, options: dict[str, str], words: str
) -> None:
    network.creator |= creator
    payload = frozen(stage, with_options(stage, **options))
    with pytest.raises(ChannelError, match=words) as caught:
        CHANNEL.prepare(payload, stage.session())
    assert caught.value.permanent
    assert not network.publications


def test_an_app_without_audit_is_told_what_to_do(stage: Stage, network: TikTokNetwork) -> None:
    network.refuses_init = "unaudited_client_can_only_post_to_private_accounts"
    with pytest.raises(ChannelError, match="has not audited") as caught:
        CHANNEL.publish(frozen(stage), stage.session())
    assert caught.value.outcome is Outcome.REFUSED
    network.creator["privacy_level_options"] = ["SELF_ONLY"]
    findings = {each.check: each.ok for each in CHANNEL.probe(stage.session())}
    assert findings["app"] is False


def test_a_day_that_is_full_waits_for_hours(stage: Stage, network: TikTokNetwork) -> None:
    network.refuses_init = "spam_risk_too_many_posts"
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(frozen(stage), stage.session())
    assert caught.value.retry_after == 6 * 3600


def test_a_post_for_nobody_else_has_no_public_id(stage: Stage, network: TikTokNetwork) -> None:
    network.gives_ids = False
    payload = frozen(stage, with_options(stage, privacy_level="SELF_ONLY"))
    session = stage.session()
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    found = CHANNEL.find(payload, session)
    assert found == Found(session.handle["publish_id"], "https://www.tiktok.com/@harbour")
    assert CHANNEL.measure(Published(found.remote_id, found.url), session) == Measurement()


def test_a_public_post_waits_for_its_id(stage: Stage, network: TikTokNetwork) -> None:
    network.gives_ids = False
    payload, session = frozen(stage), stage.session()
    CHANNEL.publish(payload, session)
    waiting = CHANNEL.find(payload, session)
    assert isinstance(waiting, Accepted)
    assert "looking the post over" in waiting.message


def test_photos_are_fetched_by_tiktok(stage: Stage, network: TikTokNetwork) -> None:
    draft = Draft("Two masts", media=PHOTOS, options={"photo_title": "Masts"})
    payload, session = frozen(stage, draft), stage.session()
    assert isinstance(CHANNEL.publish(payload, session), Accepted)
    assert isinstance(CHANNEL.find(payload, session), Found)
    (item,) = stage.posts()
    assert [each["address"].rpartition("/")[2] for each in item.media] == ["p1", "p2"]
    assert (item.text, item.facts["title"]) == ("Two masts", "Masts")


def test_photos_whose_answer_is_lost_go_to_a_person(stage: Stage, network: TikTokNetwork) -> None:
    payload, session = frozen(stage, Draft("Two masts", media=PHOTOS)), stage.session()
    network.faults.append("500_after")
    for call in (CHANNEL.publish, CHANNEL.find, CHANNEL.publish):
        with pytest.raises(ChannelError):
            call(payload, session)
    assert len(stage.posts()) == 1


def test_photos_that_were_refused_may_be_sent_again(stage: Stage, network: TikTokNetwork) -> None:
    payload, session = frozen(stage, Draft("Two masts", media=PHOTOS)), stage.session()
    network.faults.append("429")
    with pytest.raises(ChannelError):
        CHANNEL.publish(payload, session)
    assert CHANNEL.find(payload, session) is None
    assert isinstance(CHANNEL.publish(payload, session), Accepted)


def test_what_tiktok_refuses_is_said_before(stage: Stage) -> None:
    options = {"brand_content": "yes", "privacy_level": "SELF_ONLY"}
    assert any("nobody sees" in each for each in CHANNEL.problems(with_options(stage, **options)))
    long = with_options(stage, photo_title="x" * 91)
    assert any("shorten it by 1" in each for each in CHANNEL.problems(long))


def test_the_way_in_is_spelled_as_tiktok_wants_it(stage: Stage) -> None:
    asked = CHANNEL.authorization(
        values={}, state="s", redirect_uri="https://warren.example/tt/", app=stage.app
    )
    query = query_of(asked.url)
    assert query["client_key"] == "our-app"
    assert "client_id" not in query
    assert len(query["code_challenge"]) == 64
    assert CHANNEL.callback_name == "tt"
