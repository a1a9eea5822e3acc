"""What every answer carries, whoever asks and whatever comes of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from csp.middleware import CSPMiddleware
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.kernel import vault
from tests.house.test_urls import ADDRESSES, INSIDE, sign_in, url_of
from tests.rows import one_of_each
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

# Pictures and files bring a policy of their own, which is narrower.
SANDBOXED = "default-src 'none'; sandbox"
ENTRANCE = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/reauthenticate/",
    "/contact/",
    "/healthz",
    "/status",
    "/",
]
ERRORS = ["/nowhere/", "/o/nobody/", "/f/nobody/", "/api/v1/nowhere", "/admin/nowhere/"]
ADMIN = ["/admin/", "/admin/login/", "/admin/organizations/user/", "/admin/organizations/user/add/"]


def test_every_page_of_a_team_is_locked_and_stored_nowhere(world: World) -> None:
    ids = one_of_each(world)
    owner = sign_in(world.owner)
    wrong = []
    for address in INSIDE:
        if "GET" not in address.methods:
            continue
        page = owner.get(url_of(address, world.organization.slug, ids))
        wrong += [f"{address.name}: {each}" for each in amiss(page)]
        stored = page.headers.get("Cache-Control", "")
        if not ("no-store" in stored or (is_picture(page) and "private" in stored)):
            wrong.append(f"{address.name}: Cache-Control {stored!r}")
    assert wrong == []


def test_every_other_page_is_locked_too(world: World) -> None:
    ids = one_of_each(world)
    client, wrong = Client(raise_request_exception=False), []
    paths = [*ENTRANCE, *ERRORS, *ADMIN, *outside(world, ids)]
    for path in paths:
        page = client.get(path)
        assert page.status_code < 500, path
        referrer = REFERRERS.get(path[:3], REFERRER)
        is_feed = path.startswith("/f/")
        wrong += [f"{path}: {each}" for each in amiss(page, is_feed=is_feed, referrer=referrer)]
    assert len(paths) > 20
    assert wrong == []


def test_the_admins_pages_are_locked_and_stored_nowhere(world: World) -> None:
    staff = get_user_model().objects.create_superuser(email="staff@example.com", password=PASSWORD)
    desk, wrong = sign_in(staff), []
    for path in ADMIN:
        page = desk.get(path)
        wrong += [f"{path}: {each}" for each in amiss(page)]
        if "no-store" not in page.headers.get("Cache-Control", ""):
            wrong.append(f"{path}: {page.headers.get('Cache-Control')!r}")
        assert not re.search(
            rb"<script(?![^>]*\b(src|nonce|type=\"application/json\"))", page.content
        )
        assert not re.search(rb"\son[a-z]+\s*=|javascript:", page.content)
    assert wrong == []


def test_a_page_that_breaks_is_locked_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_it(*_: Any, **__: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr("content.views.materials.paginate", break_it)
    client = Client(raise_request_exception=False)
    client.force_login(world.owner)
    page = client.get(f"{world.path}/materials/")
    assert page.status_code == 500
    assert amiss(page) == []
    assert "no-store" in page.headers["Cache-Control"]


def test_a_script_in_a_page_would_need_a_number_that_nobody_can_guess() -> None:
    """No page of ours has one (see `inline`); a page that asks for a nonce gets a new one."""
    nonces = set()
    for _ in range(5):
        request = RequestFactory().get("/")
        middleware: Any = CSPMiddleware(_asks_for_a_nonce)
        policy = middleware(request).headers["Content-Security-Policy"]
        nonces |= set(re.findall(r"'nonce-([^']{22,})'", policy))
    assert len(nonces) == 5


def _asks_for_a_nonce(request: Any) -> HttpResponse:
    return HttpResponse(f'<script nonce="{request.csp_nonce}"></script>')


def test_the_policy_allows_nothing_but_what_is_ours() -> None:
    policy = django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    everything = " ".join(str(each) for values in policy.values() for each in values)
    for loose in (
        "unsafe-inline",
        "unsafe-eval",
        "*",
        "http:",
        "https: ",
        "blob:",
        "unsafe-hashes",
    ):
        assert loose not in everything.replace("https://", "")
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["default-src"] == ["'none'"]
    assert policy["report-uri"] == ["/csp-report"]


def test_cookies_are_for_servers_and_for_us(world: World) -> None:
    client = Client()
    client.get("/accounts/login/")
    answer = client.post(
        "/accounts/login/", {"login": world.owner.email, "password": PASSWORD}, follow=False
    )
    assert answer.status_code == 302
    session = answer.cookies[django_settings.SESSION_COOKIE_NAME]
    assert session["httponly"] and session["samesite"] == "Lax" and session["path"] == "/"
    assert not session["domain"]


def test_production_asks_for_https_everywhere(tmp_path: Path) -> None:
    """The settings of production, loaded by a process of its own."""
    code = """
from django.conf import settings as s
assert s.SESSION_COOKIE_NAME.startswith("__Host-") and s.CSRF_COOKIE_NAME.startswith("__Host-")
assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SESSION_COOKIE_HTTPONLY
assert not s.SESSION_COOKIE_DOMAIN and s.SESSION_COOKIE_PATH == "/"
assert s.SECURE_HSTS_SECONDS >= 31_536_000 and s.SECURE_HSTS_INCLUDE_SUBDOMAINS
assert s.SECURE_SSL_REDIRECT and not s.DEBUG and not s.WARREN_ALLOW_LOOPBACK
assert s.MIDDLEWARE[0] == "config.kernel.peers.TrueAddress"
assert s.WARREN_TRUSTED_PROXIES == ("127.0.0.1", "::1")
print("well")
"""
    (tmp_path / "master.key").write_text(vault.new_master_key())
    (tmp_path / "master.key").chmod(0o400)
    given = {name: value for name, value in os.environ.items() if not name.startswith("WARREN_")}
    given |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "WARREN_START_SERVICES": "no",
        "WARREN_SECRET_KEY": "".join(f"{number}-key;" for number in range(20)),
        "WARREN_MASTER_KEY_FILE": str(tmp_path / "master.key"),
        "WARREN_HOSTS": "app.example.com",
        "WARREN_BASE_URL": "https://app.example.com",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        env=given,
        check=False,
    )
    assert done.stdout.strip().endswith("well"), done.stderr[-2000:]


# -- What is right -------------------------------------------------------------------------------


REFERRER = "strict-origin-when-cross-origin"
# A client's address lets in whoever has it, so it is told to nobody; a short link's target is told
# where its visitors come from.
REFERRERS = {"/c/": "no-referrer", "/l/": "no-referrer-when-downgrade"}


def amiss(page: Any, *, is_feed: bool = False, referrer: str = REFERRER) -> list[str]:
    """What is wrong with an answer's headers, in words."""
    headers, found = page.headers, []
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": referrer,
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "X-Permitted-Cross-Domain-Policies": "none",
    }
    found += [
        f"{name} {headers.get(name)!r}" for name in wanted if headers.get(name) != wanted[name]
    ]
    if headers.get("Cross-Origin-Resource-Policy") not in (
        {"same-origin", "cross-origin"} if is_feed else {"same-origin"}
    ):
        found.append(f"CORP {headers.get('Cross-Origin-Resource-Policy')!r}")
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    policy = headers.get("Content-Security-Policy", "")
    if policy != SANDBOXED:
        rules = dict(each.strip().partition(" ")[::2] for each in policy.split(";"))
        for name in ("default-src", "object-src", "base-uri", "frame-ancestors"):
            if rules.get(name) != "'none'":
                found.append(f"CSP {name} {rules.get(name)!r}")
        if re.search(r"unsafe-|\*|data:", rules.get("script-src", "unsafe-")):
            found.append(f"CSP script-src {rules.get('script-src')!r}")
    if "Access-Control-Allow-Origin" in headers and not is_feed:
        found.append("CORS")
    return found + inline(page)


def inline(page: Any) -> list[str]:
    """What the policy forbids a page to hold: scripts, styles and handlers written into it."""
    if not page.headers.get("Content-Type", "").startswith("text/html"):
        return []
    text = page.content.decode()
    forms = {
        "a script in the page": r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))[^>]*>",
        "a style in the page": r"<style\b|<[^>]+\sstyle=\"",
        "a handler in the page": r"<[^>]+\son[a-z]+=",
        "a link that runs": r"(?:href|src|action)=[\"']?\s*javascript:",
    }
    hits = {name: re.search(form, text, re.IGNORECASE) for name, form in forms.items()}
    return [f"{name}: {hit[0][:80]}" for name, hit in hits.items() if hit]


def is_picture(page: Any) -> bool:
    return str(page.headers.get("Content-Type", "")).startswith("image/")


def outside(world: World, ids: dict[str, Any]) -> list[str]:
    """Addresses without a team in them, and those of the team's own page on the web."""
    found = []
    for address in ADDRESSES:
        known = all(name in ids or name == "handle" for name in address.kwargs)
        if "GET" in address.methods and "org" not in address.kwargs and known:
            kwargs = {**ids, "handle": world.organization.slug}
            found.append(url_of(address, world.organization.slug, kwargs))
    return found
