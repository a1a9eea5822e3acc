from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from billing.services.credits import spend_credits
from config.kernel.scoping import org_atomic
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.viewer)
    return client


def test_the_page_says_what_is_left_and_where_it_went(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    with org_atomic(world.id):
        for number in range(40):
            spend_credits(action="generate", key=f"g:{number}", description=f"Writing {number}")
    with django_assert_max_num_queries(12):
        answer = page.get(f"{world.path}/credits/")
    body = answer.content.decode()
    assert len(answer.content) < 100_000
    assert "9,960 of 10,000 credits left" in body
    assert "Writing 39" in body and "Older" in body


def test_the_ledger_filters_by_kind(world: World, page: Client) -> None:
    with org_atomic(world.id):
        spend_credits(action="publish", key="p:1", description="Published on the hosted page")
    body = page.get(f"{world.path}/credits/?action=grant").content.decode()
    assert "Welcome" in body and "Published on the hosted page" not in body
    part = page.get(f"{world.path}/credits/?action=refund", headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="ledger"')
    assert "Nothing of this kind so far." in part.content.decode()
