"""What the delivery ledger lends a channel, kept in memory."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx2
from PIL import Image

from config.kernel import http
from config.kernel.clock import now
from publishing.channels.base import AccountFacts, AppKeys, Credentials, Handle, Published, Reading


@dataclass(slots=True)
class Vault:
    """One account's stored credentials and its lock, shared by the sessions of all workers."""

    credentials: Credentials
    lock: threading.Lock = field(default_factory=threading.Lock)
    saves: int = 0


@dataclass(slots=True)
class MemorySession:
    """A session of one worker for one delivery. `crash_at` names the point where it dies."""

    server: str
    vault: Vault
    handle: Handle = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    crash_at: str = ""
    saves: int = 0
    timeout_seconds: float = 5.0
    points: list[str] = field(default_factory=list)
    account: AccountFacts = field(default_factory=lambda: AccountFacts("somebody"))
    app: AppKeys | None = None
    parent: Published | None = None
    root: Published | None = None
    readings: list[Reading] = field(default_factory=list)
    files_at: str = ""
    credentials: Credentials = field(init=False)

    def __post_init__(self) -> None:
        self.credentials = deepcopy(self.vault.credentials)

    @property
    def http(self) -> httpx2.Client:
        return http.client(timeout_seconds=self.timeout_seconds)

    @property
    def now(self) -> datetime:
        return now()

    @contextmanager
    def account_lock(self) -> Iterator[None]:
        with self.vault.lock:
            self.credentials = deepcopy(self.vault.credentials)
            yield

    def save_credentials(self, new: Credentials) -> None:
        assert self.vault.lock.locked(), "credentials are saved only inside the account's lock"
        self.vault.credentials = deepcopy(new)
        self.vault.saves += 1
        self.credentials = deepcopy(new)

    def save_handle(self, handle: Handle) -> None:
        """Each saving is a place to die at: `lost-2` before the second is kept, `kept-2` after."""
        self.saves += 1
        self._die_at(f"lost-{self.saves}")
        self.handle = deepcopy(handle)
        self._die_at(f"kept-{self.saves}")

    def media(self, reference: str) -> bytes:
        return self.files[reference]

    def media_address(self, reference: str) -> str:
        return f"{self.files_at}/{reference}"

    def read_quota(self, reading: Reading) -> None:
        self.readings.append(reading)

    def fault(self, point: str) -> None:
        self.points.append(point)
        self._die_at(point)

    def _die_at(self, point: str) -> None:
        if point == self.crash_at:
            raise Killed(point)


class Killed(BaseException):
    """Stands for kill -9: nothing in the channel may catch it."""


def picture(
    width: int = 120, height: int = 80, *, kind: str = "JPEG", noise: bool = False, **options: Any
) -> bytes:
    """Bytes of a picture; noise does not compress, so it makes large files."""
    size = (width, height)
    image = Image.effect_noise(size, 90).convert("RGB") if noise else Image.new("RGB", size, "teal")
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
