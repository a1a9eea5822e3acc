"""A small OpenID Connect provider on this machine: discovery, authorize, token, userinfo, keys.

It holds clients to what the standards ask: the registered redirect, one use of a code, PKCE with
S256 and the client's secret. Source: OpenID Connect Core 1.0, RFC 6749, RFC 7636, read 2026-11.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

CLIENT_ID, CLIENT_SECRET = "warren-test", "a-secret-of-the-test"  # noqa: S105


class OpenIdProvider:
    """`person` are the claims of who is signed in there; `spoil` changes an id_token's claims."""

    def __init__(self, server: HTTPServer, redirect: str) -> None:
        self.issuer = server.url_for("").rstrip("/")
        self.redirect = redirect
        self.person: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.spoil: dict[str, Any] = {}
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: dict[str, dict[str, Any]] = {}
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        for path, answer in {
            "/.well-known/openid-configuration": self._discovery,
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": self._userinfo,
            "/keys": self._keys,
        }.items():
            server.expect_request(path).respond_with_handler(self._noted(path, answer))

    def _noted(self, path: str, answer: Any) -> Any:
        def noted(request: Request) -> Response:
            self.asked.append(path)
            response: Response = answer(request)
            return response

        return noted

    def _discovery(self, request: Request) -> Response:
        return _json(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def _authorize(self, request: Request) -> Response:
        asked = request.args
        known = asked.get("client_id") == CLIENT_ID and asked.get("redirect_uri") == self.redirect
        if not known or asked.get("response_type") != "code":
            return Response("unknown client or redirect", 400)
        if asked.get("code_challenge_method") != "S256":
            return Response("PKCE is required", 400)
        code = secrets.token_urlsafe(16)
        self._codes[code] = {"challenge": asked["code_challenge"]}
        answer = urlencode({"code": code, "state": asked["state"]})
        return Response(status=302, headers={"Location": f"{self.redirect}?{answer}"})

    def _token(self, request: Request) -> Response:
        sent = dict(parse_qsl(request.get_data(as_text=True)))
        client = request.authorization
        if client is None or (client.username, client.password) != (CLIENT_ID, CLIENT_SECRET):
            return _json({"error": "invalid_client"}, 401)
        held = self._codes.pop(sent.get("code", ""), None)
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if held is None or held["challenge"] != challenge or sent["redirect_uri"] != self.redirect:
            return _json({"error": "invalid_grant"}, 400)
        access = secrets.token_urlsafe(16)
        self._tokens[access] = self.userinfo or self.person
        return _json(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": self._id_token(),
            }
        )

    def _id_token(self) -> str:
        moment = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": moment,
            "exp": moment + 300,
            **self.person,
            **self.spoil,
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "one"})

    def _userinfo(self, request: Request) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        person = self._tokens.get(token)
        return _json(person) if person else _json({"error": "invalid_token"}, 401)

    def _keys(self, request: Request) -> Response:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return _json({"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]})


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
