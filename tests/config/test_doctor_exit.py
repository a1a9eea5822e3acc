"""How `manage.py doctor` ends: 0 when nothing is wrong, 1 with a sentence on what is."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as base
from django.core.cache import cache
from django.core.management import call_command
from kombu.exceptions import OperationalError

from config import doctor
from config.celery import app
from config.kernel.scoping import org_atomic
from publishing.models import AccountStatus, SocialAccount
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "operator"])


@pytest.fixture(autouse=True)
def alive(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker that answers and a beat that ticked, as in an installation that runs."""
    monkeypatch.setattr(app.control, "ping", lambda timeout: [{"worker": {"ok": "pong"}}])
    for who in ("beat", "worker"):
        cache.set(f"alive:{who}", time.time())
    yield
    cache.delete_many(["alive:beat", "alive:worker"])


def visit() -> tuple[int, str]:
    """Exit status, and what was said, without the table's line breaks."""
    said = io.StringIO()
    code = 0
    try:
        call_command("doctor", stdout=said)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, " ".join(said.getvalue().split())


def wrong() -> dict[str, str]:
    return {each.subject: each.says for each in doctor.findings() if each.is_well is False}


def test_when_all_is_well_it_ends_with_0(world: World) -> None:
    code, said = visit()
    assert (code, wrong()) == (0, {}), said
    assert "Nothing is wrong." in said
    assert "ticked" in said and "finished work" in said and "2 accounts connected" in said


def test_a_redis_that_is_away_ends_with_1_and_is_the_one_thing_named(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WARREN_CACHE_URL = "redis://127.0.0.1:1/0"

    def asks_in_vain(timeout: float) -> None:
        raise AssertionError("a worker cannot be asked without the broker")

    monkeypatch.setattr(app.control, "ping", asks_in_vain)
    code, said = visit()
    assert code == 1 and "No connection" in said
    assert list(wrong()) == ["Redis"]


def test_a_broker_that_goes_away_while_it_is_asked_is_no_stack_trace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(timeout: float) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(app.control, "ping", gone)
    assert visit()[0] == 1
    assert wrong() == {"Worker": "No worker answers: nothing is published."}


def test_a_role_with_too_much_power_ends_with_1(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_role", lambda alias: (alias == "default", True))
    assert visit()[0] == 1
    assert wrong() == {"Role of the application": "warren_app is a superuser."}


def test_an_account_that_must_be_connected_again_ends_with_1(world: World) -> None:
    with org_atomic(world.id):
        SocialAccount.objects.update(status=AccountStatus.NEEDS_RECONNECT)
    assert visit()[0] == 1
    [says] = wrong().values()
    assert says == f"1 of 2 accounts must be connected again: {world.organization.slug}."


def test_a_silent_beat_is_blamed_and_not_the_worker_that_it_left_idle(world: World) -> None:
    for who in ("beat", "worker"):
        cache.set(f"alive:{who}", time.time() - 400)
    assert visit()[0] == 1
    assert wrong() == {"Beat": "Its last tick was 400 s ago."}


def test_a_worker_that_finishes_nothing_while_beat_ticks_is_blamed(world: World) -> None:
    cache.set("alive:worker", time.time() - 400)
    assert wrong() == {"Worker": "It answers, but has finished nothing for 400 s."}


def test_without_a_database_it_ends_with_1_and_asks_the_apps_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_connect", lambda alias: "No connection: refused")
    code, said = visit()
    assert code == 1 and "No connection: refused" in said
    assert set(wrong()) == {"Database, as application"}
    is_embedded = base.SERVICES.postgres is not None
    next_step = str(base.WARREN_VAR) if is_embedded else "DATABASE_URL"
    assert next_step in said, "it says which log to read, or which address to correct"
