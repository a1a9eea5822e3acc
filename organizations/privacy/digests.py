"""Keyed digests: they recognise a value that we no longer have, and tell nobody what it was.

The key is not SECRET_KEY itself. For each purpose one is derived (HKDF, RFC 5869) from
WARREN_DIGEST_KEY, or from SECRET_KEY where that is not set, so that a digest of one purpose is
useless for another. A digest cannot be computed anew when the key changes, because its value is
gone: what is looked up is therefore compared under every key that was ever valid, SECRET_KEY and
its fallbacks included. Whoever rotates SECRET_KEY sets WARREN_DIGEST_KEY first, or keeps the former
SECRET_KEY among the fallbacks for as long as erasures and suppressions count.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def keyed(purpose: str, value: str) -> str:
    """64 hex digits for a value, under the current key of one purpose."""
    return _digest(_secrets()[0], purpose, value)


def keyed_ever(purpose: str, value: str) -> list[str]:
    """The digests that a value may have been stored under, the current one first."""
    return [_digest(secret, purpose, value) for secret in _secrets()]


def token(purpose: str, value: str) -> str:
    """An unguessable word for a link, made anew whenever the link is shown. Only its digest
    (`digest_of`) is stored, so that a copy of the database opens nothing."""
    return keyed(f"token {purpose}", value)[:43]


def digest_of(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def is_token(word: str, stored: str) -> bool:
    return bool(stored) and hmac.compare_digest(digest_of(word), stored)


def normalised(email: str) -> str:
    """One form of an address: however it was typed, it is the same mailbox."""
    local, _, domain = unicodedata.normalize("NFKC", email).strip().rpartition("@")
    domain = domain.rstrip(".")
    # What IDNA refuses is no domain either, and stays as it was typed.
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return f"{local}@{domain}".casefold()


def _secrets() -> list[str]:
    own = str(getattr(settings, "WARREN_DIGEST_KEY", "") or "")
    found: Iterable[str] = [own, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return list(dict.fromkeys(secret for secret in found if secret))


def _digest(secret: str, purpose: str, value: str) -> str:
    return hmac.new(_key(secret, purpose), value.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=64)
def _key(secret: str, purpose: str) -> bytes:
    info = f"warren privacy {purpose}".encode()
    return HKDF(SHA256(), length=32, salt=None, info=info).derive(secret.encode())
