"""Ten thousand turns of two organizations in one process, over one connection."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from celery import Celery
from django.contrib.sessions.backends.base import SessionBase
from django.db import connections
from django.http import HttpResponse
from django.test import RequestFactory

from brands.models import BrandProfile
from config.kernel.errors import NotFound
from config.kernel.scoping import MissingScope, org_atomic, organization_in_scope, scope
from config.kernel.tasks import OrgTask
from organizations.access import Request, member_of
from organizations.models import User
from tests import make
from tests.kernel.test_pool import one_pool, pooled
from tests.world import World

__all__ = ["one_pool"]

pytestmark = pytest.mark.django_db(transaction=True)

TURNS = 10_000

bench = Celery("alternating", set_as_current=False, broker="memory://")


@member_of("viewer")
def brands_page(request: Request) -> HttpResponse:
    """What a page does: asks for rows without naming an organization."""
    return HttpResponse(" ".join(str(pk) for pk in BrandProfile._base_manager.values_list("pk")))


def request_of(user: User) -> Any:
    request: Any = RequestFactory().get("/")
    request.user, request.session = user, SessionBase()
    return request


def test_ten_thousand_requests_alternate_over_one_pooled_connection(world: World) -> None:
    sides = [
        (world.owner, world.organization.slug, world.brand.pk),
        (world.stranger, world.foreign.slug, world.foreign_brand.pk),
    ]
    sessions = set()
    with pooled() as connection:
        for turn in range(TURNS):
            user, slug, brand = sides[turn % 2]
            answer = brands_page(request_of(user), slug)
            assert answer.content.decode() == str((brand,)), turn
            if turn % 100 == 0:
                with connections["default"].cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid(), current_setting('app.org', true)")
                    session, left = cursor.fetchone()
                sessions.add(session)
                assert not left
                with pytest.raises(NotFound):
                    brands_page(request_of(user), sides[(turn + 1) % 2][1])
            connection.close()
    assert len(sessions) == 1, "a pool of one lends one connection"


@bench.task(base=OrgTask, shared=False)
def brands_of(organization_id: str) -> list[UUID]:
    with org_atomic():
        return list(BrandProfile._base_manager.values_list("pk", flat=True))


@bench.task(base=OrgTask, shared=False)
def material_named(organization_id: str, material_id: str) -> str:
    from content.models import Material

    with org_atomic():
        return Material.objects.get(pk=material_id).name


def test_ten_thousand_tasks_alternate_in_one_worker(world: World) -> None:
    sides = [(str(world.id), world.brand.pk), (str(world.foreign.id), world.foreign_brand.pk)]
    for turn in range(TURNS):
        organization_id, brand = sides[turn % 2]
        assert brands_of(organization_id) == [brand], turn
        if turn % 100 == 0:
            assert organization_in_scope() is None


def test_a_message_that_names_another_teams_row_finds_nothing(world: World) -> None:
    with org_atomic(world.id):
        source = make.material(world.brand, name="Ours alone")
    assert material_named(str(world.id), str(source.pk)) == "Ours alone"
    assert material_named(str(world.foreign.id), str(source.pk)) is None


def test_a_task_without_an_organization_is_refused_before_it_begins(world: World) -> None:
    with pytest.raises(MissingScope):
        brands_of("")
    with scope(world.id), pytest.raises(MissingScope):
        # What happens to be in scope is not taken for what the message forgot to say.
        brands_of("")
