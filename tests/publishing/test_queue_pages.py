"""Queues as people use them: slots, order, placing anew, pause; and times that do well."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from publishing.delivery import checks
from publishing.models import PendingPost, PostingQueue, QueueSlot
from publishing.selectors.queues import times_in_words
from publishing.services.best_times import Suggestion, best_times, suggestions_of
from publishing.services.pending_posts import approve_post
from publishing.services.queue_order import move_in_queue, retime_queue, shuffle_queue
from publishing.services.queues import pause_queue, resume_queue
from tests import make
from tests import make_planning as planning
from tests.world import World

pytestmark = pytest.mark.django_db

# A Monday, 08:00 in Berlin.
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
NINE = NOW + timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
BERLIN = "Europe/Berlin"


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


@pytest.fixture
def queue(world: World) -> PostingQueue:
    with org_atomic(world.id):
        return planning.queue(world.brand)


def filled(world: World, queue: PostingQueue, count: int = 3, **fields: Any) -> list[PendingPost]:
    with org_atomic(world.id):
        return [
            planning.planned_post(
                world.brand,
                world.account,
                NINE + number * DAY,
                queue=queue,
                content=f"Number {number}",
                **fields,
            )
            for number in range(count)
        ]


def order(world: World, queue: PostingQueue) -> list[str]:
    with org_atomic(world.id):
        posts = PendingPost.objects.filter(queue=queue).order_by("scheduled_for")
        return [post.content for post in posts]


def test_a_queue_is_made_with_the_slots_of_a_preset(world: World, page: Client) -> None:
    values = {"brand": world.brand.pk, "name": "Evenings", "timezone": BERLIN}
    answer = page.post(f"{world.path}/queues/new/", {**values, "preset": "3_per_day"}, follow=True)
    assert "Evenings" in answer.content.decode() and "12:00" in answer.content.decode()
    with org_atomic(world.id):
        assert QueueSlot.objects.count() == 15
    again = page.post(f"{world.path}/queues/new/", {**values, "preset": ""})
    assert again.status_code == 422 and "has a queue" in again.content.decode()


def test_slots_are_added_and_removed(world: World, page: Client, queue: PostingQueue) -> None:
    path = f"{world.path}/queues/{queue.pk}/"
    page.post(f"{path}slots/", {"time": "14:30", "weekdays": ["1", "3"], "account": ""})
    with org_atomic(world.id):
        slot = QueueSlot.objects.filter(wall_time=time(14, 30)).order_by("weekday")[0]
        assert slot.weekday == 1
    page.post(f"{path}slots/{slot.pk}/deletion/")
    with org_atomic(world.id):
        assert QueueSlot.objects.filter(wall_time=time(14, 30)).count() == 1
    refused = page.post(f"{path}slots/", {"time": "14:30", "account": ""})
    assert refused.status_code == 422 and "at least one day" in refused.content.decode()
    twice = page.post(f"{path}slots/", {"time": "14:30", "weekdays": ["3"], "account": ""})
    assert twice.status_code == 422 and "stand already" in twice.content.decode()


def test_pages_of_queues_ask_little_and_stay_small(
    world: World,
    page: Client,
    queue: PostingQueue,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    filled(world, queue, 60)
    with org_atomic(world.id):
        for number in range(30):
            planning.queue(world.brand, name=f"Queue {number}")
    page.get(f"{world.path}/queues/")
    for path in ("queues/", f"queues/{queue.pk}/"):
        with django_assert_max_num_queries(12):
            answer = page.get(f"{world.path}/{path}")
        assert answer.status_code == 200 and len(answer.content) < 100_000
    assert "the first 20 of 60" in answer.content.decode()


def test_a_post_is_moved_up_and_brought_back(
    world: World, page: Client, queue: PostingQueue
) -> None:
    posts = filled(world, queue)
    path = f"{world.path}/queues/{queue.pk}/posts/{posts[1].pk}/place/"
    answer = page.post(path, {"to": "earlier"}, follow=True)
    assert order(world, queue) == ["Number 1", "Number 0", "Number 2"]
    found = re.search(r"moves/([0-9a-f-]+)/undo", answer.content.decode())
    assert found is not None
    page.post(f"{world.path}/calendar/moves/{found.group(1)}/undo/")
    assert order(world, queue) == ["Number 0", "Number 1", "Number 2"]
    first = f"{world.path}/queues/{queue.pk}/posts/{posts[0].pk}/place/"
    assert page.post(first, {"to": "earlier"}).status_code == 409


def test_shuffled_posts_keep_the_times_of_the_queue(world: World, queue: PostingQueue) -> None:
    filled(world, queue, 6)
    with org_atomic(world.id):
        shuffle_queue(queue=queue, by=world.editor, chance=random.Random(4))
        posts = PendingPost.objects.filter(queue=queue)
        moments = sorted(posts.values_list("scheduled_for", flat=True))
        assert moments == [NINE + number * DAY for number in range(6)]
        assert {post.wall_time[11:] for post in posts if post.wall_time} == {"09:00"}
    assert sorted(order(world, queue)) != order(world, queue)


def test_nothing_is_placed_anew_before_somebody_asks_for_it(
    world: World, page: Client, queue: PostingQueue
) -> None:
    filled(world, queue, 2)
    with org_atomic(world.id):
        queue.slots.update(wall_time=time(18))
    path = f"{world.path}/queues/{queue.pk}/retiming/"
    body = page.get(path).content.decode()
    assert "Re-time 2 posts" in body and "18:00" in body
    with org_atomic(world.id):
        assert PendingPost.objects.filter(scheduled_for=NINE).count() == 1
    page.post(path)
    with org_atomic(world.id):
        moments = sorted(PendingPost.objects.values_list("scheduled_for", flat=True))
    assert moments == [NOW + timedelta(hours=10), NOW + timedelta(hours=10) + DAY]
    assert "Nothing would move" in page.get(path).content.decode()


def test_posts_of_other_queues_keep_their_slots_when_one_is_placed_anew(
    world: World, queue: PostingQueue
) -> None:
    filled(world, queue, 2)
    with org_atomic(world.id):
        planning.planned_post(world.brand, world.account, NOW + timedelta(hours=10))
        queue.slots.update(wall_time=time(18))
        retime_queue(queue=queue, by=world.editor)
        own = PendingPost.objects.filter(queue=queue).order_by("scheduled_for")
        assert [post.wall_time for post in own] == ["2026-11-24 18:00", "2026-11-25 18:00"]
        with pytest.raises(Conflict, match="Nothing was moved"):
            retime_queue(queue=queue, by=world.editor)


def test_each_account_has_an_order_of_its_own(world: World, queue: PostingQueue) -> None:
    posts = filled(world, queue, 2)
    with org_atomic(world.id):
        other = planning.second_account(world.brand)
        planning.planned_post(world.brand, other, NINE, queue=queue, content="Other")
        move_in_queue(queue=queue, post=posts[1], by=world.editor, up=True)
        assert PendingPost.objects.get(content="Other").scheduled_for == NINE
        assert PendingPost.objects.get(content="Number 1").scheduled_for == NINE


def test_posts_of_a_paused_queue_do_not_leave_until_it_is_resumed(
    world: World, queue: PostingQueue
) -> None:
    (post,) = filled(world, queue, 1)
    with org_atomic(world.id):
        approve_post(post=post, by=world.owner)
        delivery = post.deliveries.get()
        assert checks.obstacles([delivery.pk]) == {}
        pause_queue(queue=queue, by=world.editor)
        assert checks.obstacles([delivery.pk])[delivery.pk].code == "queue_paused"
        resume_queue(queue=queue, by=world.editor)
        assert checks.obstacles([delivery.pk]) == {}


def test_a_paused_queue_says_what_that_means(
    world: World, page: Client, queue: PostingQueue
) -> None:
    page.post(f"{world.path}/queues/{queue.pk}/pause/")
    body = page.get(f"{world.path}/queues/{queue.pk}/").content.decode()
    assert "its posts do not leave" in body and "Add a post" not in body
    assert page.post(f"{world.path}/queues/{queue.pk}/pause/").status_code == 409
    page.post(f"{world.path}/queues/{queue.pk}/resumption/")
    assert (
        "its posts do not leave"
        not in page.get(f"{world.path}/queues/{queue.pk}/").content.decode()
    )


def test_a_queue_is_renamed_and_deleted(world: World, page: Client, queue: PostingQueue) -> None:
    path = f"{world.path}/queues/{queue.pk}/"
    page.post(f"{path}edit/", {"name": "Dawn", "timezone": "UTC"})
    assert "Dawn" in page.get(f"{world.path}/queues/").content.decode()
    page.post(f"{path}deletion/")
    assert page.get(path).status_code == 404


def test_the_default_queue_is_made_with_the_first_click(world: World, page: Client) -> None:
    answer = page.post(f"{world.path}/brands/{world.brand.pk}/queue/", follow=True)
    assert "Main queue" in answer.content.decode()


def test_a_viewer_sees_a_queue_and_changes_nothing(
    world: World, client: Client, queue: PostingQueue
) -> None:
    client.force_login(world.viewer)
    assert client.get(f"{world.path}/queues/{queue.pk}/").status_code == 200
    assert client.post(f"{world.path}/queues/{queue.pk}/pause/").status_code == 403


@pytest.mark.parametrize(
    ("slots", "words"),
    [
        ([], "No slots yet"),
        ([(day, time(9)) for day in range(7)], "Every day 09:00"),
        ([(d, w) for d in range(1, 6) for w in (time(9), time(17))], "Mon to Fri 09:00, 17:00"),
        ([(1, time(9)), (0, time(10)), (6, time(10))], "Mon 09:00; Sat, Sun 10:00"),
    ],
)
def test_slots_are_said_in_few_words(slots: list[tuple[int, time]], words: str) -> None:
    assert times_in_words(slots) == words


def rows(count: int, moment: datetime, rate: float) -> list[tuple[datetime, float]]:
    return [(moment - number * timedelta(weeks=1), rate) for number in range(count)]


def test_hours_and_days_with_ten_posts_are_offered_with_their_evidence() -> None:
    """Specification 6.4: the mean of a day's and an hour's means, each from ten posts on."""
    tuesday_nine = datetime(2026, 7, 28, 7, 30, tzinfo=UTC)
    friday_noon = datetime(2026, 7, 31, 10, tzinfo=UTC)
    found = suggestions_of(
        rows(20, tuesday_nine, 0.05)[:8] + rows(12, friday_noon, 0.02), "Etc/GMT-2"
    )
    assert [(each.weekday, each.hour, each.posts) for each in found] == [(5, 12, 12)]
    assert said(found[0]) == "Fri 12:00 (mean 2.0 %, 12 posts)"
    assert found[0].confidence == "medium"
    found = suggestions_of(rows(23, tuesday_nine, 0.042) + rows(10, friday_noon, 0.02), "Etc/GMT-2")
    assert said(found[0]) == "Tue 09:00 (mean 4.2 %, 23 posts)"
    assert found[0].confidence == "high"
    # A day and an hour that never met are still the mean of both.
    assert ("Tue 12:00 (mean 3.1 %, 10 posts)") in [said(each) for each in found]


def test_without_data_the_hours_of_the_network_are_offered_and_said_to_be_that(
    world: World,
) -> None:
    with org_atomic(world.id):
        for number in range(9):
            make.post(world.brand, world.account, published_at=NOW - number * DAY)
        found = best_times(account=world.account, zone=BERLIN)
        linkedin = planning.second_account(world.brand)
        linkedin.platform = "linkedin"
        prior = best_times(account=linkedin, zone=BERLIN)
    assert found.suggestions == () and found.prior == () and "general use" not in found.why
    assert "Not enough data yet: 0 measured posts" in found.why
    assert [each.name for each in prior.picks] == ["08:00", "12:00", "17:00"]
    assert "in general use for LinkedIn, not yours" in prior.why


def test_an_accounts_own_posts_of_ninety_days_count(world: World) -> None:
    with org_atomic(world.id):
        for number in range(25):
            # Mondays at 08:00 in Berlin, some of them too long ago.
            make.post(
                world.brand,
                world.account,
                published_at=NOW - (number % 12) * timedelta(weeks=1) - timedelta(minutes=number),
                engagement_rate=0.04,
                metrics_updated_at=NOW,
            )
        make.post(
            world.brand,
            world.account,
            published_at=NOW - timedelta(days=100),
            engagement_rate=0.9,
            metrics_updated_at=NOW,
        )
        found = best_times(account=world.account, zone="UTC")
    assert found.posts == 25
    assert found.suggestions and found.suggestions[0].mean == pytest.approx(0.04)


def said(suggestion: Suggestion) -> str:
    return f"{suggestion.name} {suggestion.evidence}"


def measured(world: World) -> None:
    """Twelve posts that did well, all on Mondays at 08:00 in Berlin."""
    for number in range(12):
        make.post(
            world.brand,
            world.account,
            published_at=NOW - (number % 4 + 1) * timedelta(weeks=1) + number * MINUTE,
            engagement_rate=0.04,
            metrics_updated_at=NOW,
        )


def test_a_time_that_did_well_leads_to_the_composer_at_its_next_coming(
    world: World, page: Client
) -> None:
    path = f"{world.path}/brands/{world.brand.pk}/calendar/suggestions/"
    with org_atomic(world.id):
        measured(world)
    body = page.get(path).content.decode()
    assert "Mon 08:00" in body and "(mean 4.0 %, 12 posts)" in body
    query = body.partition("/compositions/new/")[2].partition('"')[0].replace("&amp;", "&")
    assert "day=2026-11-30&time=08:00" in query
    composer = page.get(f"{world.path}/compositions/new/{query}").content.decode()
    assert 'value="2026-11-30"' in composer and 'value="08:00"' in composer


def test_the_composer_is_offered_times_of_the_chosen_accounts(world: World, page: Client) -> None:
    path = f"{world.path}/brands/{world.brand.pk}/calendar/suggestions/"
    assert path in page.get(f"{world.path}/compositions/new/").content.decode()
    with org_atomic(world.id):
        measured(world)
    body = page.get(f"{path}?composing=1&accounts={world.account.pk}").content.decode()
    assert 'value="at-2026-11-30-08:00"' in body
    sent = {"brand": world.brand.pk, "text": "Masts.", "arrange": "at-2026-11-30-08:00"}
    kept = page.post(f"{world.path}/compositions/arrangement/", sent).content.decode()
    assert 'value="2026-11-30" autofocus' in kept and 'value="08:00"' in kept and "Masts." in kept


def test_the_calendar_asks_for_times_that_did_well_by_itself(world: World, page: Client) -> None:
    path = f"{world.path}/brands/{world.brand.pk}/calendar/suggestions/"
    assert (
        path in page.get(f"{world.path}/calendar/", {"brand": str(world.brand.pk)}).content.decode()
    )
    assert "Not enough data yet" in page.get(path).content.decode()
