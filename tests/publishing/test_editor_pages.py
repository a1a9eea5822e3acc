"""The editor: what the account's network has, and nothing else; parts, media, comment, options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config.kernel.scoping import org_atomic
from content.services.materials import add_file
from publishing.channels.feed import Feed
from publishing.channels.registry import channels
from publishing.channels.shapes import CredentialField, Limits, VideoLimits
from publishing.models import (
    MediaRendition,
    PendingPost,
    PendingStatus,
    SocialAccount,
    WhenLate,
)
from publishing.services.networks import account_facts
from publishing.services.renditions import fit_post
from tests import make
from tests.peers.sessions import picture
from tests.videos import video
from tests.world import World

pytestmark = pytest.mark.django_db

LIMITS = Limits(
    max_characters=60,
    images_max=3,
    image_max_bytes=100_000,
    image_types=("image/jpeg",),
    image_ratio_max=1.91,
    alt_max=80,
    videos_max=1,
    video=VideoLimits(max_bytes=1_000_000, max_seconds=30),
    mixes_media=True,
    title_max=30,
    title_required=True,
    thread_max=4,
    comment_max=40,
)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def rich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Feed, "limits", LIMITS)
    options = (
        CredentialField(
            "privacy", "Who may see it", default="all", choices=(("all", "All"), ("few", "Few"))
        ),
        CredentialField("board", "Board", required=False),
    )
    monkeypatch.setattr(Feed, "option_fields", options)
    yield


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def waiting(world: World, **fields: Any) -> PendingPost:
    with org_atomic(world.id):
        words = {"title": "Masts", "content": "The mast is up.", "hashtags": [], **fields}
        return make.pending_post(world.brand, world.account, **words)


def edit(world: World, post: PendingPost, more: str = "") -> str:
    return f"{world.path}/approvals/{post.pk}/edit/{more}"


def sent(**changes: Any) -> dict[str, Any]:
    words = {"title": "Masts", "content": "A mast is up.", "hashtags": "", "link": ""}
    return {**words, "option_privacy": "all", "when_late": "ask", **changes}


def fresh(world: World, post: PendingPost) -> PendingPost:
    with org_atomic(world.id):
        return PendingPost.objects.get(pk=post.pk)


def notes_in(body: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'name="medium" value="([^"]+)"', body)]


def parts_in(body: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'name="part"[^>]*>([^<]*)</textarea>', body)]


def photo(width: int = 120, height: int = 80) -> SimpleUploadedFile:
    return SimpleUploadedFile("mast.jpg", picture(width, height))


def test_everything_that_the_network_has_is_saved(world: World, page: Client) -> None:
    post = waiting(world)
    answer = page.post(
        edit(world, post),
        sent(
            title=" Two  masts ",
            part=["Second part.", "", "Third part."],
            first_comment="More at the harbour.",
            option_privacy="few",
            option_board="Boats",
            when_late="skip",
        ),
    )
    assert answer.status_code == 302
    row = fresh(world, post)
    assert (row.title, row.thread) == ("Two masts", ["Second part.", "Third part."])
    assert row.first_comment == "More at the harbour."
    assert row.options == {"privacy": "few", "board": "Boats"}
    assert row.when_late == WhenLate.SKIP and row.was_edited
    body = page.get(f"{world.path}/approvals/{post.pk}/").content.decode()
    for shown in ("Two masts", "Part 2", "Third part.", "First comment", "More at the harbour."):
        assert shown in body


def test_a_network_without_them_asks_for_none_of_them(
    world: World, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Feed, "limits", Limits(max_characters=60))
    monkeypatch.setattr(Feed, "option_fields", ())
    body = page.get(edit(world, waiting(world))).content.decode()
    for name in ("title", "part", "first_comment", "upload", "medium", "option_privacy"):
        assert f'name="{name}"' not in body
    assert 'name="when_late"' in body


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"title": ""}, "needs a title", "title"),
        ({"title": "x" * 31}, "shorten it by 1", "title"),
        ({"content": "x" * 61}, "shorten it by 1", "content"),
        ({"first_comment": "x" * 41}, "shorten it by 1", "first_comment"),
        ({"part": ["x" * 61]}, "Part 2 of the thread", "thread"),
        ({"part": ["a", "b", "c", "d"]}, "takes 4 posts in a thread", "thread"),
        ({"option_privacy": "nobody"}, "Select a valid choice", "option_privacy"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_kept(
    world: World, page: Client, changes: dict[str, Any], sentence: str, field: str
) -> None:
    post = waiting(world)
    answer = page.post(edit(world, post), sent(**changes), headers=HTMX)
    body = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert sentence in body or (field == "title" and "required" in body)
    for value in changes.values():
        for text in value if isinstance(value, list) else [value]:
            assert text in body
    assert fresh(world, post).content != "A mast is up."


def test_a_picture_is_added_described_ordered_and_taken_out(world: World, page: Client) -> None:
    post = waiting(world)
    first = page.post(
        edit(world, post, "arrangement/"),
        sent(arrange="add", upload=photo(), upload_alt="The first mast"),
        headers=HTMX,
    ).content.decode()
    (note,) = notes_in(first)
    assert "The first mast" in first and fresh(world, post).media == []
    second = page.post(
        edit(world, post, "arrangement/"),
        sent(arrange="add", medium=[note], alt=["The first mast"], upload=photo(90, 80)),
        headers=HTMX,
    ).content.decode()
    notes = notes_in(second)
    moved = page.post(
        edit(world, post, "arrangement/"),
        sent(arrange="medium-up-1", medium=notes, alt=["One", "Two"]),
        headers=HTMX,
    ).content.decode()
    assert notes_in(moved) == notes[::-1]
    page.post(edit(world, post), sent(medium=notes[::-1], alt=["Two", "One"]))
    media = fresh(world, post).media
    assert [each["alt"] for each in media] == ["Two", "One"]
    assert [each["width"] for each in media] == [90, 120]
    page.post(edit(world, post), sent(medium=notes[:1], alt=["One"]))
    assert len(fresh(world, post).media) == 1


def test_a_file_sent_with_the_save_is_saved_and_kept_when_the_text_is_refused(
    world: World, page: Client
) -> None:
    post = waiting(world)
    refused = page.post(
        edit(world, post), sent(content="x" * 99, upload=photo(), upload_alt="A mast"), headers=HTMX
    )
    assert refused.status_code == 422
    notes = notes_in(refused.content.decode())
    page.post(edit(world, post), sent(medium=notes, alt=["A mast"]))
    assert [each["alt"] for each in fresh(world, post).media] == ["A mast"]
    page.post(edit(world, post), sent(medium=notes, alt=["A mast"], upload=photo(), upload_alt="B"))
    assert [each["alt"] for each in fresh(world, post).media] == ["A mast", "B"]


def test_a_material_of_the_team_is_added_with_its_words(world: World, page: Client) -> None:
    with org_atomic(world.id):
        kept = add_file(upload=photo(), brand=world.brand, by=world.owner, alt_text="Its words")
    post = waiting(world)
    assert str(kept.pk) in page.get(edit(world, post)).content.decode()
    page.post(edit(world, post), sent(material=str(kept.pk)))
    (medium,) = fresh(world, post).media
    assert (medium["reference"], medium["alt"]) == (kept.file_key, "Its words")


def test_a_file_that_is_no_medium_is_refused_at_its_field(world: World, page: Client) -> None:
    post = waiting(world)
    strange = SimpleUploadedFile("notes.txt", b"words")
    answer = page.post(edit(world, post), sent(upload=strange, part=["Kept."]), headers=HTMX)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "neither a picture nor a video" in body and "Kept." in body


def test_a_note_that_is_not_ours_names_no_file(world: World, page: Client) -> None:
    post = waiting(world)
    page.post(edit(world, post), sent(upload=photo()))
    with org_atomic(world.id):
        reference = fresh(world, post).media[0]["reference"]
    for note in (reference, "forged", f"{reference}:x:y"):
        answer = page.post(edit(world, post), sent(medium=[note], alt=[""]), headers=HTMX)
        assert answer.status_code == 422
        assert "not known" in answer.content.decode()


def test_a_long_text_is_split_without_javascript_and_not_saved_yet(
    world: World, page: Client
) -> None:
    post = waiting(world)
    text = "The first mast is up. It took the whole of a morning. The second one follows on Friday."
    body = page.post(
        edit(world, post, "arrangement/"), sent(content=text, arrange="split")
    ).content.decode()
    parts = parts_in(body)
    assert parts == ["The second one follows on Friday.", ""]
    assert "The first mast is up. It took the whole of a morning.</textarea>" in body
    assert fresh(world, post).thread == []
    long = page.post(
        edit(world, post, "arrangement/"), sent(content=text * 5, arrange="split"), headers=HTMX
    )
    assert long.status_code == 422
    assert "takes 4 in a thread" in long.content.decode()


def test_parts_move_and_go(world: World, page: Client) -> None:
    post = waiting(world, thread=["One", "Two"])
    url = edit(world, post, "arrangement/")
    up = page.post(url, sent(part=["One", "Two", ""], arrange="part-up-1"), headers=HTMX)
    assert parts_in(up.content.decode()) == ["Two", "One", ""]
    gone = page.post(url, sent(part=["One", "Two", ""], arrange="part-drop-0"), headers=HTMX)
    assert parts_in(gone.content.decode()) == ["Two", ""]
    for strange in ("part-up-9", "part-fly-0", "medium", "", "part-up-x"):
        same = page.post(url, sent(part=["One", "Two", ""], arrange=strange), headers=HTMX)
        assert parts_in(same.content.decode()) == ["One", "Two", ""]


def test_what_becomes_of_a_late_post_takes_no_approval_back(world: World, page: Client) -> None:
    post = waiting(world)
    page.post(f"{world.path}/approvals/{post.pk}/approval/")
    row = fresh(world, post)
    assert row.status == PendingStatus.APPROVED
    page.post(edit(world, post), sent(content=row.content, when_late="publish"))
    row = fresh(world, post)
    assert (row.status, row.when_late) == (PendingStatus.APPROVED, WhenLate.PUBLISH)


def test_the_page_shows_what_goes_out_before_anybody_approves(world: World, page: Client) -> None:
    post = waiting(world)
    page.post(edit(world, post), sent(upload=photo(900, 300), upload_alt="Wide"))
    body = page.get(f"{world.path}/approvals/{post.pk}/").content.decode()
    assert "looked at" in body
    with org_atomic(world.id):
        fit_post(post_id=post.pk)
        row = MediaRendition.objects.get()
    body = page.get(f"{world.path}/approvals/{post.pk}/").content.decode()
    assert "white edges" in body and row.fitted.rpartition("/")[2] in body
    assert f"{row.width} × {row.height}" in body


def test_what_a_post_still_needs_stands_over_it(
    world: World, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Feed, "limits", replace(LIMITS, media_required=True))
    post = waiting(world, title="")
    body = page.get(f"{world.path}/approvals/{post.pk}/").content.decode()
    assert "needs a title" in body and "needs a picture" in body
    page.post(edit(world, post), sent(upload=photo(), upload_alt="A mast"))
    body = page.get(f"{world.path}/approvals/{post.pk}/").content.decode()
    assert "needs a" not in body


def test_a_medium_that_cannot_fit_shows_why_and_stops_the_approval(
    world: World, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = replace(LIMITS, video=VideoLimits(1_000_000, max_seconds=0.5))
    monkeypatch.setattr(Feed, "limits", short)
    post = waiting(world)
    film = SimpleUploadedFile("film.mp4", video())
    page.post(edit(world, post), sent(upload=film, upload_alt="A mast rises"))
    answer = page.post(f"{world.path}/approvals/{post.pk}/approval/", headers=HTMX)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert body.count("this network takes at most 0.5 s") >= 2, "over the post and at the video"
    assert "<video" in body and fresh(world, post).status == PendingStatus.PENDING


@pytest.mark.parametrize("slug", [slug for slug, _ in channels.items()])
def test_the_editor_of_every_network_shows_what_it_has(
    world: World, page: Client, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    channel = channels[slug]
    with org_atomic(world.id):
        account = SocialAccount.objects.create(
            platform=slug, remote_id="1", name="A", handle="mast"
        )
        post = make.pending_post(world.brand, account)
        asked = channel.option_fields_for(account_facts(account))
    limits = channel.limits_for(account_facts(account))
    answer = page.get(edit(world, post))
    body = answer.content.decode()
    assert answer.status_code == 200
    named = {each for each in FIELDS if f'name="{each}"' in body}
    assert named == {
        *(["title"] if limits.title_max is not None else []),
        *(["part"] if limits.thread_max > 1 else []),
        *(["first_comment"] if limits.comment_max is not None else []),
        *(["upload"] if limits.images_max or limits.videos_max else []),
    }
    for option in asked:
        assert f'name="option_{option.name}"' in body


FIELDS = ("title", "part", "first_comment", "upload")
