"""AWS KMS over its JSON protocol, signed by hand (Signature Version 4).

Source: AWS KMS API reference (Encrypt, Decrypt) and IAM guide ("Create a signed AWS API
request"), read 2026-11.
"""

from __future__ import annotations

import base64
import configparser
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.kernel import clock

from .remote import RemoteMasterKey, Reread

_UNREADABLE = {"InvalidCiphertextException", "IncorrectKeyException"}


@dataclass(frozen=True)
class Credentials:
    key_id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


class AwsMasterKey(RemoteMasterKey):
    """A symmetric KMS key. The organization is in the encryption context, and so in CloudTrail."""

    name = "aws"
    letter = b"A"
    service = "AWS KMS"

    def __init__(self, *, key: str, region: str, endpoint: str, credentials: Path | None) -> None:
        super().__init__(endpoint or f"https://kms.{region}.amazonaws.com")
        self._key = key
        self._region = region
        self._file = Reread(
            credentials, setting="WARREN_AWS_CREDENTIALS_FILE", what="The AWS access key"
        )

    def place(self) -> str:
        return f"AWS KMS {self._key} in {self._region}"

    def encrypt(self, plaintext: bytes, context: bytes) -> bytes:
        said = self._do("Encrypt", Plaintext=_text(plaintext), EncryptionContext=pairs(context))
        return base64.b64decode(said["CiphertextBlob"])

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        said = self._do(
            "Decrypt", CiphertextBlob=_text(ciphertext), EncryptionContext=pairs(context)
        )
        return base64.b64decode(said["Plaintext"])

    def is_unreadable(self, status: int, said: Any) -> bool:
        kind = str(said.get("__type", "")) if isinstance(said, dict) else ""
        return kind.rpartition("#")[2] in _UNREADABLE

    def _do(self, action: str, **arguments: Any) -> dict[str, Any]:
        body = json.dumps({"KeyId": self._key, **arguments}).encode()
        url = f"{self.endpoint}/"
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"TrentService.{action}",
        }
        return self.call(
            url,
            headers=signed(
                "POST",
                url,
                headers,
                body,
                credentials=self._credentials(),
                region=self._region,
                service="kms",
                moment=clock.now(),
            ),
            body=body,
        )

    def _credentials(self) -> Credentials:
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(self._file.text())
            mine = parser["default"]
            return Credentials(
                mine["aws_access_key_id"],
                mine["aws_secret_access_key"],
                mine.get("aws_session_token", ""),
            )
        except (configparser.Error, KeyError):
            # Without the cause, which quotes the line.
            raise self._file.missing() from None


def pairs(context: bytes) -> dict[str, str]:
    """The context as KMS wants it: the parts of "v1|data key|<organization id>|<version>"."""
    names = ("format", "purpose", "organization_id", "version")
    return dict(zip(names, context.decode().split("|"), strict=False))


def signed(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    credentials: Credentials,
    region: str,
    service: str,
    moment: datetime,
) -> dict[str, str]:
    """The headers of a request to AWS, with the date and the signature among them."""
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")
    parts = urlsplit(url)
    all_headers = {**headers, "host": parts.netloc, "x-amz-date": stamp}
    if credentials.token:
        all_headers["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(all_headers))
    lines = "".join(f"{name}:{all_headers[name].strip()}\n" for name in sorted(all_headers))
    request = "\n".join(
        (method, parts.path or "/", parts.query, lines, names, hashlib.sha256(body).hexdigest())
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join(
        ("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest())
    )
    signature = hmac.new(
        signing_key(credentials.secret, scope), to_sign.encode(), hashlib.sha256
    ).hexdigest()
    all_headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.key_id}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return all_headers


def signing_key(secret: str, scope: str) -> bytes:
    """The key of one day, region and service ("20261121/eu-central-1/kms/aws4_request")."""
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
