"""Reading how posts do: at their ages, into snapshots, and what happens when it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from analytics.models import EngagementSnapshot, MetricsError
from analytics.services.metrics import (
    age_reached,
    collect_metrics,
    next_due_at,
    sweep_metrics,
)
from config.kernel.errors import NotFound
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from content.models import Angle, AngleStatistic
from publishing.channels.base import (
    AccountFacts,
    Channel,
    ChannelError,
    DeliveryClass,
    Draft,
    Gone,
    Limits,
    Measurement,
    Payload,
    Published,
    Session,
)
from publishing.channels.registry import channels
from publishing.models import AccountStatus, Post, PostStatus, SocialAccount
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

Age = EngagementSnapshot.Age
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

Answer = Measurement | Gone | ChannelError
FULL = Measurement(likes=60, comments=12, shares=8, clicks=20, impressions=2_000, reach=1_500)


class Silent(Channel):
    """A network of this test that tells no numbers."""

    slug = "silent"
    label = "Silent"
    icon = ""
    delivery_class = DeliveryClass.D
    limits = Limits(max_characters=500)

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        return {}

    def publish(self, payload: Payload, session: Session) -> Published:
        raise ChannelError("Nobody publishes here.")


class Telling(Silent):
    """A network of this test that tells what its dictionary says."""

    slug = "telling"
    label = "Telling"

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        self.asked.append(post.remote_id)
        answer = self.answers.get(post.remote_id, FULL)
        if isinstance(answer, ChannelError):
            raise answer
        return answer


@pytest.fixture
def telling(world: World) -> Iterator[Telling]:
    channel = Telling()
    channels.register(Telling.slug, channel)
    channels.register(Silent.slug, Silent())
    with time_machine.travel(NOW, tick=False), org_atomic(world.id):
        yield channel
    channels.unregister(Telling.slug)
    channels.unregister(Silent.slug)


def out(world: World, age: timedelta = MINUTE * 15, **fields: Any) -> Post:
    platform = fields.pop("platform", "telling")
    account, _ = SocialAccount.objects.get_or_create(
        platform=platform, remote_id=platform, defaults={"name": "Tester"}
    )
    published_at = NOW - age
    fields.setdefault("external_id", str(uuid7()))
    return make.post(
        world.brand, account, **{"published_at": published_at, "due_at": NOW, **fields}
    )


def reloaded(post: Post) -> Post:
    return Post.with_deleted.get(pk=post.pk)


def snapshots(post: Post) -> dict[str, EngagementSnapshot]:
    return {row.age: row for row in EngagementSnapshot.objects.filter(post=post)}


@pytest.mark.parametrize(
    ("age", "reached"),
    [
        (MINUTE, Age.QUARTER_HOUR),
        (MINUTE * 15, Age.QUARTER_HOUR),
        (MINUTE * 59, Age.QUARTER_HOUR),
        (HOUR, Age.HOUR),
        (DAY, Age.DAY),
        (DAY * 6, Age.DAY),
        (DAY * 7, Age.WEEK),
        (DAY * 90, Age.WEEK),
    ],
)
def test_a_reading_belongs_to_the_oldest_age_that_is_reached(age: timedelta, reached: str) -> None:
    assert age_reached(NOW - age, NOW) == reached


def test_after_each_age_comes_the_next_and_after_a_week_nothing() -> None:
    assert next_due_at(NOW, Age.QUARTER_HOUR) == NOW + HOUR
    assert next_due_at(NOW, Age.HOUR) == NOW + DAY
    assert next_due_at(NOW, Age.DAY) == NOW + DAY * 7
    assert next_due_at(NOW, Age.WEEK) is None


def test_a_reading_is_kept_as_told_and_copied_to_the_post(world: World, telling: Telling) -> None:
    post = out(world)
    assert sweep_metrics() == 1
    row = snapshots(post)[Age.QUARTER_HOUR]
    assert (row.likes, row.impressions, row.reach) == (60, 2_000, 1_500)
    assert row.engagement_rate == pytest.approx(5.0)
    assert row.age_seconds == 900
    post = reloaded(post)
    assert (post.likes, post.clicks, post.impressions) == (60, 20, 2_000)
    assert post.engagement_rate == pytest.approx(5.0)
    assert (post.metrics_updated_at, post.due_at) == (NOW, NOW - MINUTE * 15 + HOUR)


def test_a_number_that_is_not_told_is_null_and_never_nought(world: World, telling: Telling) -> None:
    post = out(world)
    telling.answers[post.external_id] = Measurement(likes=3, comments=0)
    sweep_metrics()
    row = snapshots(post)[Age.QUARTER_HOUR]
    assert (row.likes, row.comments, row.impressions, row.clicks) == (3, 0, None, None)
    assert row.engagement_rate == 0.0


def test_a_post_is_read_at_all_four_ages_and_then_left_alone(
    world: World, telling: Telling
) -> None:
    post = out(world, age=timedelta(0), due_at=NOW + MINUTE * 15)
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(6):
            due_at = reloaded(post).due_at
            if due_at is None:
                break
            clock.move_to(due_at)
            sweep_metrics()
    assert set(snapshots(post)) == set(Age)
    assert len(telling.asked) == 4


def test_a_post_that_is_not_due_is_not_asked_for(world: World, telling: Telling) -> None:
    out(world, due_at=NOW + MINUTE)
    assert sweep_metrics() == 0
    assert telling.asked == []


def test_the_first_reading_can_be_had_at_once(world: World, telling: Telling) -> None:
    post = out(world, age=timedelta(seconds=5), due_at=NOW + MINUTE * 15)
    snapshot = collect_metrics(post_id=post.pk, age="15m")
    assert snapshot is not None
    assert (snapshot.age, snapshot.age_seconds) == (Age.QUARTER_HOUR, 5)
    assert reloaded(post).due_at == NOW - timedelta(seconds=5) + HOUR


def test_reading_an_age_again_replaces_it(world: World, telling: Telling) -> None:
    post = out(world)
    collect_metrics(post_id=post.pk)
    telling.answers[post.external_id] = Measurement(likes=99, impressions=3_000)
    collect_metrics(post_id=post.pk)
    assert snapshots(post)[Age.QUARTER_HOUR].likes == 99


def test_a_post_that_is_gone_keeps_its_last_numbers(world: World, telling: Telling) -> None:
    post = out(world)
    sweep_metrics()
    telling.answers[post.external_id] = Gone("Taken down.")
    assert collect_metrics(post_id=post.pk) is None
    post = reloaded(post)
    assert (post.status, post.due_at, post.likes) == (PostStatus.DELETED, None, 60)


def test_an_error_is_written_down_and_the_next_post_goes_on(world: World, telling: Telling) -> None:
    broken, fine = out(world), out(world)
    telling.answers[broken.external_id] = ChannelError("Away.", code="no_connection")
    assert sweep_metrics() == 1
    assert (MetricsError.objects.get(post=broken).message, snapshots(broken)) == ("Away.", {})
    assert reloaded(broken).due_at == NOW + MINUTE * 15
    assert reloaded(broken).claimed_until is None
    assert snapshots(fine)


def test_each_error_waits_twice_as_long_and_six_hours_at_most(
    world: World, telling: Telling
) -> None:
    post = out(world)
    telling.answers[post.external_id] = ChannelError("Away.")
    waits = []
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(7):
            before = reloaded(post).due_at
            assert before is not None
            clock.move_to(before)
            sweep_metrics()
            after = reloaded(post).due_at
            assert after is not None
            waits.append((after - before) / MINUTE)
    assert waits == [15, 30, 60, 120, 240, 360, 360]


def test_a_pause_that_the_network_asks_for_is_kept(world: World, telling: Telling) -> None:
    post = out(world)
    telling.answers[post.external_id] = ChannelError("Slow down.", retry_after=7_200)
    sweep_metrics()
    assert reloaded(post).due_at == NOW + HOUR * 2


def test_a_post_that_cannot_be_read_for_days_is_given_up(world: World, telling: Telling) -> None:
    post = out(world, age=DAY * 10)
    telling.answers[post.external_id] = ChannelError("Away.")
    sweep_metrics()
    assert reloaded(post).due_at is None


def test_a_good_reading_forgives_the_errors(world: World, telling: Telling) -> None:
    post = out(world, attempts=4)
    sweep_metrics()
    assert reloaded(post).attempts == 0


def test_a_network_that_tells_nothing_is_not_asked_again(world: World, telling: Telling) -> None:
    post = out(world, platform="silent")
    assert sweep_metrics() == 0
    assert reloaded(post).due_at is None
    assert not MetricsError.objects.exists()


def test_an_account_that_is_not_connected_is_not_asked(world: World, telling: Telling) -> None:
    post = out(world)
    SocialAccount.objects.filter(platform="telling").update(status=AccountStatus.REVOKED)
    sweep_metrics()
    assert telling.asked == []
    assert MetricsError.objects.get(post=post).code == "account_unusable"


def test_a_post_in_another_workers_hands_is_left_to_it(world: World, telling: Telling) -> None:
    post = out(world, claimed_until=NOW + MINUTE)
    assert sweep_metrics() == 0
    assert snapshots(post) == {}


def test_a_late_reader_writes_nothing_to_the_post(world: World, telling: Telling) -> None:
    post = out(world)
    Post.objects.filter(pk=post.pk).update(fence=7)
    from analytics.services.metrics import _keep

    _keep(post, FULL, None)
    assert reloaded(post).metrics_updated_at is None


def test_a_post_of_nobody_is_not_found(world: World, telling: Telling) -> None:
    with pytest.raises(NotFound):
        collect_metrics(post_id=uuid7())


def test_what_was_read_is_learned_from(world: World, telling: Telling) -> None:
    out(world, angle=Angle.EDUCATIONAL)
    sweep_metrics()
    row = AngleStatistic.objects.get(platform="telling", angle=Angle.EDUCATIONAL)
    assert row.posts_count == 1
    assert row.wins > row.losses


def test_every_organizations_posts_are_read(world: World, telling: Telling) -> None:
    mine = out(world)
    with org_atomic(world.foreign.id):
        account = SocialAccount.objects.create(
            platform="telling", remote_id="theirs", name="Theirs"
        )
        make.post(world.foreign_brand, account, due_at=NOW, external_id="theirs")
    assert sweep_metrics() == 2
    assert set(telling.asked) == {mine.external_id, "theirs"}
