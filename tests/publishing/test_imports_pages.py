"""Pages of import and export, of the list's saved views, and of what is done with several posts."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Membership, SavedView
from organizations.services.brand_sight import sight
from publishing.models import ImportStatus, PendingPost, PendingStatus, PostImport
from publishing.services.imports import sweep_imports
from tests import make, make_planning
from tests.world import World

pytestmark = pytest.mark.django_db
CSV = "Caption;Datum;Uhrzeit;Kanal\nMasts in twelve days.;2099-03-31;09:00;feed\nNo account.;;;@x\n"


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def uploaded(world: World, page: Client, text: str = CSV) -> PostImport:
    file = SimpleUploadedFile("march.csv", text.encode())
    answer = page.post(f"{world.path}/imports/new/", {"brand": world.brand.pk, "upload": file})
    assert answer.status_code == 302, answer.content.decode()
    with org_atomic(world.id):
        return PostImport.objects.get()


def streamed(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def test_a_file_is_seen_confirmed_made_and_undone(world: World, page: Client) -> None:
    row = uploaded(world, page)
    address = f"{world.path}/imports/{row.pk}/"
    body = page.get(address).content.decode()
    assert "1 of 2 rows can be made" in body and "no account called “@x”" in body
    assert "Kanal" in body
    refused = page.post(f"{address}confirmation/", {"only_whole": "1"})
    assert refused.status_code == 409 and "all or nothing" in refused.content.decode()
    assert page.post(f"{address}confirmation/").status_code == 302
    assert "0 of 1" in page.get(address).content.decode()
    sweep_imports()
    assert "1 of 2 rows made" in page.get(address).content.decode()
    assert page.post(f"{address}undoing/").status_code == 302
    assert "0 of 1" in page.get(address).content.decode()
    sweep_imports()
    assert "What it made is gone." in page.get(address).content.decode()
    with org_atomic(world.id):
        row.refresh_from_db()
        assert row.status == ImportStatus.UNDONE
        assert PendingPost.objects.get().status == PendingStatus.REJECTED
    assert page.get(f"{address}?show=problems").status_code == 200


def test_columns_are_chosen_anew_and_a_column_only_once(world: World, page: Client) -> None:
    row = uploaded(world, page, "Foo,Bar\nHello.,feed\n")
    address = f"{world.path}/imports/{row.pk}/columns/"
    wishes = {"lands": "draft", "date_order": "", "column_text": "Foo", "column_title": "Foo"}
    answer = page.post(address, wishes)
    assert answer.status_code == 422 and "chosen for text already" in answer.content.decode()
    del wishes["column_title"]
    assert page.post(address, wishes).status_code == 302
    with org_atomic(world.id):
        row.refresh_from_db()
    assert row.mapping["columns"] == {"text": "Foo"} and not row.rows[0]["problems"]


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "empty"), (b"{", "not valid JSON"), (b"x" * (2 * 1024 * 1024 + 1), "at most 2 MB")],
)
def test_a_bad_file_is_told_at_the_field(
    world: World, page: Client, data: bytes, words: str
) -> None:
    file = SimpleUploadedFile("march.csv", data)
    answer = page.post(f"{world.path}/imports/new/", {"brand": world.brand.pk, "upload": file})
    assert answer.status_code == 422 and words in answer.content.decode()


def test_a_thousand_rows_stay_a_small_page_of_few_queries(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    text = "Text\n" + "".join(f"A row with some words, number {number}.\n" for number in range(999))
    row = uploaded(world, page, text)
    with django_assert_max_num_queries(13):
        answer = page.get(f"{world.path}/imports/{row.pk}/?page=3")
    assert len(answer.content) < 100_000 and "Page 3 of 20" in answer.content.decode()


def test_the_list_of_imports_leaves_out_their_rows(world: World, page: Client) -> None:
    assert "No import yet" in page.get(f"{world.path}/imports/").content.decode()
    uploaded(world, page)
    assert "march.csv" in page.get(f"{world.path}/imports/").content.decode()
    assert page.get(f"{world.path}/imports/template/").content.startswith(b'"Text"')


def test_a_viewer_sees_an_import_and_makes_none(world: World, client: Client, page: Client) -> None:
    row = uploaded(world, page)
    client.force_login(world.viewer)
    assert client.get(f"{world.path}/imports/{row.pk}/").status_code == 200
    assert client.post(f"{world.path}/imports/{row.pk}/confirmation/").status_code == 403


def test_the_calendar_is_exported_by_days_brand_and_state(world: World, page: Client) -> None:
    assert page.get(f"{world.path}/calendar/export/").status_code == 200
    with org_atomic(world.id):
        for days in (1, 40):
            make_planning.planned_post(
                world.brand, world.account, now() + timedelta(days=days), content=f"In {days}."
            )
    day = now().date()
    query: Any = {"format": "csv", "start": day, "end": day + timedelta(days=5), "state": "pending"}
    rows = list(
        csv.DictReader(StringIO(streamed(page.get(f"{world.path}/calendar/export/", query))))
    )
    assert [each["Text"] for each in rows] == ["In 1."]
    assert rows[0]["Time zone"] == "Europe/Berlin" and rows[0]["Accounts"].startswith("feed:")
    wrong: Any = {**query, "end": day - timedelta(days=1)}
    assert page.get(f"{world.path}/calendar/export/", wrong).status_code == 422


def test_the_list_of_posts_is_exported_as_it_is_filtered_or_chosen(
    world: World, page: Client
) -> None:
    with org_atomic(world.id):
        one = make.post(world.brand, world.account, content="=One", clicks=3)
        make.post(world.brand, world.account, content="Two")
    text = streamed(page.get(f"{world.path}/posts/export/", {"post": str(one.pk)}))
    rows = list(csv.DictReader(StringIO(text)))
    assert [(each["Text"], each["Clicks"]) for each in rows] == [("'=One", "3")]
    found = streamed(page.get(f"{world.path}/posts/export/?q=Two&format=json"))
    assert '"text": "Two"' in found and "=One" not in found


def test_who_is_limited_to_brands_exports_only_theirs(world: World, client: Client) -> None:
    with org_atomic(world.id):
        theirs = make_planning.brand("Theirs")
        moment = now() + timedelta(days=1)
        make_planning.planned_post(world.brand, world.account, moment, content="Hidden.")
        make_planning.planned_post(theirs, world.account, moment, content="Shown.")
        make.post(world.brand, world.account, content="Hidden too.")
        member = Membership.objects.get(user=world.editor)
        Membership.objects.filter(pk=member.pk).update(sees_all_brands=False)
        sight().choose(member.pk, [theirs.pk])
    client.force_login(world.editor)
    day = now().date()
    query: Any = {"format": "json", "start": day, "end": day + timedelta(days=5)}
    planned = streamed(client.get(f"{world.path}/calendar/export/", query))
    assert "Shown." in planned and "Hidden." not in planned
    assert "Hidden too." not in streamed(client.get(f"{world.path}/posts/export/?format=json"))


def planned(world: World, days: int = 3, **fields: Any) -> PendingPost:
    with org_atomic(world.id):
        moment = now() + timedelta(days=days)
        return make_planning.planned_post(world.brand, world.account, moment, **fields)


def test_planned_posts_are_moved_together_and_back(world: World, page: Client) -> None:
    posts = [planned(world, days) for days in (3, 4)]
    ids = [post.pk for post in posts]
    sent = {"post": ids, "days": "2", "query": "list=coming"}
    answer = page.post(f"{world.path}/posts/moves/", sent)
    assert "list=coming" in answer["Location"] and "moved=" in answer["Location"]
    with org_atomic(world.id):
        moved = PendingPost.objects.get(pk=ids[0])
        assert (moved.scheduled_for - posts[0].scheduled_for).days in (1, 2)
    record = answer["Location"].rpartition("moved=")[2]
    body = page.get(answer["Location"]).content.decode()
    assert "Undo the move" in body and "2 posts moved 2 days later." in body
    page.post(f"{world.path}/posts/moves/{record}/undo/", {"query": "list=coming"})
    with org_atomic(world.id):
        back = PendingPost.objects.get(pk=ids[0]).scheduled_for
    assert abs((back - posts[0].scheduled_for).total_seconds()) < 60


def test_a_form_that_does_not_say_which_button_does_nothing(world: World, page: Client) -> None:
    post = planned(world)
    sent = {"post": [post.pk], "days": "2", "act": "", "query": "list=coming"}
    body = page.post(f"{world.path}/posts/moves/", sent, follow=True).content.decode()
    assert "Press Move or Reject" in body
    with org_atomic(world.id):
        assert PendingPost.objects.get(pk=post.pk).scheduled_for == post.scheduled_for


def test_a_post_that_is_on_its_way_cannot_be_chosen(world: World, page: Client) -> None:
    mine = planned(world)
    gone = planned(world, status=PendingStatus.PUBLISHING)
    body = page.get(f"{world.path}/posts/?list=coming").content.decode()
    assert f'value="{mine.pk}"' in body and f'value="{gone.pk}"' not in body


def test_pages_of_a_list_are_named_after_its_order(world: World, page: Client) -> None:
    for days in range(2, 32):
        planned(world, days)
    body = page.get(f"{world.path}/posts/?list=coming").content.decode()
    assert "Later<svg" in body and "Older" not in body
    body = page.get(f"{world.path}/posts/?list=coming&sort=latest").content.decode()
    assert "Sooner<svg" in body


@pytest.mark.parametrize("days", ["", "0", "-", "--5", "²", "1.5", "367", "9" * 5000])
def test_days_that_are_none_move_nothing(world: World, page: Client, days: str) -> None:
    post = planned(world)
    answer = page.post(
        f"{world.path}/posts/moves/", {"post": [post.pk], "days": days, "query": "list=coming"}
    )
    body = page.get(answer["Location"]).content.decode()
    assert "Say by how many days, from -366 to 366." in body
    with org_atomic(world.id):
        assert PendingPost.objects.get(pk=post.pk).scheduled_for == post.scheduled_for


def test_planned_posts_are_rejected_together_with_a_reason(world: World, page: Client) -> None:
    post = planned(world)
    page.post(f"{world.path}/posts/rejections/", {"post": [post.pk], "reason": "Not now."})
    body = page.get(f"{world.path}/posts/?list=ended").content.decode()
    assert "Not now." in body
    for address in ("moves", "rejections"):
        assert page.post(f"{world.path}/posts/{address}/").status_code == 302


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("list=coming", True),
        ("list=coming&state=pending", True),
        ("list=coming&state=approved", False),
        ("list=coming&q=twelve", True),
        ("list=coming&q=zebra", False),
        ("list=ended", False),
        ("list=coming&since=2000-01-01&until=2001-01-01", False),
        ("list=coming&since=nonsense&sort=nonsense", True),
        ("list=nonsense", False),
    ],
)
def test_planned_posts_are_listed_by_their_filters(
    world: World, page: Client, query: str, shown: bool
) -> None:
    planned(world)
    body = page.get(f"{world.path}/posts/?{query}").content.decode()
    assert ("Masts in twelve days." in body) is shown


def test_lists_are_sorted_by_what_is_chosen(world: World, page: Client) -> None:
    with org_atomic(world.id):
        for views in (5, 500, 50):
            make.post(world.brand, world.account, content=f"Seen {views}.", impressions=views)
    body = page.get(f"{world.path}/posts/?sort=views").content.decode()
    assert body.index("Seen 500.") < body.index("Seen 50.") < body.index("Seen 5.")


def test_a_view_is_kept_opened_renamed_made_first_and_deleted(world: World, page: Client) -> None:
    planned(world)
    saved = page.post(
        f"{world.path}/posts/views/",
        {"name": " To  come ", "query": "list=coming&q=twelve&cursor=x&evil=1"},
    )
    with org_atomic(world.id):
        view = SavedView.objects.get()
    assert (view.name, view.query) == ("To come", "list=coming&q=twelve")
    assert "Masts in twelve days." in page.get(saved["Location"]).content.decode()
    address = f"{world.path}/posts/views/{view.pk}/"
    page.post(address, {"name": "Soon"})
    page.post(address, {"is_default": "yes"})
    body = page.get(f"{world.path}/posts/").content.decode()
    assert "View: Soon" in body and "Masts in twelve days." in body
    assert "View: Soon" not in page.get(f"{world.path}/posts/?list=out").content.decode()
    page.post(f"{address}deletion/")
    with org_atomic(world.id):
        assert not SavedView.objects.exists()


def test_a_view_is_nobody_elses(world: World, client: Client, page: Client) -> None:
    page.post(f"{world.path}/posts/views/", {"name": "Mine", "query": "list=coming"})
    with org_atomic(world.id):
        view = SavedView.objects.get()
    client.force_login(world.owner)
    assert client.post(f"{world.path}/posts/views/{view.pk}/", {"name": "X"}).status_code == 404
    assert "Mine" not in client.get(f"{world.path}/posts/").content.decode()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name(world: World, page: Client, name: str) -> None:
    page.post(f"{world.path}/posts/views/", {"name": name, "query": "list=coming"})
    with org_atomic(world.id):
        assert not SavedView.objects.exists()
