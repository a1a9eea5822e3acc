"""Which passwords are taken."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from organizations.models import User
from organizations.sign_in.passwords import is_easily_guessed

TAKEN = [
    "correct horse battery staple",
    "a long enough passphrase",
    "xK9#mP2$vL7q",
    "mein Fahrrad ist grün",
    "東京タワーは赤いですよね今日も",
    "x" * 20 + " and 44 more characters, which any manager of passwords makes",
]
REFUSED = [
    "elevenchars",
    "password1234",
    "P@ssw0rd2026!",
    "Passw0rd!!!!",
    "iloveyou2026",
    "qwertyuiop12",
    "qwertyuiopasdf",
    "abcdefghijkl",
    "1q2w3e4r5t6y",
    "123456789012",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "drowssapdrowssap",
    "sunshinemonkey",
    "Welcome-Warren1",
    "dragon.dragon.dragon",
    "letmein123456",
    "x" * 129,
]


@pytest.mark.parametrize("password", TAKEN)
def test_a_long_password_that_nobody_tries_first_is_taken(password: str) -> None:
    validate_password(password)


@pytest.mark.parametrize("password", REFUSED)
def test_a_short_or_common_password_is_refused_in_any_disguise(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


def test_up_to_128_characters_are_taken() -> None:
    sentence = "Nine brown owls read each other poems under that one lamp. "
    validate_password((sentence * 3)[:128])
    with pytest.raises(ValidationError):
        validate_password((sentence * 3)[:129])


def test_a_password_that_is_nearly_the_address_is_refused() -> None:
    user = User(email="penelope.harbour@example.com")
    with pytest.raises(ValidationError):
        validate_password("penelope.harbour1", user)


@given(st.text(max_size=140))
def test_any_text_is_judged(password: str) -> None:
    assert is_easily_guessed(password) in {True, False}


@pytest.mark.django_db
def test_signing_up_says_why_a_password_is_refused(client: Client) -> None:
    values = {"email": "new@example.com", "password1": "P@ssw0rd2026!"}
    answer = client.post("/accounts/signup/", values)
    assert "stolen elsewhere" in answer.content.decode()
    assert not User.objects.filter(email="new@example.com").exists()
