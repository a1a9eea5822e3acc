from __future__ import annotations

import pytest
from django.test import Client
from pytest_httpserver import HTTPServer

from brands.models import BrandAccess, BrandProfile
from config.kernel.scoping import org_atomic
from content.models import FeedItem, Material, MaterialFeed
from organizations.models import Membership
from tests import make
from tests.content.feed_bodies import item, rss
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    with org_atomic(world.id):
        world.brand.trending_enabled = True
        world.brand.save(update_fields=["trending_enabled"])
    return client


def test_a_feed_is_added_changed_paused_deleted_and_brought_back(
    world: World, page: Client, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/feed").respond_with_data(rss([item(1)]))
    answer = page.post(
        f"{world.path}/feeds/new/",
        {
            "url": httpserver.url_for("/feed"),
            "brand": str(world.brand.pk),
            "use": "materials",
            "interval_minutes": "60",
        },
        follow=True,
    )
    assert "“Harbour news” is added" in answer.content.decode()
    with org_atomic(world.id):
        feed = MaterialFeed.objects.get()
    url = f"{world.path}/feeds/{feed.pk}/"
    fields = {"title": "Our news", "use": "trends", "interval_minutes": "1440"}
    assert "Our news" in page.post(url, fields, follow=True).content.decode()
    assert "Paused" in page.post(f"{url}pause/", follow=True).content.decode()
    assert "Listening" not in page.get(f"{world.path}/feeds/").content.decode()
    assert "asked again" in page.post(f"{url}pause/", follow=True).content.decode()
    deleted = page.post(f"{url}deletion/", headers={"HX-Request": "true"})
    assert f"{url}restoration/" in deleted.headers["HX-Trigger"]
    assert "Deleted feeds" in page.get(f"{world.path}/feeds/").content.decode()
    assert "is back" in page.post(f"{url}restoration/", follow=True).content.decode()


def test_an_address_without_a_feed_is_told_at_its_field_and_kept(
    world: World, page: Client, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data("<html><body>Hello</body></html>")
    answer = page.post(
        f"{world.path}/feeds/new/",
        {
            "url": httpserver.url_for("/"),
            "brand": str(world.brand.pk),
            "use": "trends",
            "interval_minutes": "60",
        },
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "That is no RSS or Atom feed" in body and httpserver.url_for("/") in body


def test_topics_show_their_score_with_its_parts_and_the_rest_its_reason(
    world: World, page: Client
) -> None:
    with org_atomic(world.id):
        offer = make.trend(world.brand)
        make.trend(
            world.brand,
            offer.feed,
            title="The vote",
            status=FeedItem.Status.FILTERED,
            reason="It touches politics (“vote”), and such topics are never offered.",
        )
    body = page.get(f"{world.path}/feeds/").content.decode()
    assert "82 of 100" in body and "30 of 30" in body
    assert "It speaks of masts, classic, wooden." in body
    assert "Left out by Warren" in body and "It touches politics" in body


def test_a_topic_is_taken_or_left_and_that_can_be_undone(world: World, page: Client) -> None:
    with org_atomic(world.id):
        first = make.trend(world.brand)
        second = make.trend(world.brand, first.feed, title="Another")
    left = f"{world.path}/trends/{second.pk}/"
    answer = page.post(f"{left}dismissal/", headers={"HX-Request": "true"})
    assert answer.status_code == 204 and f"{left}offer/" in answer.headers["HX-Trigger"]
    assert "Left out by your team" in page.get(f"{world.path}/feeds/").content.decode()
    assert "offered again" in page.post(f"{left}offer/", follow=True).content.decode()
    taken = page.post(f"{world.path}/trends/{first.pk}/material/", follow=True)
    assert "From a trend" in taken.content.decode()
    with org_atomic(world.id):
        assert Material.objects.get().name == first.title


def test_a_viewer_sees_topics_and_cannot_take_them(world: World, client: Client) -> None:
    with org_atomic(world.id):
        topic = make.trend(world.brand)
    client.force_login(world.viewer)
    body = client.get(f"{world.path}/feeds/").content.decode()
    assert "Make material of it" not in body and "Add feed" not in body
    assert client.post(f"{world.path}/trends/{topic.pk}/material/").status_code == 403


def test_feeds_of_other_brands_are_not_there_for_restricted_members(
    world: World, client: Client
) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**{**brand_fields("Other"), "name": "Other"})
        feed = make.feed(other, title="Of the other brand")
        topic = make.trend(other, feed)
        member = Membership.objects.get(user=world.editor)
        member.sees_all_brands = False
        member.save()
        BrandAccess.objects.create(membership=member, brand=world.brand)
    client.force_login(world.editor)
    assert "Of the other brand" not in client.get(f"{world.path}/feeds/").content.decode()
    assert client.get(f"{world.path}/feeds/{feed.pk}/").status_code == 404
    assert client.post(f"{world.path}/trends/{topic.pk}/material/").status_code == 404


def test_the_list_asks_few_queries(
    world: World, page: Client, django_assert_max_num_queries: object
) -> None:
    with org_atomic(world.id):
        for number in range(12):
            feed = make.feed(world.brand, url=f"https://news.example/{number}", use="trends")
            make.trend(world.brand, feed, title=f"Topic {number}")
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        assert page.get(f"{world.path}/feeds/").status_code == 200
