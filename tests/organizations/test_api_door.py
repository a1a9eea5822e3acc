"""Who gets through the door of the API, and that the key is judged anew at every request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from brands.models import BrandAccess, BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import (
    ActorKind,
    ApiKey,
    AuditRecord,
    Membership,
    Organization,
    Role,
)
from organizations.services.api_keys import new_key_text, revoke_api_key, rotate_api_key
from organizations.services.api_usage import requests_this_month
from organizations.services.entitlements import Entitlements, entitlements
from tests import make
from tests.keys import client_with, new_key
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db

ME = "/api/v1/me/"
BRANDS = "/api/v1/brands/"


def refused(client: Client, url: str = ME) -> tuple[int, str]:
    answer = client.get(url)
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code and body["detail"] and body["title"]
    return answer.status_code, body["code"]


def test_a_key_says_who_it_is_by_either_header(world: World) -> None:
    key = new_key(world.organization, world.owner, "read:brands")
    text = key.text.reveal()
    for headers in ({"Authorization": f"bearer {text}"}, {"X-API-Key": text}):
        body = Client(headers=headers).get(ME).json()
        assert body["team"]["id"] == str(world.id)
        assert body["key"]["prefix"] == key.row.prefix and "digest" not in body["key"]
        assert body["acts_for"] == {"id": str(world.owner.pk), "name": "Owner", "role": "owner"}
        assert text not in str(body)


def test_without_a_key_nobody_gets_in_whatever_their_session(world: World) -> None:
    client = Client()
    client.force_login(world.owner)
    answer = client.get(ME)
    assert refused(client) == (401, "key_missing")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_key_in_the_address_does_not_count(world: World) -> None:
    text = new_key(world.organization, world.owner, "read:brands").text.reveal()
    assert refused(Client(), f"{ME}?api_key={text}") == (401, "key_missing")


def test_an_unknown_key_is_refused_well_formed_or_not(world: World) -> None:
    assert refused(client_with(new_key_text())) == (401, "key_unknown")
    assert refused(client_with("wrn_nonsense")) == (401, "key_unknown")


def test_a_revoked_key_is_refused_from_its_next_request_on(world: World) -> None:
    key = new_key(world.organization, world.owner, "read:brands")
    client = client_with(key)
    assert client.get(ME).status_code == 200
    with org_atomic(world.id):
        revoke_api_key(key=key.row, by=world.owner)
    assert refused(client) == (401, "key_revoked")


def test_a_rotated_key_is_refused_and_its_follower_works(world: World) -> None:
    key = new_key(world.organization, world.owner, "read:brands")
    with org_atomic(world.id):
        follower = rotate_api_key(key=key.row, by=world.owner)
    assert refused(client_with(key)) == (401, "key_revoked")
    assert client_with(follower).get(BRANDS).status_code == 200


def test_an_expired_key_is_refused_by_another_code(world: World) -> None:
    client = client_with(new_key(world.organization, world.owner, "read:brands", days=30))
    with time_machine.travel(now() + timedelta(days=29, hours=23)):
        assert client.get(ME).status_code == 200
    with time_machine.travel(now() + timedelta(days=30, seconds=1)):
        assert refused(client) == (401, "key_expired")


def test_a_key_stops_when_its_person_leaves(world: World) -> None:
    client = client_with(new_key(world.organization, world.admin, "read:brands"))
    with org_atomic(world.id):
        Membership.objects.filter(user=world.admin).delete()
    assert refused(client) == (403, "key_owner_left")


def test_a_key_stops_when_its_person_loses_the_role_that_its_scopes_need(world: World) -> None:
    wide = client_with(new_key(world.organization, world.admin, "read:brands", "write:posts"))
    narrow = client_with(new_key(world.organization, world.admin, "read:brands"))
    with org_atomic(world.id):
        Membership.objects.filter(user=world.admin).update(role=Role.VIEWER)
    assert refused(wide) == (403, "key_owner_left")
    assert narrow.get(BRANDS).status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"deleted_at": now()}])
def test_a_key_stops_when_its_person_is_switched_off(world: World, change: dict[str, Any]) -> None:
    client = client_with(new_key(world.organization, world.admin, "read:brands"))
    type(world.admin).with_deleted.filter(pk=world.admin.pk).update(**change)
    assert refused(client) == (403, "key_owner_left")


def test_a_key_without_the_scope_is_told_which_one(world: World) -> None:
    client = client_with(new_key(world.organization, world.owner, "read:brands"))
    assert refused(client, "/api/v1/posts/") == (403, "scope_missing")
    assert client.get("/api/v1/posts/").json()["scope"] == "read:posts"


def test_a_key_works_from_its_networks_alone(world: World) -> None:
    key = new_key(world.organization, world.owner, "read:brands", allowed_addresses=["10.0.0.0/8"])
    assert client_with(key, REMOTE_ADDR="10.9.8.7").get(ME).status_code == 200
    assert refused(client_with(key, REMOTE_ADDR="192.0.2.1")) == (403, "address_not_allowed")


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [("suspended", 403, 403), ("closing", 200, 403)],
)
def test_a_resting_team_is_read_at_most(world: World, status: str, read: int, write: int) -> None:
    client = client_with(new_key(world.organization, world.owner))
    with org_atomic(world.id):
        Organization.objects.update(status=status)
    body = {"text": "We planed a mast by hand today."}
    assert client.get(BRANDS).status_code == read
    answer = client.post("/api/v1/materials/", body, content_type="application/json")
    assert answer.status_code == write


def test_beyond_its_rate_a_key_is_told_when_to_come_again(world: World) -> None:
    key = new_key(world.organization, world.owner, "read:brands", requests_per_minute=3)
    client = client_with(key)
    assert [client.get(ME).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = client.get(ME)
    assert answer.json()["code"] == "throttled"
    assert 1 <= int(answer.headers["Retry-After"]) <= 20
    # Another key of the same team is not concerned.
    other = client_with(new_key(world.organization, world.owner, "read:brands"))
    assert other.get(ME).status_code == 200


def test_uses_are_counted_and_written_once_a_minute(world: World) -> None:
    key = new_key(world.organization, world.owner, "read:brands")
    client, start = client_with(key), now()

    def row() -> ApiKey:
        with org_atomic(world.id):
            return ApiKey.objects.get(pk=key.row.pk)

    with time_machine.travel(start, tick=False):
        client.get(ME)
        assert (row().last_used_at, row().use_count) == (start, 1)
    with time_machine.travel(start + timedelta(seconds=30), tick=False):
        for _ in range(3):
            client.get(ME)
        assert (row().last_used_at, row().use_count) == (start, 1)
    later = start + timedelta(seconds=61)
    with time_machine.travel(later, tick=False):
        client.get(ME)
        assert (row().last_used_at, row().use_count) == (later, 5)


def test_what_a_key_does_is_written_down_as_the_keys_act_for_its_person(world: World) -> None:
    key = new_key(world.organization, world.owner, "write:posts")
    with org_atomic(world.id):
        post = make.pending_post(world.brand, world.account)
    answer = client_with(key).post(
        f"/api/v1/pending-posts/{post.pk}/rejection/",
        {"reason": "Too loud"},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.json()
    with org_atomic(world.id):
        record = AuditRecord.objects.get(action="post.rejected")
    assert (record.actor_kind, record.actor_id, record.api_key_id, record.reason) == (
        ActorKind.API_KEY,
        world.owner.pk,
        key.row.pk,
        "Too loud",
    )


def test_answers_are_stored_by_no_cache(world: World) -> None:
    client = client_with(new_key(world.organization, world.owner, "read:brands"))
    assert client.get(BRANDS).headers["Cache-Control"] == "no-store"
    assert Client().get(BRANDS).headers["Cache-Control"] == "no-store"


def test_a_request_costs_few_statements(world: World, django_assert_max_num_queries: Any) -> None:
    client = client_with(new_key(world.organization, world.owner, "read:brands"))
    client.get(BRANDS)
    # Two transactions of the organization with four statements of Django around each, in a test.
    with django_assert_max_num_queries(12):
        client.get(BRANDS)


def test_a_key_of_a_restricted_person_sees_their_brands_alone(world: World) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Another client's"))
        make.pending_post(other, world.account)
        mine = make.pending_post(world.brand, world.account)
        membership = Membership.objects.get(user=world.editor)
        membership.sees_all_brands = False
        membership.save()
        BrandAccess.objects.create(membership=membership, brand=world.brand)
    names = ("read:brands", "read:posts", "write:posts", "read:credits")
    client = client_with(new_key(world.organization, world.editor, *names))
    brands = client.get(BRANDS).json()["items"]
    assert [each["id"] for each in brands] == [str(world.brand.pk)]
    waiting = client.get("/api/v1/pending-posts/").json()["items"]
    assert [each["id"] for each in waiting] == [str(mine.pk)]
    assert client.get(f"{BRANDS}{other.pk}/").status_code == 404
    # What speaks of the whole team is not theirs.
    assert refused(client, "/api/v1/credits/") == (403, "brands_restricted")


def test_a_plan_covers_so_many_requests_a_month(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ten(Entitlements):
        def limit(self, name: str) -> int | None:
            return 10 if name == "api_requests_per_month" else None

    monkeypatch.setattr(entitlements, "_value", Ten())
    client = client_with(new_key(world.organization, world.owner, "read:brands"))
    start = now().replace(day=3)
    with time_machine.travel(start, tick=False):
        assert [client.get(ME).status_code for _ in range(9)] == [200] * 9
    with time_machine.travel(start + timedelta(minutes=2), tick=False):
        assert client.get(ME).status_code == 200
        with org_atomic(world.id):
            assert requests_this_month() == 10
    with time_machine.travel(start + timedelta(minutes=4), tick=False):
        assert refused(client) == (402, "plan_limit")
        # Another key of the team stands before the same end.
        other = client_with(new_key(world.organization, world.owner, "read:brands"))
        assert refused(other) == (402, "plan_limit")
    with time_machine.travel(start + timedelta(days=31), tick=False):
        assert client.get(ME).status_code == 200
        with org_atomic(world.id):
            assert requests_this_month() == 1


def test_a_key_stands_in_no_log(world: World, capsys: Any, caplog: Any) -> None:
    key = new_key(world.organization, world.owner, "read:brands")
    with caplog.at_level("DEBUG"):
        client_with(key).get(ME)
        client_with(key).get("/api/v1/posts/")
        client_with(key.text.reveal()[:-1] + "-").get(ME)
    said = caplog.text + "".join(capsys.readouterr())
    assert "scope_missing" in said and key.text.reveal()[13:45] not in said


def test_with_redis_away_requests_go_on_uncounted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> Any:
        raise RedisConnectionError("away")

    client = client_with(new_key(world.organization, world.owner, "read:brands"))
    monkeypatch.setattr("config.kernel.throttle._script", lambda url: away)
    monkeypatch.setattr("organizations.services.api_access.cache.add", away)
    assert client.get(BRANDS).status_code == 200
    assert refused(client_with(new_key_text())) == (401, "key_unknown")
