"""Second factors of people in tests, made through the pages, and the codes that they show."""

from __future__ import annotations

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from tests.organizations.confirming import sign_in_confirmed  # noqa: F401


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an app shows now, or `steps` half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def secret_on(page: str) -> str:
    found = re.search(r'data-copy="([A-Z2-7]{32})"', page)
    assert found is not None, page
    return found[1]


def turn_on_codes(client: Client) -> tuple[str, list[str]]:
    """Set up an app as the person who is signed in and confirmed: its secret, and their codes."""
    url = "/accounts/2fa/totp/activate/"
    secret = secret_on(client.get(url).content.decode())
    answer = client.post(url, {"code": code_of(secret)}, follow=True)
    assert answer.status_code == 200
    return secret, re.findall(r"<li>(\d{8})</li>", answer.content.decode())
