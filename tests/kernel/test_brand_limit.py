"""The narrower limit: whatever a restricted member reads or writes is of their brands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Count
from pytest_django import DjangoAssertNumQueries

from analytics.models import EngagementSnapshot
from brands.models import BrandProfile
from config.kernel.brands import brand_limit, brands_in_sight, over_all_brands
from config.kernel.errors import Invalid, NotFound
from config.kernel.scoping import org_atomic
from content.models import Candidate, Generation, Material
from publishing.models import (
    Approval,
    AutopilotRun,
    BrandAccountLink,
    Decision,
    Delivery,
    DeliveryAttempt,
    Post,
    Schedule,
    SocialAccount,
)
from tests import make
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db


class Two:
    """A row of each kind for a brand in sight, and one for another brand of the same team."""

    def __init__(self, world: World) -> None:
        self.world, self.mine = world, world.brand
        self.theirs = BrandProfile.objects.create(**brand_fields("Other client"))
        self.their_account = SocialAccount.objects.create(
            platform="feed", remote_id="other", name="Other client", credentials={}
        )
        BrandAccountLink.objects.create(
            brand=self.theirs, account=self.their_account, platform="feed"
        )
        self.shared = make.material(None, name="Shared")
        self.rows = {
            "mine": self._rows(self.mine, world.account),
            "theirs": self._rows(self.theirs, self.their_account),
        }

    def _rows(self, brand: BrandProfile, account: SocialAccount) -> list[Any]:
        source = make.material(brand)
        pending = make.pending_post(brand, account, source=source)
        delivery = make.delivery(pending)
        post = make.post(brand, account, pending_post=pending)
        schedule = Schedule.objects.create(brand=brand, name="At noon", platforms=["feed"])
        run = AutopilotRun.objects.create(
            brand=brand, schedule=schedule, occurrence="1", scheduled_for=pending.scheduled_for
        )
        return [
            *(brand, account, source, pending, delivery, post, schedule, run),
            *(pending.generation, pending.candidate),
            make.approval(pending, "x"),
            DeliveryAttempt.objects.create(delivery=delivery, number=1, outcome="published"),
            Decision.objects.create(run=run, kind="material", summary="a", reason="b"),
            Decision.objects.create(pending_post=pending, kind="angle", summary="a", reason="b"),
            EngagementSnapshot.objects.create(post=post, age="1h", age_seconds=3600),
        ]


@pytest.fixture
def two(world: World) -> Iterator[Two]:
    with org_atomic(world.id):
        yield Two(world)


@pytest.fixture
def limited(two: Two) -> Iterator[Two]:
    with brand_limit(frozenset({two.mine.pk})):
        yield two


def test_a_limit_shows_rows_of_the_brands_in_it_and_no_others(limited: Two) -> None:
    for row in limited.rows["mine"]:
        assert type(row)._default_manager.filter(pk=row.pk).exists(), row
    for row in limited.rows["theirs"]:
        assert not type(row)._default_manager.filter(pk=row.pk).exists(), row
        managers = type(row)._meta.managers
        assert not any(each.filter(pk=row.pk).exists() for each in managers), row


def test_without_a_limit_everything_shows_and_costs_no_more(
    two: Two, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert brands_in_sight() is None
    with django_assert_num_queries(1):
        assert "brand" not in str(Delivery.objects.only("pk").query).replace("brand_id", "")
        assert Delivery.objects.count() >= 2


def test_a_limit_narrows_in_the_query_itself(
    limited: Two, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert [row.pk for row in Delivery.objects.all()] == [limited.rows["mine"][4].pk]


def test_the_empty_limit_shows_no_brand_at_all(two: Two) -> None:
    with brand_limit(frozenset()):
        for row in (*two.rows["mine"], *two.rows["theirs"]):
            assert not type(row)._default_manager.filter(pk=row.pk).exists(), row


def test_inside_a_limit_another_can_only_narrow(two: Two) -> None:
    both = frozenset({two.mine.pk, two.theirs.pk})
    with brand_limit(frozenset({two.mine.pk})):
        for inner in (None, both):
            with brand_limit(inner):
                assert brands_in_sight() == frozenset({two.mine.pk})
        with brand_limit(frozenset({two.theirs.pk})):
            assert brands_in_sight() == frozenset()
        with over_all_brands("test"):
            assert BrandProfile.objects.count() == 2
        assert BrandProfile.objects.count() == 1
    assert brands_in_sight() is None


def test_what_is_counted_grouped_locked_and_related_is_limited_too(limited: Two) -> None:
    assert Post.objects.aggregate(n=Count("pk"))["n"] == 1
    assert list(Post.objects.values("brand").annotate(n=Count("pk")).values_list("n")) == [(1,)]
    assert len(Decision.objects.select_for_update().all()) == 2
    assert len(Delivery.objects.select_for_update(of=("self",)).select_related("account")) == 1
    assert limited.world.account.pending_posts.count() == 1
    assert limited.their_account.pending_posts.count() == 0
    assert SocialAccount.objects.filter(brand_links__is_default=False).count() == 0


def test_an_account_of_two_brands_shows_to_both_and_only_once(limited: Two) -> None:
    account = limited.their_account
    with over_all_brands("test"):
        BrandAccountLink.objects.create(brand=limited.mine, account=account, platform="feed")
    assert [row.pk for row in SocialAccount.objects.filter(pk=account.pk)] == [account.pk]
    assert BrandAccountLink.objects.filter(account=account).count() == 1


# -- Writes ----------------------------------------------------------------------------------------


def test_bulk_changes_touch_only_what_is_in_sight(limited: Two) -> None:
    assert Post.objects.update(likes=5) == 1
    assert Post._base_manager.filter(likes=5).count() == 1
    for model in (EngagementSnapshot, DeliveryAttempt, Approval):
        model.objects.all().delete()
        assert model._base_manager.filter(organization_id=limited.world.id).count() == 1, model


def test_a_row_of_another_brand_is_neither_made_nor_saved_nor_deleted(limited: Two) -> None:
    _, _, source, pending, delivery, *_ = limited.rows["theirs"]
    generation = pending.generation
    for act in (
        lambda: make.material(limited.theirs),
        lambda: Material.objects.bulk_create([Material(brand=limited.theirs, kind="text")]),
        lambda: Generation.objects.create(brand=limited.theirs, material=source, platform="feed"),
        lambda: Candidate.objects.create(generation=generation, label="Z", text="x"),
        lambda: DeliveryAttempt.objects.create(delivery=delivery, number=9, outcome="refused"),
        lambda: BrandProfile.objects.create(name="A third"),
        lambda: SocialAccount.objects.create(platform="feed", remote_id="n", name="n"),
        lambda: limited.theirs.save(),
        lambda: pending.save(),
        lambda: pending.delete(),
        lambda: source.soft_delete(),
        lambda: limited.their_account.soft_delete(),
    ):
        with pytest.raises(NotFound, match="no such brand"):
            act()


def test_rows_in_sight_are_written_as_ever(limited: Two) -> None:
    for row in limited.rows["mine"]:
        if not isinstance(row, BrandProfile):
            row.save()
    made = make.material(limited.mine)
    made.soft_delete()
    pending = make.pending_post(limited.mine, limited.world.account)
    make.delivery(pending).delete()


def test_a_row_is_not_carried_over_to_another_brand(limited: Two) -> None:
    source = limited.rows["mine"][2]
    for values in ({"brand": limited.theirs}, {"brand_id": limited.theirs.pk}):
        with pytest.raises(NotFound):
            Material.objects.filter(pk=source.pk).update(**values)
    with pytest.raises(Invalid):
        Material.objects.filter(pk=source.pk).update(brand=None)
    source.brand = limited.theirs
    with pytest.raises(NotFound):
        source.save()


def test_material_of_no_brand_is_read_by_everybody_and_changed_by_nobody_limited(
    limited: Two,
) -> None:
    shared = Material.objects.get(pk=limited.shared.pk)
    for act in (shared.save, shared.soft_delete, lambda: make.material(None)):
        with pytest.raises(Invalid, match="Choose a brand"):
            act()
    assert Material.objects.filter(pk=shared.pk).update(name="Mine now") == 0
    assert Material.objects.filter(pk=shared.pk).delete() == (0, {})
    assert Material._base_manager.get(pk=shared.pk).name == "Shared"
