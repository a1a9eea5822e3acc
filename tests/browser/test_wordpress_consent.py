"""A person lets Warren in on a real WordPress site, in the browser, and Warren posts with it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from publishing.channels.base import ChannelError
from publishing.channels.wordpress import WordPress
from tests.peers.wordpress import Site, running_site, why_absent

pytestmark = [pytest.mark.peer, pytest.mark.browser]

wordpress = WordPress()


class _Returns(ThreadingHTTPServer):
    """Where the site sends people back to; keeps the queries that they came with."""

    answers: list[dict[str, str]]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/back":
            self.server.answers.append(dict(parse_qsl(parts.query)))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args: object) -> None:
        return None


@pytest.fixture
def returns() -> Iterator[_Returns]:
    server = _Returns(("127.0.0.1", 0), _Handler)
    server.answers = []
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    if absent := why_absent():
        if os.environ.get("WARREN_PEERS") == "required":
            pytest.fail(f"The WordPress site is {absent}.")
        pytest.skip(f"The WordPress site is {absent}.")
    with running_site() as running:
        yield running


def asked_to_let_in(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("#user_login", "author")
    page.fill("#user_pass", "own-password")
    page.click("#wp-submit")
    page.wait_for_selector("#approve")


def test_letting_warren_in_and_sending_it_away(
    site: Site, browser: Browser, returns: _Returns
) -> None:
    back = f"http://127.0.0.1:{returns.server_address[1]}/back"
    begun = wordpress.authorization(
        values={"site": site.address}, state="s&t", redirect_uri=back, app=None
    )
    page = browser.new_context().new_page()
    asked_to_let_in(page, begun.url)
    page.click("#reject")
    page.wait_for_url(f"{back}**")
    page.goto(begun.url)
    page.click("#approve")
    page.wait_for_url(f"{back}**")
    denied, granted = returns.answers
    assert denied["state"] == granted["state"] == "s&t"
    with pytest.raises(ChannelError) as caught:
        wordpress.accept(denied, begun.kept, redirect_uri=back, app=None)
    assert caught.value.code == "denied"
    (connection,) = wordpress.accept(granted, begun.kept, redirect_uri=back, app=None)
    assert connection.credentials["user"] == "author"
    assert connection.server == site.address
    # The site knows it as one of its connections, which its people can take back there.
    page.goto(f"{site.address}/wp-admin/profile.php")
    assert "Warren" in page.inner_text(".application-passwords-list-table-wrapper")
