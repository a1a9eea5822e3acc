"""The evergreen pool: who goes next, which slots are filled, and that nothing comes too soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from publishing.models import Composition, EvergreenItem, PendingPost, PostingQueue
from publishing.services.evergreen import (
    add_published,
    add_to_pool,
    change_item,
    next_in_line,
    pause_item,
    rest_of,
    set_filling,
)
from publishing.services.evergreen_filling import fill_queue, sweep_evergreen
from tests import make, make_compositions, make_planning, make_repeating
from tests.world import World

NOON = datetime(2027, 3, 3, 11, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _wednesday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def inside(world: World) -> Iterator[None]:
    with org_atomic(world.id):
        yield


def composed(world: World, text: str = "Masts in twelve days.") -> Composition:
    return make_compositions.composition(world.brand, world.account, text=text)


def filling(world: World, **fields: Any) -> PostingQueue:
    """Two slots a day, filled from the pool."""
    queue = make_planning.queue(world.brand, times=(time(9), time(15)), **fields)
    return set_filling(queue=queue, fills=True, by=None)


def pooled(world: World, queue: PostingQueue, text: str, **fields: Any) -> EvergreenItem:
    return make_repeating.evergreen_item(composed(world, text), queue, **fields)


def walls() -> list[str]:
    return sorted(PendingPost.objects.values_list("wall_time", flat=True))


def bare(**fields: Any) -> EvergreenItem:
    return EvergreenItem(**{"cooldown_days": 60, **fields})


def test_who_was_never_used_goes_first_and_then_who_rested_longest() -> None:
    old, older, new = (
        bare(last_used_at=NOON - 90 * DAY),
        bare(last_used_at=NOON - 120 * DAY),
        bare(),
    )
    resting = bare(last_used_at=NOON - 10 * DAY)
    assert next_in_line([old, resting, older, new], at=NOON) == [new, older, old]


@pytest.mark.parametrize(
    ("fields", "is_ready"),
    [
        ({}, True),
        ({"last_used_at": NOON - 60 * DAY}, True),
        ({"last_used_at": NOON - 59 * DAY}, False),
        ({"paused_at": NOON}, False),
        ({"use_count": 3, "most_uses": 3}, False),
        ({"use_count": 2, "most_uses": 3}, True),
    ],
)
def test_it_says_whether_it_may_go_and_why_not(fields: dict[str, Any], is_ready: bool) -> None:
    rest = rest_of(bare(**fields), at=NOON)
    assert rest.is_ready is is_ready and rest.reason


@given(days=st.integers(31, 730), ago=st.integers(0, 900))
def test_nothing_comes_within_its_rest(days: int, ago: int) -> None:
    item = bare(cooldown_days=days, last_used_at=NOON - ago * DAY)
    assert rest_of(item, at=NOON).is_ready is (ago >= days)


@pytest.mark.django_db
def test_empty_slots_of_the_next_day_are_filled_and_no_others(world: World, inside: None) -> None:
    queue = filling(world)
    for number in range(5):
        pooled(world, queue, f"Guide {number}.")
    assert sweep_evergreen() == 2
    assert walls() == ["2027-03-03 15:00", "2027-03-04 09:00"]
    post = PendingPost.objects.first()
    assert post is not None and post.evergreen is not None and post.queue == queue
    assert fill_queue(world.id, queue.pk) == 0


@pytest.mark.django_db
def test_a_slot_that_somebody_filled_is_left_alone(world: World, inside: None) -> None:
    queue = filling(world)
    pooled(world, queue, "A guide.")
    pooled(world, queue, "Another guide.")
    slot = datetime(2027, 3, 3, 14, tzinfo=UTC)
    make_planning.planned_post(world.brand, world.account, slot, wall_time="mine")
    assert fill_queue(world.id, queue.pk) == 1
    assert walls() == ["2027-03-04 09:00", "mine"]


@pytest.mark.django_db
def test_used_it_rests_and_is_counted(
    world: World, inside: None, _wednesday: time_machine.Traveller
) -> None:
    queue = filling(world)
    item = pooled(world, queue, "A guide.", most_uses=2)
    assert fill_queue(world.id, queue.pk) == 1
    item.refresh_from_db()
    assert (item.use_count, item.last_used_at) == (1, datetime(2027, 3, 3, 14, tzinfo=UTC))
    _wednesday.move_to(NOON + 59 * DAY)
    assert fill_queue(world.id, queue.pk) == 0
    _wednesday.move_to(NOON + 61 * DAY)
    assert fill_queue(world.id, queue.pk) == 1
    _wednesday.move_to(NOON + 300 * DAY)
    assert fill_queue(world.id, queue.pk) == 0


@pytest.mark.django_db
def test_a_queue_that_does_not_fill_or_is_paused_stays_empty(world: World, inside: None) -> None:
    queue = filling(world, paused_at=NOON)
    pooled(world, queue, "A guide.")
    assert sweep_evergreen() == 0
    PostingQueue.objects.update(paused_at=None)
    set_filling(queue=queue, fills=False, by=None)
    assert sweep_evergreen() == 0 and fill_queue(world.id, queue.pk) == 0


@pytest.mark.django_db
def test_a_post_that_cannot_be_placed_is_left_out_and_the_next_one_goes(
    world: World, inside: None
) -> None:
    queue = filling(world)
    wrong = pooled(world, queue, "A cheap guide.")
    pooled(world, queue, "A good guide.")
    assert fill_queue(world.id, queue.pk) == 1
    wrong.refresh_from_db()
    assert wrong.paused_at is not None
    assert PendingPost.objects.get().content == "A good guide."


@pytest.mark.django_db
def test_what_is_out_comes_into_the_pool_and_rests_first(world: World, inside: None) -> None:
    queue = filling(world)
    post = make.post(world.brand, world.account, published_at=NOON - 5 * DAY)
    item = add_published(post=post, queue=queue, by=world.editor)
    assert item.composition.text == "Masts in twelve days."
    assert not rest_of(item, at=NOON).is_ready
    assert fill_queue(world.id, queue.pk) == 0


@pytest.mark.django_db
def test_a_rest_of_less_than_a_month_is_refused(world: World, inside: None) -> None:
    queue = filling(world)
    for days in (30, 731):
        with pytest.raises(Invalid):
            add_to_pool(composition=composed(world), queue=queue, by=None, cooldown_days=days)
    item = add_to_pool(composition=composed(world), queue=queue, by=None, cooldown_days=31)
    with pytest.raises(Invalid):
        change_item(item=item, cooldown_days=40, most_uses=0, by=None)
    with pytest.raises(Invalid):
        homeless = make_compositions.composition(world.brand)
        add_to_pool(composition=homeless, queue=queue, by=None)
    other = make_planning.queue(make_planning.brand("Other"), name="Theirs")
    with pytest.raises(Invalid):
        add_to_pool(composition=composed(world), queue=other, by=None)


@pytest.mark.django_db
def test_the_page_says_who_goes_next_and_why_others_rest(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    with org_atomic(world.id):
        queue = filling(world)
        pooled(world, queue, "Ready to go.")
        pooled(world, queue, "Was used.", last_used_at=NOON - DAY)
        pause_item(item=pooled(world, queue, "Not now."), by=None)
    client.force_login(world.editor)
    client.get(f"{world.path}/pool/")
    with django_assert_max_num_queries(12):
        body = client.get(f"{world.path}/pool/").content.decode()
    assert body.index("Ready to go.") < body.index("Was used.")
    assert "It rests 60 days after each use." in body and "Left out" in body


@pytest.mark.django_db
def test_a_post_is_added_changed_left_out_and_taken_out(world: World, client: Client) -> None:
    with org_atomic(world.id):
        queue, composition = filling(world), composed(world)
        post = make.post(world.brand, world.account)
    client.force_login(world.editor)
    assert client.get(f"{world.path}/pool/new/").status_code == 200
    address = f"{world.path}/pool/new/?composition={composition.pk}"
    assert client.get(address).status_code == 200
    answer = client.post(address, {"queue": queue.pk, "cooldown_days": "7"})
    assert answer.status_code == 422 and "31" in answer.content.decode()
    values = {"queue": queue.pk, "cooldown_days": "45", "most_uses": "3"}
    assert client.post(address, values).status_code == 302
    assert client.post(f"{world.path}/pool/new/?post={post.pk}", values).status_code == 302
    with org_atomic(world.id):
        item = EvergreenItem.objects.get(composition=composition)
        assert (item.cooldown_days, item.most_uses) == (45, 3)
        assert EvergreenItem.objects.count() == 2
    edit = f"{world.path}/pool/{item.pk}/"
    assert client.post(f"{edit}edit/", {"cooldown_days": "90"}).status_code == 302
    assert client.post(f"{edit}pause/").status_code == 302
    with org_atomic(world.id):
        item.refresh_from_db()
        assert item.cooldown_days == 90 and item.paused_at is not None
    assert client.post(f"{edit}removal/").status_code == 302
    fills = f"{world.path}/pool/filling/{queue.pk}/"
    assert client.post(fills, {"fills": "no"}).status_code == 302
    with org_atomic(world.id):
        assert not EvergreenItem.objects.filter(pk=item.pk).exists()
        queue.refresh_from_db()
        assert not queue.fills_from_pool
