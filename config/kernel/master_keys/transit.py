"""The transit engine of HashiCorp Vault or OpenBao.

Source: Transit secrets engine, HTTP API (encrypt, decrypt), read 2026-11.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from .remote import RemoteMasterKey, Reread


class TransitMasterKey(RemoteMasterKey):
    """A named key of type aes256-gcm96 (the default) or chacha20-poly1305.

    The organization is sent twice: as `context`, from which a key made with derived=true derives
    one of its own for each, and as `associated_data`, which binds it for every kind of key. The
    token is read from its file for each call, so an agent may renew it there.
    """

    name = "vault"
    letter = b"V"
    service = "Vault"

    def __init__(self, *, key: str, mount: str, endpoint: str, token: Path | None) -> None:
        super().__init__(endpoint)
        self._key = key
        self._mount = mount.strip("/")
        self._token = Reread(token, setting="WARREN_VAULT_TOKEN_FILE", what="Vault's token")

    def place(self) -> str:
        return f"{self._mount}/keys/{self._key} of Vault at {self.endpoint}"

    def encrypt(self, plaintext: bytes, context: bytes) -> bytes:
        said = self._do("encrypt", context, plaintext=base64.b64encode(plaintext).decode())
        return str(said["ciphertext"]).encode()

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        said = self._do("decrypt", context, ciphertext=ciphertext.decode("ascii", "replace"))
        return base64.b64decode(said["plaintext"])

    def is_unreadable(self, status: int, said: Any) -> bool:
        return status == 400

    def _do(self, action: str, context: bytes, **arguments: str) -> dict[str, Any]:
        bound = base64.b64encode(context).decode()
        said = self.call(
            f"{self.endpoint}/v1/{self._mount}/{action}/{self._key}",
            headers={"content-type": "application/json", "x-vault-token": self._token.text()},
            body=json.dumps({**arguments, "context": bound, "associated_data": bound}).encode(),
        )
        data = said.get("data")
        return data if isinstance(data, dict) else {}
