from __future__ import annotations

import pytest
from django.test import Client

from billing.models import CreditTransaction, Subscription
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, User
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


def test_an_operator_grants_credits_through_the_ledger(world: World, client: Client) -> None:
    operator = User.objects.create_superuser("operator@example.com")
    client.force_login(operator)
    with org_atomic(world.id):
        before = Subscription.objects.get()
    client.post(
        "/admin/billing/subscription/",
        {"action": "grant", "_selected_action": [str(before.pk)]},
    )
    with org_atomic(world.id):
        after = Subscription.objects.get()
        assert after.credits_total == before.credits_total + 100
        assert CreditTransaction.objects.order_by("-created_at")[0].amount == 100
        assert AuditRecord.objects.filter(action="staff.granted_credits").exists()
    with org_atomic(world.foreign.id):
        assert not AuditRecord.objects.filter(action="staff.granted_credits").exists()
