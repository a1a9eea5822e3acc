"""Short links and the parameters on them."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from publishing.models import LinkCode, LinkVisit, TrackedLink
from publishing.services import links
from publishing.services.links_parameters import filled, with_parameters
from tests import make
from tests import make_library as make_link
from tests.world import World

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
PATTERNS = {
    "source": "{platform}",
    "medium": "social",
    "campaign": "{campaign}",
    "content": "{post}",
}


def test_the_parameters_are_as_specified() -> None:
    found = filled(PATTERNS, platform="bluesky", campaign="Summer sale", post="p1")
    assert found == {
        "utm_source": "bluesky",
        "utm_medium": "social",
        "utm_campaign": "Summer sale",
        "utm_content": "p1",
    }
    assert with_parameters("https://a.example/x", found) == (
        "https://a.example/x?utm_source=bluesky&utm_medium=social&utm_campaign=Summer%20sale"
        "&utm_content=p1"
    )


def test_what_has_no_word_is_left_out() -> None:
    assert "utm_campaign" not in filled(PATTERNS, platform="x", campaign="", post="")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", "https://a.example?utm_source=x"),
        ("https://a.example/?b=1", "https://a.example/?b=1&utm_source=x"),
        ("https://a.example/#top", "https://a.example/?utm_source=x#top"),
        (
            "https://a.example/?q=a%20b+c&empty=&flag#f?x",
            "https://a.example/?q=a%20b+c&empty=&flag&utm_source=x#f?x",
        ),
        ("https://a.example/?utm_source=mine", "https://a.example/?utm_source=mine"),
        ("https://a.example/?UTM_Source=mine", "https://a.example/?UTM_Source=mine"),
        ("https://a.example/?utm%5Fsource=mine", "https://a.example/?utm%5Fsource=mine"),
    ],
)
def test_an_address_keeps_what_it_says(url: str, expected: str) -> None:
    assert with_parameters(url, {"utm_source": "x"}) == expected


@given(st.text(max_size=40), st.text(alphabet="ab=&%20+#?/", max_size=30))
def test_parameters_put_on_twice_stand_there_once(word: str, rest: str) -> None:
    parameters = filled({"source": word, "medium": "social"}, platform="", campaign="", post="")
    once = with_parameters(f"https://a.example/{rest}", parameters)
    assert with_parameters(once, parameters) == once


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "//evil.example",
        "https://",
        "ftp://a.example/x",
        "https://user:word@a.example/",
        "https://a.example\\@evil.example/",
        "https://a.example/a b",
        "https://a.example/\r\nSet-Cookie: x",
        "data:text/html,x",
        "https://[",
        "https://a.example/" + "x" * 2_000,
        "",
    ],
)
def test_only_addresses_of_web_pages_are_taken(url: str) -> None:
    with pytest.raises(Invalid):
        links.web_address(url)


@pytest.mark.django_db
def test_a_short_link_leads_where_its_row_says_and_counts(world: World) -> None:
    with org_atomic(world.id):
        link = make_link.tracked_link(world.brand)
        assert links.short_address(link).endswith(f"/l/{link.code}/")
    assert len(link.code) == 7 and not set(link.code) & set("0Oo1IilL")
    visitor = Client(HTTP_USER_AGENT=BROWSER)
    for _ in range(2):
        answer = visitor.get(f"/l/{link.code}/?to=https://evil.example")
        assert answer.status_code == 302 and answer["Location"] == "https://example.org/rye"
        assert not answer.cookies and "no-store" in answer["Cache-Control"]
    Client(HTTP_USER_AGENT=f"{BROWSER} OPR/99").get(f"/l/{link.code}/")
    with org_atomic(world.id):
        link.refresh_from_db()
        assert (link.clicks_count, link.visitors_count) == (3, 2)
        assert link.last_clicked_at is not None
        assert not any("127.0.0.1" in each.visitor for each in LinkVisit.objects.all())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "agent", ["Googlebot/2.1 (+http://www.google.com/bot.html)", "curl/8.5", ""]
)
def test_robots_are_led_on_and_not_counted(world: World, agent: str) -> None:
    with org_atomic(world.id):
        link = make_link.tracked_link(world.brand)
    assert Client(HTTP_USER_AGENT=agent).get(f"/l/{link.code}/").status_code == 302
    Client(HTTP_USER_AGENT=BROWSER, HTTP_SEC_PURPOSE="prefetch").get(f"/l/{link.code}/")
    Client(HTTP_USER_AGENT=BROWSER).head(f"/l/{link.code}/")
    with org_atomic(world.id):
        link.refresh_from_db()
        assert link.clicks_count == 0


@pytest.mark.django_db
def test_an_unknown_code_is_told_calmly() -> None:
    answer = Client().get("/l/aaaaaaa/")
    assert answer.status_code == 404 and "leads nowhere" in answer.content.decode()


@pytest.mark.django_db
def test_a_row_that_came_to_lead_elsewhere_leads_nowhere(world: World) -> None:
    with org_atomic(world.id):
        link = make_link.tracked_link(world.brand)
        TrackedLink.objects.filter(pk=link.pk).update(target="javascript:alert(1)")
    assert Client().get(f"/l/{link.code}/").status_code == 404


@pytest.mark.django_db
def test_codes_are_told_to_the_public_door_and_nothing_else_is(world: World) -> None:
    with org_atomic(world.id):
        link = make_link.tracked_link(world.brand)
    row = LinkCode.objects.get(code=link.code)
    assert (row.organization_id, row.link_id) == (world.id, link.pk)


@pytest.mark.django_db
def test_a_post_gets_its_link_as_its_brand_wants_it(world: World) -> None:
    with org_atomic(world.id):
        post = make.pending_post(world.brand, world.account, link="https://example.org/rye?a=1")
        assert links.wanted_link(post=post) == "https://example.org/rye?a=1"
        links.change_settings(brand=world.brand, by=world.editor, adds_utm=True)
        post.campaign = "Rye"
        tagged = links.wanted_link(post=post)
        assert tagged == (
            f"https://example.org/rye?a=1&utm_source={post.platform}&utm_medium=social"
            f"&utm_campaign=Rye&utm_content={post.pk}"
        )
        links.change_settings(brand=world.brand, by=world.editor, shortens=True)
        short = links.wanted_link(post=post)
        link = TrackedLink.objects.get()
        assert short == links.short_address(link) and link.target == tagged
        assert links.wanted_link(post=post) == short
        post.link = short
        assert links.wanted_link(post=post) == short
        assert TrackedLink.objects.count() == 1


@pytest.mark.django_db
def test_a_composition_may_want_something_else_than_its_brand(world: World) -> None:
    from publishing.models import Composition

    with org_atomic(world.id):
        links.change_settings(brand=world.brand, by=world.editor, shortens=True, adds_utm=True)
        post = make.pending_post(world.brand, world.account, link="https://example.org/rye")
        plain = Composition(brand=world.brand, shortens_links=False, adds_utm=False)
        assert links.wanted_link(post=post, composition=plain) == "https://example.org/rye"
        named = Composition(brand=world.brand, shortens_links=False, campaign="Rye")
        assert "utm_campaign=Rye" in links.wanted_link(post=post, composition=named)


@pytest.mark.django_db
def test_a_post_without_a_link_stays_without(world: World) -> None:
    with org_atomic(world.id):
        links.change_settings(brand=world.brand, by=world.editor, shortens=True)
        post = make.pending_post(world.brand, world.account, link="")
        assert links.wanted_link(post=post) == ""


@pytest.mark.django_db
def test_the_links_own_domain_is_used_where_there_is_one(world: World, settings: Settings) -> None:
    settings.WARREN_LINK_DOMAIN = "https://go.example.org"
    with org_atomic(world.id):
        link = make_link.tracked_link(world.brand)
        assert links.short_address(link) == f"https://go.example.org/l/{link.code}/"
        assert links.is_ours(links.short_address(link))


@pytest.mark.django_db(databases=["default", "operator"])
def test_what_tells_visitors_apart_goes_when_the_day_is_over(world: World) -> None:
    import time_machine

    from config.kernel.clock import now
    from publishing.services.feed import VISITS_KEPT
    from publishing.services.links_visits import forget_link_visits

    with org_atomic(world.id):
        link = make_link.tracked_link(world.brand)
    Client(HTTP_USER_AGENT=BROWSER).get(f"/l/{link.code}/")
    with time_machine.travel(now() + VISITS_KEPT * 2, tick=False):
        assert forget_link_visits() == 1
    with org_atomic(world.id):
        assert not LinkVisit.objects.exists()
        assert TrackedLink.objects.get().visitors_count == 1
