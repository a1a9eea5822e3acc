"""Files of a post made to fit its network: once, shown, frozen, and refused in words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from PIL import Image

from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.services.files import delete_stored, read_stored, store_file
from publishing.channels.feed import Feed
from publishing.channels.shapes import Limits, VideoLimits
from publishing.models import Delivery, MediaRendition, PendingPost, PendingStatus
from publishing.services.drafts import draft_of
from publishing.services.pending_posts import approve_post, auto_approve_post
from publishing.services.renditions import fit_media, fit_post, renditions_of, rules_of
from tests import make
from tests.peers.sessions import picture
from tests.videos import video
from tests.world import World

pytestmark = pytest.mark.django_db

LIMITS = Limits(
    max_characters=300,
    images_max=4,
    image_max_bytes=100_000,
    image_types=("image/jpeg",),
    image_ratio_max=1.91,
    videos_max=1,
    video=VideoLimits(max_bytes=1_000_000, max_seconds=30),
    mixes_media=True,
)


@pytest.fixture(autouse=True)
def inside(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Feed, "limits", LIMITS)
    with org_atomic(world.id):
        yield


def stored(
    data: bytes, ending: str, content_type: str, alt: str = "What it shows"
) -> dict[str, Any]:
    reference = store_file(data, ending=ending)
    return {"reference": reference, "content_type": content_type, "alt": alt}


def waiting(world: World, *media: dict[str, Any]) -> PendingPost:
    return make.pending_post(world.brand, world.account, media=list(media))


def test_what_is_approved_is_the_fitted_file_under_the_same_words(world: World) -> None:
    wide = stored(picture(900, 300, kind="PNG"), "png", "image/png")
    post = approve_post(post=waiting(world, wide), by=world.owner)
    row = MediaRendition.objects.get()
    assert row.fitted != wide["reference"] and "white edges" in row.note
    (medium,) = draft_of(post).media
    assert (medium.reference, medium.content_type) == (row.fitted, "image/jpeg")
    assert (medium.width, medium.height, medium.alt) == (row.width, row.height, "What it shows")
    image = Image.open(io.BytesIO(read_stored(row.fitted)))
    assert image.size == (row.width, row.height)
    payload = Delivery.objects.get().payload or {}
    assert payload["media"][0]["name"] == row.fitted.rpartition("/")[2]
    assert post.media == [wide], "the original stays what the post names"


def test_what_fits_points_at_itself_and_is_looked_at_once(world: World) -> None:
    fine = stored(picture(120, 80), "jpg", "image/jpeg")
    post = waiting(world, fine)
    for _ in range(3):
        assert fit_media(media=post.media, account=post.account)
    row = MediaRendition.objects.get()
    assert (row.fitted, row.note, row.problem) == (fine["reference"], "", "")


def test_a_medium_that_cannot_fit_keeps_the_post_from_leaving(world: World) -> None:
    long = stored(video(seconds=2), "mp4", "video/mp4")
    account = world.account
    Feed.limits = replace(LIMITS, video=VideoLimits(1_000_000, max_seconds=1))
    post = waiting(world, long)
    with pytest.raises(Invalid, match=r"^Video 1: The video plays 2 s, and this network takes"):
        approve_post(post=post, by=world.owner)
    assert renditions_of(post.media, account)[0].problem  # type: ignore[union-attr]
    post.refresh_from_db()
    assert post.status == PendingStatus.PENDING and not Delivery.objects.exists()


def test_a_video_is_converted_by_the_worker_and_approved_after_it(world: World) -> None:
    post = waiting(world, stored(video(kind="mov"), "mov", "video/quicktime"))
    with pytest.raises(Conflict, match="still being made to fit"):
        approve_post(post=post, by=world.owner)
    fit_post(post_id=post.pk)
    approved = approve_post(post=post, by=world.owner)
    (medium,) = draft_of(approved).media
    assert medium.content_type == "video/mp4" and medium.reference.endswith(".mp4")
    assert medium.duration_seconds == pytest.approx(1.0, abs=0.2)
    assert (medium.width, medium.height) == (128, 96)


def test_a_policy_sends_nothing_that_a_person_could_not(world: World) -> None:
    post = make.pending_post(
        world.brand,
        world.account,
        status=PendingStatus.DRAFT,
        media=[stored(b"no picture at all", "jpg", "image/jpeg")],
    )
    fit_media(media=post.media, account=post.account)
    with pytest.raises(Invalid, match="cannot be read"):
        auto_approve_post(post=post, policy="the brand's")


def test_a_file_that_is_gone_is_said_to_be(world: World) -> None:
    fine = stored(picture(120, 80), "jpg", "image/jpeg")
    delete_stored(fine["reference"])
    with pytest.raises(Invalid, match="no longer there"):
        approve_post(post=waiting(world, fine), by=world.owner)


def test_other_rules_make_another_rendition(world: World) -> None:
    account = world.account
    post = waiting(world, stored(picture(900, 300), "jpg", "image/jpeg"))
    fit_media(media=post.media, account=account)
    first = rules_of(Feed.limits)
    Feed.limits = replace(LIMITS, image_ratio_max=1.0)
    assert rules_of(Feed.limits) != first
    assert renditions_of(post.media, account) == [None]
    fit_media(media=post.media, account=account)
    (row,) = renditions_of(post.media, account)
    assert row is not None and row.width == row.height
    assert rules_of(replace(LIMITS, max_characters=5)) == first


def test_another_team_s_file_is_not_there(world: World) -> None:
    with org_atomic(world.foreign.id):
        theirs = store_file(picture(120, 80), ending="jpg")
    medium = {"reference": theirs, "content_type": "image/jpeg", "alt": ""}
    with pytest.raises(Invalid, match="no longer there"):
        approve_post(post=waiting(world, medium), by=world.owner)


def test_a_video_is_looked_at_again_once_it_can_be_converted(world: World, settings: Any) -> None:
    post = waiting(world, stored(video(kind="mov"), "mov", "video/quicktime"))
    settings.WARREN_FFMPEG = "none"
    fit_post(post_id=post.pk)
    with pytest.raises(Invalid, match="ffmpeg is missing"):
        approve_post(post=post, by=world.owner)
    settings.WARREN_FFMPEG = ""
    with time_machine.travel(now() + timedelta(hours=1)):
        fit_post(post_id=post.pk)
        assert not MediaRendition.objects.get().problem
