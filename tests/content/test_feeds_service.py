"""Feeds over real HTTP on loopback: found, polled politely, given up in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from config.kernel.clock import now
from config.kernel.errors import Conflict, DomainError
from config.kernel.scoping import org_atomic, scope
from content.models import FeedItem, Material, MaterialFeed
from content.services import feed_fetching, feed_polling
from content.services.feed_polling import due_feeds, poll_feed
from content.services.feeds import (
    add_feed,
    delete_feed,
    edit_feed,
    pause_feed,
    resume_feed,
    undelete_feed,
)
from content.tasks import poll_feed as poll_task
from content.tasks import sweep_feeds
from organizations.models import AuditRecord, Notification
from tests import make
from tests.content.feed_bodies import LONG, item, rss
from tests.world import World

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def serve(server: HTTPServer, body: str, path: str = "/feed", **more: Any) -> str:
    server.expect_request(path).respond_with_data(body, content_type="application/rss+xml", **more)
    return server.url_for(path)


def added(world: World, url: str, **fields: Any) -> MaterialFeed:
    with org_atomic(world.id):
        return make.feed(world.brand, url=url, **fields)


def polled(world: World, feed: MaterialFeed) -> MaterialFeed:
    with scope(world.id):
        poll_feed(feed_id=feed.pk)
    with org_atomic(world.id):
        feed.refresh_from_db()
    return feed


def wait(feed: MaterialFeed) -> timedelta:
    assert feed.due_at is not None
    return feed.due_at - now()


# -- adding ----


def test_a_feed_is_added_by_its_own_address(world: World, httpserver: HTTPServer) -> None:
    url = serve(httpserver, rss([item(1)]))
    with scope(world.id):
        feed = add_feed(url=url, brand=world.brand, by=world.editor, interval_minutes=1)
    with org_atomic(world.id):
        feed.refresh_from_db()
        assert (feed.title, feed.url, feed.interval_minutes) == ("Harbour news", url, 15)
        assert feed.due_at is not None and feed.polled_at is None
        assert AuditRecord.objects.filter(action="feed.added", target_id=feed.pk).exists()


def test_a_site_leads_to_the_feed_that_it_names(world: World, httpserver: HTTPServer) -> None:
    serve(httpserver, rss([item(1)]), "/news.xml")
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/news.xml"></html>'
    httpserver.expect_request("/").respond_with_data(page, content_type="text/html")
    with scope(world.id):
        feed = add_feed(url=httpserver.url_for("/"), brand=world.brand, by=world.editor)
    assert feed.url == httpserver.url_for("/news.xml")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, "", "no feed at that address"),
        (403, "", "does not give its feed to programs"),
        (200, "<html><body>Hello</body></html>", "no RSS or Atom feed"),
        (429, "", "fewer requests"),
        (500, "", "has a fault"),
    ],
)
def test_an_address_without_a_feed_is_refused_with_its_reason(
    world: World, httpserver: HTTPServer, status: int, body: str, said: str
) -> None:
    url = serve(httpserver, body, status=status)
    with scope(world.id), pytest.raises(DomainError) as caught:
        add_feed(url=url, brand=world.brand, by=world.editor)
    assert said in caught.value.message
    with org_atomic(world.id):
        assert not MaterialFeed.objects.exists()


def test_a_brand_has_a_feed_once_and_can_take_its_deletion_back(
    world: World, httpserver: HTTPServer
) -> None:
    url = serve(httpserver, rss([item(1)]))
    with scope(world.id):
        feed = add_feed(url=url, brand=world.brand, by=world.editor)
        with pytest.raises(Conflict):
            add_feed(url=url, brand=world.brand, by=world.editor)
        delete_feed(feed=feed, by=world.editor)
        undelete_feed(feed=feed, by=world.editor)
        delete_feed(feed=feed, by=world.editor)
        add_feed(url=url, brand=world.brand, by=world.editor)
        with pytest.raises(Conflict):
            undelete_feed(feed=feed, by=world.editor)


# -- polling ----


def test_items_become_materials_and_are_known_the_next_time(
    world: World, httpserver: HTTPServer
) -> None:
    url = serve(httpserver, rss([item(1), item(2, "Only a few words.")]))
    feed = polled(world, added(world, url))
    with org_atomic(world.id):
        kinds = {row.name: (row.kind, row.url) for row in Material.objects.all()}
        assert kinds == {
            "Mast number 1": ("text", "https://news.example/1"),
            "Mast number 2": ("url", "https://news.example/2"),
        }
        assert set(FeedItem.objects.values_list("status", flat=True)) == {"taken"}
        MaterialFeed.objects.filter(pk=feed.pk).update(due_at=now())
    polled(world, feed)
    with org_atomic(world.id):
        assert Material.objects.count() == FeedItem.objects.count() == 2


def test_the_first_poll_takes_the_newest_ten_and_the_second_only_what_is_new(
    world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request("/feed").respond_with_data(
        rss([item(number) for number in range(30)])
    )
    httpserver.expect_ordered_request("/feed").respond_with_data(
        rss([item(number) for number in range(100, 103)] + [item(number) for number in range(30)])
    )
    feed = polled(world, added(world, httpserver.url_for("/feed")))
    with org_atomic(world.id):
        assert Material.objects.count() == 10
        assert FeedItem.objects.count() == 30
        MaterialFeed.objects.filter(pk=feed.pk).update(due_at=now())
    polled(world, feed)
    with org_atomic(world.id):
        assert Material.objects.count() == 13


def test_a_feed_is_asked_with_its_validators_and_by_our_name(
    world: World, httpserver: HTTPServer
) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        if request.headers.get("If-None-Match") == '"abc"':
            return Response(status=304)
        headers = {"ETag": '"abc"', "Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT"}
        return Response(rss([item(1)]), headers=headers)

    httpserver.expect_request("/feed").respond_with_handler(answer)
    feed = polled(world, added(world, httpserver.url_for("/feed")))
    assert feed.etag == '"abc"'
    with org_atomic(world.id):
        MaterialFeed.objects.filter(pk=feed.pk).update(due_at=now())
    feed = polled(world, feed)
    assert asked[1].headers["If-Modified-Since"] == "Mon, 02 Mar 2026 10:00:00 GMT"
    assert asked[0].headers["User-Agent"].startswith("Warren/")
    assert "feed reader" in asked[0].headers["User-Agent"]
    assert (feed.error, feed.etag, len(asked)) == ("", '"abc"', 2)


def test_a_feed_is_left_alone_as_long_as_it_asks(world: World, httpserver: HTTPServer) -> None:
    url = serve(httpserver, rss([item(1)], head="<ttl>300</ttl>"))
    with time_machine.travel(now(), tick=False):
        assert wait(polled(world, added(world, url))) == 300 * MINUTE
    own = serve(httpserver, rss([item(1)], head="<ttl>1</ttl>"), "/own")
    with time_machine.travel(now(), tick=False):
        feed = added(world, own, interval_minutes=5)
        assert wait(polled(world, feed)) == 15 * MINUTE


def _at(moment: datetime) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


@pytest.mark.parametrize(
    ("status", "said", "minutes"),
    [
        (429, lambda moment: "7200", 120),
        (503, lambda moment: _at(moment + 180 * MINUTE), 180),
        (503, lambda moment: "soon", 60),
        (429, lambda moment: "", 60),
        (500, lambda moment: "99999999999999", 7 * 24 * 60),
    ],
)
def test_a_busy_site_is_left_alone_as_long_as_it_says(
    world: World,
    httpserver: HTTPServer,
    status: int,
    said: Callable[[datetime], str],
    minutes: int,
) -> None:
    moment = now().replace(microsecond=0)
    with time_machine.travel(moment, tick=False):
        url = serve(httpserver, "", status=status, headers={"Retry-After": said(moment)})
        feed = polled(world, added(world, url))
        assert wait(feed) == minutes * MINUTE
    assert feed.consecutive_errors == 1 and feed.error and feed.is_active


def test_a_failing_feed_is_asked_ever_more_rarely_and_then_given_up_and_told(
    world: World, httpserver: HTTPServer
) -> None:
    feed = added(world, serve(httpserver, "", status=500))
    waits = []
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(9):
            feed = polled(world, feed)
            waits.append(wait(feed) // MINUTE)
            clock.shift(wait(feed))
        assert waits == [60, 120, 240, 480, 960, 1440, 1440, 1440, 1440]
        feed = polled(world, feed)
        assert (feed.is_active, feed.due_at, feed.consecutive_errors) == (False, None, 10)
    with org_atomic(world.id):
        told = Notification.objects.filter(kind="feed_stopped")
        assert "not asked any more" in told.filter(user=world.editor).get().title
        resume_feed(feed=feed, by=world.owner)
        assert not told.filter(read_at=None).exists()
        feed.refresh_from_db()
        assert (feed.is_active, feed.consecutive_errors, feed.error) == (True, 0, "")


def test_a_feed_that_its_site_gave_up_is_not_asked_again(
    world: World, httpserver: HTTPServer
) -> None:
    feed = polled(world, added(world, serve(httpserver, "", status=410)))
    assert not feed.is_active and "given up" in feed.error


def test_a_success_forgets_the_failures_before_it(world: World, httpserver: HTTPServer) -> None:
    url = serve(httpserver, rss([item(1)]))
    feed = polled(world, added(world, url, consecutive_errors=7, error="It was away."))
    assert (feed.consecutive_errors, feed.error) == (0, "")


def test_topics_are_judged_and_never_become_material_by_themselves(
    world: World, httpserver: HTTPServer
) -> None:
    politics = item(2, "The parliament votes on masts. " + LONG, title="Parliament votes on masts")
    feed = added(world, serve(httpserver, rss([item(1), politics])), use="trends")
    polled(world, feed)
    with org_atomic(world.id):
        assert not Material.objects.exists()
        found = {row.title: row for row in FeedItem.objects.all()}
        assert found["Mast number 1"].status == "new"
        assert found["Mast number 1"].relevance is not None
        assert "politics" in found["Parliament votes on masts"].reason


def test_a_paused_a_deleted_and_a_claimed_feed_are_left_alone(
    world: World, httpserver: HTTPServer
) -> None:
    feeds = [
        added(world, httpserver.url_for("/a"), is_active=False),
        added(world, httpserver.url_for("/b"), deleted_at=now()),
        added(world, httpserver.url_for("/c"), claimed_until=now() + MINUTE),
        added(world, httpserver.url_for("/d"), due_at=now() + MINUTE),
    ]
    with scope(world.id):
        assert [poll_feed(feed_id=feed.pk) for feed in feeds] == [None] * 4
    assert httpserver.log == []
    assert {row.id for row in due_feeds()}.isdisjoint(feed.pk for feed in feeds[:2])


def test_a_poll_that_comes_too_late_changes_nothing(
    world: World, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = added(world, serve(httpserver, rss([item(1)])))
    fetch = feed_fetching.fetch_feed

    def overtaken(url: str, **more: Any) -> Any:
        with org_atomic(world.id):
            MaterialFeed.objects.filter(pk=feed.pk).update(fence=99)
        return fetch(url, **more)

    monkeypatch.setattr(feed_polling, "fetch_feed", overtaken)
    assert polled(world, feed).polled_at is None
    with org_atomic(world.id):
        assert not FeedItem.objects.exists()


def test_what_people_change_of_a_feed_is_kept(world: World) -> None:
    feed = added(world, "https://news.example/feed")
    with org_atomic(world.id):
        pause_feed(feed=feed, by=world.editor)
        edit_feed(feed=feed, by=world.editor, title="  News  ", use="trends", interval_minutes=2)
        feed.refresh_from_db()
        assert (feed.title, feed.use, feed.interval_minutes) == ("News", "trends", 15)
        assert not feed.is_active


def test_the_sweep_and_the_task_do_the_same(world: World, httpserver: HTTPServer) -> None:
    feed = added(world, serve(httpserver, rss([item(1)])))
    assert sweep_feeds() >= 1
    poll_task(str(world.id), str(feed.pk))
    with org_atomic(world.id):
        feed.refresh_from_db()
        assert feed.polled_at is not None
