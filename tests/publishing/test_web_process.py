"""What asks for texts stays light: the embedder's weights are the worker's."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from config.kernel.scoping import org_atomic
from content.models import Candidate
from publishing.models import AutopilotRun, RunStatus
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_web_process_that_asks_for_texts_never_loads_the_model(world: World) -> None:
    with org_atomic(world.id):
        source = make.material(world.brand)
        post = make.pending_post(world.brand, world.account, source=source)
        before = Candidate.objects.count()
    seen = [world.editor.email, world.path, str(source.pk), str(post.pk)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.publishing.pages_in_a_process", *seen],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer == {"statuses": [200, 200, 303, 200, 302], "weights": 0}
    with org_atomic(world.id):
        assert AutopilotRun.objects.filter(status=RunStatus.QUEUED).count() == 2
        assert Candidate.objects.count() == before
