"""Google Cloud KMS over REST, signed in by a service account or by the machine's metadata server.

Source: Cloud KMS REST reference (cryptoKeys.encrypt, .decrypt) and "Using OAuth 2.0 for Server to
Server Applications", read 2026-11.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from config.kernel import clock, http

from .base import MasterKeyMissing
from .remote import TIMEOUT_SECONDS, RemoteMasterKey, Reread

_SCOPE = "https://www.googleapis.com/auth/cloudkms"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class GoogleMasterKey(RemoteMasterKey):
    """A symmetric key; `key` is its resource name, projects/…/cryptoKeys/…"""

    name = "google"
    letter = b"G"
    service = "Google Cloud KMS"

    def __init__(
        self, *, key: str, endpoint: str, credentials: Path | None, token_url: str = ""
    ) -> None:
        super().__init__(endpoint or "https://cloudkms.googleapis.com")
        self._key = key
        self._token_url = token_url
        self._file = Reread(
            credentials,
            setting="WARREN_GOOGLE_CREDENTIALS_FILE",
            what="The key of the Google service account",
        )
        self._token: tuple[str, float] = ("", 0.0)

    def place(self) -> str:
        return f"Google Cloud KMS {self._key}"

    def encrypt(self, plaintext: bytes, context: bytes) -> bytes:
        said = self._do(
            "encrypt", plaintext=_text(plaintext), additionalAuthenticatedData=_text(context)
        )
        return base64.b64decode(said["ciphertext"])

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        said = self._do(
            "decrypt", ciphertext=_text(ciphertext), additionalAuthenticatedData=_text(context)
        )
        # An empty plaintext is left out of the answer.
        return base64.b64decode(said.get("plaintext", ""))

    def is_unreadable(self, status: int, said: Any) -> bool:
        return status == 400

    def _do(self, action: str, **arguments: str) -> dict[str, Any]:
        return self.call(
            f"{self.endpoint}/v1/{self._key}:{action}",
            headers={
                "content-type": "application/json",
                "authorization": f"Bearer {self._access_token()}",
            },
            body=json.dumps(arguments).encode(),
        )

    def _access_token(self) -> str:
        token, until = self._token
        if monotonic() >= until:
            said = self._from_metadata() if self._token_url else self._from_service_account()
            token = str(said.get("access_token", ""))
            # Given back a minute early, so that none dies on the way.
            self._token = (token, monotonic() + float(said.get("expires_in", 0)) - 60)
        return token

    def _from_metadata(self) -> dict[str, Any]:
        try:
            with http.client(
                timeout_seconds=TIMEOUT_SECONDS, max_bytes=100_000, trusted=self._token_url
            ) as door:
                answer = door.get(self._token_url, headers={"Metadata-Flavor": "Google"})
            said = json.loads(answer.content) if answer.status_code == 200 else {}
        except (http.OutboundError, ValueError) as error:
            raise self._no_token() from error
        if not isinstance(said, dict) or not said.get("access_token"):
            raise self._no_token()
        return said

    def _from_service_account(self) -> dict[str, Any]:
        try:
            account = json.loads(self._file.text())
            url, assertion = account["token_uri"], _assertion(account)
        except (ValueError, KeyError, TypeError, UnsupportedAlgorithm):
            # Without the cause, whose frames hold the key.
            raise self._file.missing() from None
        body = urlencode({"grant_type": _GRANT, "assertion": assertion}).encode()
        return self.call(
            url, headers={"content-type": "application/x-www-form-urlencoded"}, body=body
        )

    def _no_token(self) -> MasterKeyMissing:
        return MasterKeyMissing(
            f"{self._token_url} gives no access token, so {self.service} stays closed. Look at "
            "WARREN_GOOGLE_TOKEN_URL and at the service account of this machine."
        )


def _assertion(account: dict[str, Any]) -> str:
    """A JWT that proves for one hour who we are, signed with the service account's key (RS256)."""
    seconds = int(clock.now().timestamp())
    claims = {
        "iss": account["client_email"],
        "scope": _SCOPE,
        "aud": account["token_uri"],
        "iat": seconds,
        "exp": seconds + 3600,
    }
    head = {"alg": "RS256", "typ": "JWT", "kid": account.get("private_key_id", "")}
    content = b".".join(_url_text(json.dumps(part).encode()) for part in (head, claims))
    key = serialization.load_pem_private_key(account["private_key"].encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not RSA")
    signature = key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    return (content + b"." + _url_text(signature)).decode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _url_text(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
