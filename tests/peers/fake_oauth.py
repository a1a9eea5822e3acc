"""The authorization server of the stand-in: pushed requests, PKCE, proofs with nonces of its own.

What it answers was read off @atproto/oauth-provider as it comes with @atproto/pds 0.5.35, which
`test_bluesky_oauth.py` asks the same things.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from werkzeug import Request

if TYPE_CHECKING:
    from .atproto import Person
    from .fake_atproto import FakeNetwork

Answer = tuple[int, dict[str, Any]]
LIFETIME = 3600


class Wrong(Exception):
    """A proof that is refused; the argument is the code."""


@dataclass(slots=True)
class Grants:
    """What was pushed, allowed and handed out."""

    pushed: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)
    access: dict[str, tuple[str, str]] = field(default_factory=dict)
    """(DID, thumbprint of the key) of each access token."""
    refresh: dict[str, tuple[str, str]] = field(default_factory=dict)
    spent: dict[str, tuple[str, str]] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    turn: int = 1
    """Nonces have it in them, so that raising it makes all older ones wrong."""
    refreshes: int = 0
    number: int = 0

    def next(self, kind: str) -> str:
        self.number += 1
        return f"{kind}-{self.number}"

    def nonce(self, path: str) -> str:
        return f"{'auth' if path.startswith('/oauth') else 'data'}-nonce-{self.turn}"


def consent(network: FakeNetwork, query: Mapping[str, str], person: Person) -> dict[str, str]:
    """The person says yes; what is added to the address that they are sent back to."""
    pushed = network.grants.pushed.pop(query["request_uri"])
    assert pushed["client_id"] == query["client_id"]
    code = network.grants.next("code")
    network.grants.codes[code] = (pushed, person.did)
    return {"iss": network.address, "state": pushed["state"], "code": code}


def grant(network: FakeNetwork, person: Person, key: Mapping[str, str]) -> dict[str, Any]:
    """Tokens bound to a key, as if somebody had just connected."""
    return _issued(network, person.did, _thumbprint(key), "atproto transition:generic")


def protected_resource(network: FakeNetwork, request: Request) -> Answer:
    return 200, {"resource": network.address, "authorization_servers": [network.address]}


def authorization_server(network: FakeNetwork, request: Request) -> Answer:
    at = network.address
    return 200, {
        "issuer": at,
        "authorization_endpoint": f"{at}/oauth/authorize",
        "token_endpoint": f"{at}/oauth/token",
        "revocation_endpoint": f"{at}/oauth/revoke",
        "pushed_authorization_request_endpoint": f"{at}/oauth/par",
        "require_pushed_authorization_requests": True,
        "dpop_signing_alg_values_supported": ["ES256"],
        "client_id_metadata_document_supported": True,
    }


def document(network: FakeNetwork, did: str) -> Answer:
    """The directory of accounts."""
    account = network.accounts.get(did)
    if account is None:
        return 404, {"message": f"DID not registered: {did}"}
    server = {
        "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer",
        "serviceEndpoint": network.address,
    }
    return 200, {"id": did, "alsoKnownAs": [f"at://{account.person.handle}"], "service": [server]}


def push(network: FakeNetwork, request: Request) -> Answer:
    try:
        proven(network, request)
    except Wrong as error:
        return 400, {"error": str(error)}
    form = request.form.to_dict()
    needed = {"client_id", "redirect_uri", "scope", "state", "code_challenge", "response_type"}
    if not needed <= set(form) or form.get("code_challenge_method") != "S256":
        return 400, {"error": "invalid_request", "error_description": "Missing parameter"}
    if not _is_client(network, form):
        return 400, {"error": "invalid_client", "error_description": "Unknown client"}
    uri = f"urn:ietf:params:oauth:request_uri:{network.grants.next('req')}"
    network.grants.pushed[uri] = form
    return 201, {"request_uri": uri, "expires_in": 300}


def give_tokens(network: FakeNetwork, request: Request) -> Answer:
    try:
        thumbprint = proven(network, request)
    except Wrong as error:
        return 400, {"error": str(error)}
    form = request.form.to_dict()
    if not _is_client(network, form):
        return 400, {"error": "invalid_client", "error_description": "Unknown client"}
    if form["grant_type"] == "refresh_token":
        return _renewed(network, form["refresh_token"], thumbprint)
    pushed, did = network.grants.codes.pop(form["code"], ({}, ""))
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    if not pushed or _b64(digest) != pushed["code_challenge"]:
        return 400, {"error": "invalid_grant", "error_description": "Invalid code"}
    if form["redirect_uri"] != pushed["redirect_uri"]:
        return 400, {"error": "invalid_grant", "error_description": "Invalid redirect_uri"}
    return 200, _issued(network, did, thumbprint, pushed["scope"])


def revoke(network: FakeNetwork, request: Request) -> Answer:
    try:
        proven(network, request)
    except Wrong as error:
        return 400, {"error": str(error)}
    owner = network.grants.refresh.pop(request.form["token"], None)
    for each, mine in list(network.grants.access.items()):
        if mine == owner:
            del network.grants.access[each]
    return 200, {}


def _renewed(network: FakeNetwork, token: str, thumbprint: str) -> Answer:
    grants = network.grants
    if token in grants.spent:
        # Whoever uses one twice loses the new ones too.
        for kind in (grants.access, grants.refresh):
            for each, owner in list(kind.items()):
                if owner == grants.spent[token]:
                    del kind[each]
        return 400, {"error": "invalid_grant", "error_description": "Refresh token replayed"}
    owner = grants.refresh.pop(token, ("", ""))
    if owner[1] != thumbprint:
        return 400, {"error": "invalid_grant", "error_description": "Invalid refresh token"}
    grants.spent[token] = owner
    grants.refreshes += 1
    return 200, _issued(network, owner[0], thumbprint, "atproto transition:generic")


def _issued(network: FakeNetwork, did: str, thumbprint: str, scope: str) -> dict[str, Any]:
    grants = network.grants
    access, refresh = grants.next("granted-access"), grants.next("granted-refresh")
    grants.access[access] = grants.refresh[refresh] = (did, thumbprint)
    return {
        "access_token": access,
        "refresh_token": refresh,
        "token_type": "DPoP",
        "expires_in": LIFETIME,
        "scope": " ".join(each for each in scope.split() if each not in grants.withheld),
        "sub": did,
    }


def proven(network: FakeNetwork, request: Request, token: str = "") -> str:
    """The thumbprint of the key that signed this request; raises Wrong as the server would."""
    proof = request.headers.get("dpop", "")
    if not proof:
        raise Wrong("invalid_dpop_proof")
    key = jwt.get_unverified_header(proof)["jwk"]
    claims = jwt.decode(
        proof, jwt.PyJWK(key, "ES256").key, ["ES256"], options={"verify_aud": False}
    )
    expected = {"htm": request.method, "htu": f"{network.address}{request.path}"}
    if token:
        expected["ath"] = _b64(hashlib.sha256(token.encode()).digest())
    if any(claims.get(name) != value for name, value in expected.items()):
        raise Wrong("invalid_dpop_proof")
    if abs(time.time() - claims["iat"]) > 60 or "d" in key:
        raise Wrong("invalid_dpop_proof")
    if claims.get("nonce") != network.grants.nonce(request.path):
        raise Wrong("use_dpop_nonce")
    return _thumbprint(key)


def _is_client(network: FakeNetwork, form: Mapping[str, str]) -> bool:
    """The loopback client by its name alone; any other has to prove itself."""
    parts = urlsplit(form["client_id"])
    if (parts.scheme, parts.netloc) == ("http", "localhost"):
        told = dict(parse_qsl(parts.query))
        return form.get("redirect_uri", told["redirect_uri"]) == told["redirect_uri"]
    if "client_assertion" not in form:
        return False
    claims = jwt.decode(form["client_assertion"], options={"verify_signature": False})
    return bool(claims["iss"] == form["client_id"] and claims["aud"] == network.address)


def _thumbprint(key: Mapping[str, str]) -> str:
    named = {name: key[name] for name in ("crv", "kty", "x", "y")}
    return _b64(hashlib.sha256(json.dumps(named, separators=(",", ":")).encode()).digest())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
