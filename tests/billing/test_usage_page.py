from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from billing.models import CreditTransaction, ModelSpend, Subscription
from billing.services.credits import refund_credits, spend_credits
from config.kernel.scoping import org_atomic
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.viewer)
    return client


def body_of(page: Client, world: World, query: str = "", **headers: str) -> str:
    answer = page.get(f"{world.path}/usage/{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_what_is_left_and_where_it_went(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    with org_atomic(world.id):
        source = make.material(world.brand)
        for number in range(40):
            generation = make.generation(world.brand, source)
            spend_credits(
                action="generate",
                key=f"g:{number}",
                description=f"Writing {number}",
                related_type="generation",
                related_id=generation.pk,
            )
        refund_credits(key="g:1", reason="the network was away")
        ModelSpend.objects.create(
            purpose="copy",
            state="settled",
            worst_case_micros=90_000,
            cost_micros=12_345,
            input_tokens=1_200,
            output_tokens=340,
        )
    with django_assert_max_num_queries(16):
        body = body_of(page, world)
    assert len(body) < 130_000
    assert "9,961 of 10,000 credits left" in body
    assert "Writing 39" in body and "Older" in body
    assert "39 in 30 days" in body
    assert escape(world.brand.name) in body and "Given back" in body
    assert "Writing posts" in body and "$0.0123" in body


def test_the_chart_covers_the_days_that_were_asked_for(world: World, page: Client) -> None:
    with org_atomic(world.id):
        spend_credits(action="publish", key="p:1", description="Published")
    assert "in 7 days" in body_of(page, world, "?days=7")
    assert "in 30 days" in body_of(page, world, "?days=1000")


def test_the_ledger_filters_by_kind_and_comes_as_a_part(world: World, page: Client) -> None:
    with org_atomic(world.id):
        spend_credits(action="publish", key="p:1", description="Published on the hosted page")
    body = body_of(page, world, "?action=grant")
    assert "Welcome" in body and "Published on the hosted page" not in body
    headers = {"HX-Request": "true", "HX-Target": "ledger"}
    part = body_of(page, world, "?action=refund", **headers)
    assert part.lstrip().startswith('<div id="ledger"')
    assert "Nothing of this kind so far." in part


def test_the_ledger_comes_as_csv_without_formulas(world: World, page: Client) -> None:
    with org_atomic(world.id):
        spend_credits(action="publish", key="=1+1", description="=HYPERLINK(1)")
    answer = page.get(f"{world.path}/usage/export/?action=publish")
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    lines = answer.content.decode().splitlines()
    assert len(lines) == 2
    assert '"\'=HYPERLINK(1)"' in lines[1] and ",-1," in lines[1]


def test_a_team_that_did_nothing_yet_sees_what_will_be_here(world: World, page: Client) -> None:
    body = body_of(page, world)
    assert "Nothing spent in these days" in body and "No model was called" in body


def test_a_paused_plan_says_so_here_and_on_home(world: World, page: Client) -> None:
    with org_atomic(world.id):
        Subscription.objects.update(status="paused")
    for address in ("/usage/", "/"):
        body = page.get(f"{world.path}{address}").content.decode()
        assert "The plan is paused" in body
        assert "An owner of the team can take it up again" in body
    page.force_login(world.owner)
    assert f'href="{world.path}/billing/"' in body_of(page, world)


def test_another_teams_lines_are_not_here(world: World, page: Client) -> None:
    with org_atomic(world.foreign.id):
        spend_credits(action="publish", key="p:1", description="Foreign line")
    body = body_of(page, world) + page.get(f"{world.path}/usage/export/").content.decode()
    assert "Foreign line" not in body
    with org_atomic(world.id):
        assert CreditTransaction.objects.count() == 1
