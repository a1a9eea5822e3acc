"""Two organizations, five thousand random acts: neither ever sees a row of the other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from brands.models import BrandProfile
from config.kernel.models import OrgOwned
from config.kernel.scoping import MissingScope, org_atomic, scope
from content.models import Material, MaterialStatus
from organizations.models import Membership, Role
from organizations.services.audit import record
from tests import make
from tests.isolation.ground import tenant_models
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db

Side = str
SIDES = st.sampled_from(["ours", "theirs"])
EXAMPLES, STEPS = 50, 100
"""50 runs of 100 steps: five thousand."""


def other(side: Side) -> Side:
    return "theirs" if side == "ours" else "ours"


class TwoTeams(RuleBasedStateMachine):
    """Makes, edits, links, hides, restores and moves rows of both, and tries it across.

    `rows` is the plain model: which keys each side has made, a table.
    """

    world: World

    @initialize()
    def begin(self) -> None:
        self.sides: dict[Side, UUID] = {"ours": self.world.id, "theirs": self.world.foreign.id}
        self.brands: dict[Side, list[Any]] = {
            "ours": [self.world.brand.pk],
            "theirs": [self.world.foreign_brand.pk],
        }
        self.materials: dict[Side, list[Any]] = {"ours": [], "theirs": []}
        self.count = 0

    @rule(side=SIDES)
    def make_a_brand(self, side: Side) -> None:
        self.count += 1
        with org_atomic(self.sides[side]):
            brand = BrandProfile.objects.create(**brand_fields(f"Brand {self.count}"))
            record(action="brand.created", target=brand)
        self.brands[side].append(brand.pk)

    @rule(side=SIDES, pick=st.integers(0, 50))
    def add_a_material(self, side: Side, pick: int) -> None:
        with org_atomic(self.sides[side]):
            brand = BrandProfile.with_deleted.get(pk=self._one(self.brands, side, pick))
            self.materials[side].append(make.material(brand).pk)

    @rule(side=SIDES, pick=st.integers(0, 50))
    def hide_or_bring_back(self, side: Side, pick: int) -> None:
        if not self.materials[side]:
            return
        with org_atomic(self.sides[side]):
            row = Material.with_deleted.get(pk=self._one(self.materials, side, pick))
            row.restore() if row.is_deleted else row.soft_delete()

    @rule(side=SIDES, pick=st.integers(0, 50), status=st.sampled_from(MaterialStatus.values))
    def edit(self, side: Side, pick: int, status: str) -> None:
        with org_atomic(self.sides[side]):
            Material.with_deleted.filter(pk__in=self.materials[side][pick:]).update(status=status)

    @rule(side=SIDES, pick=st.integers(0, 50))
    def move_to_another_brand(self, side: Side, pick: int) -> None:
        if self.materials[side]:
            with org_atomic(self.sides[side]):
                Material.with_deleted.filter(pk=self._one(self.materials, side, pick)).update(
                    brand=self._one(self.brands, side, pick + 1)
                )

    @rule(side=SIDES, pick=st.integers(0, 50))
    def link_across_is_refused(self, side: Side, pick: int) -> None:
        """A row of ours that points at a brand of theirs: accepted by no foreign key of ours."""
        if not self.materials[side]:
            return
        mine, foreign = self._one(self.materials, side, pick), self.brands[other(side)][0]
        with pytest.raises(IntegrityError), transaction.atomic(), org_atomic(self.sides[side]):
            Material.with_deleted.filter(pk=mine).update(brand_id=foreign)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    @rule(side=SIDES, pick=st.integers(0, 50))
    def reach_across_touches_nothing(self, side: Side, pick: int) -> None:
        theirs = self.materials[other(side)] + self.brands[other(side)]
        with org_atomic(self.sides[side]):
            for model in (Material, BrandProfile):
                rows = model._base_manager.filter(pk__in=theirs)
                assert not rows.exists()
                assert rows.update(name="Taken") == 0
            assert Material._base_manager.filter(pk__in=theirs).delete()[0] == 0

    @rule(side=SIDES)
    def a_row_for_the_other_is_refused(self, side: Side) -> None:
        with org_atomic(self.sides[side]), pytest.raises(MissingScope):
            Material.objects.create(organization_id=self.sides[other(side)], name="Smuggled")

    @rule(side=SIDES)
    def invite_the_others_person(self, side: Side) -> None:
        """A person may belong to both; that opens no row of the one to the scope of the other."""
        person = self.world.stranger if side == "ours" else self.world.owner
        with org_atomic(self.sides[side]):
            Membership.objects.get_or_create(user=person, defaults={"role": Role.VIEWER})

    @rule(side=SIDES)
    def nested_scopes_come_back(self, side: Side) -> None:
        with org_atomic(self.sides[side]):
            before = self._seen(BrandProfile)
            with org_atomic(self.sides[other(side)]):
                assert not before & self._seen(BrandProfile)
            assert self._seen(BrandProfile) == before

    @rule()
    def nobody_sees_nothing(self) -> None:
        with pytest.raises(MissingScope):
            list(Material.objects.all())
        with scope(self.sides["ours"]), connection.cursor() as cursor:
            # Declared and not entered: row security still shows nothing.
            cursor.execute("SELECT set_config('app.org', '', true)")
            assert not Material.objects.exists()
        # What we have just set by hand the next entry must set anew.
        connection.warren_organization = None  # type: ignore[attr-defined]

    @invariant()
    def each_sees_exactly_its_own(self) -> None:
        if not hasattr(self, "sides"):
            return
        for side, organization_id in self.sides.items():
            with org_atomic(organization_id):
                assert self._seen(Material) == set(self.materials[side])
                assert self._seen(BrandProfile) == set(self.brands[side])

    def teardown(self) -> None:
        if not hasattr(self, "sides"):
            return
        for organization_id in self.sides.values():
            with org_atomic(organization_id):
                for model in tenant_models():
                    owners = set(model._base_manager.values_list("organization_id", flat=True))
                    assert owners <= {organization_id}, model

    def _seen(self, model: type[OrgOwned]) -> set[Any]:
        return set(model._base_manager.values_list("pk", flat=True))

    def _one(self, kept: dict[Side, list[Any]], side: Side, pick: int) -> Any:
        return kept[side][pick % len(kept[side])]


def test_five_thousand_steps_of_two_teams_cross_nowhere(world: World) -> None:
    with org_atomic(world.id):
        assert not Material._base_manager.exists()

    class InSavepoints(TwoTeams):
        """Each run of the machine starts from the world as it is, in a savepoint of its own."""

        def __init__(self) -> None:
            self.world = world
            self._savepoint = transaction.savepoint()
            super().__init__()

        def teardown(self) -> None:
            super().teardown()
            transaction.savepoint_rollback(self._savepoint)
            connection.warren_organization = None  # type: ignore[attr-defined]

    run_state_machine_as_test(
        InSavepoints,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
