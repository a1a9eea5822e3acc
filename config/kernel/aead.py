"""AES-256-GCM as the vault uses it: a random nonce each time, associated data, and no telling why
something does not open."""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import Unavailable

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
HEAD_BYTES: Final = 5  # a byte for the format, four for the key's number or id


class SecretUnreadable(Unavailable):
    """A ciphertext that does not open: moved, changed, or its key is gone. No retry helps."""

    default_code = "secret_unreadable"

    def __init__(self) -> None:
        super().__init__(
            "A stored password or key can no longer be read, so nothing can be sent with it. "
            "Connect the account again, or enter the key again."
        )


def encrypt(key: bytes, head: bytes, plaintext: bytes, context: bytes) -> bytes:
    # Random nonces are safe up to 2**32 values a key (NIST SP 800-38D); an organization that
    # refreshes 50 accounts every hour needs 9,800 years for that.
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + AESGCM(key).encrypt(nonce, plaintext, context)


def decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Raises SecretUnreadable."""
    nonce = sealed[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
    try:
        return AESGCM(key).decrypt(nonce, sealed[HEAD_BYTES + NONCE_BYTES :], context)
    except (InvalidTag, ValueError):
        # Without the cause: its frames hold keys.
        raise SecretUnreadable from None
