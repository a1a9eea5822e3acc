"""How often signing in may be tried, and that nothing tells who has an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client

from config.kernel.clock import now
from config.settings import base
from organizations.models import User
from tests.organizations.confirming import sign_in_confirmed
from tests.organizations.factors import turn_on_codes
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db

LOGIN, SIGNUP, RESET = "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"
WRONG = "wrong wrong wrong wrong"
TOO_MANY = "Too many failed login attempts"


@pytest.fixture
def _limits(settings: LazySettings) -> Iterator[None]:
    """The real ones, which other tests do without, counted from nothing."""
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    settings.MFA_RATE_LIMITS = base.MFA_RATE_LIMITS
    yield
    cache.clear()


limited = pytest.mark.usefixtures("_limits")


def attempt(email: str, password: str = WRONG, address: str = "192.0.2.1") -> Any:
    return Client(REMOTE_ADDR=address).post(LOGIN, {"login": email, "password": password})


def is_refused(answer: Any) -> bool:
    return TOO_MANY in answer.content.decode()


# -- Limits ----------------------------------------------------------------------------------------


@limited
def test_the_sixth_wrong_password_in_a_minute_is_not_even_looked_at(world: World) -> None:
    email = world.owner.email
    assert not any(is_refused(attempt(email)) for _ in range(5))
    assert is_refused(attempt(email))
    assert is_refused(attempt(email, PASSWORD))


@limited
def test_nobody_is_locked_out_by_a_stranger(world: World) -> None:
    for _ in range(7):
        attempt(world.owner.email)
    assert attempt(world.owner.email, PASSWORD, "198.51.100.7").status_code == 302


@limited
def test_right_passwords_use_nothing_up(world: World) -> None:
    answers = [attempt(world.owner.email, PASSWORD).status_code for _ in range(8)]
    assert set(answers) == {302}


@limited
def test_one_sender_tries_fifty_accounts_an_hour_and_no_more(
    world: World, settings: LazySettings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**base.ACCOUNT_RATE_LIMITS, "login": None}  # type: ignore[dict-item]
    refused = [is_refused(attempt(f"nobody{n}@example.com")) for n in range(52)]
    assert refused == [False] * 50 + [True] * 2


@limited
def test_neighbours_in_one_block_of_ipv6_count_as_one(world: World) -> None:
    for n in range(30):
        Client(REMOTE_ADDR=f"2001:db8:1:1::{n:x}").post(LOGIN, {"login": "", "password": ""})
    answer = Client(REMOTE_ADDR="2001:db8:1:1::ff").post(LOGIN, {"login": "", "password": ""})
    assert answer.status_code == 429
    assert "A little slower" in answer.content.decode()


@limited
def test_a_fourth_reset_of_one_account_in_an_hour_sends_nothing(world: World) -> None:
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{n}").post(RESET, {"email": world.owner.email})
        for n in range(4)
    ]
    assert [each.status_code for each in answers] == [302, 302, 302, 429]
    assert len(mail.outbox) == 3


@limited
def test_signing_up_is_limited_for_each_sender(world: World) -> None:
    client = Client(REMOTE_ADDR="192.0.2.9")
    answers = [client.post(SIGNUP, {"email": "", "password1": ""}).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]


@limited
def test_confirming_who_one_is_is_limited(world: World, client: Client) -> None:
    client.force_login(world.owner)
    url = "/accounts/reauthenticate/"
    answers = [client.post(url, {"password": WRONG}) for _ in range(11)]
    assert [each.status_code for each in answers] == [200] * 10 + [429]
    assert is_refused(answers[6])


@limited
def test_codes_are_not_tried_out(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    turn_on_codes(client)
    person = Client(REMOTE_ADDR="192.0.2.33")
    person.post(LOGIN, {"login": world.owner.email, "password": PASSWORD})
    answers = [person.post("/accounts/2fa/authenticate/", {"code": f"{n:06}"}) for n in range(6)]
    assert [is_refused(each) for each in answers] == [False] * 5 + [True]


@limited
def test_a_passkey_s_door_is_limited_for_each_sender(world: World) -> None:
    client = Client(REMOTE_ADDR="192.0.2.44")
    url = "/accounts/2fa/webauthn/login/"
    answers = [client.post(url, {"credential": "{}"}).status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]


@limited
def test_the_sender_s_address_is_a_proxy_s_word_only_if_it_is_ours(
    world: World, settings: LazySettings
) -> None:
    def through_a_proxy(claimed: str, password: str = WRONG) -> Any:
        client = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": claimed})
        return client.post(LOGIN, {"login": world.owner.email, "password": password})

    for n in range(5):
        through_a_proxy(f"203.0.113.{n}")
    assert is_refused(through_a_proxy("203.0.113.9"))
    settings.WARREN_TRUSTED_PROXIES = ("10.0.0.1",)
    assert through_a_proxy("203.0.113.9", PASSWORD).status_code == 302
    assert UserSession.objects.get(user=world.owner).ip == "203.0.113.9"


# -- Nobody is told who has an account -------------------------------------------------------------


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each password that was hashed."""
    made: list[int] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        made.append(len(password))
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return made


def told(answer: Any, email: str) -> tuple[int, str, str]:
    page = re.sub(r'value="[A-Za-z0-9]{32,}"', "", answer.content.decode())
    return answer.status_code, answer.get("Location", ""), page.replace(email, "ADDRESS")


@pytest.mark.parametrize(
    ("path", "field", "more"),
    [
        (LOGIN, "login", {"password": WRONG}),
        (RESET, "email", {}),
        (SIGNUP, "email", {"password1": "nine brown owls read poems"}),
    ],
)
@pytest.mark.parametrize("follow", [False, True])
def test_a_known_and_an_unknown_address_are_answered_alike(
    world: World,
    settings: LazySettings,
    hashes: list[int],
    path: str,
    field: str,
    more: dict[str, str],
    follow: bool,
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answers, counts, letters = [], [], []
    for email in (world.owner.email, "nobody@example.com"):
        hashes.clear()
        mail.outbox.clear()
        answer = Client().post(path, {field: email, **more}, follow=follow)
        answers.append(told(answer, email))
        counts.append(list(hashes))
        letters.append(len(mail.outbox))
    assert answers[0] == answers[1]
    assert counts[0] == counts[1]
    assert letters[0] == letters[1]


@pytest.mark.parametrize("state", ["closed", "deleted", "no password"])
def test_an_account_that_cannot_be_entered_is_answered_like_none(
    world: World, hashes: list[int], state: str
) -> None:
    user = User.objects.create_user("closed@example.com", PASSWORD)
    if state == "closed":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif state == "deleted":
        User.objects.filter(pk=user.pk).update(deleted_at=now())
    else:
        user.set_unusable_password()
        user.save()
    answers, counts = [], []
    for email in ("closed@example.com", "nobody@example.com"):
        hashes.clear()
        answers.append(told(attempt(email), email))
        counts.append(len(hashes))
    assert answers[0] == answers[1] and counts[0] == counts[1]


def test_only_who_knows_the_password_of_a_closed_account_learns_that_it_is_closed(
    world: World,
) -> None:
    User.objects.filter(pk=world.viewer.pk).update(is_active=False)
    answer = attempt(world.viewer.email, PASSWORD)
    assert answer["Location"] == "/accounts/inactive/"
    page = Client().get("/accounts/inactive/").content.decode()
    assert "This account is closed" in page
