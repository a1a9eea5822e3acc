"""What the doctor says about an installation that is well, and about each thing that is not."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from config import doctor
from config.kernel.checks import Finding, doctor_checks

ALL = ["default", "owner", "operator"]


def by_subject() -> dict[str, Finding]:
    return {finding.subject: finding for finding in doctor.findings()}


@pytest.fixture
def extra_check() -> Iterator[list[Finding]]:
    found: list[Finding] = []
    doctor_checks.register("test", lambda: found)
    yield found
    doctor_checks.unregister("test")


@pytest.mark.django_db(transaction=True, databases=ALL)
def test_the_database_and_redis_of_the_tests_are_well() -> None:
    found = by_subject()
    for subject in ("Database", "Extension vector", "Tables", "Redis"):
        assert found[subject].is_well, found[subject]
    assert found["Role of the application"].says == "warren_app owns and bypasses nothing"
    assert found["Role of the operator"].is_well


@pytest.mark.django_db(transaction=True, databases=ALL)
def test_no_worker_and_no_beat_are_wrong_and_end_with_status_1(
    monkeypatch: pytest.MonkeyPatch, extra_check: list[Finding]
) -> None:
    monkeypatch.setattr(doctor, "age_seconds", lambda who: None)
    extra_check.append(Finding("Bluesky of Harbour", False, "The password was refused.", "Again."))
    said = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=said)
    assert ended.value.code == 1
    text = said.getvalue()
    assert "No worker answers" in text
    assert "It has never ticked." in text
    assert "Bluesky of Harbour" in text


@pytest.mark.django_db(transaction=True, databases=ALL)
def test_a_role_with_too_much_power_is_named(settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(doctor, "_role", lambda alias: (True, True))
    roles = list(doctor._roles())
    assert [role.is_well for role in roles] == [False, False]
    assert roles[0].says == "warren_app is a superuser."
    assert "config/roles.sql" in roles[0].mend


@pytest.mark.django_db(transaction=True, databases=ALL)
def test_a_table_of_the_application_is_found(settings: Any) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE stray (id int)")
        cursor.execute("GRANT CREATE ON SCHEMA public TO warren_app")
        cursor.execute("SET ROLE warren_app")
        cursor.execute("CREATE TABLE theirs (id int)")
        cursor.execute("RESET ROLE")
    try:
        role = next(iter(doctor._roles()))
        assert role.says == "warren_app owns 1 tables."
        assert role.mend == "REASSIGN OWNED BY warren_app TO warren_owner;"
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET ROLE warren_app")
            cursor.execute("DROP TABLE theirs")
            cursor.execute("RESET ROLE")
            cursor.execute("REVOKE CREATE ON SCHEMA public FROM warren_app")
            cursor.execute("DROP TABLE stray")


def test_a_redis_that_is_away_is_said_so(settings: Any) -> None:
    settings.WARREN_CACHE_URL = "redis://127.0.0.1:1/0"
    (finding,) = doctor._redis()
    assert finding.is_well is False
    assert finding.says.startswith("No connection")


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [
        (None, 0, "No such file or directory"),
        ("A" * 43 + "=", 0o644, "Others can read"),
        ("not a key", 0o600, "holds no key"),
        ("", 0o600, "holds no key"),
    ],
)
def test_what_is_wrong_with_the_master_key_is_said(
    settings: Any, tmp_path: Path, text: str | None, mode: int, says: str
) -> None:
    file = tmp_path / "master.key"
    if text is not None:
        file.write_text(text)
        os.chmod(file, mode)
    settings.WARREN_MASTER_KEY_FILE = file
    (finding,) = doctor._master_key()
    assert finding.is_well is False
    assert says in finding.says
    assert finding.mend


def test_a_key_service_is_asked_whether_it_answers(settings: Any, tmp_path: Path) -> None:
    settings.WARREN_MASTER_KEY_PROVIDER = "vault"
    settings.WARREN_MASTER_KEY_FORMER = ("file",)
    settings.WARREN_VAULT_ADDRESS = "http://127.0.0.1:1"
    settings.WARREN_VAULT_TOKEN_FILE = tmp_path / "token"
    settings.WARREN_VAULT_TOKEN_FILE.write_text("hvs.x")
    service, former = doctor._master_key()
    assert service.is_well is False
    assert "does not answer" in service.says
    assert former.is_well is None
    assert "WARREN_MASTER_KEY_FORMER" in former.mend


@pytest.mark.parametrize(
    ("given", "is_well", "says"),
    [
        ({}, None, "offline writer"),
        ({"PROVIDER": "openai"}, False, "no model"),
        ({"PROVIDER": "openai", "MODEL": "m"}, False, "No key"),
        ({"PROVIDER": "compatible", "MODEL": "m"}, False, "No address"),
        ({"PROVIDER": "openai", "MODEL": "m", "API_KEY": "k"}, True, "m of openai"),
    ],
)
def test_the_language_model_is_judged_by_what_is_set(
    settings: Any, given: dict[str, str], is_well: bool | None, says: str
) -> None:
    for name in ("PROVIDER", "MODEL", "API_KEY", "BASE_URL"):
        setattr(settings, f"WARREN_LLM_{name}", given.get(name, ""))
    finding = doctor._language_model()
    assert finding.is_well is is_well
    assert says in finding.says
    assert "k of" not in finding.says
