"""The mix: shares of pillars against what the brand wants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.models import PendingStatus
from publishing.services.mix import mix_of, targets_of
from tests import make, make_planning
from tests.world import World

PILLARS = [{"name": "Craft", "percentage": 60}, {"name": "Offers", "percentage": 40}]


def test_shares_stand_beside_their_targets() -> None:
    mix = mix_of(pillars=PILLARS, out={"Craft": 6, "Offers": 1}, planned={"Craft": 2, "": 1})
    craft, offers, other = mix.shares
    assert (craft.count, craft.share, craft.points) == (8, 0.8, 20)
    assert (offers.points, offers.short) == (-30, 30)
    assert (other.name, other.target, other.count) == ("", None, 1)
    assert mix.behind is offers


def test_names_are_the_same_in_any_case_and_strange_ones_are_of_no_pillar() -> None:
    mix = mix_of(pillars=PILLARS, out={"craft ": 2, "CRAFT": 1, "Gossip": 1}, planned={})
    assert [each.out for each in mix.shares] == [3, 0, 1]


def test_few_posts_say_nothing_and_a_small_gap_is_none() -> None:
    assert mix_of(pillars=PILLARS, out={"Craft": 3}, planned={}).behind is None
    assert mix_of(pillars=PILLARS, out={"Craft": 62, "Offers": 38}, planned={}).behind is None


def test_targets_are_taken_by_proportion_and_alike_without_any() -> None:
    assert targets_of([{"name": "A", "percentage": 30}, {"name": "B", "percentage": 10}]) == {
        "A": 0.75,
        "B": 0.25,
    }
    assert targets_of([{"name": "A"}, {"name": "B", "percentage": None}]) == {"A": 0.5, "B": 0.5}
    assert targets_of([]) == {}


COUNTS = st.dictionaries(st.sampled_from(["Craft", "offers", "", "Else"]), st.integers(0, 500))


@given(out=COUNTS, planned=COUNTS)
def test_every_post_counts_once(out: dict[str, int], planned: dict[str, int]) -> None:
    mix = mix_of(pillars=PILLARS, out=out, planned=planned)
    assert mix.total == sum(out.values()) + sum(planned.values())
    assert sum(each.count for each in mix.shares) == mix.total
    if mix.total:
        assert sum(each.share for each in mix.shares) == pytest.approx(1)


@pytest.mark.django_db
def test_the_page_counts_what_is_out_and_what_is_planned(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    moment = now()
    with org_atomic(world.id):
        source = make.material(world.brand)
        for days in (1, 5, 29, 31):
            make.post(
                world.brand,
                world.account,
                material=source,
                published_at=moment - timedelta(days=days),
            )
        for days, status in ((2, PendingStatus.PENDING), (20, PendingStatus.PENDING)):
            make_planning.planned_post(
                world.brand,
                world.account,
                moment + timedelta(days=days),
                pillar="Offers",
                status=status,
                author=world.editor,
            )
    client.force_login(world.viewer)
    client.get(f"{world.path}/mix/")
    with django_assert_max_num_queries(12):
        answer = client.get(f"{world.path}/mix/?brand={world.brand.pk}")
    shown = answer.context["shown"]
    assert [(each.name, each.out, each.planned) for each in shown.mix.shares] == [
        ("Craft", 3, 0),
        ("Offers", 0, 1),
    ]
    assert {bar.key: bar.count for bar in shown.origins} == {"agent": 3, "person": 1}
    body = answer.content.decode()
    assert "Offers is 15 points under its 40 %" in body and "Compose one" in body


@pytest.mark.django_db
def test_a_brand_without_pillars_is_told_what_they_are(world: World, client: Client) -> None:
    with org_atomic(world.id):
        brand = make_planning.brand("Bare")
    client.force_login(world.viewer)
    body = client.get(f"{world.path}/mix/?brand={brand.pk}").content.decode()
    assert "has no pillars" in body


@pytest.mark.django_db
def test_a_post_of_the_agent_has_the_pillar_of_its_material(world: World) -> None:
    from publishing.services.pending_posts import create_pending_post

    with org_atomic(world.id):
        source = make.material(world.brand)
        candidate = make.candidate(make.generation(world.brand, source))
        post = create_pending_post(
            brand=world.brand,
            account=world.account,
            material=source,
            candidate=candidate,
            scheduled_for=now() + timedelta(hours=1),
        )
    assert post.pillar == "Craft"
