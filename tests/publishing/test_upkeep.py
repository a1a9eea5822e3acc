"""Accounts that nobody posts to stay connected, and what is wrong with one is said in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic, scope
from organizations.models import AuditRecord, Notification
from publishing.models import AccountQuota, AccountStatus, SocialAccount
from publishing.services import upkeep
from publishing.services.accounts import disconnect_account
from publishing.services.upkeep import Access, check_account, due_accounts, look_after
from publishing.tasks import look_after_account
from tests.networks.authorization import AuthorizationServer, Quayside, quayside
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

HOUR = timedelta(hours=1)


@pytest.fixture
def network(settings: Settings) -> Iterator[AuthorizationServer]:
    with quayside(settings) as server:
        yield server


@pytest.fixture
def account(world: World, network: AuthorizationServer) -> SocialAccount:
    with org_atomic(world.id):
        return network.connected()


def look(world: World, account: SocialAccount) -> SocialAccount:
    """What the task does, at the time when the sweep finds the account."""
    with scope(world.id):
        look_after(account_id=account.pk)
    return fresh(world, account)


def fresh(world: World, account: SocialAccount) -> SocialAccount:
    with org_atomic(world.id):
        return SocialAccount.objects.get(pk=account.pk)


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def acts(world: World, action: str) -> int:
    with org_atomic(world.id):
        return AuditRecord.objects.filter(action=action).count()


def renewals(network: AuthorizationServer) -> int:
    return len(network.calls("POST", "/token"))


@pytest.mark.parametrize(
    ("hours", "after"),
    [(1, 40 / 60), (24, 16), (48, 32), (60, 36), (60 * 24, 40 * 24)],
)
def test_access_is_renewed_when_two_thirds_are_over_or_a_day_is_left(
    hours: float, after: float
) -> None:
    begun = datetime.fromisoformat("2026-06-01T00:00+00:00")
    access = Access(begun, begun + hours * HOUR, is_renewable=True)
    assert access.renew_at == begun + after * HOUR


def test_what_never_ends_or_cannot_be_renewed_is_not_renewed() -> None:
    assert Access(now(), None, is_renewable=True).renew_at is None
    assert Access(now(), now() + HOUR, is_renewable=False).renew_at is None


def test_a_new_account_is_checked_and_due_when_its_access_wears_out(
    world: World, account: SocialAccount, network: AuthorizationServer
) -> None:
    assert account.pk in [row.id for row in due_accounts()]
    begun = account.created_at
    account = look(world, account)
    assert [each.ok for each in upkeep.findings_of(account)] == [True, True]
    assert account.checked_at is not None and account.attempts == 0
    with org_atomic(world.id):
        assert AccountQuota.objects.get(account=account).used == 7
    assert account.due_at is not None
    assert timedelta(minutes=39) < account.due_at - begun < timedelta(minutes=41)
    assert renewals(network) == 0


def test_it_is_renewed_ahead_and_the_row_says_until_when(
    world: World, account: SocialAccount, network: AuthorizationServer
) -> None:
    account = look(world, account)
    before = account.token_expires_at
    assert account.due_at is not None and before is not None
    with at(account.due_at):
        account = look(world, account)
        assert not due_accounts()
    assert renewals(network) == 1
    assert account.token_expires_at is not None and account.token_expires_at > before
    assert len(network.calls("GET", "/scope")) == 1


def test_a_permission_that_is_missing_is_named(world: World, network: AuthorizationServer) -> None:
    network.grants_only = "read"
    with org_atomic(world.id):
        account = network.connected()
    account = look(world, account)
    [_, scopes] = upkeep.findings_of(account)
    assert scopes.ok is False and "write" in scopes.says and scopes.mend
    assert account.status == AccountStatus.ACTIVE


def test_a_network_that_is_away_disconnects_nobody_and_costs_one_call_a_step(
    world: World, account: SocialAccount, network: AuthorizationServer
) -> None:
    account = look(world, account)
    network.__exit__()
    waits = []
    for _ in range(9):
        assert account.due_at is not None
        with at(account.due_at):
            account = look(world, account)
            assert account.due_at is not None
            waits.append((account.due_at - now()).total_seconds() / 60)
            # Before that moment the sweep does not even see it.
            assert account.pk not in [row.id for row in due_accounts()]
    assert waits[:4] == [5, 10, 20, 40] and waits[-1] == 360
    assert account.status == AccountStatus.ACTIVE and account.last_error
    assert acts(world, "account.needs_reconnect") == 0


def test_access_that_was_taken_back_is_told_once_and_not_asked_for_again(
    world: World, account: SocialAccount, network: AuthorizationServer
) -> None:
    network.end(network.grants[0])
    with at(now() + HOUR):
        account = look(world, account)
        assert account.status == AccountStatus.NEEDS_RECONNECT and account.due_at is None
        calls = len(network.log)
        with org_atomic(world.id):
            SocialAccount.objects.filter(pk=account.pk).update(due_at=now())
        account = look(world, account)
        assert account.due_at is None and len(network.log) == calls
    assert acts(world, "account.needs_reconnect") == 1
    with org_atomic(world.id):
        told = Notification.objects.filter(kind="channel_lost")
        assert {each.user_id for each in told} >= {world.owner.pk, world.admin.pk}
        assert all(each.due_at is not None and each.due_at <= now() + HOUR for each in told)


def test_access_that_nothing_can_renew_is_told_a_week_ahead_and_ends_on_its_day(
    world: World, network: AuthorizationServer
) -> None:
    network.sends_refresh_token = False
    network.lifetime_seconds = 60 * 24 * 3600
    with org_atomic(world.id):
        account = network.connected()
    begun = now()
    account = look(world, account)
    with at(begun + timedelta(days=53, hours=1)):
        account = look(world, account)
        account = look(world, account)
    assert acts(world, "account.access_ending") == 1
    assert account.status == AccountStatus.ACTIVE
    calls = len(network.log)
    with at(begun + timedelta(days=60, hours=1)):
        account = look(world, account)
    assert account.status == AccountStatus.NEEDS_RECONNECT and len(network.log) == calls


def test_an_account_that_another_worker_has_is_left_alone(
    world: World, account: SocialAccount, network: AuthorizationServer
) -> None:
    with org_atomic(world.id):
        SocialAccount.objects.filter(pk=account.pk).update(claimed_until=now() + HOUR)
    assert look(world, account).checked_at is None
    with scope(world.id), pytest.raises(Conflict):
        check_account(account=account, by=world.admin)
    assert network.log == []


def test_what_was_asked_with_the_old_access_says_nothing_of_the_new_one(
    world: World,
    account: SocialAccount,
    network: AuthorizationServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network.end(network.grants[0])

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        with org_atomic(world.id):
            row = SocialAccount.objects.get(pk=account.pk)
            SocialAccount.objects.filter(pk=account.pk).update(fence=row.fence + 1)
        return ask(*args, **kwargs)

    ask = upkeep._ask
    monkeypatch.setattr(upkeep, "_ask", meanwhile)
    assert look(world, account).status == AccountStatus.ACTIVE
    assert acts(world, "account.needs_reconnect") == 0


def test_a_person_who_checks_brings_an_account_back_that_is_well_again(
    world: World, account: SocialAccount, network: AuthorizationServer
) -> None:
    with org_atomic(world.id):
        SocialAccount.objects.filter(pk=account.pk).update(
            status=AccountStatus.NEEDS_RECONNECT, last_error="It said no."
        )
    with scope(world.id):
        row = check_account(account=account, by=world.admin)
    assert (row.status, row.last_error) == (AccountStatus.ACTIVE, "")
    assert acts(world, "account.recovered") == 1


def test_paused_and_disconnected_accounts_are_not_due(world: World, account: SocialAccount) -> None:
    with org_atomic(world.id):
        SocialAccount.objects.filter(pk=account.pk).update(is_active=False)
    assert account.pk not in [row.id for row in due_accounts()]


def test_a_renewal_brings_nothing_back_that_was_disconnected_meanwhile(
    world: World,
    account: SocialAccount,
    network: AuthorizationServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exchange = Quayside.exchange

    def meanwhile(self: Quayside, stale: Any, session: Any) -> Any:
        fresh = exchange(self, stale, session)
        with scope(world.id):
            disconnect_account(account=account, by=world.admin)
        return fresh

    monkeypatch.setattr(Quayside, "exchange", meanwhile)
    with at(now() + HOUR), scope(world.id):
        look_after(account_id=account.pk)
    with org_atomic(world.id):
        row = SocialAccount.with_deleted.get(pk=account.pk)
    assert row.credentials is None and row.status == AccountStatus.REVOKED
    assert acts(world, "account.needs_reconnect") == 0


def test_the_task_finds_its_account_by_ids_alone(
    world: World, account: SocialAccount, network: AuthorizationServer
) -> None:
    look_after_account(str(world.id), str(account.pk))
    assert fresh(world, account).checked_at is not None
