"""The operator's rotation, over every organization and every encrypted column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from config.kernel import vault
from config.kernel.clock import now
from config.kernel.fields import Sealed
from config.kernel.scoping import org_atomic, unscoped
from organizations.models import AppSetting, DataKey, InstallationKey, Organization, ProviderSecret
from publishing.models import SocialAccount
from tests.kernel.key_services import FakeVault
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

TOKEN = "planted-token-8c1f"  # noqa: S105


@pytest.fixture(autouse=True)
def _sealed(world: World) -> Iterator[None]:
    vault.forget_keys()
    for organization in (world.organization, world.foreign):
        with org_atomic(organization.pk):
            ProviderSecret.objects.create(service="p", credential=TOKEN)
            for account in SocialAccount.objects.all():
                account.credentials = {"token": TOKEN}
                account.save()
    yield
    vault.forget_keys()


def test_every_value_of_every_organization_moves_to_a_new_data_key(world: World) -> None:
    before = versions(world.organization)
    assert "values sealed anew" in run("data")
    for organization in (world.organization, world.foreign):
        assert min(versions(organization)) > max(before)
        assert tokens(organization) == {TOKEN}


def test_one_organization_can_be_rotated_alone(world: World) -> None:
    others = versions(world.foreign)
    run("data", organization=world.id)
    assert versions(world.foreign) == others
    assert min(versions(world.organization)) > max(others)


def test_an_interrupted_rotation_is_resumed_without_another_key(world: World) -> None:
    with org_atomic(world.id):
        version = vault.new_data_key(world.id).version
    run("data", resume=True)
    assert versions(world.organization) == {version}


def test_what_cannot_be_read_is_reported_and_left(world: World) -> None:
    broken = Sealed(b"\x01" + bytes(40))
    with org_atomic(world.id):
        ProviderSecret.objects.update(credential=broken)
    with pytest.raises(CommandError, match="1 values could not be read"):
        run("data")
    with org_atomic(world.id):
        assert ProviderSecret.objects.get().__dict__["credential"] == broken


def test_the_master_key_is_replaced_by_a_new_first_line(
    world: World, tmp_path: Path, settings: Settings
) -> None:
    old = Path(settings.WARREN_MASTER_KEY_FILE).read_text().splitlines()[0]
    file = tmp_path / "master.key"
    file.write_text(f"{run('new-line').strip()}\n{old}\n")
    settings.WARREN_MASTER_KEY_FILE = file
    assert run("master").startswith(f"{len(keys())} data keys")
    assert run("master").startswith("0 data keys")
    file.write_text(file.read_text().splitlines()[0])
    vault.forget_keys()
    assert tokens(world.organization) == tokens(world.foreign) == {TOKEN}


def test_a_lost_master_key_is_said_plainly(tmp_path: Path, settings: Settings) -> None:
    settings.WARREN_MASTER_KEY_FILE = tmp_path / "other.key"
    settings.WARREN_MASTER_KEY_FILE.write_text(vault.new_master_key())
    with pytest.raises(CommandError, match="former master key"):
        run("master")


def test_replaced_keys_are_erased_late_and_only_if_nothing_needs_them(world: World) -> None:
    run("data")
    with unscoped("test"):
        DataKey.objects.exclude(retired_at=None).update(retired_at=now() - timedelta(days=100))
    with org_atomic(world.id):
        vault.new_data_key(world.id)
    count = len(keys())
    run("prune", days=101)
    assert len(keys()) == count
    run("prune", days=90)
    vault.forget_keys()
    # The second key of ours is replaced too, but young and still in use.
    assert len(keys()) == count - 2
    assert tokens(world.organization) == tokens(world.foreign) == {TOKEN}


def test_the_keys_of_the_installation_are_rotated_and_erased_like_all_others() -> None:
    with unscoped("test"):
        AppSetting.objects.create(key="canary", secret=TOKEN)
        first = InstallationKey.objects.get()
        run("data")
        row = AppSetting.objects.get(key="canary")
        assert vault.key_version(row.__dict__["secret"]) == first.version + 1
        assert row.secret is not None and row.secret.reveal() == TOKEN
        InstallationKey.objects.filter(pk=first.pk).update(retired_at=now() - timedelta(days=100))
        run("prune", days=90)
        assert [key.version for key in InstallationKey.objects.all()] == [first.version + 1]


def test_progress_is_shown_without_disturbing_the_output(world: World) -> None:
    err = StringIO()
    run("data", stderr=err)
    count = len({key.organization_id for key in keys()})
    assert err.getvalue().splitlines()[-1] == f"{count} of {count}"


def test_all_keys_move_to_another_keeper(
    world: World, tmp_path: Path, settings: Settings, httpserver: HTTPServer
) -> None:
    """While WARREN_MASTER_KEY_FORMER names the old one nothing stops, before, during and after."""
    httpserver.expect_request(re.compile(".*")).respond_with_handler(FakeVault())
    (tmp_path / "token").write_text(FakeVault.token)
    settings.WARREN_VAULT_TOKEN_FILE = tmp_path / "token"
    settings.WARREN_VAULT_ADDRESS = httpserver.url_for("")
    settings.WARREN_MASTER_KEY_PROVIDER = "vault"
    settings.WARREN_MASTER_KEY_FORMER = ("file",)
    vault.forget_keys()
    assert tokens(world.organization) == {TOKEN}
    count = len(keys())
    assert run("master", former="file").startswith(f"{count} data keys wrapped with transit/")
    assert run("master").startswith("0 data keys")
    assert run("master", anew=True).startswith(f"{count} data keys")
    settings.WARREN_MASTER_KEY_FORMER = ()
    vault.forget_keys()
    assert tokens(world.organization) == tokens(world.foreign) == {TOKEN}


def run(what: str, *, stderr: StringIO | None = None, **options: object) -> str:
    out = StringIO()
    call_command("rotate_keys", what, stdout=out, stderr=stderr or StringIO(), **options)
    return out.getvalue()


def keys() -> list[DataKey]:
    with unscoped("test"):
        return list(DataKey.objects.all())


def versions(organization: Organization) -> set[int]:
    with org_atomic(organization.pk):
        routes = [row.__dict__["credential"] for row in ProviderSecret.objects.all()]
        accounts = [row.__dict__["credentials"] for row in SocialAccount.objects.all()]
        return {vault.key_version(value) for value in routes + accounts}


def tokens(organization: Organization) -> set[str]:
    with org_atomic(organization.pk):
        routes = {row.credential.reveal() for row in ProviderSecret.objects.all()}
        accounts = {row.credentials.reveal()["token"] for row in SocialAccount.objects.all()}
        return routes | accounts
