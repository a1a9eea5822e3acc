"""What a plan covers: brands and accounts are counted where nobody else can add one meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from billing.models import Plan, Subscription
from brands.models import BrandProfile
from brands.services.brands import create_brand
from config.kernel.errors import PaymentRequired
from config.kernel.scoping import org_atomic
from organizations.services.entitlements import entitlements, require_room
from publishing.services.accounts import connect_account
from tests.kernel.crowd import times
from tests.world import World


def on_plan(world: World, slug: str) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(plan=Plan.objects.get(slug=slug))


def limit(world: World, name: str) -> int | None:
    with org_atomic(world.id):
        return entitlements.require().limit(name)


@pytest.mark.django_db
def test_limits_are_the_plans_and_none_is_without_end(world: World) -> None:
    on_plan(world, "growth")
    names = ["members", "brands", "accounts", "api_requests_per_month", "api_requests", "moons"]
    assert [limit(world, name) for name in names] == [10, 5, 3, 10_000, 10_000, None]
    on_plan(world, "enterprise")
    assert [limit(world, name) for name in names] == [None] * 6


@pytest.mark.django_db
def test_an_operator_changes_a_limit_in_the_price_list(world: World) -> None:
    on_plan(world, "growth")
    Plan.objects.filter(slug="growth").update(members=4)
    with org_atomic(world.id):
        require_room("members", now=3)
        with pytest.raises(PaymentRequired, match="covers 4 members and you have 4") as refused:
            require_room("members", now=4)
    assert refused.value.code == "plan_limit"


@pytest.mark.django_db
def test_a_brand_beyond_the_plan_is_refused(world: World) -> None:
    on_plan(world, "starter")
    with org_atomic(world.id):
        create_brand(values={"name": "Second"}, by=world.owner)
        with pytest.raises(PaymentRequired, match="covers 2 brands and you have 2"):
            create_brand(values={"name": "Third"}, by=world.owner)
        assert BrandProfile.objects.count() == 2


@pytest.mark.django_db
def test_hosted_pages_take_no_place_of_an_account(world: World) -> None:
    on_plan(world, "free")
    Plan.objects.filter(slug="free").update(accounts=0)
    with org_atomic(world.id):
        values = {"name": "Page", "handle": "a-second-page"}
        assert connect_account(platform="feed", values=values, brand=None, by=world.owner).pk


@pytest.mark.django_db(transaction=True)
def test_of_many_brands_at_once_only_as_many_as_the_plan_covers_are_made(world: World) -> None:
    on_plan(world, "starter")

    def add() -> Any:
        with org_atomic(world.id):
            return create_brand(values={"name": "Another"}, by=world.owner)

    made = [each for each in times(6, add) if isinstance(each, BrandProfile)]
    assert len(made) == 1
    with org_atomic(world.id):
        assert BrandProfile.objects.count() == 2
