"""What production asks of cookies, operators and new accounts, unless the environment says else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.env import BASE_DIR
from config.kernel.vault import new_master_key

ASKED = (
    "SESSION_COOKIE_NAME SESSION_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE "
    "SESSION_COOKIE_DOMAIN SESSION_COOKIE_PATH CSRF_COOKIE_NAME CSRF_COOKIE_SECURE "
    "WARREN_OPERATORS_NEED_MFA ACCOUNT_EMAIL_VERIFICATION MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN "
    "WARREN_SESSION_IDLE_SECONDS WARREN_SESSION_MOST_SECONDS SOCIALACCOUNT_STORE_TOKENS "
    "PASSWORD_HASHERS"
)
CODE = f"""
import json
from django.conf import settings
names = {ASKED!r}.split()
print(json.dumps({{name: getattr(settings, name, None) for name in names}}))
"""


@pytest.fixture
def production(tmp_path: Path) -> Any:
    key = tmp_path / "elsewhere" / "master.key"
    key.parent.mkdir()
    key.write_text(new_master_key())
    key.chmod(0o400)

    def settings_with(**given: str) -> dict[str, Any]:
        environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "WARREN_START_SERVICES": "no",
            "WARREN_VAR": str(tmp_path / "var"),
            "WARREN_SECRET_KEY": "q7Lw2-" + "aB3dE5fG7hJ9kM1nP3rS5tV7xZ" * 2,
            "WARREN_MASTER_KEY_FILE": str(key),
            "WARREN_HOSTS": "app.example.com",
            "WARREN_BASE_URL": "https://app.example.com",
            **given,
        }
        done = subprocess.run(
            [sys.executable, "-c", CODE],
            cwd=BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        read: dict[str, Any] = json.loads(done.stdout)
        return read

    return settings_with


def test_cookies_are_bound_to_the_host_and_to_tls(production: Any) -> None:
    settings = production()
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME"):
        assert settings[name].startswith("__Host-")
    assert settings["SESSION_COOKIE_SECURE"] and settings["CSRF_COOKIE_SECURE"]
    assert settings["SESSION_COOKIE_HTTPONLY"] and settings["SESSION_COOKIE_SAMESITE"] == "Lax"
    # Without these two, browsers refuse such a name.
    assert (settings["SESSION_COOKIE_DOMAIN"], settings["SESSION_COOKIE_PATH"]) == (None, "/")


def test_operators_need_a_second_factor_and_addresses_are_confirmed(production: Any) -> None:
    settings = production()
    assert settings["WARREN_OPERATORS_NEED_MFA"] is True
    assert settings["ACCOUNT_EMAIL_VERIFICATION"] == "mandatory"
    assert not settings["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"]
    assert settings["SOCIALACCOUNT_STORE_TOKENS"] is False
    assert settings["PASSWORD_HASHERS"][0].endswith("Argon2PasswordHasher")


def test_the_environment_may_decide_otherwise(production: Any) -> None:
    settings = production(
        WARREN_OPERATORS_NEED_MFA="no",
        WARREN_EMAIL_VERIFICATION="none",
        WARREN_SESSION_IDLE_SECONDS="900",
        WARREN_SESSION_MOST_SECONDS="43200",
    )
    assert settings["WARREN_OPERATORS_NEED_MFA"] is False
    assert settings["ACCOUNT_EMAIL_VERIFICATION"] == "none"
    assert settings["WARREN_SESSION_IDLE_SECONDS"] == 900
    assert settings["WARREN_SESSION_MOST_SECONDS"] == 43200


def test_the_limits_of_a_session_have_the_defaults_that_are_told(production: Any) -> None:
    settings = production()
    day = 24 * 3600
    assert settings["WARREN_SESSION_IDLE_SECONDS"] == 14 * day
    assert settings["WARREN_SESSION_MOST_SECONDS"] == 30 * day
