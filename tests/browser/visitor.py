"""A person at a browser, who notices whatever the page complains of or fetches from elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

from organizations.models import User
from tests.organizations.confirming import sign_in_confirmed


class Visitor:
    """One browser context on the live server at `origin`."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context = context
        self.origin = origin
        self.complaints: list[str] = []
        # Origins that this person is expected to go to, beside our own.
        self.elsewhere: list[str] = []
        context.on("request", self._see)
        context.on("response", self._weigh)
        self.page: Page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, user: User) -> None:
        """With a session of the user's, as after the form, so that nothing asks once more."""
        client = sign_in_confirmed(Client(), user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.origin}]
        )

    def sign_out(self) -> None:
        self.context.clear_cookies()

    def open(self, path: str) -> Response:
        response = self.page.goto(f"{self.origin}{path}")
        assert response is not None, path
        self.ready()
        return response

    def ready(self) -> None:
        """Wait until what the page asked for in behaviours works; a key before that is nobody's."""
        self.page.wait_for_selector("[data-behavior]:not([data-connected])", state="detached")

    def told(self) -> list[str]:
        """What was complained of since this was asked last."""
        found, self.complaints = self.complaints, []
        return found

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def _hear(self, line: ConsoleMessage) -> None:
        # The browser reports an error page itself; that it is one is the test's to know.
        if line.type in {"error", "warning"} and "Failed to load resource" not in line.text:
            self.complaints.append(f"{line.type}: {line.text}")

    def _see(self, request: Request) -> None:
        known = [f"{origin}/" for origin in (self.origin, *self.elsewhere)]
        if not request.url.startswith((*known, "data:", "blob:")):
            self.complaints.append(f"asked {request.url}")

    def _weigh(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.status} {response.url}")
