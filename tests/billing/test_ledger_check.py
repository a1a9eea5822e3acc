"""The nightly sum: two books of the same credits must agree, and a difference is told."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from time_machine import travel

from analytics.selectors.status import installation_status
from billing.models import CreditAction, CreditTransaction, Subscription
from billing.services.credits import grant_credits, refund_credits, spend_credits
from billing.services.ledger_check import (
    ACCOUNTS,
    check_ledger,
    check_ledger_daily,
    ledger_findings,
    ledger_is_balanced,
    mismatches,
    trial_balance,
)
from billing.services.renewals import sweep_subscriptions
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, Organization, User
from organizations.services.organizations import found_organization

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


@pytest.fixture
def team() -> Organization:
    owner = User.objects.create_user(email="founder@example.com")
    return found_organization(name="New", owner=owner)


def mine(team: Organization) -> list[tuple[int, int]]:
    found = [each for each in mismatches() if each.organization_id == team.id]
    return [(each.sum_of_lines, each.credits_left) for each in found]


def test_books_that_were_kept_by_the_services_agree(team: Organization) -> None:
    with org_atomic(team.id):
        spend_credits(action="generate", key="g", description="x")
        spend_credits(action="publish", key="p", description="x")
        refund_credits(key="p", reason="x")
        grant_credits(amount=100, key="t", description="x", action=CreditAction.TOPUP)
    assert sweep_subscriptions(now() + timedelta(days=31)) >= 1
    with org_atomic(team.id):
        refund_credits(key="g", reason="late")
    assert mine(team) == []


def test_a_difference_is_found_told_to_the_team_and_shown_to_the_doctor(
    team: Organization,
) -> None:
    assert ledger_is_balanced() is None
    assert installation_status().as_json()["ledger"] == "not added up yet"
    assert [each.is_well for each in ledger_findings()] == [None]
    with org_atomic(team.id):
        Subscription.objects.update(credits_used=7)
    assert mine(team) == [(30, 23)]
    assert any(each.organization_id == team.id for each in check_ledger())
    with org_atomic(team.id):
        record = AuditRecord.objects.get(action="billing.ledger_mismatch")
    assert (record.category, record.succeeded) == ("billing", False)
    assert record.data == {"sum_of_lines": 30, "credits_left": 23}
    assert ledger_is_balanced() is False
    assert installation_status().as_json()["ledger"] == "does not add up"
    assert [each.is_well for each in ledger_findings()] == [False]


def test_the_command_names_the_teams_and_fails(team: Organization) -> None:
    with org_atomic(team.id):
        Subscription.objects.update(credits_used=7)
    out = StringIO()
    with pytest.raises(CommandError, match="do not add up. Nothing was changed"):
        call_command("check_ledger", stdout=out)
    assert f"{team.id}: the lines add up to 30, and 23 are left" in out.getvalue()


def test_the_sweeper_looks_once_a_night(team: Organization, monkeypatch: Any) -> None:
    with org_atomic(team.id):
        Subscription.objects.update(credits_used=7)
    assert check_ledger_daily() >= 1
    assert check_ledger_daily() == 0
    with travel(now() + timedelta(hours=23, minutes=1), tick=False):
        assert check_ledger_daily() >= 1


def test_every_kind_of_line_has_a_counter_account_and_all_accounts_add_up_to_nothing(
    team: Organization,
) -> None:
    assert set(ACCOUNTS) == set(CreditAction)
    with org_atomic(team.id):
        spend_credits(action="generate", key="g", description="x", credits=12)
        grant_credits(amount=100, key="t", description="x", action=CreditAction.TOPUP)
        accounts = trial_balance()
        assert accounts == {"purse": 118, "given": -30, "bought": -100, "work": 12}
        assert sum(accounts.values()) == 0
        assert CreditTransaction.objects.count() == 3
