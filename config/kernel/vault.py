"""Secrets at rest: AES-256-GCM under a data key per organization, itself wrapped by a master key.

The master key lives outside the database, in a file or a key service (master_keys/), and is asked
only to wrap and unwrap data keys. Every ciphertext is bound to its table, column, row and
organization: moved anywhere else it does not open. Losing an organization's data keys loses its
secrets, which is how they are erased.

    sealed value  01 | key version (4 bytes) | nonce (12) | ciphertext and tag
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from django.views.decorators.debug import sensitive_variables

from .aead import HEAD_BYTES, KEY_BYTES, NONCE_BYTES, TAG_BYTES, SecretUnreadable, decrypt, encrypt
from .hooks import Slot
from .master_keys import FileMasterKey, MasterKey, MasterKeyMissing, master_key, new_master_key
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
    "new_data_key",
    "new_master_key",
    "rewrap",
    "seal",
    "shred",
    "unseal",
]

# Erased keys must be forgotten by every process within this time.
CACHE_SECONDS = 300.0
_CACHE_KEYS = 4096
_FORMAT = b"\x01"
_SHORTEST = HEAD_BYTES + NONCE_BYTES + TAG_BYTES


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


key_store: Slot[KeyStore] = Slot("key store", KeyStore)  # type: ignore[type-abstract]


@sensitive_variables()
def seal(plaintext: bytes, place: Place) -> bytes:
    """Encrypt a value for one place, with the organization's current data key.

    Makes the organization's first key when there is none. Raises MasterKeyMissing.
    """
    # Asked anew each time: a key made in a transaction that is rolled back must never be used.
    store = key_store.require()
    current = store.current(place.organization_id) or new_data_key(place.organization_id)
    head = _FORMAT + current.version.to_bytes(4)
    return encrypt(_unwrapped(current), head, plaintext, place.context(current.version))


@sensitive_variables()
def unseal(sealed: bytes, place: Place) -> bytes:
    """Decrypt a value in its place. Raises SecretUnreadable or MasterKeyMissing."""
    version = key_version(sealed)
    context = place.context(version)
    known = _cache.get(place.organization_id, version)
    if known is not None:
        try:
            return decrypt(known[1], sealed, context)
        except SecretUnreadable:
            _cache.forget(place.organization_id)
    stored = key_store.require().get(place.organization_id, version)
    if stored is None or (known is not None and known[0] == stored.wrapped):
        raise SecretUnreadable
    return decrypt(_unwrapped(stored), sealed, context)


def key_version(sealed: bytes) -> int:
    if len(sealed) < _SHORTEST or sealed[:1] != _FORMAT:
        raise SecretUnreadable
    return int.from_bytes(sealed[1:HEAD_BYTES])


def new_data_key(organization_id: UUID) -> WrappedKey:
    """Give an organization a fresh data key for everything that is sealed from now on."""
    store = key_store.require()
    before = store.current(organization_id)
    version = before.version + 1 if before else 1
    wrapped = master_key().wrap(os.urandom(KEY_BYTES), _key_context(organization_id, version))
    return store.create(WrappedKey(organization_id, version, wrapped))


def rewrap(
    old: MasterKey,
    new: MasterKey,
    *,
    anew: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Wrap every data key with the new master key; values stay as they are.

    Keys that the new one wrapped already are left alone, so an interrupted run is simply run
    again; `anew` wraps those too, once. Each is written only if nobody changed it meanwhile, and
    passes follow until one finds nothing, so keys made during the run are taken along. Returns how
    many were changed. Raises MasterKeyMissing if the new one cannot read what it writes, before
    anything is changed, and if the old one is away.
    """
    new.check()
    changed = 0
    while True:
        waiting = [key for key in key_store.require().all() if anew or not new.wrapped(key.wrapped)]
        before = changed
        for number, key in enumerate(waiting, 1):
            changed += _rewrap_one(key, old, new)
            progress(number, len(waiting))
        if changed == before or anew:
            return changed


def _rewrap_one(key: WrappedKey, old: MasterKey, new: MasterKey) -> bool:
    context = _key_context(key.organization_id, key.version)
    keeper = new if new.wrapped(key.wrapped) else old
    wrapped = new.wrap(keeper.unwrap(key.wrapped, context), context)
    return key_store.require().replace(key, wrapped)


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


@sensitive_variables()
def _unwrapped(key: WrappedKey) -> bytes:
    known = _cache.get(key.organization_id, key.version)
    if known is not None and known[0] == key.wrapped:
        return known[1]
    context = _key_context(key.organization_id, key.version)
    data_key = master_key().unwrap(key.wrapped, context)
    _cache.put(key, data_key)
    return data_key


def _key_context(organization_id: UUID, version: int) -> bytes:
    return f"v1|data key|{organization_id}|{version}".encode()
