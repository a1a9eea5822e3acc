"""The documentation of the API says what is true: its commands run, its tables hold."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config.kernel.scoping import org_atomic
from organizations.models import Role
from organizations.services.api_keys import is_well_formed, new_key_text
from organizations.services.api_scopes import scopes
from tests import make
from tests.keys import new_key
from tests.world import World

TEXT = Path(settings.BASE_DIR, "docs", "api.md").read_text()
COMMANDS = re.findall(r"^curl .*$", TEXT, flags=re.MULTILINE)


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) == 8


@pytest.mark.django_db
def test_every_command_works_in_the_order_of_the_page(world: World) -> None:
    key = new_key(world.organization, world.owner).text.reveal()
    with org_atomic(world.id):
        make.post(world.brand, world.account)
        pending = make.pending_post(world.brand, world.account)
    for command in COMMANDS:
        answer = run(command, WARREN="", KEY=key, PENDING=str(pending.pk))
        assert answer.status_code in {200, 201}, (command, answer.content)


def run(command: str, **values: str) -> Any:
    """What curl would send: -H, -X and -d, on the address."""
    for name, value in values.items():
        command = command.replace(f"${name}", value)
    words, url, method, body = shlex.split(command)[1:], "", "GET", None
    headers: dict[str, str] = {}
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-X":
            method = words.pop(0)
        elif word == "-d":
            method, body = "POST", words.pop(0)
        else:
            url = word
    kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")
    return Client().generic(method, url, body or "", content_type=kind, headers=headers)


def test_the_table_of_scopes_is_the_registrys() -> None:
    rows = re.findall(r"^\| `([a-z]+:[a-z]+)` \| (.*?) \| (\w+) \|$", TEXT, flags=re.MULTILINE)
    told = {name: (sentence, role) for name, sentence, role in rows}
    known = {each.name: (each.sentence, Role(each.role).value) for each in scopes.values()}
    assert told == known


def test_the_pattern_for_scanners_finds_keys() -> None:
    found = re.search(r"`(wrn_\[.*?)`", TEXT)
    assert found is not None
    for _ in range(20):
        text = new_key_text()
        assert re.fullmatch(found.group(1), text) and is_well_formed(text)


def test_every_code_that_the_door_knows_is_told() -> None:
    sources = [
        "organizations/services/api_access.py",
        "organizations/services/idempotency.py",
        "organizations/api/door.py",
        "config/api.py",
    ]
    code = "".join(Path(settings.BASE_DIR, each).read_text() for each in sources)
    named = set(re.findall(r'code="(\w+)"', code)) | set(re.findall(r'_code = "(\w+)"', code))
    assert {name for name in named if f"`{name}`" not in TEXT} == set()
