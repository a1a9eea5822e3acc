"""Pages over real HTTP on loopback, through the outbound door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from config.kernel.errors import TooMany, Unavailable
from config.kernel.http import OutboundRefused, OutboundTimeout
from config.kernel.readers import Unreadable, read_page
from tests.content.documents import ARTICLE, pdf


def test_a_page_is_fetched_and_read(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/rye").respond_with_data(ARTICLE, content_type="text/html")

    found = read_page(httpserver.url_for("/rye"))

    assert found.title == "Rye is back"
    assert found.links[0] == httpserver.url_for("/journal/rye")


@pytest.mark.parametrize("declared", ["application/pdf", "application/octet-stream", ""])
def test_whatever_stands_at_the_address_is_read_by_its_content(
    declared: str, httpserver: HTTPServer
) -> None:
    data = pdf([["Our rye bread is back."]])
    httpserver.expect_request("/f").respond_with_data(data, content_type=declared)

    assert read_page(httpserver.url_for("/f")).text == "Our rye bread is back."


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (404, Unreadable, "page_not_found"),
        (410, Unreadable, "page_not_found"),
        (401, Unreadable, "page_forbidden"),
        (402, Unreadable, "page_forbidden"),
        (429, TooMany, "page_busy"),
        (500, Unavailable, "page_unavailable"),
        (503, Unavailable, "page_unavailable"),
        (418, Unreadable, "page_refused"),
    ],
)
def test_a_page_that_is_not_there_says_what_to_do(
    status: int, error: type[Exception], code: str, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/x").respond_with_data("no", status=status)

    with pytest.raises(error) as caught:
        read_page(httpserver.url_for("/x"))

    assert getattr(caught.value, "code", "") == code


def _by_agent(agents: list[str], *, browser_status: int) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        agents.append(request.headers["User-Agent"])
        status = browser_status if "Mozilla" in agents[-1] else 403
        return Response(ARTICLE, status, content_type="text/html")

    return answer


def test_a_site_that_turns_programs_away_is_asked_once_more_as_a_browser(
    httpserver: HTTPServer,
) -> None:
    agents: list[str] = []
    handler = _by_agent(agents, browser_status=200)
    httpserver.expect_request("/x").respond_with_handler(handler)

    assert read_page(httpserver.url_for("/x")).title == "Rye is back"
    assert len(agents) == 2 and agents[0].startswith("Warren")


def test_a_second_refusal_is_final(httpserver: HTTPServer) -> None:
    agents: list[str] = []
    handler = _by_agent(agents, browser_status=403)
    httpserver.expect_request("/x").respond_with_handler(handler)

    with pytest.raises(Unreadable, match="does not show that page to everyone"):
        read_page(httpserver.url_for("/x"))
    assert len(agents) == 2


def test_a_site_that_does_not_answer_is_tried_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def never(url: str, **_: Any) -> Any:
        tries.append(url)
        raise OutboundTimeout("slow", sent=True)

    monkeypatch.setattr("config.kernel.http.fetch", never)

    with pytest.raises(OutboundTimeout):
        read_page("https://slow.example/")
    assert len(tries) == 3


def test_an_address_inside_the_network_is_refused(settings: Any, httpserver: HTTPServer) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    with pytest.raises(OutboundRefused):
        read_page(httpserver.url_for("/rye"))
