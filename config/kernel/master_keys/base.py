"""What every keeper of a master key does: wrap a data key for one organization, and unwrap it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from config.kernel.errors import Unavailable


class MasterKeyMissing(Unavailable):
    """The master key is away, or it is another one. The operator has to act, or to wait."""

    default_code = "master_key_missing"


class MasterKey(ABC):
    """Wraps data keys: a file here, a key service elsewhere.

    `context` names the data key ("v1|data key|<organization id>|<version>") and is authenticated:
    what was wrapped for one organization does not unwrap for another.
    """

    name: str
    """How settings and commands call it."""

    @abstractmethod
    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """Raises MasterKeyMissing."""

    @abstractmethod
    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Raises MasterKeyMissing if it was wrapped by another, SecretUnreadable if damaged."""

    @abstractmethod
    def wrapped(self, wrapped: bytes) -> bool:
        """Whether it was wrapped here, as far as the outside tells. Asks nobody."""

    @abstractmethod
    def place(self) -> str:
        """Where the key is, for people; no secret."""

    def check(self) -> None:
        """Wrap and unwrap something once. Raises MasterKeyMissing or SecretUnreadable."""
        context = b"v1|check"
        self.unwrap(self.wrap(bytes(32), context), context)


class Keepers(MasterKey):
    """One that wraps, and others that may still unwrap while their work is taken over."""

    def __init__(self, first: MasterKey, *former: MasterKey) -> None:
        self.first = first
        self.all: Sequence[MasterKey] = (first, *former)
        self.name = first.name

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        return self.first.wrap(data_key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        for keeper in self.all:
            if keeper.wrapped(wrapped):
                return keeper.unwrap(wrapped, context)
        # None recognizes it; the first one says in its own words what is missing.
        return self.first.unwrap(wrapped, context)

    def wrapped(self, wrapped: bytes) -> bool:
        return self.first.wrapped(wrapped)

    def place(self) -> str:
        return self.first.place()

    def check(self) -> None:
        for keeper in self.all:
            keeper.check()
