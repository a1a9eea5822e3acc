"""What the doctor says of the accounts of all organizations."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from config.kernel import vault
from config.kernel.checks import Finding, doctor_checks
from config.kernel.clock import now
from config.kernel.scoping import org_atomic, unscoped
from organizations.models import Organization
from publishing.models import AccountStatus, SocialAccount
from publishing.selectors.connections import MOST_NAMED, _teams
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

SECRET = "t0p-secret"


def findings() -> dict[str, Finding]:
    return {each.subject: each for each in doctor_checks["accounts"]()}


def bluesky(organization: Organization, handle: str, **fields: Any) -> SocialAccount:
    with org_atomic(organization.id):
        return SocialAccount.objects.create(
            **{
                "platform": "bluesky",
                "remote_id": f"did:plc:{handle}",
                "name": handle,
                "credentials": {"password": SECRET},
                **fields,
            }
        )


def test_each_channel_has_a_line(world: World) -> None:
    found = findings()
    assert found["Channel Bluesky"].is_well is None
    assert found["Channel Bluesky"].says == "no account yet"
    feed = found["Channel Hosted page"]
    assert (feed.is_well, feed.says) == (True, "2 accounts connected")


@pytest.mark.parametrize("status", [each for each in AccountStatus if each != "active"])
def test_an_account_that_a_person_must_see_to_is_named_by_its_team(
    world: World, status: str
) -> None:
    bluesky(world.organization, "one")
    bluesky(world.foreign, "two", status=status)
    line = findings()["Channel Bluesky"]
    assert line.is_well is False
    assert line.says == f"1 of 2 accounts must be connected again: {world.foreign.slug}."
    assert "Channels" in line.mend


def test_an_account_that_lacks_something_is_named_by_its_team(world: World) -> None:
    lacking = {"check": "scopes", "ok": False, "says": SECRET, "mend": "Connect again."}
    bluesky(world.organization, "one", report=[lacking])
    line = findings()["Channel Bluesky"]
    assert (line.is_well, line.says) == (
        False,
        f"Something is missing at 1 of 1 account: {world.organization.slug}.",
    )


def test_an_app_that_is_not_entered_is_told_where_accounts_need_it(world: World) -> None:
    assert findings()["Channel LinkedIn"].is_well is None
    bluesky(world.organization, "one", platform="linkedin")
    line = findings()["Channel LinkedIn"]
    assert line.is_well is False and "app there is not entered" in line.says


def test_credentials_that_cannot_be_read_are_found_and_never_shown(world: World) -> None:
    row = bluesky(world.organization, "one")
    with org_atomic(world.id), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE publishing_socialaccount SET credentials = %s WHERE id = %s",
            [b"\x01" + b"x" * 60, row.pk],
        )
    line = findings()["Channel Bluesky"]
    assert (line.is_well, line.says) == (
        False,
        f"Credentials of 1 account cannot be read: {world.organization.slug}.",
    )
    assert "master key" in line.mend


def test_without_the_master_key_the_doctor_still_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bluesky(world.organization, "one")

    def missing(*args: Any) -> None:
        raise vault.MasterKeyMissing("The file with the master key is away.")

    monkeypatch.setattr("config.kernel.fields.vault.unseal", missing)
    assert findings()["Channel Bluesky"].is_well is False


def test_what_was_disconnected_deleted_or_closed_is_nobodys_trouble(world: World) -> None:
    bluesky(world.organization, "off", status=AccountStatus.ERROR, is_active=False)
    bluesky(world.organization, "gone", status=AccountStatus.ERROR, deleted_at=now())
    bluesky(world.foreign, "closed", status=AccountStatus.ERROR)
    with unscoped("test"):
        Organization.objects.filter(pk=world.foreign.id).update(status="suspended")
    assert findings()["Channel Bluesky"].is_well is None


def test_accounts_of_a_channel_that_is_not_installed_are_told(world: World) -> None:
    bluesky(world.organization, "one", platform="carrier_pigeon")
    line = findings()["Channel carrier_pigeon"]
    assert line.is_well is False and "not installed" in line.says


def test_no_line_holds_a_secret(world: World) -> None:
    bluesky(world.organization, "one", status=AccountStatus.REVOKED, last_error=SECRET)
    assert SECRET not in repr(findings())


def test_many_teams_are_counted_and_a_few_named() -> None:
    rows = [SocialAccount(organization=Organization(slug=f"team-{number}")) for number in range(8)]
    assert _teams(rows[:2]) == "team-0, team-1"
    assert _teams(rows).endswith(f"and {8 - MOST_NAMED} more")
