"""The bell, the list of notices, and the page that chooses them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, Notification, NotificationChoice, User
from organizations.services.sessions import SEEN_AT
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Iterator[Client]:
    client.force_login(world.owner)
    with org_atomic(world.id):
        yield client


def notice(world: World, user: User | None = None, **fields: Any) -> Notification:
    said = {"kind": "post_failed", "title": "A post was not published", "path": "deliveries/"}
    return Notification.objects.create(user=user or world.owner, **{**said, **fields})


def address(world: World, rest: str = "") -> str:
    return f"{world.path}/notifications/{rest}"


def test_the_bell_counts_what_is_unread_on_every_page_without_a_query(
    page: Client, world: World, django_assert_max_num_queries: Any
) -> None:
    assert 'class="place__count"' not in page.get(f"{world.path}/help/").content.decode()
    for _ in range(3):
        notice(world)
    notice(world, world.viewer)
    notice(world, read_at=now())
    html = page.get(f"{world.path}/help/").content.decode()
    assert '<span class="place__count">3<span class="visually-hidden"> unread</span></span>' in html
    bell = page.get(address(world, "count/"), headers={"HX-Request": "true"}).content.decode()
    assert bell.lstrip().startswith("<a") and ">3<" in bell


def test_nobody_counts_beyond_ninety_nine(page: Client, world: World) -> None:
    Notification.objects.bulk_create(
        Notification(user=world.owner, kind="post_failed", title="Told") for _ in range(120)
    )
    assert ">99+<" in page.get(address(world, "count/")).content.decode()


def test_the_list_holds_ones_own_newest_first_in_few_queries(
    page: Client, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        notice(world, title=f"Notice {number:02}")
    notice(world, world.viewer, title="Somebody else's")
    page.get(address(world))
    # Session, person, door, a savepoint around, and the page of rows.
    with django_assert_num_queries(5):
        html = page.get(address(world)).content.decode()
    assert html.index("Notice 29") < html.index("Notice 28")
    assert "Notice 04" not in html and "Somebody else" not in html
    part = page.get(address(world), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="notices"')


def test_an_empty_list_says_what_will_be_there(page: Client, world: World) -> None:
    assert "No notifications yet" in page.get(address(world)).content.decode()
    notice(world, read_at=now())
    assert "You have seen everything" in page.get(address(world, "?state=unread")).content.decode()


def test_a_title_is_text(page: Client, world: World) -> None:
    notice(world, title="<b>x</b>", body="<script>1</script>")
    html = page.get(address(world)).content.decode()
    assert "<b>x</b>" not in html and "<script>1" not in html


def test_opening_a_notice_leads_on_and_marks_it_read(page: Client, world: World) -> None:
    row = notice(world, due_at=now())
    answer = page.get(address(world, f"{row.pk}/"))
    assert answer["Location"] == f"{world.path}/deliveries/"
    row.refresh_from_db()
    assert row.read_at is not None and row.due_at is None
    bare = notice(world, path="")
    assert page.get(address(world, f"{bare.pk}/"))["Location"] == address(world)


@pytest.mark.parametrize("act", ["", "reading/", "unreading/"])
def test_somebody_elses_notice_does_not_exist(page: Client, world: World, act: str) -> None:
    row = notice(world, world.viewer)
    method = page.post if act else page.get
    assert method(address(world, f"{row.pk}/{act}")).status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_one_is_marked_read_and_taken_back(page: Client, world: World) -> None:
    row = notice(world)
    headers = {"HX-Request": "true"}
    answer = page.post(address(world, f"{row.pk}/reading/"), headers=headers)
    said = json.loads(answer["HX-Trigger"])
    assert answer.status_code == 204 and "notices" in said
    row.refresh_from_db()
    assert row.read_at is not None
    page.post(said["toast"]["undo_url"])
    row.refresh_from_db()
    assert row.read_at is None


def test_all_are_marked_read_and_exactly_those_are_taken_back(page: Client, world: World) -> None:
    rows, old = [notice(world) for _ in range(2)], notice(world, read_at=now())
    others = notice(world, world.viewer)
    answer = page.post(address(world, "reading/"), headers={"HX-Request": "true"})
    said = json.loads(answer["HX-Trigger"])["toast"]
    assert said["message"] == "2 notices marked as read."
    assert not Notification.objects.filter(user=world.owner, read_at=None).exists()
    page.post(said["undo_url"])
    unread = set(Notification.objects.filter(read_at=None).values_list("pk", flat=True))
    assert unread == {*(row.pk for row in rows), others.pk} and old.pk not in unread
    without_js = page.post(address(world, "reading/"), follow=True)
    assert "2 notices marked as read." in without_js.content.decode()


def test_a_choice_is_kept_written_down_and_shown(page: Client, world: World) -> None:
    html = page.get(address(world, "choices/")).content.decode()
    assert "A post was not published" in html and "Support visits your team" in html
    sent = {"page-post_failed": "on", "page-schedule_stopped": "on", "mail-schedule_stopped": "on"}
    answer = page.post(address(world, "choices/"), sent, follow=True)
    assert "Your notifications are saved." in answer.content.decode()
    choice = NotificationChoice.objects.get(kind="post_failed")
    assert (choice.in_page, choice.by_mail) == (True, False)
    assert not NotificationChoice.objects.filter(kind="schedule_stopped").exists()
    row = AuditRecord.objects.get(action="notifications.changed")
    assert row.before["post_failed"] == "page and mail" and row.after["post_failed"] == "page"
    # A binding kind keeps its place in Warren whatever is sent.
    visit = NotificationChoice.objects.get(kind="support_visit")
    assert (visit.in_page, visit.by_mail) == (True, False)


def test_a_viewer_chooses_among_what_viewers_are_told(world: World, client: Client) -> None:
    client.force_login(world.viewer)
    html = client.get(address(world, "choices/")).content.decode()
    assert "Your own rights changed" in html and "Support visits your team" not in html


def test_a_mail_that_waits_is_not_sent_once_it_is_not_wanted(page: Client, world: World) -> None:
    row = notice(world, due_at=now())
    page.post(address(world, "choices/"), {"page-post_failed": "on"})
    row.refresh_from_db()
    assert row.due_at is None and row.read_at is None


def test_a_bell_that_asks_by_itself_does_not_keep_a_session_alive(
    page: Client, world: World
) -> None:
    page.get(address(world))
    session = page.session
    session[SEEN_AT] = long_ago = session[SEEN_AT] - 3_000
    session.save()
    assert page.get(address(world, "count/"), headers={"X-Poll": "bell"}).status_code == 200
    assert page.session[SEEN_AT] == long_ago
    page.get(address(world))
    assert page.session[SEEN_AT] > long_ago
