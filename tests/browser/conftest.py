"""One browser for each file of tests, and a lived-in installation for those that look at pages.

Where Chromium or axe are missing the tests skip and say so; with WARREN_PEERS=required, as in CI,
they fail, because skipping would hide something.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests.databases import _ensure_world, empty_tables, start_afresh

from .install import is_installed
from .scene import Scene, build_scene
from .visitor import Visitor

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _absent(what: str) -> None:
    if os.environ.get("WARREN_PEERS") == "required":
        pytest.fail(what)
    pytest.skip(what)


# Of the module, not of the session: Playwright's event loop would stand in the way of other tests.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        _absent("Chromium is not installed; apt-get install chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def _axe() -> None:
    if not is_installed():
        _absent("axe is not installed; run make peers.")


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Committed once for the file's tests, which only look; the tables are emptied afterwards."""
    with django_db_blocker.unblock():
        start_afresh()
        try:
            yield build_scene(_ensure_world())
        finally:
            empty_tables()


@pytest.fixture(scope="module")
def server(scene: Scene) -> Iterator[LiveServer]:
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def visitor(browser: Browser, server: LiveServer) -> Iterator[Visitor]:
    context = browser.new_context(reduced_motion="reduce")
    yield Visitor(context, server.url)
    context.close()
