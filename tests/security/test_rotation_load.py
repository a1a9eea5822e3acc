"""Keys are replaced while people work: nothing fails to open, and no renewed token is lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import Settings

from config import backup
from config.kernel import fields, vault
from config.kernel.scoping import org_atomic, unscoped
from config.kernel.vault import KeyStore, SecretUnreadable
from organizations.models import INSTALLATION, AppSetting, DataKey, InstallationKey, ProviderSecret
from publishing.delivery.session import AccountSession
from publishing.models import SocialAccount
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "operator"])

ACCOUNTS = 6
CANARY = "planted-canary-5b1d"


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    file = tmp_path / "master.key"
    file.write_text(Path(settings.WARREN_MASTER_KEY_FILE).read_text())
    settings.WARREN_MASTER_KEY_FILE = file
    vault.forget_keys()
    yield file
    vault.forget_keys()


def test_every_key_is_replaced_while_four_hands_renew_and_read(world: World, _keys: Path) -> None:
    accounts = furnish(world)
    renewed: Counter[Any] = Counter()
    errors: list[BaseException] = []
    with hands(errors, [renewing(world, accounts, renewed)] * 2 + [reading(world)] * 2):
        for _ in range(3):
            old = _keys.read_text().splitlines()[0]
            _keys.write_text(f"{vault.new_master_key()}\n{old}\n")
            rotate("master")
            rotate("data")
            rotate("prune", days=-1)
            # The old line goes as soon as nothing needs it.
            _keys.write_text(_keys.read_text().splitlines()[0])
            vault.forget_keys()
    assert errors == []
    assert sum(renewed.values()) > 20
    assert tokens(world) == {pk: renewed[pk] for pk in accounts}
    with unscoped("test"):
        versions = {key.version for key in DataKey.objects.filter(organization_id=world.id)}
        assert min(versions) > 1
        assert InstallationKey.objects.get(retired_at=None).version == 4


def test_an_interrupted_rotation_goes_on_and_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = furnish(world)
    renewed: Counter[Any] = Counter()
    errors: list[BaseException] = []
    sealed, original = 0, fields._reencrypt_row

    def dies(*args: Any) -> Any:
        nonlocal sealed
        sealed += 1
        if sealed == 4:
            raise KeyboardInterrupt
        return original(*args)

    with hands(errors, [renewing(world, accounts, renewed)] * 2 + [reading(world)] * 2):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(fields, "_reencrypt_row", dies)
            rotate("data")
        rotate("data", resume=True)
    rotate("data", resume=True)
    assert errors == []
    assert tokens(world) == {pk: renewed[pk] for pk in accounts}
    with org_atomic(world.id):
        newest = DataKey.objects.get(retired_at=None).version
        stored = [row.__dict__["credentials"] for row in SocialAccount.objects.all()]
        assert {vault.key_version(value) for value in stored} == {newest}


def test_what_was_shredded_opens_nowhere_and_others_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor from a copy of all tables that a backup holds: keys lie in a backup of their own."""
    uptime = 1000.0
    monkeypatch.setattr(vault, "monotonic", lambda: uptime)
    furnish(world)
    with org_atomic(world.foreign.id):
        ProviderSecret.objects.create(service="openai", credential=CANARY)
    tokens(world)
    copy = copied(world)
    uptime += 1
    vault.shred(world.id)
    # Another process may still know the key, for five minutes at most.
    uptime += 300
    with pytest.raises(SecretUnreadable):
        tokens(world)
    restore(world, copy)
    with pytest.raises(SecretUnreadable):
        tokens(world)
    with org_atomic(world.foreign.id):
        assert ProviderSecret.objects.get().credential.reveal() == CANARY
    # The organization may go on with a new key, which opens nothing of before.
    with org_atomic(world.id):
        ProviderSecret.objects.create(service="again", credential=CANARY)
        assert ProviderSecret.objects.get(service="again").credential.reveal() == CANARY
    with pytest.raises(SecretUnreadable):
        tokens(world)


def test_the_backup_of_data_leaves_every_table_of_keys_out() -> None:
    """Whatever the key store reads is named; so a third table of keys cannot slip in."""
    store = vault.key_store.require()
    assert isinstance(store, KeyStore)
    tables = {
        model._meta.db_table
        for model in (DataKey, InstallationKey)
        if any(field.name == "wrapped" for field in model._meta.fields)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'wrapped'"
        )
        assert {name for (name,) in cursor.fetchall()} == tables
    assert set(backup.KEY_TABLES) == tables
    assert tables <= set(backup.LEFT_OUT)


# -- What they do --------------------------------------------------------------------------------


def furnish(world: World) -> list[Any]:
    with org_atomic(world.id):
        SocialAccount.objects.all().delete()
        rows = [
            SocialAccount.objects.create(
                platform="bluesky",
                remote_id=f"did:plc:{number}",
                name=f"Account {number}",
                credentials={"refresh": CANARY, "renewed": 0},
            )
            for number in range(ACCOUNTS)
        ]
        ProviderSecret.objects.create(service="openai", credential=CANARY)
    with unscoped("test"):
        AppSetting.objects.create(key="canary", secret=CANARY)
    return [row.pk for row in rows]


def renewing(world: World, accounts: list[Any], renewed: Counter[Any]) -> Callable[[int], None]:
    def renew(turn: int) -> None:
        pk = accounts[turn % len(accounts)]
        with org_atomic(world.id):
            session = AccountSession(SocialAccount.objects.get(pk=pk))
        with session.account_lock():
            now = session.credentials
            session.save_credentials({**now, "renewed": now["renewed"] + 1})
            renewed[pk] += 1

    return renew


def reading(world: World) -> Callable[[int], None]:
    def read(turn: int) -> None:
        tokens(world)
        with org_atomic(world.id):
            assert ProviderSecret.objects.get().credential.reveal() == CANARY
        with unscoped("test"):
            secret = AppSetting.objects.get(key="canary").secret
            assert secret is not None and secret.reveal() == CANARY

    return read


@contextmanager
def hands(errors: list[BaseException], acts: list[Callable[[int], None]]) -> Iterator[None]:
    """Each act over and over in a thread of its own, until the block ends."""
    over, begun = threading.Event(), threading.Barrier(len(acts) + 1)

    def work(act: Callable[[int], None], first: int) -> None:
        begun.wait(20)
        turn = first
        try:
            while not over.is_set():
                act(turn)
                turn += 1
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in zip(acts, range(9))]  # noqa: B905
    for thread in threads:
        thread.start()
    begun.wait(20)
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
    assert not any(thread.is_alive() for thread in threads)


def tokens(world: World) -> dict[Any, int]:
    with org_atomic(world.id):
        found = {row.pk: row.credentials.reveal() for row in SocialAccount.objects.all()}
    assert {each["refresh"] for each in found.values()} == {CANARY}
    return {pk: each["renewed"] for pk, each in found.items()}


def rotate(what: str, **options: Any) -> None:
    call_command("rotate_keys", what, stdout=StringIO(), stderr=StringIO(), **options)


def copied(world: World) -> dict[Any, bytes]:
    with org_atomic(world.id):
        return {row.pk: row.__dict__["credentials"] for row in SocialAccount.objects.all()}


def restore(world: World, copy: dict[Any, bytes]) -> None:
    with org_atomic(world.id), connection.cursor() as cursor:
        for pk, value in copy.items():
            cursor.execute(
                "UPDATE publishing_socialaccount SET credentials = %s WHERE id = %s",
                [bytes(value), pk],
            )


def test_the_installation_is_an_owner_like_all_others() -> None:
    with unscoped("test"):
        AppSetting.objects.create(key="canary", secret=CANARY)
        assert vault.shred(INSTALLATION) == 1
        vault.forget_keys()
        secret = AppSetting.objects.get(key="canary").secret
        assert secret is not None
        with pytest.raises(SecretUnreadable):
            secret.reveal()
