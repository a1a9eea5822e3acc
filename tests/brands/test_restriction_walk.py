"""A member who is restricted to brands, at every address: what is of another brand is not there.

Generated from the table of addresses, so that a new page is walked too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from brands.models import BrandProfile
from config.kernel.models import OrgOwned
from organizations.models import User
from tests.brands.two_clients import MARK, Clients, restrict, two_clients
from tests.house.test_names import ROOT
from tests.house.test_urls import INSIDE, Address, url_of
from tests.world import World

pytestmark = pytest.mark.django_db

# Tables of no brand, each with the reason.
OF_THE_WHOLE_TEAM = {
    "publishing.connectattempt": "seen by the person who started it, and by nobody else",
    "publishing.mediarendition": "one file made to fit; whoever sees the post sees it",
    "brands.knowledgecategory": "names of categories, the team's own words for sorting",
    "content.organizationagentsetting": "how agents work for the team; of the admin alone",
    "content.skillsharingconsent": "the team's word on sharing structures; of its owners",
    "content.linkpreview": "what public pages say of themselves to everybody",
    "content.storedanswer": "a model's answers under hashes, for the engine alone; on no page",
}

# What an address names that hangs on a brand.
OF_A_BRAND = {"brand", "material", "schedule", "pending", "candidate", "post", "account"}
OF_A_BRAND |= {"delivery", "run", "name", "composition", "queued", "subscription", "queue", "slot"}
OF_A_BRAND |= {"event", "recurrence", "evergreen", "post_import", "conversation", "answer", "reply"}
OF_A_BRAND |= {"portal_link", "folder", "asset", "upload", "signature", "tracked"}

LISTS = {
    "analytics:home",
    "publishing:approval-list",
    "publishing:post-list",
    "publishing:schedule-list",
    "publishing:channel-list",
    "publishing:delivery-list",
    "publishing:composition-list",
    "content:material-list",
    "brands:brand-list",
    "organizations:member-list",
}

# The pages of people and money are only opened: a form of theirs would end the membership.
METHODS = defaultdict(lambda: {"GET", "POST"}, organizations={"GET"}, billing={"GET"})


def test_every_table_says_how_it_hangs_on_a_brand_or_why_not() -> None:
    without = {
        model._meta.label_lower
        for app in ("brands", "content", "publishing", "analytics")
        for model in apps.get_app_config(app).get_models()
        if issubclass(model, OrgOwned) and not model.brand_path
    }
    assert without == set(OF_THE_WHOLE_TEAM)


def test_every_path_leads_to_a_brand() -> None:
    for model in apps.get_models():
        if issubclass(model, OrgOwned) and model.brand_path:
            paths = model.brand_path if isinstance(model.brand_path, tuple) else (model.brand_path,)
            for path in paths:
                assert leads_to(model, path) in {BrandProfile, "id of one"}, (model, path)


# Statements of our own pass the managers by: each file that has one, and why no page is behind it.
OWN_STATEMENTS = {
    "brands/knowledge/finding.py": "looks in the buckets that the member may see, by their ids",
    "brands/knowledge/fulltext.py": "asks PostgreSQL how words are spelt; no rows",
    "content/services/model_discovery.py": "the worker's",
    "content/services/similarity.py": "copies vectors of rows that the caller was given",
    "publishing/services/standing.py": "a stop holds whoever may see it; pages show those in sight",
    "publishing/services/feed.py": "counts visits of a public page",
    "publishing/services/links_visits.py": "counts clicks on a public short link",
    "publishing/delivery/quotas.py": "the worker's",
    "publishing/delivery/rows.py": "the worker's",
    "publishing/delivery/session.py": "locks of one account, no rows",
    "publishing/channels/feed.py": "the worker's",
    "publishing/services/loose_files.py": "the operator's job over all teams' files",
    "publishing/autopilot/scheduler.py": "the worker's",
    "analytics/services/skill_days.py": "the worker's, counts of the team's structures",
    "analytics/services/skill_sharing.py": "the operator's, counts of five teams at least",
    "analytics/selectors/status.py": "the operator's page of the installation, counts and times",
}
PAST_THE_MANAGERS = re.compile(r"\.cursor\(\)|\.raw\(|RawSQL|_base_manager|over_all_brands\(")
# Whoever counts over all brands on purpose.
ALL_BRANDS = {
    "brands/services/brands.py": "names of brands are unique in the team",
    "brands/services/knowledge.py": "names of buckets are unique in the team",
    "brands/services/knowledge_search.py": "marks notes of look-ups as used, and reads none",
    "publishing/selectors/calendar_slots.py": "an account's posts stand at their times, no words",
    "publishing/services/accounts.py": "an account is the team's; what waits is counted",
    "publishing/services/moving_clashes.py": "says how near an account's next post is, no words",
    "publishing/services/queues.py": "an account's posts stand at their times, whoever sees them",
    "content/services/configurations.py": "reads the brand's own and those of no brand",
    "content/services/library.py": "counts a use of a file that the caller was given",
    "content/services/uploading.py": "room for files is shared by the whole team",
    "content/services/named_rows.py": "counts a use of a row that the caller was given",
    "content/services/revisions.py": "a structure has no word of any brand",
    "content/services/skills.py": "a structure has no word of any brand",
    "content/services/templates.py": "makes the team's starters, once",
}


def test_nothing_behind_a_page_passes_the_managers_by() -> None:
    apart = {"bench", "seeding", "demo", "management", "migrations", "admin"}
    found = {
        str(path.relative_to(ROOT))
        for app in ("brands", "content", "publishing", "analytics")
        for path in (ROOT / app).rglob("*.py")
        if not apart & set(path.parts) and PAST_THE_MANAGERS.search(path.read_text("utf-8"))
    }
    assert found == {*OWN_STATEMENTS, *ALL_BRANDS}


def leads_to(model: Any, path: str) -> Any:
    for step in path.split("__"):
        field = model._meta.get_field(step)
        if field.is_relation:
            model = field.related_model
        else:
            return BrandProfile if model is BrandProfile else "id of one"
    return model


@pytest.fixture
def clients(world: World) -> Clients:
    return two_clients(world)


def test_no_page_shows_or_opens_anything_of_another_brand(world: World, clients: Clients) -> None:
    restrict(world, world.editor)
    client = signed_in(world.editor)
    wrong = []
    for address in walked(clients):
        for method in sorted(address.methods & METHODS[address.name.partition(":")[0]]):
            wrong += judged(client, method, address, clients.theirs, world)
    assert wrong == []


def test_no_page_of_ones_own_brand_shows_anything_of_another(
    world: World, clients: Clients
) -> None:
    restrict(world, world.viewer)
    client = signed_in(world.viewer)
    told = [
        address.name
        for address in walked(clients)
        if "GET" in address.methods and MARK.encode() in body(client, address, clients.mine, world)
    ]
    assert told == []


def test_nothing_of_another_brand_changes_whatever_is_sent(world: World, clients: Clients) -> None:
    restrict(world, world.editor)
    client = signed_in(world.editor)
    before = clients.fingerprint()
    sent = {name: str(value) for name, value in clients.theirs.items()}
    for address in walked(clients):
        if "POST" in address.methods & METHODS[address.name.partition(":")[0]]:
            for ids in (clients.theirs, clients.mine):
                client.post(url_of(address, world.organization.slug, ids), sent)
    assert clients.fingerprint() == before


def test_the_walk_would_see_the_mark(world: World, clients: Clients) -> None:
    """The tests above are worth something only if somebody unrestricted does see it."""
    client = signed_in(world.viewer)
    shown = {
        address.name
        for address in walked(clients)
        if "GET" in address.methods
        and MARK.encode() in body(client, address, clients.theirs, world)
    }
    assert shown >= LISTS, LISTS - shown


def test_ones_own_brand_opens_as_ever(world: World, clients: Clients) -> None:
    restrict(world, world.viewer)
    client = signed_in(world.viewer)
    pages = [
        address
        for address in walked(clients)
        if address.access == "viewer" and "GET" in address.methods
        if (set(address.kwargs) & OF_A_BRAND) - {"name"}
    ]
    answers = {
        each.name: client.get(url_of(each, world.organization.slug, clients.mine)).status_code
        for each in pages
    }
    assert len(answers) > 5
    assert set(answers.values()) <= {200, 302}, answers


def judged(
    client: Client, method: str, address: Address, ids: dict[str, Any], world: World
) -> list[str]:
    url = url_of(address, world.organization.slug, ids)
    answer = client.get(url) if method == "GET" else client.post(url)
    told = b"".join(answer) if answer.streaming else answer.content
    said = f"{method} {address.name} -> {answer.status_code}"
    wrong = []
    if MARK.encode() in told or any(MARK in value for value in answer.headers.values()):
        wrong.append(f"{said} shows it")
    if set(address.kwargs) & OF_A_BRAND and answer.status_code not in {403, 404}:
        wrong.append(said)
    if answer.status_code >= 500:
        wrong.append(said)
    return wrong


def walked(clients: Clients) -> list[Address]:
    """All addresses of a team; that each noun has a row is asked in tests/house/test_urls.py."""
    return [each for each in INSIDE if set(each.kwargs) - {"org"} <= set(clients.mine)]


def body(client: Client, address: Address, ids: dict[str, Any], world: World) -> bytes:
    answer = client.get(url_of(address, world.organization.slug, ids))
    return b"".join(answer) if answer.streaming else answer.content


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client
