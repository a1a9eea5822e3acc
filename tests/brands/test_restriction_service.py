"""What workers do for people who were let go, and what a restricted member's own acts may touch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from brands.models import BrandAccess, BrandProfile
from brands.services.brands import update_brand
from config.kernel.brands import brand_limit
from config.kernel.clock import now
from config.kernel.errors import Invalid
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic, scope
from content.models import Material
from content.services.similarity import check_text, remember
from organizations.models import Membership, Role, SupportVisit, User
from organizations.services.members import remove_member, restrict_member
from publishing.autopilot.cycle import run_cycle
from publishing.models import Approval, AutopilotRun, PendingPost, RunStatus
from publishing.services.approvals import content_hash, living_approval
from publishing.services.pending_posts import approve_post
from publishing.services.writing import start_writing
from tests import make
from tests.brands.two_clients import Clients, restrict, two_clients
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inside(world: World, settings: Any) -> Iterator[None]:
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"
    with scope(world.id):
        yield


def asked(world: World) -> AutopilotRun:
    with org_atomic():
        source = make.material(world.brand)
    return start_writing(brand=world.brand, material=source, platforms=["feed"], by=world.editor)


def done(run: AutopilotRun) -> AutopilotRun:
    ended = run_cycle(run_id=run.pk)
    assert ended is not None
    return ended


@pytest.mark.parametrize("fate", ["removed", "demoted", "restricted", "switched off"])
def test_what_somebody_asked_for_is_not_done_once_they_may_not_ask(world: World, fate: str) -> None:
    run = asked(world)
    with org_atomic():
        theirs = Membership.objects.get(user=world.editor)
        if fate == "removed":
            remove_member(membership_id=theirs.pk, by=world.owner)
        elif fate == "demoted":
            Membership.objects.filter(pk=theirs.pk).update(role=Role.VIEWER)
        elif fate == "restricted":
            Membership.objects.filter(pk=theirs.pk).update(sees_all_brands=False)
        else:
            User.objects.filter(pk=world.editor.pk).update(is_active=False)
    ended = done(run)
    assert ended.status == RunStatus.SKIPPED and "left the team" in ended.outcome
    with org_atomic():
        assert not PendingPost.objects.filter(run=run).exists()


def test_what_they_may_still_ask_for_is_done(world: World) -> None:
    restrict(world, world.editor)
    assert done(asked(world)).status == RunStatus.DONE


def test_an_operators_wish_counts_as_long_as_the_visit_goes_on(world: World) -> None:
    staff = User.objects.create_user("staff@example.com", is_staff=True)
    run = asked(world)
    with org_atomic():
        AutopilotRun.objects.filter(pk=run.pk).update(requested_by=staff)
        SupportVisit.objects.create(
            staff=staff, reason="Asked", may_change=True, ends_at=now() + timedelta(hours=1)
        )
    assert done(run).status == RunStatus.DONE


def test_an_approval_stands_when_its_giver_leaves(world: World) -> None:
    with org_atomic():
        post = approve_post(post=make.pending_post(world.brand, world.account), by=world.editor)
        remove_member(membership_id=Membership.objects.get(user=world.editor).pk, by=world.owner)
        approval = Approval.objects.get(pending_post=post, voided_at=None)
        assert approval.approver == world.editor
        assert approval.content_hash == content_hash(post)
        assert living_approval(post) == approval


def test_a_restricted_member_costs_one_question_more_and_others_none(
    world: World, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(world.viewer)
    path = f"{world.path}/posts/"
    client.get(path)
    with CaptureQueriesContext(connection) as before:
        client.get(path)
    assert not any("brandaccess" in query["sql"] for query in before.captured_queries)
    restrict(world, world.viewer)
    with django_assert_num_queries(len(before.captured_queries) + 1):
        client.get(path)


def test_a_restriction_counts_from_the_next_click(world: World, client: Client) -> None:
    clients: Clients = two_clients(world)
    client.force_login(world.viewer)
    address = f"{world.path}/materials/{clients.theirs['material']}/"
    assert client.get(address).status_code == 200
    with org_atomic():
        mine = Membership.objects.get(user=world.viewer)
        restrict_member(membership_id=mine.pk, brand_ids=[world.brand.pk], by=world.owner)
    assert client.get(address).status_code == 404
    with org_atomic():
        BrandAccess.objects.all().delete()
    assert client.get(f"{world.path}/materials/{clients.mine['material']}/").status_code == 404


def test_a_restricted_member_adds_material_to_their_brands_and_none_to_no_brand(
    world: World, client: Client
) -> None:
    restrict(world, world.editor)
    client.force_login(world.editor)
    path, text = f"{world.path}/materials/new/", "Masts are planed by hand. " * 9
    fields = {"kind": "text", "name": "By hand", "text": text}
    for brand, status in ((str(world.brand.pk), 302), ("", 422)):
        answer = client.post(path, {**fields, "brand": brand})
        assert answer.status_code == status, answer.content.decode()[:4000]
    with org_atomic():
        assert Material.objects.get(name="By hand").brand == world.brand


def test_a_restricted_member_founds_no_brand_and_takes_no_name(
    world: World, client: Client
) -> None:
    clients = two_clients(world)
    restrict(world, world.editor)
    client.force_login(world.editor)
    assert client.post(f"{world.path}/brands/new/", {"name": "A third"}).status_code == 403
    page = client.get(f"{world.path}/brands/").content.decode()
    assert "New brand" not in page and "Harbour &amp; Pine brand" in page
    with org_atomic():
        taken = BrandProfile.objects.get(pk=clients.second.brand.pk).name
        with brand_limit(frozenset({world.brand.pk})), pytest.raises(Invalid, match="already"):
            update_brand(brand=world.brand, values={"name": taken}, by=world.editor)


def test_who_has_no_brand_left_is_told_whom_to_ask(world: World, client: Client) -> None:
    restrict(world, world.editor)
    with org_atomic():
        BrandAccess.objects.all().delete()
    client.force_login(world.editor)
    for path in ("brands/", "writing/"):
        page = client.get(f"{world.path}/{path}").content.decode()
        assert "No brand for you" in page, path
    assert client.get(f"{world.path}/").status_code == 200


def test_the_engine_quotes_no_brand_to_another(world: World) -> None:
    text = "Our workshop rebuilds wooden masts in twelve days, planed by hand from Douglas fir."
    with org_atomic():
        second = BrandProfile.objects.create(name="Second")
        remember(content_type="post", content_id=uuid7(), text=text, brand_id=second.pk)
    for said, brand in (("“Our workshop", second), ("a text for another brand", world.brand)):
        found = check_text(text=text, brand_id=brand.pk)
        assert found.is_duplicate and said in found.reason
        assert bool(found.hits[0].as_json()["excerpt"]) is (brand == second)
    near = check_text(text=f"{text} Bring yours.", brand_id=world.brand.pk)
    assert near.hits and near.hits[0].excerpt == ""
