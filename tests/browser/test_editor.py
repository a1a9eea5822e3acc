"""The editor with all that a network can have: no barrier in it, and it works with and by keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import FilePayload

from config.kernel.scoping import org_atomic
from organizations.services.files import store_file
from publishing.channels.base import CredentialField, VideoLimits
from publishing.channels.feed import Feed
from publishing.models import PendingPost
from publishing.services.renditions import fit_post
from tests import make
from tests.peers.sessions import picture
from tests.videos import video

from .scene import Scene
from .test_barriers import look_at
from .visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("_axe")]

BOARD = CredentialField("board", "Board", help="Where it stands.", choices=(("a", "A"), ("b", "B")))


@pytest.fixture(autouse=True)
def rich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    limits = replace(
        Feed.limits,
        max_characters=300,
        image_ratio_max=1.91,
        videos_max=1,
        video=VideoLimits(max_bytes=1_000_000, max_seconds=30),
        mixes_media=True,
        title_max=80,
        title_required=True,
        thread_max=6,
        comment_max=200,
    )
    monkeypatch.setattr(Feed, "limits", limits)
    monkeypatch.setattr(Feed, "option_fields", (BOARD,))
    yield


@pytest.fixture
def post(scene: Scene) -> PendingPost:
    world = scene.world
    with org_atomic(world.id):
        wide, film, broken = (
            store_file(picture(900, 300), ending="jpg"),
            store_file(video(kind="mov"), ending="mov"),
            store_file(b"broken", ending="jpg"),
        )
        row = make.pending_post(
            world.brand,
            world.account,
            title="How seven coats keep the water out for ten years",
            thread=["The second coat closes the pores: https://harbour.example/second-coat"],
            first_comment="All the tins that we use.",
            media=[
                {"reference": wide, "content_type": "image/jpeg", "alt": "Seven masts."},
                {"reference": film, "content_type": "video/quicktime", "alt": ""},
                {"reference": broken, "content_type": "image/jpeg", "alt": "Nothing."},
            ],
        )
        fit_post(post_id=row.pk)
    return row


def test_the_editor_and_what_it_makes_have_no_barrier(
    visitor: Visitor, scene: Scene, post: PendingPost
) -> None:
    visitor.sign_in(scene.world.editor)
    for more in ("", "edit/"):
        look_at(visitor, f"{scene.world.path}/approvals/{post.pk}/{more}")


def test_a_text_is_split_a_picture_added_and_enter_saves(
    visitor: Visitor, scene: Scene, post: PendingPost
) -> None:
    visitor.sign_in(scene.world.editor)
    visitor.open(f"{scene.world.path}/approvals/{post.pk}/edit/")
    page = visitor.page
    page.fill("#id_content", "A whole sentence stands here. " * 25)
    page.wait_for_selector(".counter--over")
    page.click("text=Split into a thread")
    page.wait_for_selector("#id_part_4")
    page.click("button[value='medium-drop-2']")
    page.wait_for_selector("#id_alt_3", state="detached")
    photo = FilePayload(name="mast.jpg", mimeType="image/jpeg", buffer=picture())
    page.set_input_files("#id_upload", files=[photo])
    page.fill("#id_upload_alt", "A mast")
    page.click("text=Add it")
    page.wait_for_selector("#id_alt_3")
    page.focus("#id_title")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/approvals/{post.pk}/")
    with org_atomic(scene.world.id):
        row = PendingPost.objects.get(pk=post.pk)
    assert len(row.thread) == 2 and len(row.content) <= 300
    assert [each["alt"] for each in row.media] == ["Seven masts.", "", "A mast"]
    assert visitor.told() == []
