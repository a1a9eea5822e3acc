"""The end of a team is the end of its payments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from time_machine import travel

from billing.models import Subscription
from billing.services.ending import end_payments
from config.kernel.clock import now
from config.kernel.errors import Conflict, Unavailable
from config.kernel.scoping import org_atomic, scope, unscoped
from organizations.models import Organization, OrganizationRequest, RequestState
from organizations.privacy import worker
from organizations.services.privacy_requests import ask_for_team_end
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


class Provider:
    def __init__(self, error: Exception | None = None) -> None:
        self.ended: list[str] = []
        self.error = error

    def cancel_at_end(self, *, subscription_id: str, cancels: bool, key: str) -> None:
        if self.error is not None:
            raise self.error
        assert cancels and key == f"erase:{subscription_id}"
        self.ended.append(subscription_id)


def paying(world: World, monkeypatch: pytest.MonkeyPatch, error: Any = None) -> Provider:
    provider = Provider(error)
    monkeypatch.setattr("billing.services.ending.payments", lambda: provider)
    with org_atomic(world.id):
        Subscription.objects.update(stripe_subscription_id="sub_1")
    return provider


def test_a_paid_plan_renews_no_more_when_its_team_is_erased(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = paying(world, monkeypatch)
    with org_atomic(world.id):
        wish = ask_for_team_end(by=world.owner, days=7)
    with travel(now() + timedelta(days=8), tick=True):
        worker.do_team_request(organization_id=world.id, request_id=wish.pk)
    assert provider.ended == ["sub_1"]
    with unscoped("test"):
        assert list(Organization.with_deleted.all()) == [world.foreign]


def test_a_team_whose_payments_cannot_be_ended_yet_is_not_erased_yet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    paying(world, monkeypatch, Unavailable("The provider is away."))
    with org_atomic(world.id):
        wish = ask_for_team_end(by=world.owner, days=7)
    with travel(now() + timedelta(days=8), tick=True):
        worker.do_team_request(organization_id=world.id, request_id=wish.pk)
    with org_atomic(world.id):
        row = OrganizationRequest.objects.get(pk=wish.pk)
        assert Subscription.objects.exists()
    assert (row.state, row.error_message) == (RequestState.WAITING, "The provider is away.")


def test_what_the_provider_does_not_know_holds_nothing_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    paying(world, monkeypatch, Conflict("There is no such subscription."))
    with scope(world.id):
        assert not end_payments()


def test_a_team_that_pays_nothing_needs_no_provider(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = paying(world, monkeypatch)
    with org_atomic(world.id):
        Subscription.objects.update(stripe_subscription_id="")
    with scope(world.id):
        assert not end_payments()
    assert provider.ended == []
