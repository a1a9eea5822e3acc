"""What the operations of the API do and tell, beyond who may ask them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from analytics.models import EngagementSnapshot
from billing.services.credits import grant_credits
from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import Material
from organizations.models import AuditRecord
from publishing.models import Approval, Delivery, PendingPost
from tests import make
from tests.keys import caller, client_with, new_key
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db

V1 = "/api/v1"


@pytest.fixture
def program(world: World) -> Client:
    return caller(world)


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"{V1}{path}", body or {}, content_type="application/json", headers=headers)


def test_pages_follow_each_other_without_gaps(world: World, program: Client) -> None:
    with org_atomic(world.id):
        made = [
            make.post(world.brand, world.account, published_at=now() - timedelta(hours=n))
            for n in range(5)
        ]
    seen: list[str] = []
    cursor: str | None = ""
    pages = 0
    while cursor is not None:
        page = program.get(f"{V1}/posts/?size=2&cursor={cursor}").json()
        seen += [each["id"] for each in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1
    assert seen == [str(each.pk) for each in made] and pages == 3
    back = program.get(f"{V1}/posts/", {"size": 2, "cursor": page["previous_cursor"]}).json()
    assert [each["id"] for each in back["items"]] == seen[2:4]


def test_lists_narrow_by_what_they_are_asked_for(world: World, program: Client) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Another"))
        old = make.post(other, world.account, published_at=now() - timedelta(days=9))
        make.post(world.brand, world.account)

    def ids(**asked: str) -> list[str]:
        return [each["id"] for each in program.get(f"{V1}/posts/", asked).json()["items"]]

    assert ids(brand_id=str(other.pk)) == [str(old.pk)]
    assert ids(published_before=(now() - timedelta(days=5)).isoformat()) == [str(old.pk)]
    assert len(ids(platform="feed")) == 2 and ids(platform="bluesky") == []
    assert program.get(f"{V1}/posts/", {"brand_id": "x"}).status_code == 422
    assert program.get(f"{V1}/materials/", {"status": "x"}).status_code == 422


def test_a_post_comes_with_its_numbers_and_those_of_each_age(world: World, program: Client) -> None:
    with org_atomic(world.id):
        row = make.post(world.brand, world.account, likes=3, impressions=120, engagement_rate=2.5)
        EngagementSnapshot.objects.create(
            post=row, age="1h", age_seconds=3600, likes=2, impressions=None
        )
    told = program.get(f"{V1}/posts/{row.pk}/").json()
    assert (told["numbers"]["likes"], told["numbers"]["engagement_rate"]) == (3, 2.5)
    assert told["channel_id"] == str(world.account.pk)
    [reading] = program.get(f"{V1}/posts/{row.pk}/metrics/").json()
    assert (reading["age"], reading["likes"], reading["impressions"]) == ("1h", 2, None)


def test_a_text_becomes_a_material_that_is_read_later(world: World, program: Client) -> None:
    body = {"text": "We planed a mast by hand.", "brand_id": str(world.brand.pk)}
    answer = post(program, "/materials/", body)
    assert answer.status_code == 201
    with org_atomic(world.id):
        row = Material.objects.get(pk=answer.json()["id"])
    assert (row.brand_id, row.original_content) == (world.brand.pk, "We planed a mast by hand.")
    assert program.get(f"{V1}/materials/{row.pk}/").json()["status"] == "uploaded"
    listed = program.get(f"{V1}/materials/", {"status": "uploaded"}).json()["items"]
    assert [each["id"] for each in listed] == [str(row.pk)]
    assert "original_content" not in listed[0]


def test_a_foreign_brand_is_no_brand(world: World, program: Client) -> None:
    body = {"text": "We planed a mast by hand.", "brand_id": str(world.foreign_brand.pk)}
    answer = post(program, "/materials/", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "brand_unknown")


def test_approving_is_the_persons_approval_of_this_text(world: World, program: Client) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)
    path = f"/pending-posts/{pending.pk}/approval/"
    answer = post(program, path)
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    with org_atomic(world.id):
        assert Approval.objects.get(pending_post=pending).approver == world.owner
        assert Delivery.objects.filter(pending_post=pending).count() == 1
    again = post(program, path)
    assert again.status_code == 409
    with org_atomic(world.id):
        assert Approval.objects.filter(pending_post=pending).count() == 1


def test_an_approval_sent_twice_under_one_name_is_one(world: World, program: Client) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)
    path = f"/pending-posts/{pending.pk}/approval/"
    first, second = (post(program, path, **{"Idempotency-Key": "a"}) for _ in range(2))
    assert first.status_code == second.status_code == 200 and first.json() == second.json()
    with org_atomic(world.id):
        assert AuditRecord.objects.filter(action="post.approved").count() == 1


def test_a_time_in_the_past_is_refused_and_changes_nothing(world: World, program: Client) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)
    path = f"/pending-posts/{pending.pk}/time/"
    answer = post(program, path, {"scheduled_for": "2020-01-01T10:00:00Z"})
    assert (answer.status_code, answer.json()["field"]) == (422, "scheduled_for")
    ahead = (now() + timedelta(days=2)).replace(microsecond=0)
    assert post(program, path, {"scheduled_for": ahead.isoformat()}).status_code == 200
    with org_atomic(world.id):
        assert PendingPost.objects.get(pk=pending.pk).scheduled_for == ahead


def test_a_time_without_its_zone_is_refused(world: World, program: Client) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)
    path = f"/pending-posts/{pending.pk}/time/"
    answer = post(program, path, {"scheduled_for": "2031-01-01T10:00:00"})
    assert answer.status_code == 422, answer.json()


@pytest.mark.parametrize("moment", ["2031-01-01", "9999-12-31T23:59:59-12:00", "tomorrow", 1e18])
def test_a_time_that_is_none_is_refused(world: World, program: Client, moment: Any) -> None:
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)
    answer = post(program, f"/pending-posts/{pending.pk}/time/", {"scheduled_for": moment})
    assert answer.status_code == 422, answer.json()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"text": {"a": 1}}',
        b"[]",
        b"null",
        b'{"text": "masts", "brand_id": "\\u0000"}',
    ],
)
def test_no_body_breaks_it(program: Client, body: bytes) -> None:
    answer = program.generic("POST", f"{V1}/materials/", body, content_type="application/json")
    assert answer.status_code in {400, 422}, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_cannot_be_stored_is_left_out(world: World, program: Client) -> None:
    answer = post(program, "/materials/", {"text": "Masts\x00 by hand", "name": "Ma\x00sts"})
    assert (answer.status_code, answer.json()["name"]) == (201, "Masts")
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)
    half, nul = (b'{"reason": "%sToo loud"}' % each for each in (b"\\ud800", b"\\u0000"))
    path = f"{V1}/pending-posts/{pending.pk}/rejection/"
    answer = program.generic("POST", path, half, content_type="application/json")
    assert answer.status_code == 422
    answer = program.generic("POST", path, nul, content_type="application/json")
    assert answer.json()["rejection_reason"] == "Too loud"
    assert program.get(f"{V1}/posts/?platform=fe%00ed").status_code == 200
    assert program.get(f"{V1}/posts/?cursor=%00").status_code == 422


def test_channels_tell_nothing_of_what_they_are_connected_with(
    world: World, program: Client
) -> None:
    with org_atomic(world.id):
        world.account.credentials = {"password": "canary-4b1d"}
        world.account.save()
    answer = program.get(f"{V1}/channels/")
    assert "canary-4b1d" not in answer.content.decode()
    assert "credentials" not in answer.json()["items"][0]


def test_credits_and_their_lines(world: World, program: Client) -> None:
    with org_atomic(world.id):
        grant_credits(amount=5, key="gift", description="A gift")
    told = program.get(f"{V1}/credits/").json()
    assert told["credits_left"] == told["credits_total"] - told["credits_used"]
    lines = program.get(f"{V1}/credits/lines/").json()["items"]
    assert (lines[0]["amount"], lines[0]["description"]) == (5, "A gift")


def test_the_audit_log_names_the_key(world: World) -> None:
    key = new_key(world.organization, world.owner)
    client = client_with(key)
    post(client, "/materials/", {"text": "We planed a mast by hand."})
    records = client.get(f"{V1}/audit/").json()["items"]
    by_key = [each for each in records if each["actor_kind"] == "api_key"]
    assert [each["api_key_id"] for each in by_key] == [str(key.row.pk)]
    only = client.get(f"{V1}/audit/", {"category": "security"}).json()["items"]
    assert {each["category"] for each in only} == {"security"}


def test_a_fault_of_ours_leaves_nothing_behind_and_may_be_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key(world.organization, world.owner)
    client = client_with(key, raise_request_exception=False)
    with org_atomic(world.id):
        pending = make.pending_post(world.brand, world.account)

    def half_done(*, post: PendingPost, by: Any) -> PendingPost:
        PendingPost.objects.filter(pk=post.pk).update(review_notes="half done")
        raise RuntimeError("broken on purpose")

    path = f"/pending-posts/{pending.pk}/approval/"
    with monkeypatch.context() as patch:
        patch.setattr("publishing.api.pending_posts.approve_post", half_done)
        answer = post(client, path, **{"Idempotency-Key": "a"})
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert "on purpose" not in answer.content.decode()
    with org_atomic(world.id):
        assert PendingPost.objects.get(pk=pending.pk).review_notes == ""
    assert post(client, path, **{"Idempotency-Key": "a"}).status_code == 200


def test_no_cross_site_token_is_asked_for(world: World) -> None:
    text = new_key(world.organization, world.owner).text.reveal()
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {text}"})
    assert post(client, "/materials/", {"text": "We planed a mast."}).status_code == 201


def test_each_list_costs_the_same_for_one_row_and_for_many(
    world: World, program: Client, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def grow(count: int) -> None:
        with org_atomic(world.id):
            for _ in range(count):
                source = make.material(world.brand)
                pending = make.pending_post(world.brand, world.account, source=source)
                make.post(world.brand, world.account, pending_post=pending)

    grow(1)
    paths = ["brands/", "materials/", "posts/", "pending-posts/", "channels/", "audit/"]
    program.get(f"{V1}/me/")
    costs = {}
    for path in paths:
        with CaptureQueriesContext(connection) as asked:
            program.get(f"{V1}/{path}")
        costs[path] = len(asked)
    grow(4)
    for path in paths:
        with django_assert_num_queries(costs[path]):
            assert program.get(f"{V1}/{path}").status_code == 200
