"""What the log never holds: links that let somebody in."""

from __future__ import annotations

import logging
import secrets

import pytest
from django.test import Client

from config.logs import veil_tokens
from tests.world import World


@pytest.mark.parametrize("where", ["GET /invitations/{}/", "Not Found: /invitations/{}/proof/"])
def test_a_token_in_an_address_is_veiled(where: str) -> None:
    token = secrets.token_urlsafe(32)
    event = veil_tokens(None, "", {"event": where.format(token), "request": where.format(token)})
    assert token not in str(event) and event["request"] == where.format("…")


@pytest.mark.parametrize(
    "plain",
    [
        "GET /o/harbour-pine-58f668/members/01a1fed1-d061-7825-aadb-dfc0a9c8130f/",
        "it took 3/4 of a second",
    ],
)
def test_what_opens_nothing_stays_readable(plain: str) -> None:
    assert veil_tokens(None, "", {"event": plain})["event"] == plain


@pytest.mark.django_db
def test_the_log_of_a_request_for_an_invitation_holds_no_token(
    world: World, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    token = secrets.token_urlsafe(32)
    formatter = logging.getLogger().handlers[0].formatter
    assert formatter is not None
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "Not Found: %s", (f"/invitations/{token}/",), None
    )
    assert token not in formatter.format(record)
    assert client.get(f"/invitations/{token}/").status_code == 404
    assert token not in capsys.readouterr().err


@pytest.mark.django_db
def test_what_a_network_answers_is_not_kept(
    world: World, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(world.owner)
    path = "/connect/wordpress/callback/"
    answer = client.get(path, {"state": "made-up", "user_login": "a", "password": "abcd EFGH 1234"})
    assert answer.status_code >= 400
    said = " ".join(str(record.msg) for record in caplog.records)
    assert "EFGH" not in said
    assert f"{path}?…" in said
