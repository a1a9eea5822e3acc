"""How long a session lasts, what ends it, and what is written down about it."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import allauth
import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditCategory, AuditRecord, Membership, Role, User
from organizations.sign_in.letters import LETTERS, letter_of
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
DAY = timedelta(days=1)


def signed_in(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": password})
    return client


def is_let_in(client: Client, world: World) -> bool:
    return client.get(f"{world.path}/account/").status_code == 200


def records(organization_id: Any, action: str = "") -> list[AuditRecord]:
    with org_atomic(organization_id):
        rows = AuditRecord.objects.filter(category=AuditCategory.SECURITY).order_by("created_at")
        return [row for row in rows if action in {"", row.action}]


# -- Time ------------------------------------------------------------------------------------------


def test_a_session_that_is_used_every_day_ends_after_thirty_days(world: World) -> None:
    begin = now()
    with time_machine.travel(begin, tick=False):
        client = signed_in(world.owner)
    for day in range(1, 30):
        with time_machine.travel(begin + day * DAY, tick=False):
            assert is_let_in(client, world), day
    with time_machine.travel(begin + 30 * DAY, tick=False):
        answer = client.get(f"{world.path}/account/", follow=True)
    assert "You were signed out because some time has passed" in answer.content.decode()


def test_a_session_that_is_left_alone_ends_after_fourteen_days(world: World) -> None:
    begin = now()
    with time_machine.travel(begin, tick=False):
        client, other = signed_in(world.owner), signed_in(world.owner)
    with time_machine.travel(begin + 13.9 * DAY, tick=False):
        assert is_let_in(other, world)
    with time_machine.travel(begin + 14 * DAY, tick=False):
        assert not is_let_in(client, world)
    with time_machine.travel(begin + 27 * DAY, tick=False):
        assert is_let_in(other, world)


def test_both_limits_are_settings_and_count_at_once(world: World, settings: LazySettings) -> None:
    client = signed_in(world.owner)
    session = client.session
    session["seen_at"] = int(time.time()) - 120
    session.save()
    settings.WARREN_SESSION_IDLE_SECONDS = 180
    assert is_let_in(client, world)
    settings.WARREN_SESSION_MOST_SECONDS = 1
    session = client.session
    session["signed_in_at"] = int(time.time()) - 5
    session.save()
    assert not is_let_in(client, world)


def test_use_is_noted_once_in_ten_minutes_and_no_more(world: World) -> None:
    begin = now()
    with time_machine.travel(begin, tick=False):
        client = signed_in(world.owner)
    row = UserSession.objects.get(user=world.owner)
    for minutes, moved in ((5, False), (11, True)):
        with time_machine.travel(begin + timedelta(minutes=minutes), tick=False):
            is_let_in(client, world)
        before, row = row, UserSession.objects.get(pk=row.pk)
        assert (row.last_seen_at > before.last_seen_at) is moved


# -- What ends it ----------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"is_active": False}, {"deleted_at": now()}])
def test_a_closed_account_loses_every_session_at_the_next_request_of_one(
    world: World, change: dict[str, Any]
) -> None:
    here, there = signed_in(world.viewer), signed_in(world.viewer)
    User.objects.filter(pk=world.viewer.pk).update(**change)
    assert not is_let_in(here, world)
    assert not UserSession.objects.filter(user_id=world.viewer.pk).exists()
    User.with_deleted.filter(pk=world.viewer.pk).update(is_active=True, deleted_at=None)
    assert not is_let_in(here, world) and not is_let_in(there, world)


def test_a_deleted_account_is_not_entered_by_a_confirmed_address_either(world: World) -> None:
    EmailAddress.objects.create(
        user=world.viewer, email=world.viewer.email, verified=True, primary=True
    )
    User.objects.filter(pk=world.viewer.pk).update(deleted_at=now())
    client = signed_in(world.viewer)
    assert "_auth_user_id" not in client.session


def test_a_new_password_ends_every_other_session(world: World) -> None:
    here, there = signed_in(world.owner), signed_in(world.owner)
    word = "nine brown owls read poems"
    answer = here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": word, "password2": word},
    )
    assert answer.status_code == 302
    assert is_let_in(here, world) and not is_let_in(there, world)
    here.get(f"{world.path}/account/security/")
    assert UserSession.objects.filter(user=world.owner).count() == 1
    assert len(records(world.id, "person.password_changed")) == 1
    assert "password" in mail.outbox[-1].subject.lower()


def test_a_reset_password_ends_every_session(world: World) -> None:
    here = signed_in(world.owner)
    stranger = Client()
    stranger.post("/accounts/password/reset/", {"email": world.owner.email})
    link = next(word for word in str(mail.outbox[-1].body).split() if "/reset/key/" in word)
    form = stranger.get(link, follow=True)
    word = "nine brown owls read poems"
    stranger.post(form.redirect_chain[-1][0], {"password1": word, "password2": word})
    assert not is_let_in(here, world)
    assert len(records(world.id, "person.password_reset")) == 1


def test_signing_out_leaves_no_session_behind(world: World) -> None:
    client = signed_in(world.owner)
    key = client.session.session_key
    client.post("/accounts/logout/")
    assert not Session.objects.filter(session_key=key).exists()
    assert [row.action for row in records(world.id)] == ["person.signed_in", "person.signed_out"]


def test_signing_in_changes_the_session_s_key(world: World, client: Client) -> None:
    client.get(LOGIN)
    session = client.session
    session["anything"] = 1
    session.save()
    before = client.session.session_key
    client.post(LOGIN, {"login": world.owner.email, "password": PASSWORD})
    assert client.session.session_key != before


# -- What is written down --------------------------------------------------------------------------


def test_a_sign_in_is_written_down_in_each_team_of_the_person(world: World) -> None:
    with org_atomic(world.foreign.id):
        Membership.objects.create(user=world.owner, role=Role.VIEWER)
    signed_in(world.owner)
    for team in (world.id, world.foreign.id):
        [row] = records(team, "person.signed_in")
        assert row.actor_id == row.target_id == world.owner.pk
        assert (row.actor_kind, row.data) == (ActorKind.PERSON, {"methods": ["password"]})


def test_a_failed_sign_in_is_written_down_as_nobody_s_act(world: World) -> None:
    signed_in(world.owner, "wrong wrong wrong")
    [row] = records(world.id)
    assert (row.action, row.succeeded, row.actor_id) == ("person.sign_in_failed", False, None)
    assert (row.actor_kind, row.target_id) == (ActorKind.SYSTEM, world.owner.pk)
    assert records(world.foreign.id) == []
    signed_in(User(email="nobody@example.com"), "wrong wrong wrong")
    assert len(records(world.id)) == 1


def test_no_record_holds_a_password(world: World) -> None:
    signed_in(world.owner, "wrong-canary-wrong")
    signed_in(world.owner)
    rows = [(row.data, row.before, row.after, row.reason) for row in records(world.id)]
    assert "canary" not in str(rows) and PASSWORD not in str(rows)


# -- The address -----------------------------------------------------------------------------------


def test_a_new_address_counts_when_it_is_confirmed_and_the_change_is_written_down(
    world: World,
) -> None:
    client = signed_in(world.viewer)
    client.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})
    waiting = client.get("/accounts/email/").content.decode()
    assert "new@example.com is not confirmed yet" in waiting
    assert f"You sign in as {world.viewer.email}" in waiting and "Keep the old one" in waiting
    assert User.objects.get(pk=world.viewer.pk).email == world.viewer.email
    assert "_auth_user_id" in signed_in(world.viewer).session
    letter = next(each for each in mail.outbox if each.to == ["new@example.com"])
    link = next(word for word in str(letter.body).split() if "confirm-email" in word)
    page = client.get(link)
    assert "Confirm address" in page.content.decode()
    client.post(link)
    assert User.objects.get(pk=world.viewer.pk).email == "new@example.com"
    [row] = records(world.id, "person.email_changed")
    assert "@" not in str((row.before, row.after, row.data))


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_a_change_of_address_can_be_taken_back(world: World, is_confirmed: bool) -> None:
    EmailAddress.objects.create(
        user=world.viewer, email=world.viewer.email, verified=is_confirmed, primary=True
    )
    client = signed_in(world.viewer)
    for email in ("typo@example.com", "new@example.com"):
        client.post("/accounts/email/", {"email": email, "action_add": ""})
    client.post("/accounts/email/", {"email": "new@example.com", "action_remove": ""})
    kept = EmailAddress.objects.filter(user=world.viewer).values_list("email", flat=True)
    assert list(kept) == [world.viewer.email]
    assert User.objects.get(pk=world.viewer.pk).email == world.viewer.email


def test_an_address_that_somebody_else_signs_in_with_is_not_taken_over(world: World) -> None:
    client = signed_in(world.viewer)
    client.post("/accounts/email/", {"email": world.owner.email, "action_add": ""})
    letter = next(each for each in mail.outbox if each.to == [world.owner.email])
    link = next(word for word in str(letter.body).split() if "confirm-email" in word)
    answer = Client().post(link, follow=True)
    assert answer.status_code == 200
    assert User.objects.get(pk=world.viewer.pk).email == world.viewer.email


@pytest.mark.parametrize("verification", ["none", "mandatory"])
def test_the_address_of_a_closed_account_is_not_given_to_a_new_one(
    world: World, client: Client, settings: LazySettings, verification: str
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    User.objects.filter(pk=world.viewer.pk).update(deleted_at=now())
    values = {"email": world.viewer.email.upper(), "password1": "nine brown owls read poems"}
    answer = client.post("/accounts/signup/", values, follow=True)
    assert answer.status_code == 200 and "_auth_user_id" not in client.session
    words = "already registered" if verification == "none" else "Look into your mail"
    assert words in answer.content.decode()


def test_a_new_account_waits_for_its_address_where_that_is_asked(
    world: World, client: Client, settings: LazySettings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    values = {"email": "fresh@example.com", "password1": "nine brown owls read poems"}
    answer = client.post("/accounts/signup/", values, follow=True)
    assert "Look into your mail" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    link = next(word for word in str(mail.outbox[-1].body).split() if "confirm-email" in word)
    client.post(link)
    assert EmailAddress.objects.get(email="fresh@example.com").verified
    client.post(LOGIN, {"login": values["email"], "password": values["password1"]})
    assert "_auth_user_id" in client.session


def test_every_mail_of_allauth_s_is_worded_in_the_house(world: World) -> None:
    folder = Path(allauth.__file__).parent / "templates"
    found = {
        str(path.relative_to(folder)).removesuffix("_subject.txt")
        for path in folder.glob("*/email/*_subject.txt")
    }
    unused = {"account/email/login_code", "account/email/password_reset_code"}
    assert found - unused == set(LETTERS) - {"mfa/email/removed_by_operator"}
    for prefix, words in LETTERS.items():
        context = {
            words.link or "none": "https://warren.example/x",
            "ip": "192.0.2.1",
            "user_agent": "",
        }
        mail = letter_of(prefix, to="ada@example.com", context=context)
        assert mail.subject == words.title and words.body in mail.body
        assert ("https://warren.example/x" in mail.body) is bool(words.link)
