"""A copy whose worker is killed with -9, again and again, ends as one that was never disturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.conf import settings

from config.kernel.scoping import org_atomic
from organizations.models import OrganizationRequest, RequestState
from organizations.privacy import worker
from organizations.privacy.subjects import FOLDER
from organizations.services.files import store_file
from organizations.services.privacy_requests import ask_for_team_copy
from tests import make
from tests.world import World

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "operator", "owner"]),
    pytest.mark.real_time,
]


def work(world: World, wish: OrganizationRequest, media: Path, *, kill_after: int) -> int:
    arguments = [str(world.id), str(wish.pk), str(media), str(kill_after)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.organizations.export_worker", *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        timeout=60,
    )
    # What the worker logged stands in the report of a test that fails.
    sys.stderr.write(done.stderr.decode())
    return done.returncode


def free(wish: OrganizationRequest, world: World) -> None:
    """The lease of the dead worker ends; nobody waits five minutes for it here."""
    with org_atomic(world.id):
        OrganizationRequest.objects.filter(pk=wish.pk).update(claimed_until=None)


def contents(media: Path, wish: OrganizationRequest) -> dict[str, bytes]:
    with ZipFile(media / FOLDER / f"{wish.pk}.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_copy_survives_every_kill_with_the_same_content(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "WARREN_MEDIA_ROOT", tmp_path)
    with org_atomic(world.id):
        for number in range(10):
            make.material(world.brand, name=f"Material {number}")
        store_file(b"a picture", ending="png")
        wish = ask_for_team_copy(by=world.owner)
    for kill_after in (3, 12):
        assert work(world, wish, tmp_path, kill_after=kill_after) == -signal.SIGKILL
        with org_atomic(world.id):
            assert OrganizationRequest.objects.get().state == RequestState.RUNNING
        assert worker.due_team_requests() == [], "the lease still stands"
        free(wish, world)
    with org_atomic(world.id):
        halfway = OrganizationRequest.objects.get().progress
    assert 0 < halfway["done"] < halfway["total"]
    assert work(world, wish, tmp_path, kill_after=0) == 0
    with org_atomic(world.id):
        assert OrganizationRequest.objects.get().state == RequestState.DONE
    disturbed = contents(tmp_path, wish)
    # The same request once more, undisturbed. Only what its end itself wrote has changed since.
    with org_atomic(world.id):
        OrganizationRequest.objects.filter(pk=wish.pk).update(
            state=RequestState.WAITING, progress={}, fence=0, due_at=wish.due_at
        )
    assert work(world, wish, tmp_path, kill_after=0) == 0
    calm = contents(tmp_path, wish)
    assert disturbed.keys() == calm.keys()
    told = (
        "manifest",
        "organizations-auditrecord",
        "organizations-notification.",
        "organizations-organizationrequest",
    )
    same = {name for name in calm if not name.startswith(told)}
    assert len(same) > 80
    assert {name: disturbed[name] for name in same} == {name: calm[name] for name in same}
