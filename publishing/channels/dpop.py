"""Proof of possession for OAuth tokens (DPoP, RFC 9449): each request is signed by the account's
own key, so that a token which leaks is worth nothing without it."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Generator, Mapping
from typing import Any

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from config.kernel import clock

Key = Mapping[str, str]
"""A private key on P-256 as a JWK. Stored encrypted with the account's tokens."""

PUBLIC = ("kty", "crv", "x", "y")
NONCES_MAX = 1000

# A nonce is a server's and no secret, so all accounts of a process share the newest one.
_nonces: dict[str, str] = {}


def new_key() -> dict[str, str]:
    """A fresh key for one account."""
    return as_jwk(ec.generate_private_key(ec.SECP256R1()))


def as_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    found = json.loads(ECAlgorithm.to_jwk(key))
    return {name: found[name] for name in (*PUBLIC, "d")}


def public_part(key: Key) -> dict[str, str]:
    return {name: key[name] for name in PUBLIC}


def thumbprint(key: Key) -> str:
    """The key's name (RFC 7638): SHA-256 of its public part in one fixed spelling."""
    return digest(json.dumps(public_part(key), sort_keys=True, separators=(",", ":")))


def digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(key: Key, claims: Mapping[str, Any], header: Mapping[str, Any]) -> str:
    """A token (JWT, ES256) that only this key can make; issued now and good once."""
    full = {"iat": int(clock.now().timestamp()), "jti": uuid.uuid4().hex, **claims}
    return jwt.encode(full, _loaded(key), "ES256", headers=dict(header))


def _loaded(key: Key) -> ec.EllipticCurvePrivateKey:
    loaded = ECAlgorithm(ECAlgorithm.SHA256).from_jwk({name: key[name] for name in (*PUBLIC, "d")})
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    return loaded


class Proof(httpx2.Auth):
    """Signs a request, and signs it again when the server wants its own nonce in it.

    A request without the wanted nonce is refused before anything is done, so that sending it twice
    does nothing twice. The authorization server and the server of the data have nonces of their
    own.
    """

    requires_response_body = True

    def __init__(self, key: Key, token: str = "") -> None:
        self.key = key
        self.token = token

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        origin = f"{request.url.scheme}://{request.url.netloc.decode()}"
        if self.token:
            request.headers["authorization"] = f"DPoP {self.token}"
        request.headers["dpop"] = self._proof(request, _nonces.get(origin, ""))
        response = yield request
        nonce = _note_nonce(origin, response)
        if nonce and _wants_nonce(response):
            request.headers["dpop"] = self._proof(request, nonce)
            _note_nonce(origin, (yield request))

    def _proof(self, request: httpx2.Request, nonce: str) -> str:
        claims = {"htm": request.method, "htu": str(request.url.copy_with(query=None))}
        if nonce:
            claims["nonce"] = nonce
        if self.token:
            claims["ath"] = digest(self.token)
        return sign(self.key, claims, {"typ": "dpop+jwt", "jwk": public_part(self.key)})


def _note_nonce(origin: str, response: httpx2.Response) -> str:
    nonce = str(response.headers.get("dpop-nonce", ""))
    if nonce:
        if len(_nonces) >= NONCES_MAX:
            _nonces.clear()
        _nonces[origin] = nonce
    return nonce


def _wants_nonce(response: httpx2.Response) -> bool:
    if response.status_code not in (400, 401):
        return False
    told = response.headers.get("www-authenticate", "")
    return "use_dpop_nonce" in told or b"use_dpop_nonce" in response.content
