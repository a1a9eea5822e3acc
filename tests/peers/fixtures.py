"""Fixtures of the networks that channels are tested against; `tests/conftest.py` shares them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from . import wordpress
from .atproto import Network, RealNetwork, running_network, why_absent
from .fake_atproto import FakeNetwork


@pytest.fixture(scope="session")
def real_atproto() -> Iterator[RealNetwork]:
    """The reference servers, started once a run. Skips where they are not installed, unless
    WARREN_PEERS=required says that skipping would hide something, as in CI."""
    if absent := why_absent():
        if os.environ.get("WARREN_PEERS") == "required":
            pytest.fail(f"The Bluesky server is {absent}.")
        pytest.skip(f"The Bluesky server is {absent}.")
    with running_network() as network:
        yield network


@pytest.fixture(scope="session")
def real_wordpress() -> Iterator[wordpress.Site]:
    """A real site, started once a run; skips and fails as the one above."""
    if absent := wordpress.why_absent():
        if os.environ.get("WARREN_PEERS") == "required":
            pytest.fail(f"The WordPress site is {absent}.")
        pytest.skip(f"The WordPress site is {absent}.")
    with wordpress.running_site() as site:
        yield site


@pytest.fixture(scope="session")
def _fake_server() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture
def fake_atproto(_fake_server: HTTPServer, settings: Settings) -> FakeNetwork:
    _fake_server.clear()
    network = FakeNetwork(_fake_server)
    _look_up_accounts_at(network, settings)
    return network


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.peer)])
def atproto(request: pytest.FixtureRequest, settings: Settings) -> Network:
    """The stand-in, and in a second run of the same test the real thing."""
    network: Network = request.getfixturevalue(f"{request.param}_atproto")
    _look_up_accounts_at(network, settings)
    return network


def _look_up_accounts_at(network: Network, settings: Settings) -> None:
    settings.WARREN_CHANNEL_OPTIONS = {
        **settings.WARREN_CHANNEL_OPTIONS,
        "bluesky.directory": network.directory,
    }
