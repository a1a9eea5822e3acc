from __future__ import annotations

import pytest
from django.test import Client

from billing.models import Subscription
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.selectors import belongings_of_user
from tests.world import World, person

pytestmark = pytest.mark.django_db


def test_the_front_door_leads_to_the_team_of_the_last_visit(world: World, client: Client) -> None:
    client.force_login(world.owner)
    assert client.get("/")["Location"] == f"{world.path}/"


def test_a_person_without_a_team_is_led_to_founding_one(client: Client, world: World) -> None:
    newcomer = person("newcomer@example.com")
    client.force_login(newcomer)
    assert client.get("/")["Location"] == "/teams/new/"
    answer = client.post("/teams/new/", {"name": "Blue Crane", "timezone": "Asia/Tokyo"})
    [mine] = belongings_of_user(newcomer.pk)
    assert answer["Location"] == f"/o/{mine.slug}/"
    with org_atomic(mine.id):
        assert Subscription.objects.get().credits_left == 30


def test_on_a_new_installation_the_first_visit_creates_the_owner_account(client: Client) -> None:
    User.objects.update(deleted_at=now())
    assert client.get("/")["Location"] == "/accounts/signup/"


def test_the_switcher_lists_only_ones_own_teams(world: World, client: Client) -> None:
    client.force_login(world.owner)
    body = client.get("/teams/").content.decode()
    assert "Harbour" in body and "Foreign Office" not in body


def test_a_name_is_changed_on_the_account_page(world: World, client: Client) -> None:
    client.force_login(world.viewer)
    client.post(f"{world.path}/account/", {"name": "Vera Viewer", "interface_mode": "simple"})
    assert "Vera Viewer" in client.get(f"{world.path}/account/").content.decode()
