"""A backup counts when it was restored: rows, locks, keys, and nothing sent twice afterwards."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connections

from config import backup
from config.kernel import catalogue, vault
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from config.kernel.vault import SecretUnreadable
from organizations.models import AuditRecord, WorkDone
from organizations.services.backups import back_up, back_up_if_due, backup_findings
from publishing.delivery.ledger import sweep_due
from publishing.models import Delivery, DeliveryState, Post, Schedule, SocialAccount
from publishing.services.pending_posts import approve_post
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "operator"])

ALIASES = ("default", "owner", "operator")
RESTORED = "warren_restored"


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> Path:
    settings.WARREN_MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media" / "a").mkdir(parents=True)
    (tmp_path / "media" / "a" / "picture.webp").write_bytes(b"a picture")
    return tmp_path


@contextmanager
def empty_database() -> Iterator[str]:
    """An empty database of our own, in the place of the tests', and gone afterwards.

    Dropped without FORCE, which refuses where autovacuum looks in: that one is the superuser's.
    Without, PostgreSQL ends it and waits; sessions of ours are closed by then.
    """
    name = f"{RESTORED}_{connections['owner'].settings_dict['NAME'][-20:]}"
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    before = connections["owner"].settings_dict["NAME"]
    try:
        point_at(name)
        yield name
    finally:
        point_at(before)
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")


def point_at(name: str) -> None:
    for alias in ALIASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def restored(folder: Path, **options: Any) -> str:
    said = io.StringIO()
    call_command("restore", str(folder), stdout=said, stderr=said, **options)
    return said.getvalue()


def keys_of(folder: Path) -> str:
    return str(folder.parent / "keys" / f"{folder.name}.dump")


def test_a_backup_restored_is_the_installation_again(world: World, own_media: Path) -> None:
    with org_atomic(world.id):
        account = SocialAccount.objects.get(pk=world.account.pk)
        account.credentials = {"token": "open sesame"}
        account.save()
        post = make.pending_post(world.brand, account, scheduled_for=now() + timedelta(minutes=5))
        approve_post(post=post, by=world.editor)
        Schedule.objects.update(next_run_at=now() + timedelta(minutes=5))
    folder = back_up(own_media / "backups")
    with empty_database(), time_machine.travel(now() + timedelta(minutes=30)):
        vault.forget_keys()
        said = restored(folder, keys=keys_of(folder))
        assert "rows instead of" not in said
        assert catalogue.gaps() == []
        assert sweep_due(inline=True) == 0
        with org_atomic(world.id):
            assert SocialAccount.objects.get(pk=account.pk).credentials.reveal() == {
                "token": "open sesame"
            }
            delivery = Delivery.objects.get()
            assert delivery.state == DeliveryState.MISSED
            assert "may be out already" in delivery.error_message
            assert not Post.objects.exists()
            assert not Schedule.objects.filter(next_run_at__lte=now()).exists()
            assert AuditRecord.objects.filter(action="posts.held").exists()
    assert (own_media / "media" / "a" / "picture.webp").read_bytes() == b"a picture"


def test_the_files_of_every_region_come_back_to_its_own_folder(
    world: World, own_media: Path, settings: Any
) -> None:
    settings.WARREN_REGIONS = {"us-east.media": str(own_media / "us")}
    theirs, ours = own_media / "us" / "b" / "plan.pdf", own_media / "media" / "a" / "picture.webp"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"a plan")
    folder = back_up(own_media / "backups")
    theirs.unlink()
    ours.unlink()
    with empty_database():
        restored(folder, keys=keys_of(folder))
    assert (theirs.read_bytes(), ours.read_bytes()) == (b"a plan", b"a picture")
    vault.forget_keys()


def test_files_of_a_region_without_a_folder_stop_a_restore_before_it_begins(
    world: World, own_media: Path, settings: Any
) -> None:
    settings.WARREN_REGIONS = {"us-east.media": str(own_media / "us")}
    (own_media / "us").mkdir()
    folder = back_up(own_media / "backups")
    settings.WARREN_REGIONS = {}
    with empty_database(), pytest.raises(CommandError, match="files of us-east.media"):
        restored(folder)


def test_rows_without_their_keys_open_no_secret(world: World, own_media: Path) -> None:
    with org_atomic(world.id):
        account = SocialAccount.objects.get(pk=world.account.pk)
        account.credentials = {"token": "open sesame"}
        account.save()
    folder = back_up(own_media / "backups")
    assert b"open sesame" not in (folder / "data.dump").read_bytes()
    with empty_database():
        vault.forget_keys()
        assert "no stored credential opens" in restored(folder)
        with org_atomic(world.id), pytest.raises(SecretUnreadable):
            SocialAccount.objects.get(pk=account.pk).credentials.reveal()
    vault.forget_keys()


def test_a_database_that_is_in_use_is_never_restored_over(world: World, own_media: Path) -> None:
    folder = back_up(own_media / "backups")
    with pytest.raises(CommandError, match="tables in this database already"):
        restored(folder)


@pytest.mark.parametrize("damage", ["changed", "missing", "no manifest"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    world: World, own_media: Path, damage: str
) -> None:
    folder = back_up(own_media / "backups")
    file = folder / "data.dump"
    if damage == "changed":
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    elif damage == "missing":
        file.unlink()
    else:
        (folder / "manifest.json").unlink()
    with pytest.raises(CommandError, match="damaged|not a whole backup"):
        restored(folder)


def test_a_backup_that_fails_leaves_nothing_half_made(
    world: World, own_media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "KEY_TABLES", ("no_such_table",))
    with pytest.raises(CommandError, match="No backup was made"):
        call_command("backup", to=own_media / "backups")
    assert [path.name for path in (own_media / "backups").iterdir()] == ["keys"]
    assert not WorkDone.objects.filter(kind="backup").exists()


def test_the_daily_backup_is_made_once_a_day_and_its_absence_is_told(
    world: World, own_media: Path, settings: Any
) -> None:
    [finding] = backup_findings()
    assert (finding.is_well, finding.says) == (None, "switched off")
    settings.WARREN_BACKUP_ROOT, settings.WARREN_BACKUP_KEEP = own_media / "backups", 2
    assert [each.is_well for each in backup_findings()] == [False]
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(3):
            assert (back_up_if_due(), back_up_if_due()) == (True, False)
            assert [each.is_well for each in backup_findings()] == [True]
            clock.shift(timedelta(hours=25))
        assert len(backup.backups(own_media / "backups")) == 2
        clock.shift(timedelta(hours=2))
        assert [each.is_well for each in backup_findings()] == [False]
