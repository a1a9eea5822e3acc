"""Every behaviour in a real browser, under the policy that production sends.

The pages are rendered from the components and answered by the test itself, so that what is proven
is the front end alone.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route

ORIGIN = "http://warren.test"
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"

pytestmark = pytest.mark.browser

Answer = Callable[[Request], dict[str, Any]]


class Site:
    """A made-up site of one page; `answers` are what its other addresses say."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: dict[str, Answer] = {}
        self.asked: list[Request] = []
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.route(f"{ORIGIN}/**", self._answer)

    def open(self, content: str, dialogs: str = "", **context: Any) -> Page:
        self._html = _whole(content, dialogs, context)
        self.page.goto(f"{ORIGIN}/")
        self.page.wait_for_load_state("networkidle")
        return self.page

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.complaints.append(line.text)

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path in self.answers:
            self.asked.append(route.request)
            route.fulfill(**self.answers[path](route.request))
        elif path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            assert found, path
            kind = mimetypes.guess_type(path)[0] or "text/plain"
            route.fulfill(path=found, content_type=kind)
        else:
            headers = {"content-security-policy": POLICY, "content-type": "text/html"}
            route.fulfill(body=self._html, headers=headers)


def _whole(content: str, dialogs: str, context: dict[str, Any]) -> str:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    request.organization = SimpleNamespace(name="Northlight", slug="northlight")  # type: ignore[attr-defined]
    source = (
        '{% extends "base.html" %}{% load ui %}{% block content %}'
        + content
        + "{% endblock %}{% block dialogs %}"
        + dialogs
        + "{% endblock %}"
    )
    # The loader compiles components; a template from a string has no loader.
    compiled = CottonCompiler().process(source)
    return str(engines["django"].from_string(compiled).render(context, request))


def _says(body: str = "", status: int = 200, **headers: str) -> Answer:
    return lambda request: {"status": status, "body": body, "headers": headers}


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    context = browser.new_context(reduced_motion="reduce")
    site = Site(context.new_page())
    yield site
    context.close()
    assert site.complaints == []


def test_g_and_a_letter_go_to_a_place_and_question_mark_lists_the_keys(site: Site) -> None:
    page = site.open("<p>Nothing</p>")
    page.keyboard.press("?")
    assert page.locator("#keys").get_attribute("open") is not None
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(f"{ORIGIN}/o/northlight/**")


def test_a_key_presses_its_button_but_never_while_typing(site: Site) -> None:
    site.answers["/approve"] = _says("Approved")
    page = site.open(
        '<input id="free"><div id="out"></div>'
        '<c-button hx-post="/approve" hx-target="#out" data-key="a">Approve</c-button>'
    )
    page.focus("#free")
    page.keyboard.press("a")
    assert page.input_value("#free") == "a"
    page.locator("#free").blur()
    page.keyboard.press("a")
    page.locator("#out", has_text="Approved").wait_for()
    assert len(site.asked) == 1
    assert site.asked[0].headers["x-csrftoken"]


def test_j_and_k_walk_the_rows(site: Site) -> None:
    page = site.open(
        '<c-list label="Posts" keys><c-row title="One" href="/1"></c-row>'
        '<c-row title="Two" href="/2"></c-row></c-list>'
    )
    walked = []
    for key in "jjjkk":
        page.keyboard.press(key)
        walked.append(page.evaluate("document.activeElement.textContent"))
    assert walked == ["One", "Two", "Two", "One", "One"]


def test_a_dialog_opens_by_its_button_and_closes_once_its_form_was_taken(site: Site) -> None:
    site.answers["/reject"] = _says("Rejected")
    page = site.open(
        '<div id="out"></div><c-button opens="no">Reject</c-button>',
        '<c-confirm id="no" title="Reject?" action="/reject" verb="Reject post"'
        ' hx-post="/reject" hx-target="#out">Sure?</c-confirm>',
    )
    page.get_by_role("button", name="Reject").click()
    page.get_by_role("button", name="Reject post").click()
    page.locator("#out", has_text="Rejected").wait_for()
    assert page.locator("#no").get_attribute("open") is None


def test_a_drawer_opens_when_it_is_filled_and_closes_when_told(site: Site) -> None:
    site.answers["/more"] = _says("<p>More</p>")
    site.answers["/done"] = _says("", 204, **{"HX-Trigger": "close-drawer"})
    page = site.open('<c-button hx-get="/more" hx-target="#drawer">Details</c-button>')
    page.get_by_role("button", name="Details").click()
    page.locator("#drawer[open]", has_text="More").wait_for()
    page.evaluate("htmx.ajax('POST', '/done', {swap: 'none'})")
    page.wait_for_selector("#drawer:not([open])", state="attached")


def test_a_response_says_a_toast_and_a_broken_one_says_so_too(site: Site) -> None:
    notice = json.dumps({"toast": {"message": "Approved. It goes out at 14:30.", "kind": "good"}})
    site.answers["/good"] = _says("", 204, **{"HX-Trigger": notice})
    site.answers["/bad"] = _says("", 503)
    page = site.open(
        '<c-button hx-post="/good">Good</c-button><c-button hx-post="/bad">Bad</c-button>'
    )
    page.get_by_role("button", name="Good").click()
    page.locator(".toast--good", has_text="goes out at 14:30").wait_for()
    assert page.locator("#announcer").text_content() == "Approved. It goes out at 14:30."
    page.get_by_role("button", name="Bad").click()
    page.locator(".toast--bad", has_text="Nothing was changed").wait_for()
    site.complaints.clear()  # the browser itself reports the 503


def test_a_refused_form_is_shown_with_its_errors_in_focus(site: Site) -> None:
    summary = '<div role="alert" tabindex="-1" data-behavior="focus">Look again</div>'
    site.answers["/save"] = _says(summary, 422)
    page = site.open('<form hx-post="/save"><c-button>Save</c-button></form>')
    page.get_by_role("button", name="Save").click()
    page.locator("[role=alert]:focus", has_text="Look again").wait_for()
    site.complaints.clear()  # the browser itself reports the 422


def test_a_poll_ticks_while_seen_and_rests_while_hidden(site: Site) -> None:
    site.answers["/progress"] = _says("step")
    page = site.open(
        '<div id="p" hx-get="/progress" hx-trigger="tick"'
        ' data-behavior="poll" data-every="1"></div>'
    )
    page.locator("#p", has_text="step").wait_for()
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.wait_for_timeout(100)
    before = len(site.asked)
    page.wait_for_timeout(1500)
    assert len(site.asked) == before


def test_a_poll_leaves_alone_what_a_reader_has_opened(site: Site) -> None:
    site.answers["/progress"] = _says("step")
    page = site.open(
        '<div id="p" hx-get="/progress" hx-trigger="tick" data-behavior="poll" data-every="1">'
        '<c-why open><c-why-row label="Angle" value="storytelling" /></c-why></div>'
    )
    page.wait_for_timeout(1500)
    assert page.locator(".why[open]").count() == 1
    page.locator(".why__summary").click()
    page.locator(".why__summary").blur()
    page.locator("#p", has_text="step").wait_for()


def test_a_theme_is_chosen_at_once_and_kept_in_a_cookie(site: Site) -> None:
    page = site.open("<p>Nothing</p>")
    button = page.locator(".rail [data-behavior=theme]")
    button.click()
    button.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    kept = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert kept["theme"] == "dark"
    button.click()
    assert page.evaluate("'theme' in document.documentElement.dataset") is False


def test_a_counter_follows_the_text(site: Site) -> None:
    limits = json.dumps({"max_characters": 5, "counter": "graphemes", "max_bytes": 30})
    page = site.open(
        '<textarea id="t"></textarea><c-counter for="t" limits="{{ limits }}" label="Feed" />',
        limits=limits,
    )
    counter = page.locator(".counter")
    page.fill("#t", "👨‍👩‍👧‍👦ab")
    assert counter.text_content() == "Feed 3 of 5"
    page.fill("#t", "abcdef")
    assert counter.text_content() == "Feed 6 of 5, 1 too many"
    page.fill("#t", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦")
    assert counter.text_content() == "Feed 2 of 5, 20 bytes too many"


def test_a_countdown_counts_and_says_when_it_is_over(site: Site) -> None:
    page = site.open('<c-countdown at="2030-01-01T00:00:02+00:00" prefix="Out" done="Going out" />')
    page.clock.install(time="2029-12-31T23:00:00Z")
    page.reload()
    time = page.locator("time")
    page.locator("time", has_text="in 1 h 00 min").wait_for()
    page.clock.fast_forward("59:55")
    page.clock.run_for(1500)
    assert "s" in (time.text_content() or "")
    page.clock.run_for(10_000)
    assert time.text_content() == "Going out"


def test_chosen_files_are_named(site: Site) -> None:
    page = site.open('<c-file-drop name="file" label="Choose" />')
    page.set_input_files(
        "#file", {"name": "roast.pdf", "mimeType": "application/pdf", "buffer": b"x" * 2000}
    )
    assert page.locator(".file-drop__list").text_content() == "roast.pdf, 2 kB"


def test_a_post_is_reported_as_seen_once(site: Site) -> None:
    site.answers["/seen"] = _says("", 204)
    page = site.open('<article data-behavior="seen" data-url="/seen">A post</article>')
    page.wait_for_timeout(1300)
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(200)
    assert [request.method for request in site.asked] == ["POST"]


def test_the_browsers_zone_is_proposed(site: Site) -> None:
    page = site.open(
        '<form data-behavior="zone"><select name="timezone"><option>UTC</option>'
        "<option>Europe/Berlin</option></select></form>"
    )
    here = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    chosen = page.input_value("select")
    assert chosen == (here if here in {"UTC", "Europe/Berlin"} else "UTC")


def test_an_address_is_copied(site: Site) -> None:
    page = site.open('<c-copy text="https://example.org/f/alpine/" label="Copy address" />')
    page.evaluate(
        "navigator.clipboard ?? Object.defineProperty(navigator, 'clipboard',"
        " {value: {writeText: async (text) => { document.title = text; }}})"
    )
    page.get_by_role("button", name="Copy address").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.title() == "https://example.org/f/alpine/"


@pytest.mark.parametrize("width", [320, 390, 720, 1440])
def test_nothing_stands_out_of_a_narrow_window(site: Site, width: int) -> None:
    page = site.open(
        '<c-page-head title="Materials" state="12 ready"><c-slot name="action">'
        '<c-button variant="call">Add material</c-button></c-slot></c-page-head>'
        '<c-card title="Long" flush><c-list label="l"><c-row title="A title that goes on and on"'
        ' href="/1"><c-slot name="aside">{% state "delivery" "accepted" %}</c-slot></c-row>'
        "</c-list></c-card>"
        '<c-copy text="https://example.org/a/long/address/of/a/page" label="Copy" />'
    )
    page.set_viewport_size({"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
