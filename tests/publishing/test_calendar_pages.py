"""The calendar as people use it: views, filters, moving, undo, events and settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from json import loads
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from config.kernel.scoping import org_atomic
from organizations.models import User
from publishing.models import CalendarEvent, CalendarSettings, PendingPost, PortalLink
from tests import make
from tests import make_planning as planning
from tests.world import World

pytestmark = pytest.mark.django_db

# A Wednesday, 08:00 in Berlin.
NOW = datetime(2026, 11, 25, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
VIEWS = ["week", "month", "day", "list"]


@pytest.fixture(autouse=True)
def _wednesday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def planned(world: World, moment: datetime = NOW + 2 * HOUR, **fields: Any) -> PendingPost:
    with org_atomic(world.id):
        return planning.planned_post(world.brand, world.account, moment, **fields)


def calendar(page: Client, world: World, **query: Any) -> str:
    answer = page.get(f"{world.path}/calendar/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def stands_at(world: World, post: PendingPost) -> datetime:
    with org_atomic(world.id):
        return PendingPost.objects.get(pk=post.pk).scheduled_for


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_a_post_with_its_time_words_and_state(
    world: World, page: Client, view: str
) -> None:
    planned(world)
    body = calendar(page, world, view=view)
    assert "Masts in twelve days." in body
    assert "10:00" in body and "Waits for you" in body and "Europe/Berlin" in body


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_of_thousands_stays_small_and_asks_little(
    world: World,
    page: Client,
    view: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with org_atomic(world.id):
        planning.queue(world.brand, times=[time(9), time(12), time(17)])
        start = datetime(2026, 10, 26, tzinfo=UTC)
        PendingPost.objects.bulk_create(
            PendingPost(
                brand=world.brand,
                account=world.account,
                platform="feed",
                content="A post with words enough to fill the chip that it stands on. " * 3,
                scheduled_for=start + timedelta(minutes=20 * number),
                status="pending",
            )
            for number in range(3000)
        )
        make.post(world.brand, world.account, published_at=NOW)
    # The first page of a session notes which team it is of.
    page.get(f"{world.path}/schedules/")
    with django_assert_max_num_queries(12):
        answer = page.get(f"{world.path}/calendar/", {"view": view, "brand": str(world.brand.pk)})
    assert answer.status_code == 200
    assert len(answer.content) < 100_000, len(answer.content)
    if view != "list":
        assert " more" in answer.content.decode()


def test_earlier_today_and_later_are_addresses(world: World, page: Client) -> None:
    body = calendar(page, world, view="week")
    assert "23 to 29 November 2026" in body
    assert "view=week&amp;on=2026-11-18" in body and "view=week&amp;on=2026-12-02" in body
    assert "November 2026" in calendar(page, world, view="month")
    assert "on=2026-12-01" in calendar(page, world, view="month")
    assert "Wednesday 25 November 2026" in calendar(page, world, view="day")


def test_nonsense_in_an_address_is_an_ordinary_calendar(world: World, page: Client) -> None:
    body = calendar(
        page, world, view="year", on="2026-99-99", brand="x", channel="y", state="z", after="q~w"
    )
    assert "23 to 29 November 2026" in body


def test_filters_leave_out_the_rest(world: World, page: Client) -> None:
    planned(world, content="Waiting words")
    planned(world, content="Failed words", status="failed")
    body = calendar(page, world, state="failed")
    assert "Failed words" in body and "Waiting words" not in body
    with org_atomic(world.id):
        other = planning.brand("Kiln & Crumb")
    body = calendar(page, world, brand=other.pk)
    assert "Waiting words" not in body and "Kiln &amp; Crumb: what is planned" in body


def test_open_slots_lead_to_the_composer(world: World, page: Client) -> None:
    with org_atomic(world.id):
        queue = planning.queue(world.brand, times=[time(17)])
    body = calendar(page, world, brand=world.brand.pk)
    link = f"compositions/new/?day=2026-11-25&amp;time=17:00&amp;queue={queue.pk}"
    assert link in body


def test_holidays_and_events_stand_on_their_days(world: World, page: Client) -> None:
    page.post(
        f"{world.path}/brands/{world.brand.pk}/calendar/settings/",
        {"countries": "us, de-sn", "week_starts_on": "0"},
    )
    page.post(
        f"{world.path}/calendar/events/new/",
        {"name": "Boat fair", "brand": "", "starts_on": "2026-11-27", "ends_on": "", "note": ""},
    )
    with org_atomic(world.id):
        assert CalendarSettings.objects.get().countries == ["US", "DE-SN"]
        assert CalendarEvent.objects.get().ends_on == date(2026, 11, 27)
    body = calendar(page, world, brand=world.brand.pk)
    assert "Thanksgiving Day (US)" in body and "Boat fair" in body
    # The week of this brand begins on Sunday.
    assert "22 to 28 November 2026" in body


def test_a_country_that_has_no_list_is_refused_in_place(world: World, page: Client) -> None:
    answer = page.post(
        f"{world.path}/brands/{world.brand.pk}/calendar/settings/",
        {"countries": "Germany", "week_starts_on": "1"},
    )
    assert answer.status_code == 422
    assert "GERMANY" in answer.content.decode() and 'value="Germany"' in answer.content.decode()


def test_events_are_changed_and_deleted(world: World, page: Client) -> None:
    with org_atomic(world.id):
        event = planning.event(None, date(2026, 11, 27))
    path = f"{world.path}/calendar/events/{event.pk}/"
    values = {"name": "Fair", "starts_on": "2026-11-28", "ends_on": "2026-11-27", "note": ""}
    assert page.post(path, values).status_code == 422
    page.post(path, {**values, "ends_on": "2026-11-29"})
    assert (
        "28 Nov 2026 to 29 Nov 2026" in page.get(f"{world.path}/calendar/events/").content.decode()
    )
    page.post(f"{path}deletion/")
    assert page.get(path).status_code == 404


def test_further_events_come_in_place_and_are_called_later(world: World, page: Client) -> None:
    with org_atomic(world.id):
        for days in range(55):
            planning.event(None, date(2026, 11, 27) + timedelta(days=days), name=f"Event {days}.")
    path = f"{world.path}/calendar/events/"
    answer = page.get(path)
    assert "Later<svg" in answer.content.decode()
    cursor = answer.context["page"].next_cursor
    rest = page.get(path, {"cursor": cursor}, headers={"HX-Request": "true"}).content.decode()
    assert rest.lstrip().startswith('<div id="events"') and "Event 54." in rest


def test_a_chip_that_is_dropped_moves_and_can_be_taken_back(world: World, page: Client) -> None:
    post = planned(world)
    answer = page.post(
        f"{world.path}/calendar/posts/{post.pk}/time/",
        {"day": "2026-11-27", "time": "14:00", "zone": "Europe/Berlin"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 204
    assert stands_at(world, post) == datetime(2026, 11, 27, 13, tzinfo=UTC)
    toast = loads(answer["HX-Trigger"])["toast"]
    assert toast["message"].startswith("Moved to Fri 27 Nov 14:00 CET")
    page.post(toast["undo_url"])
    assert stands_at(world, post) == NOW + 2 * HOUR


def test_a_drop_beside_another_post_says_so(world: World, page: Client) -> None:
    post = planned(world)
    planned(world, datetime(2026, 11, 27, 13, 5, tzinfo=UTC))
    answer = page.post(
        f"{world.path}/calendar/posts/{post.pk}/time/",
        {"day": "2026-11-27", "time": "14:00", "zone": "Europe/Berlin"},
        headers={"HX-Request": "true"},
    )
    assert "5 min from another post" in loads(answer["HX-Trigger"])["toast"]["message"]


def test_a_drop_into_the_past_is_refused_with_a_sentence(world: World, page: Client) -> None:
    post = planned(world)
    answer = page.post(
        f"{world.path}/calendar/posts/{post.pk}/time/",
        {"day": "2026-11-20", "time": "14:00", "zone": "Europe/Berlin"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert "still ahead" in loads(answer["HX-Trigger"])["toast"]["message"]


def test_without_scripts_a_form_moves_the_post(world: World, page: Client) -> None:
    post = planned(world)
    path = f"{world.path}/calendar/posts/{post.pk}/time/"
    body = page.get(path).content.decode()
    assert 'value="2026-11-25"' in body and 'value="10:00"' in body
    refused = page.post(path, {"day": "2026-11-20", "time": "14:00", "zone": "Europe/Berlin"})
    assert refused.status_code == 422 and 'value="2026-11-20"' in refused.content.decode()
    answer = page.post(
        path, {"day": "2026-12-01", "time": "14:00", "zone": "Europe/Berlin"}, follow=True
    )
    assert "Moved to" in answer.content.decode() and "Undo" in answer.content.decode()


def test_several_chosen_posts_move_and_come_back(world: World, page: Client) -> None:
    posts = [planned(world, NOW + (n + 2) * HOUR) for n in range(2)]
    gone = planned(world, NOW + HOUR, status="published", content="Is out already")
    back = f"{world.path}/calendar/?view=list"
    answer = page.post(
        f"{world.path}/calendar/posts/",
        {"post": [p.pk for p in (*posts, gone)], "how": "days", "days": "2", "back": back},
        follow=True,
    )
    body = answer.content.decode()
    assert "Moved 2 posts." in body and "“Is out already” stays" in body
    assert [stands_at(world, post) for post in posts] == [
        NOW + (n + 2) * HOUR + timedelta(days=2) for n in range(2)
    ]
    path = answer.redirect_chain[-1][0]
    page.post(f"{world.path}/calendar/moves/{path.rpartition('moved=')[2]}/undo/")
    assert stands_at(world, posts[0]) == NOW + 2 * HOUR


def test_several_go_into_a_queue_or_to_a_weekday(world: World, page: Client) -> None:
    post = planned(world)
    with org_atomic(world.id):
        queue = planning.queue(world.brand, times=[time(17)])
    path = f"{world.path}/calendar/posts/"
    page.post(path, {"post": [post.pk], "how": "queue", "queue": queue.pk})
    assert stands_at(world, post) == datetime(2026, 11, 25, 16, tzinfo=UTC)
    page.post(path, {"post": [post.pk], "how": "day", "weekday": "5", "at": "08:30"})
    assert stands_at(world, post) == datetime(2026, 11, 27, 7, 30, tzinfo=UTC)
    for values in ({"how": "queue"}, {"how": "far"}, {}):
        answer = page.post(path, {"post": [post.pk], **values}, follow=True)
        assert answer.status_code == 200
    assert "Choose the posts first" in page.post(path, {}, follow=True).content.decode()


def test_the_way_back_is_the_calendar_and_nowhere_else(world: World, page: Client) -> None:
    post = planned(world)
    for wanted in ("https://evil.example/", f"{world.path}/settings/", "//evil.example"):
        answer = page.post(
            f"{world.path}/calendar/posts/",
            {"post": [post.pk], "how": "days", "days": "1", "back": wanted},
        )
        assert answer["Location"].startswith(f"{world.path}/calendar/")


def test_a_viewer_looks_and_moves_nothing(world: World, client: Client) -> None:
    client.force_login(world.viewer)
    post = planned(world)
    body = calendar(client, world)
    assert "Masts in twelve days." in body and "data-writes" not in body
    answer = client.post(f"{world.path}/calendar/posts/{post.pk}/time/", {})
    assert answer.status_code == 403


def test_the_day_of_a_change_of_the_clock_has_its_hours(world: World, page: Client) -> None:
    body = calendar(page, world, view="day", on="2026-10-25")
    assert body.count('data-hour="02:00"') == 2 and body.count("data-hour=") == 25
    body = calendar(page, world, view="day", on="2027-03-28")
    assert 'data-hour="02:00"' not in body and body.count("data-hour=") == 23


def test_the_list_goes_on(world: World, page: Client) -> None:
    for number in range(55):
        planned(world, NOW + number * HOUR, content=f"Number {number:02} of them")
    body = calendar(page, world, view="list")
    assert "Number 49 of them" in body and "Number 50 of them" not in body
    more = "?" + body.partition("after=")[0].rpartition("?")[2] + "after="
    more += body.partition("after=")[2].partition('"')[0]
    rest = page.get(f"{world.path}/calendar/{more.replace('&amp;', '&')}").content.decode()
    assert "Number 50 of them" in rest and "Number 49 of them" not in rest


def unfolded(content: bytes) -> str:
    return content.decode().replace("\r\n ", "")


def test_the_file_has_every_post_in_the_brands_zone(world: World, page: Client) -> None:
    waiting = planned(world)
    planned(world, content="Not yet", status="draft")
    with org_atomic(world.id):
        make.post(
            world.brand,
            world.account,
            published_at=NOW - HOUR,
            external_url="https://net.example/1",
        )
    answer = page.get(f"{world.path}/brands/{world.brand.pk}/calendar/file/")
    text = unfolded(answer.content)
    assert answer["Content-Type"].startswith("text/calendar")
    assert "attachment" in answer["Content-Disposition"]
    assert text.count("BEGIN:VEVENT") == 2 and "Not yet" not in text
    assert f"UID:{waiting.pk}@" in text and "STATUS:TENTATIVE" in text
    assert "DTSTART;TZID=Europe/Berlin:20261125T100000" in text
    assert "BEGIN:VTIMEZONE" in text and "URL:https://net.example/1" in text


def test_an_address_is_shown_once_read_without_an_account_and_closed(
    world: World, page: Client
) -> None:
    planned(world)
    path = f"{world.path}/brands/{world.brand.pk}/calendar/addresses/"
    body = page.post(path, {"name": "The client"}).content.decode()
    theirs = Client().get(f"/c/{body.partition('/c/')[2].partition('calendar.ics')[0]}calendar.ics")
    assert b"Being prepared" in theirs.content and b"Masts" not in theirs.content
    with org_atomic(world.id):
        PortalLink.objects.all().delete()
    body = page.post(path, {"name": "Anna’s phone", "team": "on"}).content.decode()
    address = body.partition("/c/")[2].partition("calendar.ics")[0]
    reader = Client()
    answer = reader.get(f"/c/{address}calendar.ics")
    assert answer.status_code == 200 and b"Masts in twelve days" in answer.content
    again = page.get(path).content.decode()
    assert "Anna’s phone" in again and address not in again
    with org_atomic(world.id):
        link = PortalLink.objects.get()
    page.post(f"{path}{link.pk}/revocation/")
    assert reader.get(f"/c/{address}calendar.ics").status_code in (404, 410)


def test_a_calendar_of_another_team_is_not_found(world: World, client: Client) -> None:
    stranger: User = world.stranger
    client.force_login(stranger)
    assert client.get(f"{world.path}/calendar/").status_code == 404
    mine = f"/o/{world.foreign.slug}/brands/{world.brand.pk}/calendar/file/"
    assert client.get(mine).status_code == 404
