"""OAuth as the AT Protocol asks for it: whose server it is, pushed requests, proofs of possession.

From a handle to consent: handle, DID, the DID's document, the server of its data, that server's
authorization server; the request is pushed there and the person sent after it. Tokens are bound to
a key of the account (DPoP) and the refresh token is good for one use.

At a public https address Warren is a confidential client: the network fetches `client_document` and
Warren proves itself by a key of the installation, so that access lasts as long as it is renewed
every three months. On a person's own machine it is the loopback client, whose access ends after two
weeks whatever is done: the servers decide so.

Source: the OAuth profile at atproto.com/specs/oauth and RFC 7636, 9126, 9207, 9449, as of 2026-11;
tried against @atproto/pds 0.5.35 in tests/publishing/test_bluesky_oauth.py.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from config.kernel import clock

from .atproto_identity import Identities
from .dpop import Key, Proof, as_jwk, new_key, public_part, sign, thumbprint
from .errors import UNPARSABLE, ChannelError, before_sending
from .oauth import TOKENS, challenge, refuse_denied
from .rest import Answer, Rest, count, dig
from .servers import is_loopback
from .shapes import Authorization, Credentials

SCOPES = ("atproto", "transition:generic")
LOOPBACK_CLIENT = "http://localhost"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ENDPOINTS = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "pushed_authorization_request_endpoint",
)
KEPT = (
    *("did", "handle", "issuer", "token_endpoint", "revocation_endpoint"),
    *("client_id", "client_key", "dpop_key"),
)
_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Client:
    """What Warren is to an authorization server. `key_name` is empty for the loopback client."""

    client_id: str
    key_name: str = ""

    def proven(self, issuer: str) -> dict[str, str]:
        """The fields by which it says, and where it can proves, who it is."""
        fields = {"client_id": self.client_id}
        if self.key_name:
            ends = int((clock.now() + timedelta(minutes=1)).timestamp())
            who = {"iss": self.client_id, "sub": self.client_id}
            claims = {**who, "aud": issuer, "exp": ends}
            key = _installation_key(self.key_name)
            fields["client_assertion_type"] = ASSERTION
            fields["client_assertion"] = sign(key, claims, {"kid": self.key_name})
        return fields


@dataclass(frozen=True, slots=True)
class Consent:
    """The whole way in and every renewal, for one network of this protocol."""

    http: httpx2.Client
    label: str
    directory: str
    """Where documents of did:plc stand."""

    @property
    def identities(self) -> Identities:
        return Identities(self.http, self.label, self.directory)

    # The way in

    def begin(
        self, *, handle: str, resolver: str, state: str, redirect_uri: str, document: str
    ) -> Authorization:
        """Push the request, and say where to send the person. Raises ChannelError with `field`."""
        who = self.identities.identify(handle, resolver)
        server = self._authorization_server(who.server)
        client = client_for(redirect_uri, document)
        verifier, key = secrets.token_urlsafe(48), new_key()
        form = {
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "scope": " ".join(SCOPES),
            "state": state,
            "login_hint": who.handle or who.did,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            **client.proven(server["issuer"]),
        }
        answer = self._post(server["pushed_authorization_request_endpoint"], form, key)
        request_uri = answer.dig("request_uri")
        if not isinstance(request_uri, str):
            raise self._odd(server["issuer"])
        query = urlencode({"client_id": client.client_id, "request_uri": request_uri})
        kept = {
            "did": who.did,
            "handle": who.handle,
            "server": who.server,
            "issuer": server["issuer"],
            "token_endpoint": server["token_endpoint"],
            "revocation_endpoint": server.get("revocation_endpoint", ""),
            "client_id": client.client_id,
            "client_key": client.key_name,
            "dpop_key": key,
            "verifier": verifier,
        }
        return Authorization(f"{server['authorization_endpoint']}?{query}", kept)

    def finish(
        self, answer: Mapping[str, str], kept: Mapping[str, Any], *, redirect_uri: str
    ) -> Credentials:
        """Tokens for the code. Raises ChannelError unless issuer, account, kind and scopes of what
        comes are those that were asked for."""
        refuse_denied(self.label, answer)
        if answer.get("iss") != kept["issuer"]:
            raise ChannelError(
                f"The answer does not come from the server that was asked, so nothing was "
                f"connected to {self.label}. Start again.",
                permanent=True,
                code="wrong_issuer",
            )
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": redirect_uri,
            "code_verifier": kept["verifier"],
        }
        told = self._tokens(form, kept)
        self._refuse_less(told)
        if told.get("sub") != kept["did"]:
            raise ChannelError(
                "Another account was let in than the one that was named, so nothing was "
                "connected. Start again with the handle of the account that is signed in there.",
                permanent=True,
                code="wrong_account",
                field="handle",
            )
        return _kept(told, {name: kept[name] for name in KEPT})

    def renewed(self, stale: Credentials) -> Credentials:
        """Fresh credentials; the refresh token in the stale ones is spent by it."""
        if not stale.get("refresh_token"):
            raise ChannelError(
                f"The access to {self.label} has ended and cannot be renewed. Connect the account "
                "again.",
                reconnect=True,
                code="no_refresh_token",
            )
        form = {"grant_type": "refresh_token", "refresh_token": stale["refresh_token"]}
        return _kept(self._tokens(form, stale), stale)

    def revoke(self, credentials: Credentials) -> None:
        """End the access there; the refresh token takes the access token with it."""
        if address := credentials.get("revocation_endpoint"):
            client = Client(credentials["client_id"], credentials.get("client_key", ""))
            form = {"token": credentials["refresh_token"], **client.proven(credentials["issuer"])}
            self._post(address, form, credentials["dpop_key"])

    # Whose server it is

    def _authorization_server(self, server: str) -> dict[str, str]:
        """What the authorization server of a data server says of itself."""
        issuer = self.identities.issuer_of(server)
        found = self.identities.look(f"{issuer}/.well-known/oauth-authorization-server")
        told = {name: dig(found, name) for name in (*ENDPOINTS, "revocation_endpoint")}
        texts = {name: value for name, value in told.items() if isinstance(value, str)}
        if not set(ENDPOINTS) <= set(texts) or texts["issuer"] != issuer:
            raise self._odd(issuer)
        return texts

    # Calls

    def _tokens(self, form: Mapping[str, str], kept: Mapping[str, Any]) -> Mapping[str, Any]:
        client = Client(kept["client_id"], kept.get("client_key", ""))
        form = {**form, **client.proven(kept["issuer"])}
        told = self._post(kept["token_endpoint"], form, kept["dpop_key"]).body
        if not isinstance(told, dict) or not told.get("access_token"):
            unreadable = TOKENS.error(self.label, status=200, code=UNPARSABLE)
            raise before_sending(unreadable, self.label)
        return told

    def _refuse_less(self, told: Mapping[str, Any]) -> None:
        missing = set(SCOPES) - set(str(told.get("scope", "")).split())
        if missing or str(told.get("token_type", "")).lower() != "dpop":
            raise ChannelError(
                f"{self.label} did not grant everything that posting needs: "
                f"{', '.join(sorted(missing)) or 'a token bound to its key'} is missing. Connect "
                "again and allow it.",
                permanent=True,
                code="scopes_missing",
            )

    def _post(self, address: str, form: Mapping[str, str], key: Key) -> Answer:
        rest = Rest(self.http, "", TOKENS, self.label, clock.now())
        return rest.call("POST", address, data=dict(form), auth=Proof(key))

    def _odd(self, server: str) -> ChannelError:
        return ChannelError(
            f"{server} does not offer the sign-in that {self.label} asks of its servers. Connect "
            "with an app password instead.",
            permanent=True,
            code="no_oauth",
            field="handle",
        )


def _kept(told: Mapping[str, Any], before: Credentials) -> Credentials:
    """What is stored of tokens, over what is stored already; nothing that came empty."""
    issued = clock.now()
    lifetime = count(told.get("expires_in")) or 3600
    return {
        **before,
        "access_token": told["access_token"],
        "refresh_token": told.get("refresh_token") or before.get("refresh_token", ""),
        "scope": told.get("scope") or before.get("scope", ""),
        "issued_at": issued.isoformat(),
        "expires_at": (issued + timedelta(seconds=lifetime)).isoformat(),
    }


def client_for(redirect_uri: str, document: str) -> Client:
    """Who Warren is when people come back to this address; `document` is the path of its document.

    Raises ChannelError where the address is neither https nor this machine by its number.
    """
    parts = urlsplit(redirect_uri)
    if parts.scheme == "https" and not is_loopback(redirect_uri):
        return Client(f"https://{parts.netloc}{document}", thumbprint(_installation_keys()[0]))
    if parts.hostname in ("127.0.0.1", "::1"):
        query = urlencode({"redirect_uri": redirect_uri, "scope": " ".join(SCOPES)})
        return Client(f"{LOOPBACK_CLIENT}?{query}")
    raise ChannelError(
        "This network sends people back only to an https:// address, or to 127.0.0.1 while Warren "
        "runs on your own machine. The operator has to set WARREN_BASE_URL so; until then connect "
        "with an app password.",
        permanent=True,
        code="no_public_address",
    )


def client_document(redirect_uri: str, document: str, name: str) -> dict[str, Any]:
    """What an authorization server reads about Warren at its client id."""
    parts = urlsplit(redirect_uri)
    return {
        "client_id": f"{parts.scheme}://{parts.netloc}{document}",
        "client_name": name,
        "client_uri": f"{parts.scheme}://{parts.netloc}",
        "application_type": "web",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [redirect_uri],
        "scope": " ".join(SCOPES),
        "dpop_bound_access_tokens": True,
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": {
            "keys": [
                {**public_part(key), "kid": thumbprint(key), "use": "sig", "alg": "ES256"}
                for key in _installation_keys()
            ]
        },
    }


def _installation_keys() -> list[Key]:
    """The keys by which this installation proves itself: one of its secret, and one of each secret
    that it still honours, so that access outlives a change of the secret."""
    return [_derived(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _installation_key(name: str) -> Key:
    found = [key for key in _installation_keys() if thumbprint(key) == name]
    if not found:
        raise ChannelError(
            "The installation's secret was changed, and with it the key by which this account was "
            "let in. Connect the account again.",
            reconnect=True,
            code="client_key_gone",
        )
    return found[0]


def _derived(secret: str) -> Key:
    kdf = HKDF(hashes.SHA256(), length=48, salt=None, info=b"publishing.oauth.client.p256")
    number = int.from_bytes(kdf.derive(hashlib.sha256(secret.encode()).digest()))
    return as_jwk(ec.derive_private_key(number % (_ORDER_OF_P256 - 1) + 1, ec.SECP256R1()))
