"""Signing in through another provider, over HTTP against one on this machine."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import LazySettings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_httpserver import HTTPServer

from config import providers
from config.kernel import http
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, User
from tests.organizations.confirming import sign_in_confirmed
from tests.organizations.factors import turn_on_codes
from tests.peers.openid import CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from tests.world import World

pytestmark = pytest.mark.django_db

START, BACK = "/accounts/oidc/sso/login/", "/accounts/oidc/sso/login/callback/"
PERSON = {
    "sub": "42",
    "email": "ada@example.com",
    "email_verified": True,
    "name": "Ada Lovelace",
}


def use(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, server: str) -> None:
    monkeypatch.setenv("WARREN_OIDC_NAME", "Harbour ID")
    monkeypatch.setenv("WARREN_OIDC_SERVER", server)
    monkeypatch.setenv("WARREN_OIDC_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("WARREN_OIDC_CLIENT_SECRET", CLIENT_SECRET)
    settings.SOCIALACCOUNT_PROVIDERS = providers.from_environment()


@pytest.fixture
def provider(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> OpenIdProvider:
    cache.clear()
    provider = OpenIdProvider(httpserver, f"http://testserver{BACK}")
    provider.person = dict(PERSON)
    use(monkeypatch, settings, provider.issuer)
    return provider


def begin(client: Client, query: str = "") -> str:
    """Where the provider sends the browser back to, after it recognised the person."""
    asked = client.post(START + query)
    assert asked.status_code == 302, asked.content.decode()
    with http.client(timeout_seconds=5, max_bytes=10_000) as browser:
        answer = browser.get(asked["Location"])
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def come_back(client: Client, location: str) -> Any:
    parts = urlsplit(location)
    return client.get(f"{parts.path}?{parts.query}")


def sign_in(client: Client) -> Any:
    return come_back(client, begin(client))


def person_of(client: Client) -> User | None:
    return User.objects.filter(pk=client.session.get("_auth_user_id") or UUID(int=0)).first()


# -- A new account ---------------------------------------------------------------------------------


def test_a_person_whom_nobody_knows_gets_an_account_and_comes_back_to_it(
    provider: OpenIdProvider, client: Client
) -> None:
    assert sign_in(client).status_code == 302
    user = person_of(client)
    assert user is not None and (user.email, user.name) == ("ada@example.com", "Ada Lovelace")
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    again = Client()
    sign_in(again)
    assert person_of(again) == user and SocialAccount.objects.count() == 1


def test_no_token_of_the_provider_is_kept(provider: OpenIdProvider, client: Client) -> None:
    sign_in(client)
    assert not SocialToken.objects.exists()
    assert CLIENT_SECRET not in str(dict(client.session))


@pytest.mark.parametrize("said", [False, "false", "true", None])
def test_an_address_that_the_provider_did_not_check_is_not_taken_as_confirmed(
    provider: OpenIdProvider, client: Client, said: Any
) -> None:
    provider.person["email_verified"] = said
    sign_in(client)
    assert not EmailAddress.objects.get(email="ada@example.com").verified


# -- Never by the address --------------------------------------------------------------------------


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.parametrize("verification", ["none", "mandatory"])
def test_an_account_is_never_entered_by_its_address(
    world: World,
    provider: OpenIdProvider,
    client: Client,
    settings: LazySettings,
    verified: bool,
    verification: str,
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    provider.person |= {"email": world.owner.email, "email_verified": verified}
    sign_in(client)
    assert person_of(client) is None
    assert not SocialAccount.objects.exists()
    if verification == "mandatory":
        assert mail.outbox[-1].to == [world.owner.email]


def test_the_address_of_a_closed_account_opens_none(
    world: World, provider: OpenIdProvider, client: Client
) -> None:
    User.objects.filter(pk=world.viewer.pk).update(deleted_at=now())
    provider.person["email"] = world.viewer.email.upper()
    assert refused(client, sign_in(client))


# -- Connecting ------------------------------------------------------------------------------------


def connected(world: World, provider: OpenIdProvider) -> Client:
    client = sign_in_confirmed(Client(), world.owner)
    answer = come_back(
        client, begin(client, f"?process=connect&next={world.path}/account/security/")
    )
    assert answer["Location"] == f"{world.path}/account/security/"
    return client


def test_a_provider_is_connected_in_the_settings_and_signs_in_from_then_on(
    world: World, provider: OpenIdProvider
) -> None:
    here = connected(world, provider)
    body = here.get(f"{world.path}/account/security/").content.decode()
    assert "Connected as ada@example.com" in body
    other = Client()
    sign_in(other)
    assert person_of(other) == world.owner
    with org_atomic(world.id):
        actions = [row.action for row in AuditRecord.objects.order_by("created_at")]
    assert "person.provider_connected" in actions and actions[-1] == "person.signed_in"


def test_a_provider_is_disconnected_again(world: World, provider: OpenIdProvider) -> None:
    client = connected(world, provider)
    account = SocialAccount.objects.get()
    client.post("/accounts/3rdparty/", {"account": account.pk})
    assert not SocialAccount.objects.exists()
    body = client.get(f"{world.path}/account/security/").content.decode()
    assert "Not connected" in body


def test_the_last_way_in_is_not_taken_away(provider: OpenIdProvider, client: Client) -> None:
    sign_in(client)
    answer = client.post("/accounts/3rdparty/", {"account": SocialAccount.objects.get().pk})
    assert "That provider stays connected" in answer.content.decode()
    assert SocialAccount.objects.count() == 1


def test_connecting_asks_who_it_is_first(world: World, provider: OpenIdProvider) -> None:
    client = sign_in_confirmed(Client(), world.owner, seconds_ago=1_000)
    answer = come_back(client, begin(client, "?process=connect"))
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not SocialAccount.objects.exists()


def test_a_second_factor_is_asked_for_behind_a_provider_too(
    world: World, provider: OpenIdProvider
) -> None:
    turn_on_codes(connected(world, provider))
    other = Client()
    assert sign_in(other)["Location"] == "/accounts/2fa/authenticate/"
    assert person_of(other) is None


# -- What does not fit is refused ------------------------------------------------------------------


def refused(client: Client, answer: Any) -> bool:
    told = "Signing in there did not work" in answer.content.decode()
    return told and person_of(client) is None


def test_an_answer_for_another_browser_is_refused(provider: OpenIdProvider) -> None:
    location = begin(Client())
    victim = Client()
    assert refused(victim, come_back(victim, location))


def test_a_code_counts_once(provider: OpenIdProvider, client: Client) -> None:
    location = begin(client)
    come_back(client, location)
    client.post("/accounts/logout/")
    assert refused(client, come_back(client, location))


@pytest.mark.parametrize(
    "spoil", [{"aud": "another-client"}, {"iss": "https://elsewhere.example"}, {"exp": 1}]
)
def test_a_token_for_somebody_else_or_from_somewhere_else_is_refused(
    provider: OpenIdProvider, client: Client, spoil: dict[str, Any]
) -> None:
    provider.spoil = spoil
    assert refused(client, sign_in(client))


def test_two_answers_about_two_people_are_refused(provider: OpenIdProvider, client: Client) -> None:
    provider.userinfo = {**PERSON, "sub": "43"}
    assert refused(client, sign_in(client))


def test_a_provider_that_is_away_is_told_of_in_words(
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
    client: Client,
) -> None:
    use(monkeypatch, settings, httpserver.url_for("/nothing-here"))
    answer = client.post(START)
    assert answer.status_code == 503
    assert "so nobody was signed in" in answer.content.decode()


def test_requests_to_a_provider_go_through_the_one_door(
    provider: OpenIdProvider, settings: LazySettings, client: Client
) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    answer = client.post(START)
    assert answer.status_code == 422
    assert provider.asked == []


# -- The environment decides -----------------------------------------------------------------------


def test_without_a_provider_there_is_no_button_and_no_address(client: Client, world: World) -> None:
    assert providers.from_environment() == {} and providers.pages() == []
    page = client.get("/accounts/login/").content.decode()
    assert "Sign in with a passkey" in page and page.count("Sign in with") == 1
    assert client.post(START).status_code == 404


def test_a_provider_has_a_button_that_keeps_the_way_back(
    provider: OpenIdProvider, client: Client
) -> None:
    page = client.get("/accounts/login/?next=/o/x/brands/").content.decode()
    assert "Sign in with Harbour ID" in page
    assert "/accounts/oidc/sso/login/?process=login&amp;next=%2Fo%2Fx%2Fbrands%2F" in page
    assert "Go on with Harbour ID" in client.get("/accounts/signup/").content.decode()


def test_opening_the_address_by_hand_asks_first(provider: OpenIdProvider, client: Client) -> None:
    assert "Go to Harbour ID" in client.get(START).content.decode()


def test_who_stops_at_the_provider_is_told_so(provider: OpenIdProvider, client: Client) -> None:
    location = begin(client)
    state = location.partition("state=")[2]
    answer = client.get(f"{BACK}?error=access_denied&state={state}", follow=True)
    assert "Nobody was signed in" in answer.content.decode()


def test_google_is_named_by_two_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARREN_GOOGLE_CLIENT_ID", "id")
    monkeypatch.setenv("WARREN_GOOGLE_CLIENT_SECRET", "secret")
    google = providers.from_environment()["google"]
    assert google["APPS"] == [{"client_id": "id", "secret": "secret", "name": "Google"}]
    assert google["OAUTH_PKCE_ENABLED"] is True
    assert providers.pages() == ["https://accounts.google.com"]
