"""Support visits: who may come, how far they get, and what the team sees of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from brands.models import BrandAccess, BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Forbidden, Invalid
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from organizations.models import (
    ActorKind,
    AuditCategory,
    AuditRecord,
    Membership,
    Notification,
    Role,
    SupportVisit,
    User,
)
from organizations.selectors import visits_of_staff
from organizations.services.visits import end_visit, start_visit
from tests.world import World, person

pytestmark = pytest.mark.django_db

REASON = "Ticket about the schedule that does not run"


@pytest.fixture
def operator(world: World) -> User:
    user = person("operator@example.com")
    user.is_staff = True
    user.save()
    return user


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


def visit(world: World, operator: User, user: User | None = None, **options: Any) -> SupportVisit:
    with org_atomic(world.id):
        member = Membership.objects.get(user=user or world.admin)
    return start_visit(membership=member, by=operator, **{"reason": REASON, **options})


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# -- Starting --------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "   ", "too short", "a       b        c"])
def test_without_a_reason_nobody_comes_in(world: World, operator: User, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        visit(world, operator, reason=reason)
    assert refused.value.field == "reason" and visits_of_staff(operator.pk) == []


def test_only_operators_visit_and_not_their_own_team(world: World, operator: User) -> None:
    with pytest.raises(Forbidden):
        visit(world, world.stranger)
    with org_atomic(world.id):
        Membership.objects.create(user=operator, role=Role.VIEWER, joined_at=now())
    with pytest.raises(Conflict):
        visit(world, operator)


def test_a_visit_is_written_down_and_the_owner_told(world: World, operator: User) -> None:
    visit(world, operator)
    with org_atomic(world.id):
        row = AuditRecord.objects.get(action="visit.started")
        assert row.actor_kind == ActorKind.STAFF and row.category == AuditCategory.SECURITY
        assert row.reason == REASON and row.actor == operator
        assert row.data["as"] == str(world.admin.pk)
        told = Notification.objects.get()
        assert told.user_id == world.owner.pk and REASON in told.body and told.due_at


def test_a_second_visit_ends_the_first(world: World, operator: User) -> None:
    first, second = visit(world, operator), visit(world, operator, world.viewer)
    with org_atomic(world.id):
        first.refresh_from_db()
        assert first.ended_at is not None and second.ended_at is None
        assert AuditRecord.objects.filter(action="visit.ended").count() == 1
    [here] = visits_of_staff(operator.pk)
    assert here.role is Role.VIEWER


# -- Inside ----------------------------------------------------------------------------------------


def test_without_a_visit_an_operator_is_a_stranger(world: World, operator: User) -> None:
    assert signed_in(operator).get(f"{world.path}/").status_code == 404


def test_somebody_elses_visit_opens_nothing(world: World, operator: User) -> None:
    visit(world, operator)
    colleague = person("colleague@example.com")
    colleague.is_staff = True
    colleague.save()
    assert signed_in(colleague).get(f"{world.path}/").status_code == 404
    assert signed_in(operator).get(f"/o/{world.foreign.slug}/").status_code == 404


def test_who_is_no_operator_any_more_is_out_at_once(world: World, operator: User) -> None:
    visit(world, operator)
    client = signed_in(operator)
    assert client.get(f"{world.path}/").status_code == 200
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    assert client.get(f"{world.path}/").status_code == 404


def test_a_visit_ends_after_an_hour(world: World, operator: User) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        visit(world, operator)
        client = signed_in(operator)
        clock.shift(timedelta(minutes=59))
        assert client.get(f"{world.path}/").status_code == 200
        clock.shift(timedelta(minutes=2))
        assert client.get(f"{world.path}/").status_code == 404


@pytest.mark.parametrize("place", ["", "brands/", "approvals/", "posts/", "help/", "channels/"])
def test_every_page_says_that_it_is_a_visit_and_how_to_end_it(
    world: World, operator: User, place: str
) -> None:
    visit(world, operator)
    html = signed_in(operator).get(f"{world.path}/{place}").content.decode()
    assert 'aria-label="Support visit"' in html and REASON in html and "End visit" in html
    assert reverse("organizations:visit-end", kwargs={"org": world.organization.slug}) in html
    assert "looking only" in html
    member = signed_in(world.owner).get(f"{world.path}/{place}").content.decode()
    assert "End visit" not in member


CLOSED = [
    "account/",
    "notifications/",
    "notifications/choices/",
    "models/",
    "billing/",
    "usage/",
]


@pytest.mark.parametrize("place", CLOSED)
@pytest.mark.parametrize("may_change", [True, False])
def test_money_secrets_people_and_privacy_stay_closed(
    world: World, operator: User, place: str, may_change: bool
) -> None:
    visit(world, operator, may_change=may_change)
    answer = signed_in(operator).get(f"{world.path}/{place}")
    assert answer.status_code == 403
    html = answer.content.decode()
    assert "A support visit does not open this page" in html and "End visit" in html


def test_of_our_own_and_billings_pages_only_help_and_the_audit_log_are_open(
    world: World, operator: User
) -> None:
    """Walks the resolver, so that a page that is added later is closed by itself."""
    from tests.house.test_urls import INSIDE, ask, url_of
    from tests.rows import one_of_each

    visit(world, operator, may_change=True)
    # What has no row in the world is closed before anybody looks for it.
    client, ids = signed_in(operator), defaultdict(uuid7, one_of_each(world))
    closed = 0
    for each in INSIDE:
        app = each.name.partition(":")[0]
        is_open = each.name in {
            "organizations:help",
            "organizations:audit-list",
            "organizations:visit-end",
        }
        if app in {"organizations", "billing"} and not is_open:
            status = ask(client, each, url_of(each, world.organization.slug, ids))
            assert status == 403, each.name
            closed += 1
    assert closed > 10


def test_a_visit_that_only_looks_changes_nothing(world: World, operator: User) -> None:
    visit(world, operator)
    client = signed_in(operator)
    path = f"{world.path}/schedules/{world.schedule.pk}/pause/"
    answer = client.post(path)
    assert answer.status_code == 403 and "change nothing" in answer.content.decode()
    with org_atomic(world.id):
        world.schedule.refresh_from_db()
        assert world.schedule.status == "active"


def test_what_a_visitor_does_is_marked_as_the_staffs(world: World, operator: User) -> None:
    here = visit(world, operator, may_change=True)
    client = signed_in(operator)
    client.post(f"{world.path}/schedules/{world.schedule.pk}/pause/")
    with org_atomic(world.id):
        row = AuditRecord.objects.get(action="schedule.paused")
        assert row.actor_kind == ActorKind.STAFF and row.actor == operator
        assert row.data["visit"] == str(here.pk)


def test_a_visitor_has_the_members_role_and_brands_and_never_an_owners(
    world: World, operator: User
) -> None:
    visit(world, operator, world.owner)
    assert visits_of_staff(operator.pk)[0].role is Role.ADMIN
    with org_atomic(world.id):
        seen = BrandProfile.objects.create(name="Seen by the editor")
        member = Membership.objects.get(user=world.editor)
        BrandAccess.objects.create(membership=member, brand=seen)
        Membership.objects.filter(pk=member.pk).update(sees_all_brands=False)
    visit(world, operator, world.editor)
    html = signed_in(operator).get(f"{world.path}/brands/").content.decode()
    assert "Seen by the editor" in html and world.brand.name not in html
    visit(world, operator, world.viewer)
    assert signed_in(operator).get(f"{world.path}/brands/new/").status_code == 403


def test_ending_shuts_the_door_and_is_written_down(world: World, operator: User) -> None:
    row = visit(world, operator)
    client = signed_in(operator)
    answer = client.post(f"{world.path}/visit/end/")
    assert answer["Location"] == "/admin/"
    assert client.get(f"{world.path}/").status_code == 404
    end_visit(visit=row, by=operator)
    with org_atomic(world.id):
        [ended] = AuditRecord.objects.filter(action="visit.ended")
        assert ended.actor_kind == ActorKind.STAFF and ended.category == AuditCategory.SECURITY


def test_a_visit_is_not_the_team_of_the_next_sign_in(world: World, operator: User) -> None:
    visit(world, operator)
    client = signed_in(operator)
    client.get(f"{world.path}/")
    assert client.session.get("organization") != world.organization.slug
