"""What the environment may say, and what production refuses to hear."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env, variables
from config.secret_files import DEVELOPMENT_MARK, new_secret_key
from config.variables import BASE_DIR, Setting

GOOD_KEY = "".join(chr(97 + number % 26) + str(number) for number in range(40))


def load(module: str, var: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Import one settings module in a process whose environment holds nothing else of ours."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WARREN_", "DATABASE_", "REDIS_", "DJANGO_", "EMAIL_"))
    }
    given = {"WARREN_VAR": str(var), "WARREN_START_SERVICES": "no", **environment}
    code = f"import config.settings.{module} as s; print(s.SECRET_KEY, s.CELERY_BROKER_URL)"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        env={**clean, **given},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def earnest(tmp_path: Path) -> dict[str, str]:
    """A production environment with nothing to refuse."""
    key = tmp_path / "elsewhere" / "master.key"
    key.parent.mkdir()
    key.write_text(base64.urlsafe_b64encode(os.urandom(32)).decode())
    key.chmod(0o400)
    return {
        "WARREN_SECRET_KEY": GOOD_KEY,
        "WARREN_MASTER_KEY_FILE": str(key),
        "WARREN_HOSTS": "app.example.com",
        "WARREN_BASE_URL": "https://app.example.com",
    }


def test_secrets_of_a_first_run_are_random_and_for_their_owner_only(tmp_path: Path) -> None:
    var = tmp_path / "var"
    first = load("development", var)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith(DEVELOPMENT_MARK)
    for name in ("secret.key", "master.key"):
        assert (var / name).stat().st_mode & 0o777 == 0o600
    assert len(base64.urlsafe_b64decode((var / "master.key").read_text())) == 32

    assert load("development", var).stdout == first.stdout, "the second run keeps them"
    assert load("development", tmp_path / "other").stdout != first.stdout


def test_a_secret_is_read_from_the_file_that_is_named(
    tmp_path: Path, earnest: dict[str, str]
) -> None:
    file = tmp_path / "key"
    file.write_text(GOOD_KEY + "\n")
    del earnest["WARREN_SECRET_KEY"]
    done = load("production", tmp_path / "var", **earnest, WARREN_SECRET_KEY_FILE=str(file))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(GOOD_KEY + " ")


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path, earnest: dict[str, str]) -> None:
    del earnest["WARREN_SECRET_KEY"]
    done = load("production", tmp_path, **earnest, WARREN_SECRET_KEY_FILE="/nowhere/key")
    assert done.returncode == 1
    assert "WARREN_SECRET_KEY_FILE names /nowhere/key, which cannot be read" in done.stderr


def test_production_starts_with_proper_secrets(tmp_path: Path, earnest: dict[str, str]) -> None:
    done = load("production", tmp_path / "var", **earnest)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"WARREN_SECRET_KEY": ""}, "WARREN_SECRET_KEY (or WARREN_SECRET_KEY_FILE) is not set"),
        ({"WARREN_SECRET_KEY": new_secret_key()}, "was made for development"),
        ({"WARREN_SECRET_KEY": "django-insecure-" + GOOD_KEY}, "was made for development"),
        ({"WARREN_SECRET_KEY": "short"}, "too short or too simple"),
        ({"WARREN_SECRET_KEY": "a" * 60}, "too short or too simple"),
        (
            {"WARREN_SECRET_KEY_FALLBACKS": new_secret_key()},
            "was made for development",
        ),
        ({"WARREN_MASTER_KEY_FILE": ""}, "WARREN_MASTER_KEY_FILE is not set"),
        ({"WARREN_MASTER_KEY_FILE": "/nowhere/master.key"}, "which is not there"),
        ({"WARREN_DEBUG": "yes"}, "WARREN_DEBUG is on"),
        ({"WARREN_ALLOW_LOOPBACK": "yes"}, "WARREN_ALLOW_LOOPBACK is on"),
        ({"WARREN_HOSTS": ""}, "WARREN_HOSTS is not set"),
        ({"WARREN_BASE_URL": "http://app.example.com"}, "must be the https:// address"),
    ],
)
def test_production_refuses_what_is_good_for_development_only(
    tmp_path: Path, earnest: dict[str, str], change: dict[str, str], says: str
) -> None:
    done = load("production", tmp_path / "var", **{**earnest, **change})
    assert done.returncode == 1
    assert says in done.stderr
    assert GOOD_KEY not in done.stderr, "a refusal must not show the secret"


def test_production_refuses_a_master_key_beside_the_data_or_open_to_others(
    tmp_path: Path, earnest: dict[str, str]
) -> None:
    var = tmp_path / "var"
    load("development", var)
    beside = {**earnest, "WARREN_MASTER_KEY_FILE": str(var / "master.key")}
    assert "lies beside the database" in load("production", var, **beside).stderr

    Path(earnest["WARREN_MASTER_KEY_FILE"]).chmod(0o644)
    assert "can be read by others" in load("production", var, **earnest).stderr


def test_one_database_address_asks_for_the_two_others(tmp_path: Path) -> None:
    done = load("development", tmp_path, DATABASE_URL="postgres://warren_app:x@db/warren")
    assert done.returncode == 1
    assert "DATABASE_OWNER_URL and DATABASE_OPERATOR_URL must be too" in done.stderr


def test_one_role_for_everything_is_refused(tmp_path: Path) -> None:
    same = "postgres://warren:x@db/warren"
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_OPERATOR_URL")
    done = load("development", tmp_path, **dict.fromkeys(names, same))
    assert done.returncode == 1
    assert "three different roles" in done.stderr


def test_external_services_start_nothing(tmp_path: Path) -> None:
    external = {
        "DATABASE_URL": "postgres://warren_app:x@db:5433/warren",
        "DATABASE_OWNER_URL": "postgres://warren_owner:x@db:5433/warren",
        "DATABASE_OPERATOR_URL": "postgres://warren_operator:x@db:5433/warren",
        "REDIS_URL": "redis://:secret@redis:6379/4",
        "WARREN_START_SERVICES": "yes",
    }
    done = load("development", tmp_path, **external)
    assert done.returncode == 0, done.stderr
    assert "redis://:secret@redis:6379/4" in done.stdout
    assert not (tmp_path / "postgres").exists()
    assert not (tmp_path / "redis").exists()


def test_the_cache_gets_the_next_redis_database() -> None:
    assert variables.next_database("redis://:secret@redis:6379/4") == "redis://:secret@redis:6379/5"
    assert variables.next_database("redis://redis:6379") == "redis://redis:6379/1"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("WARREN_WEB_WORKERS", "two", "WARREN_WEB_WORKERS is 'two', which is not a whole number."),
        ("WARREN_DEBUG", "maybe", "WARREN_DEBUG is 'maybe', which is not yes or no."),
        ("WARREN_LEASE_SECONDS", "1m", "WARREN_LEASE_SECONDS is '1m', which is not a number."),
    ],
)
def test_a_value_that_does_not_fit_is_answered_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, says: str
) -> None:
    monkeypatch.setenv(name, text)
    setting = next(one for one in variables.settings_of_the_environment() if one.name == name)
    with pytest.raises(ImproperlyConfigured) as caught:
        setting.get()
    assert str(caught.value) == says


def test_a_secret_of_the_wrong_form_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = Setting("WARREN_TEST_PIN", int, 0, "", group="", is_secret=True)
    variables._catalogue.pop()
    monkeypatch.setenv("WARREN_TEST_PIN", "hunter2")
    with pytest.raises(ImproperlyConfigured) as caught:
        setting.get()
    assert "hunter2" not in str(caught.value)


def test_the_example_file_names_every_setting() -> None:
    assert (BASE_DIR / ".env.example").read_text() == env.example(), (
        "Write it anew: python -m config.env > .env.example"
    )


def test_two_processes_that_make_a_secret_at_once_read_the_same(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from config.secret_files import *;"
        "print(made_secret(Path(sys.argv[1]), 'secret.key', new_secret_key))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    running = [
        subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in running}) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]
