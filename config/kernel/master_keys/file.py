"""The master key in a file, away from the database, its backups and the media."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

from config.kernel.aead import HEAD_BYTES, KEY_BYTES, decrypt, encrypt
from config.kernel.clock import now

from .base import MasterKey, MasterKeyMissing

FORMAT: Final = b"\x01"
WRITING_SECONDS: Final = 2.0


class FileMasterKey(MasterKey):
    """One key a line, base64 or hex (or 32 raw bytes). The first wraps, each may unwrap.

    Two lines are how a master key is replaced while everything runs. The file is read again when
    it changes. With `only_first` the other lines are not there.

        wrapped key   01 | id of the master key (4 bytes) | nonce (12) | ciphertext and tag
    """

    name = "file"

    def __init__(self, path: Path | str, *, only_first: bool = False) -> None:
        self.path = Path(path)
        self._only_first = only_first
        # One tuple, so that a thread never sees the keys of one state with the stamp of another.
        self._state: tuple[tuple[int, int, int] | None, list[bytes]] = (None, [])

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        key = self._read()[0]
        return encrypt(key, FORMAT + _id_of(key), data_key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        for key in self._read():
            if wrapped[:HEAD_BYTES] == FORMAT + _id_of(key):
                return decrypt(key, wrapped, context)
        raise MasterKeyMissing(
            f"The master key file {self.path} does not hold the key that wrapped this "
            "organization's data key. Put the former master key on a second line of the file."
        )

    def wrapped(self, wrapped: bytes) -> bool:
        return any(wrapped[:HEAD_BYTES] == FORMAT + _id_of(key) for key in self._read())

    def place(self) -> str:
        return str(self.path)

    def _read(self) -> list[bytes]:
        stamp, keys = self._state
        try:
            status = self.path.stat()
            found = (status.st_mtime_ns, status.st_size, status.st_ino)
            if found != stamp:
                before, keys = keys, self._parsed(status.st_mtime, before=keys)
                # What stands in for a file that is being written is asked for again.
                self._state = (None if keys is before else found, keys)
        except OSError as error:
            raise MasterKeyMissing(
                f"The master key file {self.path} cannot be read. Secrets stay closed until it is "
                "back; set WARREN_MASTER_KEY_FILE to where it is."
            ) from error
        if not keys:
            raise MasterKeyMissing(
                f"The master key file {self.path} holds no key of 32 bytes in base64 or hex."
            )
        return keys[:1] if self._only_first else keys

    def _parsed(self, changed_at: float, *, before: list[bytes]) -> list[bytes]:
        """The keys of the file. An editor empties it before it writes: until it is done, or for
        two seconds, those of before stand."""
        is_being_written = before and now().timestamp() - changed_at < WRITING_SECONDS
        try:
            return _parse_keys(self.path.read_bytes()) or (before if is_being_written else [])
        except MasterKeyMissing:
            if is_being_written:
                return before
            raise


def new_master_key() -> str:
    """A line for the master key file."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"warren master key" + key).digest()[:4]


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
