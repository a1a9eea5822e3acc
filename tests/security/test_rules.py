"""Rules that hold for all code and all pages at once."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.db import connections
from django.test import Client

from tests.house.test_names import ROOT, sources
from tests.house.test_urls import INSIDE, url_of
from tests.organizations.confirming import sign_in_confirmed
from tests.rows import one_of_each
from tests.world import PASSWORD, World

# Where a text is said to be safe, and why that is true.
SAFE = {
    "analytics/templatetags/charts.py": "nothing",
    "analytics/templatetags/ui.py": "a constant, and an icon out of a package",
    "organizations/admin/support.py": "Django's linebreaks, which escaped it before",
    "templates/ui/field.html": "help texts, which our own code holds",
}

# Who takes a copy of the audit log stands in it.
ON_RECORD = {"organizations:audit-export", "publishing:post-export"}


def test_only_named_places_say_that_a_text_is_safe() -> None:
    says = re.compile(r"mark_safe\(|\|\s*safe(?:seq)?\b|autoescape\s+off|SafeString\(|__html__")
    files = [*sources(), *(ROOT / "templates").rglob("*.html")]
    found = {str(path.relative_to(ROOT)) for path in files if says.search(path.read_text())}
    assert found == set(SAFE)


def test_no_template_is_built_from_data() -> None:
    builds = re.compile(r"\bTemplate\(|from_string\(|\bEngine\(")
    found = [path for path in sources() if builds.search(path.read_text())]
    assert found == []


def test_no_statement_is_put_together_from_data() -> None:
    """`.raw()` and `.extra()` take text; and an f-string in execute() names its reason (S608)."""
    loose = re.compile(r"\.objects\.raw\(|\.extra\(|RawSQL\(")
    assert [path for path in sources() if loose.search(path.read_text())] == []
    unsaid = []
    for path in sources():
        text = path.read_text()
        for node in ast.walk(ast.parse(text)):
            is_execute = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "execute"
            if is_execute and node.args and isinstance(node.args[0], ast.JoinedStr):  # type: ignore[attr-defined]
                line = text.splitlines()[node.lineno - 1 : node.end_lineno]  # type: ignore[attr-defined]
                if "S608" not in " ".join(line):
                    unsaid.append(f"{path}:{node.lineno}")  # type: ignore[attr-defined]
    # Statements over names of our own tables, which migrations and the seed put together.
    own = (
        "config/kernel/migrations.py",
        "config/grants.py",
        "analytics/seeding/",
        "analytics/bench/",
    )
    assert [each for each in unsaid if not any(part in each for part in own)] == []


def test_every_form_names_its_fields() -> None:
    waiting: list[type[Any]] = [forms.ModelForm]
    loose = []
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        app = form.__module__.partition(".")[0]
        ours = app in {"organizations", "billing", "brands", "content", "publishing", "analytics"}
        if ours and ".admin" not in form.__module__:
            options = form._meta
            if options.model is not None and (options.fields in (None, "__all__")):
                loose.append(form.__qualname__)
    assert loose == []


def test_weak_hashes_and_ciphers_are_used_nowhere() -> None:
    weak = re.compile(r"\b(md5|sha1|MD5|SHA1|DES3?|RC4|ARC4|Blowfish|ECB|modes\.CBC)\b\(?")
    found = [
        str(path.relative_to(ROOT))
        for path in sources()
        if re.search(r"hashlib|cryptography|hmac", path.read_text())
        and weak.search(path.read_text())
    ]
    # RFC 6455 says SHA-1 for a greeting that guards nothing.
    assert found == ["config/kernel/websocket.py"]
    assert "usedforsecurity=False" in (ROOT / found[0]).read_text()


def test_what_must_not_be_guessed_comes_from_the_systems_own_randomness() -> None:
    """`random` is for wording and for spreading load; tokens are made by `secrets`."""
    guessable = re.compile(r"(token|secret|key|password|nonce|code)\w*\s*=\s*.*\b(random|Random)\b")
    found = [
        f"{path}: {line.strip()}"
        for path in sources()
        for line in path.read_text().splitlines()
        if guessable.search(line) and "os.urandom" not in line and "secrets" not in line
    ]
    assert [each for each in found if "seed" not in each] == []


def test_messages_of_the_broker_are_json_and_nothing_else() -> None:
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_SERIALIZER == "json"
    assert "Pickle" not in str(getattr(settings, "SESSION_SERIALIZER", "json"))


def test_passwords_are_hashed_by_argon2() -> None:
    text = (ROOT / "config/settings/base.py").read_text()
    assert 'PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]' in text


@pytest.mark.django_db(databases=["default", "operator"])
def test_opening_every_page_changes_nothing(world: World, client: Client) -> None:
    """Twice, so that what a first visit creates (a session, a last-seen) is there already."""
    ids = one_of_each(world)
    owner = sign_in_confirmed(client, world.owner)
    pages = [each for each in INSIDE if "GET" in each.methods and each.name not in ON_RECORD]
    urls = [url_of(each, world.organization.slug, ids) for each in pages]
    for url in urls:
        owner.get(url)
    before = written()
    for url in urls:
        owner.get(url)
    assert written() == before


def written() -> dict[str, int]:
    """Rows of every table that pages could write to."""
    with connections["operator"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        counts = {}
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            counts[name] = cursor.fetchone()[0]
    return counts


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example"]
    + ["javascript:alert(1)", "\thttps://evil.example", "https://testserver@evil.example/"],
)
def test_signing_in_leads_to_no_other_site(target: str, world: World) -> None:
    answer = Client().post(
        "/accounts/login/", {"login": world.owner.email, "password": PASSWORD, "next": target}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")
    assert not answer.headers["Location"].startswith(("//", "/\\"))


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner)
    url = f"{world.path}/brands/{world.brand.pk}/pause/"
    assert client.post(url).status_code == 403
    assert client.post(url, headers={"Origin": "https://evil.example"}).status_code == 403


def test_the_log_takes_no_second_line_from_anybody() -> None:
    """A line break in what is logged stays inside its line of JSON."""
    from config.logs import logging_to_stderr

    built = logging_to_stderr("INFO", as_json=True)["formatters"]["lines"]
    import logging

    formatter = built["()"](**{k: v for k, v in built.items() if k != "()"})
    record = logging.LogRecord("x", 20, "f", 1, "who: %s", ("a\nforged\r\nline\u2028",), None)
    assert len(formatter.format(record).splitlines()) == 1


def test_files_of_the_repository_hold_no_key() -> None:
    looks = re.compile(
        r"-----BEGIN (?:RSA |EC )?PRIVATE KEY|AKIA(?!DEXAMPLE)[0-9A-Z]{16}|sk_live_[0-9a-zA-Z]{10}"
        r"|ghp_[0-9A-Za-z]{30}|xox[bp]-[0-9]{6}"
    )
    folders = [*sources(), *Path(ROOT / "deploy").glob("*"), *Path(ROOT / "docs").glob("*.md")]
    assert [path for path in folders if path.is_file() and looks.search(path.read_text())] == []
