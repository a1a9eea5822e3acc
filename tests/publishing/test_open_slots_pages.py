"""Free times of queues in the calendar: of one brand and of all, for who writes and who looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Membership
from organizations.services.brand_sight import sight
from publishing.models import BrandAccountLink, PendingPost, PostingQueue
from publishing.selectors import calendar_slots
from tests import make_planning as planning
from tests.world import World

pytestmark = pytest.mark.django_db

# A Wednesday, 08:00 in Berlin.
NOW = datetime(2026, 11, 25, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _wednesday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


@pytest.fixture
def bakery(world: World) -> BrandProfile:
    """A second brand, on the same account, with a free time of its own."""
    with org_atomic(world.id):
        row = planning.brand("Kiln & Crumb")
        BrandAccountLink.objects.create(
            brand=row, account=world.account, platform=world.account.platform
        )
        planning.queue(row, name="Bakery", times=[time(18)])
        return row


def calendar(page: Client, world: World, **query: Any) -> str:
    answer = page.get(f"{world.path}/calendar/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_calendar_of_all_brands_names_whose_time_is_free(
    world: World, page: Client, bakery: BrandProfile
) -> None:
    with org_atomic(world.id):
        own = planning.queue(world.brand, times=[time(17)])
    for view in ("week", "month", "day"):
        body = calendar(page, world, view=view)
        assert f"queue={own.pk}&amp;brand={world.brand.pk}" in body
        assert "Free in Mornings" in body
    for view in ("week", "day"):
        body = calendar(page, world, view=view)
        assert f"&amp;brand={bakery.pk}" in body and "Free in Bakery, Kiln &amp; Crumb" in body


def test_a_post_says_whose_it_is_where_several_brands_are_shown(
    world: World, page: Client, bakery: BrandProfile
) -> None:
    with org_atomic(world.id):
        planning.planned_post(bakery, world.account, NOW + timedelta(hours=2))
    mark = 'class="chip__brand">Kiln &amp; Crumb'
    for view in ("week", "month", "day"):
        assert mark in calendar(page, world, view=view)
        assert mark not in calendar(page, world, view=view, brand=bakery.pk)


def test_a_free_time_opens_the_composer_of_its_own_brand(
    world: World, page: Client, bakery: BrandProfile
) -> None:
    with org_atomic(world.id):
        PostingQueue.objects.all().delete()
        queue = planning.queue(bakery, times=[time(17)])
        planning.brand("An older name")
    body = calendar(page, world, brand=bakery.pk)
    query = body.partition("/compositions/new/?day=")[2].partition('"')[0].replace("&amp;", "&")
    answer = page.get(f"{world.path}/compositions/new/?day={query}")
    assert answer.context["brand"] == bakery
    assert f'value="{queue.pk}" selected' in answer.content.decode()


def test_times_beyond_the_first_are_counted(world: World, page: Client) -> None:
    with org_atomic(world.id):
        planning.queue(world.brand, times=[time(hour) for hour in range(9, 24)])
    assert "11 more free" in calendar(page, world, view="week")
    assert "14 more free" in calendar(page, world, view="month")
    assert "12 of 15 free times are shown" in calendar(page, world, view="day")


def test_who_only_looks_sees_free_times_that_lead_nowhere(
    world: World, client: Client, bakery: BrandProfile
) -> None:
    client.force_login(world.viewer)
    body = calendar(client, world)
    assert "18:00" in body and "free in Bakery" in body
    assert "compositions/new/?day=" not in body


def test_a_time_that_another_brands_post_holds_is_not_free_for_who_cannot_see_that_post(
    world: World, page: Client, bakery: BrandProfile
) -> None:
    with org_atomic(world.id):
        moment = datetime(2026, 11, 26, 17, tzinfo=UTC)
        planning.planned_post(world.brand, world.account, moment, content="Hidden.")
        member = Membership.objects.get(user=world.editor)
        Membership.objects.filter(pk=member.pk).update(sees_all_brands=False)
        sight().choose(member.pk, [bakery.pk])
    body = calendar(page, world)
    assert "day=2026-11-27&amp;time=18:00" in body and "Hidden." not in body
    assert "day=2026-11-26&amp;time=18:00" not in body


def test_queues_of_a_deleted_brand_are_gone(
    world: World, page: Client, bakery: BrandProfile
) -> None:
    assert "Bakery" in page.get(f"{world.path}/queues/").content.decode()
    with org_atomic(world.id):
        bakery.soft_delete()
    assert "free in Bakery" not in calendar(page, world)
    assert "Bakery" not in page.get(f"{world.path}/queues/").content.decode()


def test_many_queues_cost_few_queries_and_the_page_says_what_it_leaves_out(
    world: World,
    page: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with org_atomic(world.id):
        for number in range(30):
            row = planning.brand(f"Brand {number:02}")
            BrandAccountLink.objects.create(
                brand=row, account=world.account, platform=world.account.platform
            )
            planning.queue(row, times=[time(hour) for hour in (9, 18)])
        PendingPost.objects.bulk_create(
            PendingPost(
                brand=world.brand,
                account=world.account,
                platform=world.account.platform,
                content="Masts in twelve days.",
                scheduled_for=now() + timedelta(hours=number, minutes=20),
                status="pending",
            )
            for number in range(60)
        )
    page.get(f"{world.path}/schedules/")
    for view in ("week", "month", "day"):
        with django_assert_max_num_queries(12):
            answer = page.get(f"{world.path}/calendar/", {"view": view})
        assert len(answer.content) < 100_000 and "free" in answer.content.decode()
    assert "more queues than" not in answer.content.decode()
    monkeypatch.setattr(calendar_slots, "MOST_SLOTS", 100)
    body = calendar(page, world)
    assert "There are more queues than free times can be shown of." in body
    assert "Brand 00" in body and "Free in Mornings, Brand 29" not in body
