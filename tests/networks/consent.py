"""What stand-ins with OAuth 2 share: consent, PKCE, and tokens that are renewed once each."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from publishing.channels.base import AppKeys
from tests.peers.sessions import Vault

from .base import Network, Reply, Request

APP = AppKeys("our-app", "our-secret")


class ConsentNetwork(Network):
    """Subclasses route their token endpoint, marked `renews=True`, to `give_tokens`."""

    scopes: tuple[str, ...] = ()
    scope_separator = " "
    lifetime = 7200
    client_id_name = "client_id"
    basic = False
    hexadecimal = False
    rotates = True
    """Whether a refresh token is good for one renewal only."""
    guarded = r"/.*"

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, Mapping[str, str]] = {}
        self.access: set[str] = set()
        self.refresh: set[str] = set()

    def consent(self, query: Mapping[str, str]) -> dict[str, str]:
        """A person says yes: what the platform adds to the address that they are sent back to."""
        code = f"code-{self.next_id()}"
        self.asked[code] = query
        return {"code": code, "state": query["state"]}

    def issue(self) -> dict[str, Any]:
        number = self.next_id()
        with self.lock:
            self.access.add(f"access-{number}")
            self.refresh.add(f"refresh-{number}")
        return {
            "token_type": "bearer",
            "access_token": f"access-{number}",
            "refresh_token": f"refresh-{number}",
            "expires_in": self.lifetime,
            "scope": self.scope_separator.join(self.granted(self.scopes)),
        }

    def vault(self) -> Vault:
        """The credentials of an account that has just been connected."""
        told = self.issue()
        begun = datetime.now(UTC)
        ends = begun + timedelta(seconds=self.lifetime)
        return Vault(
            {
                "access_token": told["access_token"],
                "refresh_token": told["refresh_token"],
                "scope": told["scope"],
                "issued_at": begun.isoformat(),
                "expires_at": ends.isoformat(),
            }
        )

    def give_tokens(self, request: Request) -> Reply:
        form = request.form
        if not self._is_our_app(request, form):
            return Reply(401, {"error": "invalid_client", "error_description": "Unknown app."})
        if form.get("grant_type") == "refresh_token":
            return self._renewed(form.get("refresh_token", ""))
        asked = self.asked.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return self.refused_grant()
        wanted = asked.get("code_challenge")
        if wanted and wanted != self._challenge(form.get("code_verifier", "")):
            return self.refused_grant()
        return Reply(200, self.issue())

    def _renewed(self, refresh: str) -> Reply:
        with self.lock:
            if refresh not in self.refresh:
                return self.refused_grant()
            if self.rotates:
                self.refresh.discard(refresh)
        return Reply(200, self.issue())

    def _is_our_app(self, request: Request, form: Mapping[str, str]) -> bool:
        if self.basic:
            pair = base64.b64encode(f"{APP.client_id}:{APP.client_secret}".encode()).decode()
            return request.token == pair
        return (form.get(self.client_id_name), form.get("client_secret")) == (
            APP.client_id,
            APP.client_secret,
        )

    def _challenge(self, verifier: str) -> str:
        digest = hashlib.sha256(verifier.encode())
        if self.hexadecimal:
            return digest.hexdigest()
        return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()

    def is_let_in(self, request: Request) -> bool:
        with self.lock:
            return request.token in self.access
