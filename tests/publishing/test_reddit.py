"""What is Reddit's own: subreddits, kinds of post, pauses in words, floats in headers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from PIL import Image
from pytest_django import Settings

from config.kernel.clock import now
from publishing.channels.base import Accepted, ChannelError, Draft, Found, Media, Outcome, Published
from publishing.channels.reddit import Reddit
from publishing.channels.reddit_lookups import bare_subreddit
from publishing.media.poster import poster
from tests.networks.base import Stage
from tests.networks.reddit import RedditNetwork, stage
from tests.peers.sessions import picture
from tests.videos import video

from .contract import again, completed, deliver, die_and_recover

reddit = Reddit()
WORDS = Draft("Twelve days.", title="Masts", hashtags=("Boats",), link="https://harbour.example/m")
PICTURE = replace(WORDS, media=(Media("mast", "image/jpeg"),))
GALLERY = replace(
    WORDS, media=(Media("mast", "image/jpeg", alt="Old"), Media("mast", "image/jpeg", alt="New"))
)
VIDEO = replace(WORDS, media=(Media("film", "video/mp4"),))


@pytest.fixture
def harbour(settings: Settings) -> Iterator[Stage]:
    with stage(settings) as ready:
        ready.files["mast"] = picture()
        ready.files["film"] = b"no film that a program could read"
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


def test_a_link_post_without_a_link_and_pictures_as_a_link_are_refused(harbour: Stage) -> None:
    for draft in (replace(WORDS, link=None), PICTURE, GALLERY, VIDEO):
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


@pytest.mark.parametrize(("draft", "minutes"), [(PICTURE, 10), (VIDEO, 60)])
def test_a_picture_or_video_is_waited_for_but_not_for_ever(
    harbour: Stage, draft: Draft, minutes: int
) -> None:
    network_of(harbour).looks_left = 2
    payload, session = frozen(harbour, draft), harbour.session()
    assert isinstance(reddit.publish(payload, session), Accepted)
    looks = [reddit.find(payload, session) for _ in range(3)]
    assert [type(look) for look in looks] == [Accepted, Accepted, Found]
    network_of(harbour).items.clear()
    with time_machine.travel(now() + timedelta(minutes=minutes - 1)):
        assert isinstance(reddit.find(payload, session), Accepted)
    with time_machine.travel(now() + timedelta(minutes=minutes + 1)):
        assert reddit.find(payload, session) is None


@pytest.mark.parametrize("names_by", ["name", "id", "url"])
def test_a_gallery_says_at_once_which_post_it_is(harbour: Stage, names_by: str) -> None:
    network_of(harbour).names_by = names_by
    out = reddit.publish(frozen(harbour, GALLERY, flair_id="f1", nsfw="yes"), harbour.session())
    (item,) = harbour.posts()
    assert isinstance(out, Published)
    assert (out.remote_id, out.url.split("/")[-2]) == (item.id, item.id[3:])
    assert (item.facts["flair_id"], item.facts["nsfw"], item.facts["sr"]) == ("f1", True, "boats")
    assert [each["alt"] for each in item.media] == ["Old", "New"]


def test_a_caption_has_room_for_180_characters_and_one_picture_has_none(harbour: Stage) -> None:
    long = Media("mast", "image/jpeg", alt="a" * 181)
    with pytest.raises(ChannelError, match="picture 2 has 181 characters and Reddit takes 180"):
        frozen(harbour, replace(GALLERY, media=(GALLERY.media[0], long)))
    assert frozen(harbour, replace(GALLERY, media=(long,)))["form"] == "image"


def test_pictures_that_are_up_already_are_not_sent_again(harbour: Stage) -> None:
    payload, session = frozen(harbour, GALLERY), harbour.session()
    reddit.prepare(payload, session)
    reddit.publish(payload, again(harbour, session))
    assert len(network_of(harbour).calls("POST", "/storage")) == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(GALLERY, media=(*GALLERY.media, GALLERY.media[0])),
        replace(WORDS, media=VIDEO.media),
        WORDS,
    ],
    ids=["three pictures", "a video", "words"],
)
def test_a_gallery_is_not_taken_for_another_post_with_its_words(
    harbour: Stage, other: Draft
) -> None:
    network_of(harbour).looks_left = 0
    reddit.publish(frozen(harbour, other), harbour.session())
    assert reddit.find(frozen(harbour, GALLERY), harbour.session()) is None
    reddit.publish(frozen(harbour, GALLERY), harbour.session())
    (_, item) = harbour.posts()
    found = reddit.find(frozen(harbour, GALLERY), harbour.session())
    assert isinstance(found, Found)
    assert found.remote_id == item.id
    item.facts["author"] = "somebody_else"
    assert reddit.find(frozen(harbour, GALLERY), harbour.session()) is None


@pytest.mark.parametrize("draft", [PICTURE, GALLERY, VIDEO], ids=["picture", "gallery", "video"])
@pytest.mark.parametrize("fault", ["reset", "500", "500_after", "page_after", "empty"])
def test_a_lost_answer_to_media_ends_in_one_post(harbour: Stage, draft: Draft, fault: str) -> None:
    harbour.network.faults.append(fault)
    story = deliver(reddit, harbour, frozen(harbour, draft))
    assert story.error is not None
    assert story.error.outcome is Outcome.AMBIGUOUS
    assert story.ended is not None
    assert len(harbour.posts()) == 1


@pytest.mark.parametrize("draft", [PICTURE, VIDEO], ids=["picture", "video"])
def test_a_worker_that_dies_with_media_leaves_one_post(harbour: Stage, draft: Draft) -> None:
    """The contract plays the same with a gallery."""
    rehearsal, payload = harbour.session(), frozen(harbour, draft)
    done = completed(reddit, payload, harbour, rehearsal, reddit.publish(payload, rehearsal))
    assert done is not None
    saves = [f"{when}-{each + 1}" for each in range(rehearsal.saves) for when in ("lost", "kept")]
    for point in [*dict.fromkeys(rehearsal.points), *saves]:
        harbour.network.items.clear()
        ended = die_and_recover(reddit, harbour, payload, point)
        assert ended is not None, point
        assert len(harbour.posts()) == 1, point


def test_a_video_goes_up_with_a_frame_of_itself(harbour: Stage) -> None:
    harbour.files["film"] = video(seconds=2)
    reddit.publish(frozen(harbour, VIDEO), harbour.session())
    (item,) = harbour.posts()
    assert item.media[0]["bytes"] == harbour.files["film"]
    with Image.open(io.BytesIO(item.media[0]["poster"])) as shown:
        assert (shown.format, shown.size) == ("JPEG", (128, 96))


def test_without_ffmpeg_a_video_has_a_card_with_its_title(settings: Settings) -> None:
    settings.WARREN_FFMPEG = "none"
    cards = [poster(b"", title) for title in ("Masts in twelve days", "桅杆", "")]
    with Image.open(io.BytesIO(cards[0])) as shown:
        assert (shown.format, shown.size) == ("JPEG", (1280, 720))
    assert cards[0] != cards[1] == cards[2]


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
