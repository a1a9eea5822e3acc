"""What the stand-ins of Meta's networks share: Graph's errors, usage headers, tokens that are made
longer, and edges that are listed page after page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Reply, Request
from .consent import APP, ConsentNetwork

VERSION = r"/v\d+\.\d+"
ERRORS = {
    401: (190, 463, "Error validating access token: Session has expired."),
    403: (200, 0, "(#200) The user has not enough administrative permission."),
    429: (32, 0, "(#32) Page request limit reached"),
    500: (1, 99, "An unknown error occurred"),
}


class GraphNetwork(ConsentNetwork):
    scope_separator = ","
    rotates = False
    lifetime = 5_184_000
    open_paths: tuple[str, ...] = ("/oauth/access_token", "/our-files")

    def __init__(self) -> None:
        super().__init__()
        self.share_used = 28
        self.fetched: list[str] = []
        self.files_at = f"{self.address}/our-files/"

    def admit(self, request: Request) -> Reply | None:
        if any(part in request.path for part in self.open_paths) or self.is_let_in(request):
            return None
        return self.refusal(401)

    def refusal(self, status: int) -> Reply:
        code, subcode, message = ERRORS.get(status, (100, 0, f"(#100) It says {status}"))
        headers = {self.retry_after_header: str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        return Reply(400 if status == 429 else status, graph_error(code, message, subcode), headers)

    def refused_grant(self) -> Reply:
        said = "Error validating access token: The user has changed the password."
        return Reply(400, graph_error(190, said, 460))

    def vault(self, **more: str) -> Vault:
        begun = datetime.now(UTC)
        return Vault(
            {
                "access_token": self.token_for("account"),
                "scope": ",".join(self.scopes),
                "issued_at": begun.isoformat(),
                "expires_at": (begun + timedelta(seconds=self.lifetime)).isoformat(),
                **more,
            }
        )

    def token_for(self, what: str) -> str:
        token = f"{what}-token-{self.next_id()}"
        with self.lock:
            self.access.add(token)
        return token

    def brief_token(self, request: Request) -> Reply:
        """For the code of a consent: a token of an hour."""
        form = request.form
        if (form.get("client_id"), form.get("client_secret")) != (APP.client_id, APP.client_secret):
            return Reply(400, graph_error(101, "Error validating client secret."))
        asked = self.asked.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return Reply(400, graph_error(100, "This authorization code has been used."))
        told = {"access_token": self.token_for("brief"), "token_type": "bearer"}
        return Reply(200, {**told, "expires_in": 3600})

    def longer_token(self, token: str) -> Reply:
        with self.lock:
            known = token in self.access and token not in self.ended
        if not known:
            return self.refused_grant()
        told = {"access_token": self.token_for("person"), "token_type": "bearer"}
        return Reply(200, {**told, "expires_in": self.lifetime})

    def usage(self) -> dict[str, str]:
        share = {"call_count": self.share_used, "total_time": 12, "total_cputime": 25}
        return {"X-App-Usage": json.dumps(share)}

    def fetch(self, address: str) -> str:
        """Meta fetches pictures and videos itself; it keeps the address here."""
        assert address.startswith(self.files_at or "http"), address
        self.fetched.append(address)
        return address.rpartition("/")[2]


def graph_error(code: int, message: str, subcode: int = 0) -> dict[str, Any]:
    error: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code}
    return {"error": error | ({"error_subcode": subcode} if subcode else {}) | {"fbtrace_id": "A"}}


def not_there(what: str) -> Reply:
    said = f"Unsupported get request. Object with ID '{what}' does not exist"
    return Reply(400, graph_error(100, said, 33))


def edge(rows: Iterable[Mapping[str, Any]]) -> Reply:
    return Reply(200, {"data": list(rows), "paging": {"cursors": {"before": "b", "after": "a"}}})


def since(items: Iterable[Item], request: Request) -> list[Item]:
    """Newest first, and not older than the request wants."""
    oldest = float(request.query.get("since") or 0)
    kept = [each for each in items if each.at.timestamp() >= oldest]
    return sorted(kept, key=lambda each: each.at, reverse=True)


def made_at(item: Item) -> str:
    return item.at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def parts_of(request: Request) -> dict[str, Any]:
    """The fields of a form, whichever way it was sent; files as bytes."""
    kind = request.headers.get("content-type", "")
    if "json" in kind:
        return dict(request.json)
    if "multipart" not in kind:
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    boundary = kind.partition("boundary=")[2].strip('"').encode()
    found: dict[str, Any] = {}
    for part in request.body.split(b"--" + boundary)[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        body = body.removesuffix(b"\r\n")
        found[name] = body if b"filename=" in head else body.decode()
    return found
