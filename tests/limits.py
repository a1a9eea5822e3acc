"""What a test may not do: reach another machine, or wait."""

from __future__ import annotations

import ipaddress
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from config.kernel import throttle

ROOT = Path(__file__).resolve().parent.parent
MAY_WAIT = ("real_time", "browser", "peer")


@pytest.fixture(autouse=True, scope="session")
def _sockets_stay_on_this_machine() -> Iterator[None]:
    """Refuse every connection but to loopback and unix sockets, whichever library asks."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise RuntimeError(f"A test tried to reach {address[0]}; tests stay on this machine.")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _nobody_sleeps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own code may not sleep in a test, unless its mark says that waiting is the point."""
    if any(request.node.get_closest_marker(mark) for mark in MAY_WAIT):
        return
    sleep = time.sleep

    def refuse(seconds: float) -> None:
        caller = Path(sys._getframe(1).f_code.co_filename)
        ours = caller.is_relative_to(ROOT) and ".venv" not in caller.parts
        if ours and seconds > 0:
            raise RuntimeError(
                f"{caller.name} slept {seconds} s in a test. Use the clock, or mark it real_time."
            )
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", refuse)


@pytest.fixture(autouse=True)
def _throttles_start_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test is refused for what another one did."""
    monkeypatch.setattr(throttle, "space", f"test-{uuid4()}")


@pytest.fixture(autouse=True)
def _agents_options_start_afresh() -> None:
    """No test works with what another one set for an agent, which a process keeps for a minute."""
    kept = sys.modules.get("content.services.agent_options")
    if kept is not None:
        kept.stored_options.forget()


PULLS_THE_BRAKE = {
    "test_inbox_service",
    "test_policy",
    "test_policy_pages",
    "test_stops",
    "test_stops_everywhere",
}
"""Files whose tests stop something. A process keeps what it knows of stops for seconds, so that in
all others the first page or call of a test would ask once more than the next."""


@pytest.fixture(autouse=True)
def _stops_start_afresh(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test stands still for what another one stopped, which a process knows for a second."""
    kept = sys.modules.get("publishing.services.standing")
    if kept is None:
        return
    kept.forget()
    if request.path.stem not in PULLS_THE_BRAKE:
        monkeypatch.setattr(kept, "_read", lambda organization_id: [])
