"""What the key services share: one request at a time, a short deadline, and our own words."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Final

from django.views.decorators.debug import sensitive_variables

from config.kernel import http
from config.kernel.aead import SecretUnreadable

from .base import MasterKey, MasterKeyMissing

TIMEOUT_SECONDS: Final = 5.0
# How long everybody is told at once that the service is away, instead of waiting for it in turn.
AWAY_SECONDS: Final = 2.0
_MAX_BYTES: Final = 1_000_000
_TRIES: Final = 2


class RemoteMasterKey(MasterKey):
    """A key that never leaves its service. Data keys are unwrapped there, at most every 5 minutes.

        wrapped key   02 | letter of the service (1 byte) | what the service gave

    The operator names the service's address, so it may be a private one; this machine only if
    WARREN_ALLOW_LOOPBACK or WARREN_OUTBOUND_ALLOW says so.
    """

    letter: ClassVar[bytes]
    service: ClassVar[str]

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._away_until = 0.0

    @sensitive_variables()
    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        return self._head() + self.encrypt(data_key, context)

    @sensitive_variables()
    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        if not self.wrapped(wrapped):
            raise MasterKeyMissing(
                f"This data key was wrapped by another master key than {self.place()}. Name the "
                "former one in WARREN_MASTER_KEY_FORMER until all keys are wrapped anew."
            )
        return self.decrypt(wrapped[2:], context)

    def wrapped(self, wrapped: bytes) -> bool:
        return wrapped[:2] == self._head()

    @abstractmethod
    def encrypt(self, plaintext: bytes, context: bytes) -> bytes: ...

    @abstractmethod
    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes: ...

    def call(self, url: str, *, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """POST and read JSON. Safe to repeat: wrapping and unwrapping change nothing there.

        Raises MasterKeyMissing if the service is away or refuses, SecretUnreadable if it says that
        the ciphertext does not open.
        """
        if monotonic() < self._away_until:
            raise self._away()
        answer = self._ask(url, headers, body)
        try:
            said = json.loads(answer.content)
        except ValueError:
            said = {}
        if answer.status_code == 200 and isinstance(said, dict):
            return said
        if answer.status_code < 500 and self.is_unreadable(answer.status_code, said):
            raise SecretUnreadable
        raise MasterKeyMissing(
            f"{self.service} at {self.endpoint} refused with {answer.status_code}. Secrets stay "
            f"closed until it answers; look at {self.place()} and at what Warren may do with it."
        )

    @abstractmethod
    def is_unreadable(self, status: int, said: Any) -> bool:
        """Whether a refusal means that the ciphertext is damaged or of another organization."""

    def _ask(self, url: str, headers: Mapping[str, str], body: bytes) -> Any:
        for attempt in range(1, _TRIES + 1):
            try:
                with http.client(
                    timeout_seconds=TIMEOUT_SECONDS, max_bytes=_MAX_BYTES, trusted=url
                ) as door:
                    answer = door.post(url, headers=dict(headers), content=body)
            except http.OutboundRefused as error:
                raise MasterKeyMissing(
                    f"The address {self.endpoint} of {self.service} is not one that Warren opens. "
                    "For a service on this machine name it in WARREN_OUTBOUND_ALLOW."
                ) from error
            except http.OutboundError as error:
                if attempt == _TRIES:
                    raise self._is_away_now() from error
                continue
            if answer.status_code in {429, 500, 502, 503, 504}:
                if attempt == _TRIES:
                    raise self._is_away_now()
                continue
            return answer
        raise self._is_away_now()

    def _is_away_now(self) -> MasterKeyMissing:
        self._away_until = monotonic() + AWAY_SECONDS
        return self._away()

    def _away(self) -> MasterKeyMissing:
        return MasterKeyMissing(
            f"{self.service} at {self.endpoint} does not answer, so stored passwords and keys stay "
            "closed. Nothing is lost: what waits for them is tried again by itself.",
            retry_after=30,
        )

    def _head(self) -> bytes:
        return b"\x02" + self.letter


class Reread:
    """A small file that somebody else may replace at any time, such as a token."""

    def __init__(self, path: Path | None, *, setting: str, what: str) -> None:
        self.path = path
        self._setting = setting
        self._what = what

    def text(self) -> str:
        """Raises MasterKeyMissing."""
        try:
            text = self.path.read_text().strip() if self.path else ""
        except (OSError, UnicodeDecodeError) as error:
            raise self.missing() from error
        if not text:
            raise self.missing()
        return text

    def missing(self) -> MasterKeyMissing:
        return MasterKeyMissing(
            f"{self._what} cannot be read from {self.path or 'nowhere'}. Secrets stay closed until "
            f"it is back; set {self._setting} to where it is."
        )
