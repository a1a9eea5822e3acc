"""Secrets at rest: AES-256-GCM under a data key per organization, itself wrapped by a master key.

The master key lives in a file outside the database and is asked only to wrap and unwrap data keys,
so a key service can take its place. Every ciphertext is bound to its table, column, row and
organization: moved anywhere else it does not open. Losing an organization's data keys loses its
secrets, which is how they are erased.

    sealed value  01 | key version (4 bytes) | nonce (12) | ciphertext and tag
    wrapped key   01 | id of the master key (4 bytes) | nonce (12) | ciphertext and tag
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from .errors import Unavailable
from .hooks import Slot
from .secret import Secret, mask

__all__ = [
    "FileMasterKey",
    "KeyStore",
    "MasterKey",
    "MasterKeyMissing",
    "Place",
    "Secret",
    "SecretUnreadable",
    "WrappedKey",
    "forget_keys",
    "key_store",
    "key_version",
    "mask",
    "master_key",
    "master_key_provider",
    "new_data_key",
    "new_master_key",
    "rewrap",
    "seal",
    "shred",
    "unseal",
]

KEY_BYTES = 32
# Erased keys must be forgotten by every process within this time.
CACHE_SECONDS = 300.0
_CACHE_KEYS = 4096
_FORMAT = b"\x01"
_NONCE_BYTES = 12
_HEAD_BYTES = 5
_SHORTEST = _HEAD_BYTES + _NONCE_BYTES + 16


class SecretUnreadable(Unavailable):
    """A ciphertext that does not open: moved, changed, or its key is gone. No retry helps."""

    default_code = "secret_unreadable"

    def __init__(self) -> None:
        super().__init__(
            "A stored password or key can no longer be read, so nothing can be sent with it. "
            "Connect the account again, or enter the key again."
        )


class MasterKeyMissing(Unavailable):
    """The file with the master key is away or holds no such key. The operator has to act."""

    default_code = "master_key_missing"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value belongs, and the only place where it opens."""

    organization_id: UUID
    table: str
    column: str
    row_id: str

    def context(self, key_version: int) -> bytes:
        parts = ("v1", self.table, self.column, self.row_id, self.organization_id, key_version)
        return "|".join(map(str, parts)).encode()


@dataclass(frozen=True, slots=True)
class WrappedKey:
    organization_id: UUID
    version: int
    wrapped: bytes


class KeyStore(ABC):
    """Where wrapped data keys are kept. The kernel has no tables, so an app fills this in."""

    @abstractmethod
    def current(self, organization_id: UUID) -> WrappedKey | None:
        """The key that new values are sealed with; None before the first."""

    @abstractmethod
    def get(self, organization_id: UUID, version: int) -> WrappedKey | None:
        """A key of any age; None if there never was one or it was erased."""

    @abstractmethod
    def create(self, key: WrappedKey) -> WrappedKey:
        """Make this the current key. If that version exists already, return the existing one."""

    @abstractmethod
    def replace(self, key: WrappedKey, wrapped: bytes) -> bool:
        """Swap the wrapping if it is still the one given. False: somebody else did it first."""

    @abstractmethod
    def all(self) -> Iterator[WrappedKey]:
        """Every key of every organization, for the operator's rotation."""

    @abstractmethod
    def destroy(self, organization_id: UUID) -> int:
        """Erase all keys of an organization, and with them all its secrets. Returns how many."""


class MasterKey(ABC):
    """Wraps data keys: a file here, a key service elsewhere."""

    @abstractmethod
    def wrap(self, data_key: bytes, context: bytes) -> bytes: ...

    @abstractmethod
    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Raises MasterKeyMissing if it was wrapped by another, SecretUnreadable if damaged."""


class FileMasterKey(MasterKey):
    """One key a line, base64 or hex (or 32 raw bytes). The first wraps, each may unwrap.

    Two lines are how a master key is replaced while everything runs. The file is read again when
    it changes. With `only_first` the other lines are not there.
    """

    def __init__(self, path: Path | str, *, only_first: bool = False) -> None:
        self.path = Path(path)
        self._only_first = only_first
        self._keys: list[bytes] = []
        self._stamp: tuple[int, int] | None = None

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        key = self._read()[0]
        return _encrypt(key, _FORMAT + _id_of(key), data_key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        for key in self._read():
            if wrapped[:_HEAD_BYTES] == _FORMAT + _id_of(key):
                return _decrypt(key, wrapped, context)
        raise MasterKeyMissing(
            f"The master key file {self.path} does not hold the key that wrapped this "
            "organization's data key. Put the former master key on a second line of the file."
        )

    def _read(self) -> list[bytes]:
        try:
            status = self.path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                self._keys, self._stamp = _parse_keys(self.path.read_bytes()), stamp
        except OSError as error:
            raise MasterKeyMissing(
                f"The master key file {self.path} cannot be read. Secrets stay closed until it is "
                "back; set WARREN_MASTER_KEY_FILE to where it is."
            ) from error
        if not self._keys:
            raise MasterKeyMissing(
                f"The master key file {self.path} holds no key of 32 bytes in base64 or hex."
            )
        return self._keys[:1] if self._only_first else self._keys


key_store: Slot[KeyStore] = Slot("key store", KeyStore)  # type: ignore[type-abstract]
# A key service fills this; until then the master key is the file of the settings.
master_key_provider: Slot[MasterKey] = Slot("master key", MasterKey)  # type: ignore[type-abstract]


def master_key() -> MasterKey:
    return master_key_provider.get() or _file_key(Path(settings.WARREN_MASTER_KEY_FILE))


def new_master_key() -> str:
    """A line for the master key file."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


@sensitive_variables()
def seal(plaintext: bytes, place: Place) -> bytes:
    """Encrypt a value for one place, with the organization's current data key.

    Makes the organization's first key when there is none. Raises MasterKeyMissing.
    """
    # Asked anew each time: a key made in a transaction that is rolled back must never be used.
    store = key_store.require()
    current = store.current(place.organization_id) or new_data_key(place.organization_id)
    head = _FORMAT + current.version.to_bytes(4)
    return _encrypt(_unwrapped(current), head, plaintext, place.context(current.version))


@sensitive_variables()
def unseal(sealed: bytes, place: Place) -> bytes:
    """Decrypt a value in its place. Raises SecretUnreadable or MasterKeyMissing."""
    version = key_version(sealed)
    context = place.context(version)
    known = _cache.get(place.organization_id, version)
    if known is not None:
        try:
            return _decrypt(known[1], sealed, context)
        except SecretUnreadable:
            _cache.forget(place.organization_id)
    stored = key_store.require().get(place.organization_id, version)
    if stored is None or (known is not None and known[0] == stored.wrapped):
        raise SecretUnreadable
    return _decrypt(_unwrapped(stored), sealed, context)


def key_version(sealed: bytes) -> int:
    if len(sealed) < _SHORTEST or sealed[:1] != _FORMAT:
        raise SecretUnreadable
    return int.from_bytes(sealed[1:_HEAD_BYTES])


def new_data_key(organization_id: UUID) -> WrappedKey:
    """Give an organization a fresh data key for everything that is sealed from now on."""
    store = key_store.require()
    before = store.current(organization_id)
    version = before.version + 1 if before else 1
    wrapped = master_key().wrap(os.urandom(KEY_BYTES), _key_context(organization_id, version))
    return store.create(WrappedKey(organization_id, version, wrapped))


def rewrap(old: MasterKey, new: MasterKey) -> int:
    """Wrap every data key with the new master key; values stay as they are.

    Keys that the new one unwraps already are left alone, so an interrupted run is simply run
    again. Returns how many were changed. Raises MasterKeyMissing if neither unwraps one.
    """
    store, changed = key_store.require(), 0
    for key in store.all():
        context = _key_context(key.organization_id, key.version)
        if _wrapped_by(new, key, context):
            continue
        changed += store.replace(key, new.wrap(old.unwrap(key.wrapped, context), context))
    return changed


def shred(organization_id: UUID) -> int:
    """Erase an organization's data keys: no secret of it opens again, from no copy.

    Other processes forget their copies within CACHE_SECONDS. Returns how many keys there were.
    """
    destroyed = key_store.require().destroy(organization_id)
    _cache.forget(organization_id)
    return destroyed


def forget_keys(organization_id: UUID | None = None) -> None:
    """Drop unwrapped keys from this process's memory."""
    _cache.forget(organization_id)


class _KeyCache:
    """Unwrapped keys with the wrapping that they came from, for at most CACHE_SECONDS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[tuple[UUID, int], tuple[float, bytes, bytes]] = {}

    def get(self, organization_id: UUID, version: int) -> tuple[bytes, bytes] | None:
        with self._lock:
            entry = self._keys.get((organization_id, version))
            if entry is None or entry[0] < monotonic():
                self._keys.pop((organization_id, version), None)
                return None
            return entry[1], entry[2]

    def put(self, key: WrappedKey, data_key: bytes) -> None:
        with self._lock:
            if len(self._keys) >= _CACHE_KEYS:
                self._keys.clear()
            entry = (monotonic() + CACHE_SECONDS, key.wrapped, data_key)
            self._keys[(key.organization_id, key.version)] = entry

    def forget(self, organization_id: UUID | None) -> None:
        with self._lock:
            for known in list(self._keys):
                if organization_id is None or known[0] == organization_id:
                    del self._keys[known]


_cache = _KeyCache()
_file_keys: dict[Path, FileMasterKey] = {}


def _file_key(path: Path) -> FileMasterKey:
    return _file_keys.setdefault(path, FileMasterKey(path))


@sensitive_variables()
def _unwrapped(key: WrappedKey) -> bytes:
    known = _cache.get(key.organization_id, key.version)
    if known is not None and known[0] == key.wrapped:
        return known[1]
    context = _key_context(key.organization_id, key.version)
    data_key = master_key().unwrap(key.wrapped, context)
    _cache.put(key, data_key)
    return data_key


def _wrapped_by(master: MasterKey, key: WrappedKey, context: bytes) -> bool:
    try:
        master.unwrap(key.wrapped, context)
    except MasterKeyMissing:
        return False
    return True


def _key_context(organization_id: UUID, version: int) -> bytes:
    return f"v1|data key|{organization_id}|{version}".encode()


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"warren master key" + key).digest()[:4]


def _encrypt(key: bytes, head: bytes, plaintext: bytes, context: bytes) -> bytes:
    # Random nonces are safe up to 2**32 values a key (NIST SP 800-38D); an organization that
    # refreshes 50 accounts every hour needs 9,800 years for that.
    nonce = os.urandom(_NONCE_BYTES)
    return head + nonce + AESGCM(key).encrypt(nonce, plaintext, context)


def _decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    nonce = sealed[_HEAD_BYTES : _HEAD_BYTES + _NONCE_BYTES]
    try:
        return AESGCM(key).decrypt(nonce, sealed[_HEAD_BYTES + _NONCE_BYTES :], context)
    except (InvalidTag, ValueError):
        # Without the cause: its frames hold keys.
        raise SecretUnreadable from None


def _parse_keys(content: bytes) -> list[bytes]:
    if len(content) == KEY_BYTES:
        return [content]
    lines = (line.strip() for line in content.splitlines())
    return [_parse_key(line) for line in lines if line and not line.startswith(b"#")]


def _parse_key(line: bytes) -> bytes:
    decode = cast(
        "Callable[[bytes], bytes]", binascii.unhexlify if len(line) == 64 else _decode_base64
    )
    try:
        key = decode(line)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyMissing("A line of the master key file is no key of 32 bytes.")
    return key


def _decode_base64(line: bytes) -> Any:
    return base64.urlsafe_b64decode(line.replace(b"+", b"-").replace(b"/", b"_"))
