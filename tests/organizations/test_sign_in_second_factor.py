"""Codes from an app and recovery codes: asked for, used once, sealed at rest."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from config.kernel.vault import SecretUnreadable
from organizations.models import AuditCategory, AuditRecord, User
from organizations.sign_in.adapters import MFAAdapter
from tests.organizations.confirming import sign_in_confirmed
from tests.organizations.factors import code_of, secret_on, turn_on_codes
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
SECOND = "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def _no_used_codes() -> None:
    cache.clear()


def first_step(world: World) -> Client:
    client = Client()
    answer = client.post(LOGIN, {"login": world.owner.email, "password": PASSWORD})
    assert answer["Location"] == SECOND
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def audit(world: World, action: str) -> list[AuditRecord]:
    with org_atomic(world.id):
        return list(AuditRecord.objects.filter(action=action, category=AuditCategory.SECURITY))


# -- Setting up ------------------------------------------------------------------------------------


def test_the_app_is_set_up_and_codes_for_a_rainy_day_are_shown_once(
    world: World, client: Client
) -> None:
    sign_in_confirmed(client, world.owner)
    _, codes = turn_on_codes(client)
    assert len(set(codes)) == 10
    again = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert "10 of 10 are left" in again and not any(code in again for code in codes)
    body = client.get(f"{world.path}/account/security/").content.decode()
    assert "second factor is asked for" in body and "10 of 10 left" in body


def test_a_wrong_code_turns_nothing_on_and_the_picture_stays_the_same(
    world: World, client: Client
) -> None:
    sign_in_confirmed(client, world.owner)
    url = "/accounts/2fa/totp/activate/"
    secret = secret_on(client.get(url).content.decode())
    answer = client.post(url, {"code": "000000"})
    assert secret_on(answer.content.decode()) == secret
    assert "Incorrect code" in answer.content.decode()
    assert not Authenticator.objects.filter(user=world.owner).exists()


def test_no_seed_is_ever_plain_in_the_database_or_the_cache(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    secret = secret_on(client.get("/accounts/2fa/totp/activate/").content.decode())
    stored = [each.get_decoded() for each in Session.objects.all()]
    assert stored and secret not in json.dumps(stored)
    assert secret not in json.dumps(dict(client.session))
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    rows = {row.type: row for row in Authenticator.objects.filter(user=world.owner)}
    seed = MFAAdapter().decrypt(rows["recovery_codes"].data["seed"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        dump = cursor.fetchone()[0]
    assert secret not in dump and seed not in dump
    assert MFAAdapter().decrypt(rows["totp"].data["secret"]) == secret


@pytest.mark.parametrize("stored", ["JBSWY3DPEHPK3PXP", "sealed:", "sealed:?", "sealed:AAAAAAAAAA"])
def test_what_was_not_sealed_here_opens_nothing(world: World, stored: str) -> None:
    with pytest.raises(SecretUnreadable):
        MFAAdapter().decrypt(stored)


def test_setting_up_asks_who_it_is_first(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner, seconds_ago=1_000)
    for path in ("totp/activate/", "webauthn/add/", "recovery-codes/generate/"):
        answer = client.get(f"/accounts/2fa/{path}")
        assert unquote(answer["Location"]) == f"/accounts/reauthenticate/?next=/accounts/2fa/{path}"


# -- Signing in ------------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing_any_more(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    secret, _ = turn_on_codes(client)
    person = first_step(world)
    assert not is_in(person)
    assert person.get(f"{world.path}/brands/").status_code == 302
    assert "One step more" in person.get(SECOND).content.decode()
    with time_machine.travel(now() + timedelta(seconds=60)):
        assert person.post(SECOND, {"code": code_of(secret)}).status_code == 302
    assert is_in(person)


def test_a_code_counts_once(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    secret, _ = turn_on_codes(client)
    with time_machine.travel(now() + timedelta(seconds=60), tick=False):
        code = code_of(secret)
        first, second = first_step(world), first_step(world)
        first.post(SECOND, {"code": code})
        answer = second.post(SECOND, {"code": code})
    assert is_in(first) and not is_in(second)
    assert "Incorrect code" in answer.content.decode()


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_wrong(
    world: World, client: Client, steps: int, counts: bool
) -> None:
    sign_in_confirmed(client, world.owner)
    secret, _ = turn_on_codes(client)
    with time_machine.travel(now() + timedelta(seconds=300), tick=False):
        person = first_step(world)
        person.post(SECOND, {"code": code_of(secret, steps=steps)})
    assert is_in(person) is counts


def test_a_recovery_code_opens_once_and_the_page_counts_down(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    _, codes = turn_on_codes(client)
    first, second = first_step(world), first_step(world)
    first.post(SECOND, {"code": codes[0]})
    second.post(SECOND, {"code": codes[0]})
    assert is_in(first) and not is_in(second)
    body = first.get(f"{world.path}/account/security/").content.decode()
    assert "9 of 10 left" in body


def test_the_second_step_waits_ten_minutes_and_no_longer(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    secret, _ = turn_on_codes(client)
    person = first_step(world)
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        person.post(SECOND, {"code": code_of(secret)})
    assert not is_in(person)


def test_a_new_password_by_mail_does_not_get_around_the_second_factor(
    world: World, client: Client
) -> None:
    sign_in_confirmed(client, world.owner)
    turn_on_codes(client)
    stranger = Client()
    stranger.post("/accounts/password/reset/", {"email": world.owner.email})
    link = next(word for word in str(mail.outbox[-1].body).split() if "/reset/key/" in word)
    form = stranger.get(link, follow=True)
    word = "nine brown owls read poems"
    stranger.post(form.redirect_chain[-1][0], {"password1": word, "password2": word})
    answer = stranger.post(LOGIN, {"login": world.owner.email, "password": word})
    assert answer["Location"] == SECOND and not is_in(stranger)


# -- Changing it -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_change_of_factors_ends_every_other_session_and_is_written_down(
    world: World, client: Client
) -> None:
    other = Client()
    other.post(LOGIN, {"login": world.owner.email, "password": PASSWORD})
    assert is_in(other)
    sign_in_confirmed(client, world.owner)
    turn_on_codes(client)
    assert other.get(f"{world.path}/brands/").status_code == 302
    assert client.get(f"{world.path}/brands/").status_code == 200
    methods = {row.data["method"] for row in audit(world, "person.second_factor_added")}
    assert methods == {"totp", "recovery_codes"}
    client.post("/accounts/2fa/totp/deactivate/")
    assert len(audit(world, "person.second_factor_removed")) == 2
    assert not Authenticator.objects.filter(user=world.owner).exists()
    assert "Codes from an app are turned on" in [each.subject for each in mail.outbox]


def test_new_recovery_codes_make_the_old_ones_worthless(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    _, old = turn_on_codes(client)
    answer = client.post("/accounts/2fa/recovery-codes/generate/", follow=True)
    assert not any(code in answer.content.decode() for code in old)
    person = first_step(world)
    person.post(SECOND, {"code": old[0]})
    assert not is_in(person)


def test_a_failed_second_step_is_written_down_as_nobody_s_act(world: World, client: Client) -> None:
    sign_in_confirmed(client, world.owner)
    turn_on_codes(client)
    first_step(world).post(SECOND, {"code": "000000"})
    [row] = audit(world, "person.sign_in_failed")
    assert (row.actor_id, row.target_id, row.succeeded) == (None, world.owner.pk, False)


# -- The operators' admin --------------------------------------------------------------------------


@pytest.fixture
def operator(world: World) -> User:
    return User.objects.create_superuser(email="staff@example.com", password=PASSWORD)


OPERATORS = pytest.mark.django_db(databases=["default", "operator"])


def test_the_admin_has_no_sign_in_page_of_its_own(client: Client, world: World) -> None:
    answer = client.get("/admin/login/?next=/admin/organizations/")
    assert answer["Location"] == f"{LOGIN}?next=/admin/organizations/"
    assert client.post("/admin/login/", {"username": world.owner.email, "password": PASSWORD})[
        "Location"
    ].startswith(LOGIN)
    client.force_login(world.owner)
    assert client.get("/admin/login/").status_code == 403


@OPERATORS
def test_an_operator_without_a_second_factor_is_led_to_set_one_up(
    client: Client, operator: Any, settings: Any
) -> None:
    settings.WARREN_OPERATORS_NEED_MFA = True
    client.force_login(operator)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/")["Location"] == "/accounts/2fa/totp/activate/"
    settings.WARREN_OPERATORS_NEED_MFA = False
    assert client.get("/admin/").status_code == 200


@OPERATORS
def test_an_operator_with_a_second_factor_is_asked_for_it_and_let_in(
    client: Client, operator: Any, settings: Any
) -> None:
    settings.WARREN_OPERATORS_NEED_MFA = True
    sign_in_confirmed(client, operator)
    secret, _ = turn_on_codes(client)
    asked = client.get("/admin/login/?next=/admin/")["Location"]
    assert asked == "/accounts/2fa/reauthenticate/?next=/admin/"
    with time_machine.travel(now() + timedelta(seconds=60), tick=False):
        answer = client.post(asked, {"code": code_of(secret), "next": "/admin/"})
        assert answer["Location"] == "/admin/"
        assert client.get("/admin/").status_code == 200


def test_the_way_back_from_the_admin_s_door_leads_nowhere_else(
    client: Client, operator: Any
) -> None:
    client.force_login(operator)
    assert client.get("/admin/login/?next=https://elsewhere.example/")["Location"] == "/admin/"


# -- Rescue ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, databases=["default", "operator"])
def test_an_operator_lets_in_who_lost_every_factor_and_everybody_is_told(
    world: World, client: Client, operator: User
) -> None:
    person = sign_in_confirmed(Client(), world.owner)
    turn_on_codes(person)
    client.force_login(operator)
    chosen = {"action": "remove_factors", "_selected_action": [str(world.owner.pk)]}
    client.post("/admin/organizations/user/", {**chosen, "reason": "Lost the telephone"})
    assert not Authenticator.objects.filter(user=world.owner).exists()
    assert "Your second factors were removed" in [each.subject for each in mail.outbox]
    [row] = audit(world, "staff.removed_second_factors")
    assert (row.actor_id, row.reason, row.data) == (
        operator.pk,
        "Lost the telephone",
        {"count": 2},
    )
    again = Client()
    again.post(LOGIN, {"login": world.owner.email, "password": PASSWORD})
    assert is_in(again)


@OPERATORS
def test_operators_read_how_people_get_in_and_no_secret(
    world: World, client: Client, operator: User
) -> None:
    turn_on_codes(sign_in_confirmed(Client(), world.owner))
    first_step(world)
    row = Authenticator.objects.get(user=world.owner, type="totp")
    client.force_login(operator)
    pages = [
        client.get(f"/admin/{path}")
        for path in (
            "mfa/authenticator/",
            f"mfa/authenticator/{row.pk}/change/",
            "usersessions/usersession/",
            "socialaccount/socialaccount/",
            "account/emailaddress/",
        )
    ]
    assert {page.status_code for page in pages} == {200}
    assert not any("sealed:" in page.content.decode() for page in pages)
    assert client.post(f"/admin/mfa/authenticator/{row.pk}/change/", {}).status_code == 403
    assert client.get("/admin/socialaccount/socialapp/").status_code == 404
