"""The hosted page as visitors, readers of feeds, robots and the team's own members meet it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Organization
from organizations.services.files import store_file
from publishing.channels.base import (
    AccountFacts,
    ChannelError,
    Draft,
    Gone,
    Measurement,
    Media,
    Published,
)
from publishing.channels.feed import Feed
from publishing.delivery.session import AccountSession
from publishing.models import FeedEntry, FeedHandle, FeedVisit, SocialAccount
from publishing.selectors.feed import title_of
from publishing.services import feed as services
from publishing.services.accounts import connect_account, disconnect_account
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
PNG = b"\x89PNG\r\n\x1a\n rubbish"


@pytest.fixture(autouse=True)
def _base(settings: Settings) -> Iterator[None]:
    settings.WARREN_BASE_URL = "https://warren.example"
    yield


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"user-agent": BROWSER})


@pytest.fixture
def root(world: World) -> str:
    return f"/f/{world.account.handle}/"


def facts(world: World) -> AccountFacts:
    account = world.account
    return AccountFacts(account.remote_id, account.handle)


def put(world: World, text: str = "Masts in twelve days.", **draft: object) -> FeedEntry:
    """Publish an entry as the ledger does, and give its row."""
    channel = Feed()
    with org_atomic(world.id):
        payload = channel.freeze(
            Draft(text, **draft),  # type: ignore[arg-type]
            facts(world),
            occurrence_key=f"{text} {FeedEntry.objects.count()}",
            now=now(),
        )
        channel.publish(payload, AccountSession(world.account))
        return FeedEntry.objects.get(key=payload["key"])


# -- Reading -------------------------------------------------------------------------------------


def test_the_page_shows_what_was_published(world: World, visitor: Client, root: str) -> None:
    put(world, "Older.")
    put(world, "Masts <b>fast</b>.", hashtags=("Boats",), link="https://harbour.example/masts")
    answer = visitor.get(root)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.index("Masts &lt;b&gt;fast&lt;/b&gt;.") < page.index("Older.")
    assert "#Boats" in page
    assert 'data-behavior="seen"' in page
    assert "https://harbour.example/masts" not in page
    assert 'type="application/atom+xml"' in page
    assert "sessionid" not in answer.cookies
    assert "csrftoken" not in answer.cookies


def test_an_empty_page_says_what_will_be_here(visitor: Client, root: str, world: World) -> None:
    assert "Nothing here yet" in visitor.get(root).content.decode()


def test_an_entry_has_an_address_of_its_own(world: World, visitor: Client, root: str) -> None:
    entry = put(world, "Masts in twelve days. And more.")
    page = visitor.get(f"{root}{entry.key}/").content.decode()
    assert "<title>Masts in twelve days. · " in page
    assert f"https://warren.example{root}{entry.key}/" in page
    assert visitor.get(f"{root}aaaaaaaaaaaaaaaa/").status_code == 404


def test_a_long_page_is_read_in_pieces(world: World, visitor: Client, root: str) -> None:
    for number in range(25):
        put(world, f"Entry {number}.")
    first = visitor.get(root).content.decode()
    assert "Entry 24." in first
    assert "Entry 4." not in first
    feed = visitor.get(f"{root}feed.json").json()
    rest = visitor.get(feed["next_url"].removeprefix("https://warren.example")).json()
    texts = [item["content_text"] for item in (*feed["items"], *rest["items"])]
    assert texts == [f"Entry {number}." for number in reversed(range(25))]
    assert "next_url" not in rest
    assert visitor.get(f"{root}?cursor=made-up").status_code == 422


def test_the_list_costs_a_few_queries(
    world: World, visitor: Client, root: str, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        put(world, f"Entry {number}.", link="https://harbour.example/")
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        visitor.get(root)


def test_the_atom_feed_is_atom(world: World, visitor: Client, root: str) -> None:
    entry = put(world, "Masts & <more>.", hashtags=("Boats",), link="https://harbour.example/masts")
    answer = visitor.get(f"{root}atom.xml")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    address = f"https://warren.example{root}{entry.key}/"
    assert feed.findtext("a:id", namespaces=ATOM) == f"https://warren.example{root}"
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
    assert links["self"] == f"https://warren.example{root}atom.xml"
    (item,) = feed.findall("a:entry", ATOM)
    assert item.findtext("a:id", namespaces=ATOM) == address
    assert item.findtext("a:title", namespaces=ATOM) == "Masts & <more>."
    assert item.findtext("a:updated", namespaces=ATOM)
    assert f"{address}link/" in str(item.findtext("a:summary", namespaces=ATOM))
    assert [category.get("term") for category in item.findall("a:category", ATOM)] == ["Boats"]


def test_the_json_feed_is_version_1_1(world: World, visitor: Client, root: str) -> None:
    entry = put(world, "Masts.", hashtags=("Boats",), link="https://harbour.example/masts")
    answer = visitor.get(f"{root}feed.json")
    assert answer.headers["Content-Type"] == "application/feed+json"
    feed = json.loads(answer.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == world.account.name
    assert feed["feed_url"] == f"https://warren.example{root}feed.json"
    (item,) = feed["items"]
    assert item["id"] == item["url"] == f"https://warren.example{root}{entry.key}/"
    assert item["external_url"] == f"{item['url']}link/"
    assert item["tags"] == ["Boats"]


@pytest.mark.parametrize("name", ["", "atom.xml", "feed.json"])
def test_what_a_reader_has_already_is_not_sent_again(
    world: World, visitor: Client, root: str, name: str
) -> None:
    put(world, "First.")
    answer = visitor.get(root + name)
    again = visitor.get(root + name, headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    since = {"if-modified-since": answer.headers["Last-Modified"]}
    assert visitor.get(root + name, headers=since).status_code == 304
    with time_machine.travel(now() + timedelta(seconds=2), tick=True):
        put(world, "Second.")
        fresh = visitor.get(root + name, headers={"if-none-match": answer.headers["ETag"]})
    assert fresh.status_code == 200
    assert "Second." in fresh.content.decode()


# -- Off the air ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "atom.xml", "feed.json"])
def test_unknown_and_closed_pages_are_not_found(
    world: World, visitor: Client, root: str, path: str
) -> None:
    assert visitor.get(f"/f/nobody-there/{path}").status_code == 404
    with org_atomic(world.id):
        SocialAccount.objects.update(deleted_at=now())
    assert visitor.get(root + path).status_code == 404


def test_a_suspended_team_is_off_the_air(world: World, visitor: Client, root: str) -> None:
    with org_atomic(world.id):
        Organization.objects.update(status=Organization.Status.SUSPENDED)
    assert visitor.get(root).status_code == 404


def test_one_page_never_shows_the_entries_of_another(world: World, visitor: Client) -> None:
    entry = put(world, "Ours.")
    theirs = f"/f/{world.foreign_account.handle}/"
    assert "Ours." not in visitor.get(theirs).content.decode()
    assert visitor.get(f"{theirs}{entry.key}/").status_code == 404
    assert visitor.post(f"{theirs}{entry.key}/view/").status_code == 404


# -- Pictures ------------------------------------------------------------------------------------


def picture(world: World) -> tuple[str, FeedEntry]:
    with org_atomic(world.id):
        key = store_file(PNG, ending="png")
    media = (Media(key, "image/png", alt="A mast", width=40, height=30),)
    return key.rpartition("/")[2], put(world, "With a picture.", media=media)


def test_a_picture_of_an_entry_is_served_harmlessly(
    world: World, visitor: Client, root: str
) -> None:
    name, _ = picture(world)
    answer = visitor.get(f"{root}media/{name}")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "immutable" in answer.headers["Cache-Control"]
    page = visitor.get(root).content.decode()
    assert f'src="{root}media/{name}" alt="A mast" width="40" height="30"' in page


def test_a_file_that_no_entry_shows_is_not_served(world: World, visitor: Client, root: str) -> None:
    with org_atomic(world.id):
        hidden = store_file(PNG, ending="png").rpartition("/")[2]
    assert visitor.get(f"{root}media/{hidden}").status_code == 404
    name, entry = picture(world)
    with org_atomic(world.id):
        FeedEntry.objects.update(
            media=[{"name": name, "content_type": "text/html", "alt": "", "width": 1, "height": 1}]
        )
    assert visitor.get(f"{root}media/{name}").status_code == 404
    with org_atomic(world.id):
        entry.delete()
    assert visitor.get(f"{root}media/{name}").status_code == 404
    assert visitor.get(f"{root}media/..%2f..%2fetc%2fpasswd").status_code == 404


# -- Counting ------------------------------------------------------------------------------------


def counts(world: World, entry: FeedEntry) -> tuple[int, int]:
    with org_atomic(world.id):
        entry.refresh_from_db()
    return entry.views_count, entry.clicks_count


def test_a_visitor_counts_once_a_day(world: World, visitor: Client, root: str) -> None:
    entry = put(world, link="https://harbour.example/masts?a=1&b=2")
    for _ in range(3):
        assert visitor.post(f"{root}{entry.key}/view/").status_code == 204
        answer = visitor.get(f"{root}{entry.key}/link/")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "https://harbour.example/masts?a=1&b=2"
        assert "no-store" in answer.headers["Cache-Control"]
    assert counts(world, entry) == (1, 1)
    visitor.post(f"{root}{entry.key}/view/", REMOTE_ADDR="192.0.2.7")
    assert counts(world, entry) == (2, 1)
    with time_machine.travel(now() + timedelta(days=1), tick=True):
        visitor.post(f"{root}{entry.key}/view/")
    assert counts(world, entry) == (3, 1)


ROBOTS = [
    "",
    "curl/8.5.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/131.0 Safari/537.36",
    "python-requests/2.32 is a program of the name",
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 4 subscribers)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "WhatsApp/2.23.20.0 with something behind it",
]


@pytest.mark.parametrize("agent", ROBOTS)
def test_robots_do_not_count(world: World, root: str, agent: str) -> None:
    entry = put(world, link="https://harbour.example/")
    robot = Client(headers={"user-agent": agent})
    robot.post(f"{root}{entry.key}/view/")
    assert robot.get(f"{root}{entry.key}/link/").status_code == 302
    assert counts(world, entry) == (0, 0)


@pytest.mark.parametrize(
    "agent",
    [
        BROWSER,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
        "Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
    ],
)
def test_people_count(agent: str) -> None:
    assert services.is_person(user_agent=agent, headers={})


def test_a_browser_that_only_looks_ahead_does_not_count(
    world: World, visitor: Client, root: str
) -> None:
    entry = put(world, link="https://harbour.example/")
    for name, value in (("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch")):
        visitor.get(f"{root}{entry.key}/link/", headers={name: value})
    visitor.head(f"{root}{entry.key}/link/")
    visitor.post(f"{root}{entry.key}/view/", headers={"sec-fetch-site": "cross-site"})
    assert counts(world, entry) == (0, 0)


def test_members_do_not_count_and_strangers_with_a_login_do(
    world: World, visitor: Client, root: str
) -> None:
    entry = put(world)
    for person, views in ((world.owner, 0), (world.viewer, 0), (world.stranger, 1)):
        visitor.force_login(person)
        visitor.post(f"{root}{entry.key}/view/")
        assert counts(world, entry)[0] == views


def test_nothing_about_a_visitor_is_kept(world: World, visitor: Client, root: str) -> None:
    entry = put(world)
    visitor.post(f"{root}{entry.key}/view/", REMOTE_ADDR="192.0.2.99")
    with org_atomic(world.id):
        visit = FeedVisit.objects.values().get()
    assert "192.0.2.99" not in str(visit)
    assert "Mozilla" not in str(visit)
    today = now().date()
    same = services.visitor_hash(address="192.0.2.99", user_agent=BROWSER, on_date=today)
    assert visit["visitor"] == same
    tomorrow = today + timedelta(days=1)
    assert same != services.visitor_hash(address="192.0.2.99", user_agent=BROWSER, on_date=tomorrow)


@pytest.mark.django_db(databases=["default", "operator"])
def test_visits_are_forgotten_when_their_day_is_over(
    world: World, visitor: Client, root: str
) -> None:
    entry = put(world)
    visitor.post(f"{root}{entry.key}/view/")
    assert services.forget_visits() == 0
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        assert services.forget_visits() == 1
    assert counts(world, entry) == (1, 0)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_the_beacon_takes_posts_only(world: World, visitor: Client, root: str, method: str) -> None:
    entry = put(world)
    assert getattr(visitor, method)(f"{root}{entry.key}/view/").status_code == 405


def test_an_entry_without_a_link_leads_nowhere(world: World, visitor: Client, root: str) -> None:
    entry = put(world)
    assert visitor.get(f"{root}{entry.key}/link/?to=https://evil.example").status_code == 404


# -- The channel ---------------------------------------------------------------------------------


def test_counts_are_the_channel_s_measures(world: World, visitor: Client, root: str) -> None:
    entry = put(world, link="https://harbour.example/")
    visitor.post(f"{root}{entry.key}/view/")
    visitor.get(f"{root}{entry.key}/link/")
    post = Published(f"{world.account.handle}/{entry.key}", "")
    with org_atomic(world.id):
        session = AccountSession(world.account)
        assert Feed().measure(post, session) == Measurement(impressions=1, clicks=1)
        Feed().delete(post, session)
        assert isinstance(Feed().measure(post, session), Gone)


def test_a_page_is_connected_with_an_address_made_from_its_name(world: World) -> None:
    with org_atomic(world.id):
        accounts = [
            connect_account(
                platform="feed",
                values={"name": "Harbour & Pine"},
                brand=world.brand,
                by=world.owner,
            )
            for _ in range(2)
        ]
    assert [account.handle for account in accounts] == ["harbour-pine", "harbour-pine-2"]
    handles = FeedHandle.objects.filter(account_id__in=[account.pk for account in accounts])
    assert set(handles.values_list("organization_id", flat=True)) == {world.id}
    assert Client().get("/f/harbour-pine/").status_code == 200


def test_an_address_can_be_chosen_once_over_all_teams(world: World) -> None:
    values = {"name": "Ours", "handle": "Our Page"}
    with org_atomic(world.id):
        account = connect_account(platform="feed", values=values, brand=world.brand, by=world.owner)
        assert account.handle == "our-page"
    with org_atomic(world.foreign.id), pytest.raises(ChannelError) as caught:
        connect_account(
            platform="feed", values=values, brand=world.foreign_brand, by=world.stranger
        )
    assert caught.value.field == "handle"
    for wrong in ("x", "media", "!!"):
        with org_atomic(world.id), pytest.raises(ChannelError) as caught:
            Feed().connect({"name": "Ours", "handle": wrong})
        assert caught.value.field == "handle"


def test_a_page_that_was_closed_opens_again_under_its_address(world: World) -> None:
    values = {"name": "Ours", "handle": "our-page"}
    with org_atomic(world.id):
        first = connect_account(platform="feed", values=values, brand=None, by=world.owner)
        disconnect_account(account=first, by=world.owner)
        assert connect_account(platform="feed", values=values, brand=None, by=world.owner) == first
    assert Client().get("/f/our-page/").status_code == 200


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("One sentence. Two.", "One sentence."),
        ("\n\nNo end\nSecond line", "No end"),
        ("word " * 40, "word " * 17 + "word…"),
        ("", ""),
    ],
)
def test_titles_are_the_first_words(text: str, title: str) -> None:
    assert title_of(text) == title


def test_a_text_that_no_model_wrote_says_so(world: World, visitor: Client, root: str) -> None:
    entry = put(world)
    assert "offline writer" not in visitor.get(root).content.decode()
    with org_atomic(world.id):
        handle = root.strip("/").rpartition("/")[2]
        make.post(world.brand, world.account, external_id=f"{handle}/{entry.key}")
    assert "offline writer" in visitor.get(root).content.decode()
    assert "offline writer" in visitor.get(f"{root}{entry.key}/").content.decode()
