"""Key services as real HTTP servers that really encrypt, and check who asks as the originals do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from werkzeug import Request, Response

AWS_ID, AWS_SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
AWS_KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd"
GOOGLE_KEY = "projects/p/locations/europe/keyRings/warren/cryptoKeys/master"


class Service:
    """One key in memory, and what was asked of it."""

    def __init__(self) -> None:
        self.key = os.urandom(32)
        self.asked: list[tuple[str, bytes]] = []
        self.failing: int | None = None

    def __call__(self, request: Request) -> Response:
        if self.failing is not None:
            return Response("away", status=self.failing)
        self.asked.append((request.path, request.get_data()))
        return self.answer(request)

    def answer(self, request: Request) -> Response:
        raise AssertionError("a service answers in its own protocol")

    def seal(self, plaintext: bytes, bound: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + AESGCM(self.key).encrypt(nonce, plaintext, bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes | None:
        try:
            return AESGCM(self.key).decrypt(sealed[:12], sealed[12:], bound)
        except (InvalidTag, ValueError):
            return None


class FakeAws(Service):
    """KMS: checks Signature Version 4, the key's name, and the encryption context."""

    def answer(self, request: Request) -> Response:
        if not self._is_signed(request):
            return _json(400, {"__type": "InvalidSignatureException"})
        asked = json.loads(request.get_data())
        if asked["KeyId"] != AWS_KEY:
            return _json(400, {"__type": "NotFoundException"})
        bound = json.dumps(asked["EncryptionContext"], sort_keys=True).encode()
        assert "organization_id" in asked["EncryptionContext"] or b"check" in bound
        if request.headers["X-Amz-Target"] == "TrentService.Encrypt":
            sealed = self.seal(base64.b64decode(asked["Plaintext"]), bound)
            return _json(200, {"CiphertextBlob": _text(sealed), "KeyId": AWS_KEY})
        plain = self.open(base64.b64decode(asked["CiphertextBlob"]), bound)
        if plain is None:
            return _json(400, {"__type": "com.amazonaws.kms#InvalidCiphertextException"})
        return _json(200, {"Plaintext": _text(plain), "KeyId": AWS_KEY})

    def _is_signed(self, request: Request) -> bool:
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        names = given["SignedHeaders"].split(";")
        scope = given["Credential"].partition("/")[2]
        assert scheme == "AWS4-HMAC-SHA256"
        assert {"host", "x-amz-date", "x-amz-target"} <= set(names)
        assert scope.endswith("/eu-central-1/kms/aws4_request")
        canonical = [request.method, request.path, ""]
        canonical += [f"{name}:{request.headers[name]}" for name in names]
        canonical += ["", given["SignedHeaders"], _sha(request.get_data())]
        to_sign = "\n".join(
            [scheme, request.headers["x-amz-date"], scope, _sha("\n".join(canonical).encode())]
        )
        key = f"AWS4{AWS_SECRET}".encode()
        for part in [*scope.split("/"), to_sign]:
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return hmac.compare_digest(key.hex(), given["Signature"]) and given[
            "Credential"
        ].startswith(AWS_ID)


class FakeGoogle(Service):
    """Cloud KMS with the token endpoint that checks the service account's signature."""

    def __init__(self) -> None:
        super().__init__()
        self.account = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.token = "ya29.planted"
        self.expires_in = 3600

    def answer(self, request: Request) -> Response:
        if request.path == "/token":
            return self._give_token(request)
        if request.path == "/metadata/token":
            known = request.headers.get("Metadata-Flavor") == "Google"
            return self._token() if known else _json(403, {})
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _json(401, {"error": {"status": "UNAUTHENTICATED"}})
        name, _, action = request.path.removeprefix("/v1/").partition(":")
        if name != GOOGLE_KEY:
            return _json(404, {"error": {"status": "NOT_FOUND"}})
        asked = json.loads(request.get_data())
        bound = base64.b64decode(asked["additionalAuthenticatedData"])
        if action == "encrypt":
            sealed = self.seal(base64.b64decode(asked["plaintext"]), bound)
            return _json(200, {"name": f"{name}/cryptoKeyVersions/1", "ciphertext": _text(sealed)})
        plain = self.open(base64.b64decode(asked["ciphertext"]), bound)
        if plain is None:
            return _json(400, {"error": {"status": "INVALID_ARGUMENT"}})
        return _json(200, {"plaintext": _text(plain)})

    def _give_token(self, request: Request) -> Response:
        form = parse_qs(request.get_data(as_text=True))
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        content, _, signature = form["assertion"][0].rpartition(".")
        claims = json.loads(_from_url(content.split(".")[1]))
        try:
            self.account.public_key().verify(
                _from_url(signature), content.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return _json(400, {"error": "invalid_grant"})
        assert claims["scope"] == "https://www.googleapis.com/auth/cloudkms"
        assert claims["exp"] - claims["iat"] == 3600
        return self._token()

    def _token(self) -> Response:
        return _json(200, {"access_token": self.token, "expires_in": self.expires_in})

    def write_credentials(self, path: Path, token_uri: str) -> Path:
        key = self.account.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        path.write_text(
            json.dumps({"client_email": "w@p.example", "private_key": key, "token_uri": token_uri})
        )
        return path


class FakeVault(Service):
    """Vault's transit engine with a key that is derived by context."""

    token = "hvs.planted"

    def answer(self, request: Request) -> Response:
        if request.headers.get("X-Vault-Token") != self.token:
            return _json(403, {"errors": ["permission denied"]})
        _, _, mount, action, key = request.path.split("/")
        if (mount, key) != ("transit", "warren"):
            return _json(404, {"errors": []})
        asked = json.loads(request.get_data())
        bound = (
            base64.b64decode(asked["context"]) + b"|" + base64.b64decode(asked["associated_data"])
        )
        if action == "encrypt":
            sealed = self.seal(base64.b64decode(asked["plaintext"]), bound)
            return _json(200, {"data": {"ciphertext": f"vault:v1:{_text(sealed)}"}})
        try:
            plain = self.open(base64.b64decode(asked["ciphertext"].split(":")[2]), bound)
        except (ValueError, IndexError):
            plain = None
        if plain is None:
            return _json(400, {"errors": ["cipher: message authentication failed"]})
        return _json(200, {"data": {"plaintext": _text(plain)}})


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
