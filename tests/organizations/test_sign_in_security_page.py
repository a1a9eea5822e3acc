"""One page of the settings says how an account is protected, and where it is signed in."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.kernel.scoping import org_atomic
from organizations.models import AuditCategory, AuditRecord, User
from organizations.services.sessions import browser_in_words
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604.1"


def signed_in(world: World, agent: str = FIREFOX, address: str = "192.0.2.7") -> Client:
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": agent})
    answer = client.post("/accounts/login/", {"login": world.owner.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def page(client: Client, world: World) -> str:
    return client.get(f"{world.path}/account/security/").content.decode()


def actions(world: World) -> list[str]:
    with org_atomic(world.id):
        rows = AuditRecord.objects.filter(category=AuditCategory.SECURITY).order_by("created_at")
        return [row.action for row in rows]


def test_the_page_lists_every_browser_and_knows_this_one(world: World) -> None:
    here, there = signed_in(world), signed_in(world, SAFARI, "198.51.100.9")
    body = page(here, world)
    assert "Firefox on Linux" in body and "192.0.2.7" in body
    assert "Safari on iPhone" in body and "198.51.100.9" in body
    assert body.count("This one") == 1
    assert page(there, world).count("This one") == 1


def test_a_session_is_ended_for_good_from_another(world: World) -> None:
    here, there = signed_in(world), signed_in(world, SAFARI)
    row = UserSession.objects.get(user=world.owner, user_agent=SAFARI)
    answer = here.post(f"{world.path}/account/security/sessions/{row.pk}/ending/")
    assert answer.status_code == 302
    assert there.get(f"{world.path}/account/security/").status_code == 302
    assert "Safari on iPhone" not in page(here, world)
    assert actions(world)[-1] == "person.session_ended"


def test_all_others_are_ended_at_once_and_this_one_stays(world: World) -> None:
    here = signed_in(world)
    others = [signed_in(world, SAFARI) for _ in range(2)]
    here.post(f"{world.path}/account/security/sessions/ending/")
    assert {each.get(f"{world.path}/account/security/").status_code for each in others} == {302}
    assert page(here, world).count("This one") == 1


def test_somebody_else_s_session_is_not_there(world: World) -> None:
    row = UserSession.objects.create(user=world.viewer, ip="192.0.2.1", session_key="x")
    here = signed_in(world)
    url = f"{world.path}/account/security/sessions/{row.pk}/ending/"
    assert here.post(url).status_code == 404
    assert UserSession.objects.filter(pk=row.pk).exists()


def test_the_page_asks_the_same_number_of_statements_for_one_session_and_for_many(
    world: World,
) -> None:
    here = signed_in(world)
    page(here, world)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            page(here, world)
        counts.append(len(asked))
        for _ in range(3):
            signed_in(world, SAFARI)
    assert counts[0] == counts[1] <= 16


def test_the_page_says_that_a_password_alone_protects_little(world: World) -> None:
    body = page(signed_in(world), world)
    assert "Only your password protects your account" in body
    assert "Recovery codes" not in body and "No passkeys yet" in body


def test_a_session_that_has_no_row_yet_gets_one(world: World, client: Client) -> None:
    client.force_login(world.owner)
    assert "This one" in page(client, world)


@pytest.mark.parametrize(
    "path",
    ["/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/sessions/", "/accounts/3rdparty/"],
)
def test_lists_of_allauth_lead_to_the_page(world: World, path: str) -> None:
    answer = signed_in(world).get(path)
    assert answer["Location"] == f"{world.path}/account/security/"
    assert Client().get(path)["Location"].startswith("/accounts/login/")


def test_a_person_without_a_team_is_led_to_the_front_door(world: World, client: Client) -> None:
    client.force_login(User.objects.create_user("alone@example.com", PASSWORD))
    assert client.get("/accounts/2fa/")["Location"] == "/"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on iPhone"),
        ("", "Unknown"),
        ("curl/8", "curl/8"),
    ],
)
def test_browsers_are_named_as_people_name_them(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words
