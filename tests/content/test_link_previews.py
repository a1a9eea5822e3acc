"""Cards of links, asked of real pages on loopback."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_httpserver import HTTPServer

from config.kernel.clock import now
from config.kernel.errors import Invalid
from config.kernel.readers.open_graph import read_open_graph
from config.kernel.scoping import org_atomic, scope
from content.models import LinkPreview
from content.services.link_previews import preview_link
from organizations.services.files import stored_path
from tests import make_library as make
from tests.organizations.confirming import sign_in_confirmed
from tests.world import World

PAGE = """<html><head><title>Plain title</title>
<meta property="og:title" content="Rye is  back"><meta property="og:title" content="Second">
<meta name="description" content="Plain words">
<meta property="og:description" content="From Friday on.">
<meta property="og:site_name" content="Harbour Bakery">
<meta property="og:image" content="/rye.jpg"></head><body>x</body></html>"""


def test_a_page_says_what_its_card_shows() -> None:
    card = read_open_graph(PAGE.encode(), url="https://a.example/x/y")
    assert (card.title, card.description) == ("Rye is back", "From Friday on.")
    assert (card.site_name, card.picture) == ("Harbour Bakery", "https://a.example/rye.jpg")


def test_a_page_without_open_graph_gives_its_title_and_description() -> None:
    page = b"<title> Rye\n is back</title><meta name='description' content='Bread.'>"
    card = read_open_graph(page, url="https://a.example/")
    assert (card.title, card.description, card.picture) == ("Rye is back", "Bread.", "")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:image/png,x", "http://["])
def test_a_picture_is_on_the_web_or_nowhere(address: str) -> None:
    page = f'<meta property="og:image" content="{address}"><title>t</title>'.encode()
    assert read_open_graph(page, url="https://a.example/").picture == ""


def test_words_of_a_card_turn_no_text_around() -> None:
    page = "<meta property='og:title' content='a\u202eb\u2066c'>".encode()
    assert read_open_graph(page, url="https://a.example/").title == "abc"


def served(server: HTTPServer, *, robots: str = "", page: str = PAGE) -> str:
    server.expect_request("/robots.txt").respond_with_data(robots, content_type="text/plain")
    server.expect_request("/x").respond_with_data(page, content_type="text/html")
    server.expect_request("/rye.jpg").respond_with_data(make.photo(), content_type="image/jpeg")
    return server.url_for("/x")


def asked(server: HTTPServer, path: str) -> int:
    return sum(request.path == path for request, _ in server.log)


@pytest.mark.django_db
def test_a_card_is_asked_for_once_a_day(world: World, httpserver: HTTPServer) -> None:
    url = served(httpserver)
    with scope(world.id):
        card = preview_link(f" {url} ")
        assert (card.title, card.site_name, card.problem) == ("Rye is back", "Harbour Bakery", "")
        assert stored_path(card.picture).exists()
        assert preview_link(url).pk == card.pk and asked(httpserver, "/x") == 1
        with time_machine.travel(now() + timedelta(hours=25), tick=False):
            fresh = preview_link(url)
        assert asked(httpserver, "/x") == 2 and fresh.pk == card.pk
        assert stored_path(fresh.picture).exists() and not stored_path(card.picture).exists()


@pytest.mark.django_db
def test_what_a_site_keeps_from_robots_is_not_asked_for(
    world: World, httpserver: HTTPServer
) -> None:
    url = served(httpserver, robots="User-agent: *\nDisallow: /x")
    with scope(world.id):
        assert "asks programs not to read" in preview_link(url).problem
    assert asked(httpserver, "/x") == 0


@pytest.mark.django_db
def test_a_page_that_is_away_is_asked_again_after_minutes(
    world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("")
    url = httpserver.url_for("/gone")
    with scope(world.id):
        assert preview_link(url).problem
        assert preview_link(url).problem and asked(httpserver, "/gone") == 1
        with time_machine.travel(now() + timedelta(minutes=11), tick=False):
            preview_link(url)
    assert asked(httpserver, "/gone") == 2


@pytest.mark.django_db
def test_a_broken_picture_costs_only_the_picture(world: World, httpserver: HTTPServer) -> None:
    url = served(httpserver, page=PAGE.replace("/rye.jpg", "/none.jpg"))
    with scope(world.id):
        card = preview_link(url)
    assert card.title == "Rye is back" and card.picture == ""


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "//x", "ftp://a/b", "http://["])
def test_only_addresses_of_web_pages_have_cards(url: str) -> None:
    with pytest.raises(Invalid):
        preview_link(url)


@pytest.mark.django_db
def test_the_composer_gets_the_card_or_a_sentence(world: World, httpserver: HTTPServer) -> None:
    url = served(httpserver)
    client = sign_in_confirmed(Client(), world.editor)
    shown = client.get(f"{world.path}/link-card/", {"url": url}).content.decode()
    assert "Rye is back" in shown and "link-card" in shown
    refused = client.get(f"{world.path}/link-card/", {"url": "javascript:x"})
    assert refused.status_code == 200 and "No card of this link" in refused.content.decode()
    with org_atomic(world.id):
        assert LinkPreview.objects.count() == 1
